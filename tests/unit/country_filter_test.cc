// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/country_filter.h"

#include "lib/directory/directory_chain.h"
#include "tests/support/test.h"

using namespace sms2fa;

namespace {

bool reached(const std::string& number, std::vector<std::string> countries) {
  const CountryFilter filter(
      std::make_unique<DirectoryChain>(std::vector<std::unique_ptr<Directory>>()),
      std::move(countries));
  const auto parsed = PhoneNumber::parse_international(number);
  REQUIRE(parsed.has_value());
  return filter.may_reach(*parsed);
}

class OnePerson final : public Directory {
 public:
  Result<std::optional<Person>> find(std::string_view user) const override {
    if (user != "alice") return std::optional<Person>();
    return std::optional(Person{"alice", {}, {}});
  }
};

}  // namespace

TEST(numbers_of_the_listed_countries_are_reached) {
  CHECK(reached("+353851234567", {"IE"}));
  CHECK(reached("+447400123456", {"IE", "GB"}));
  CHECK(!reached("+447400123456", {"IE"}));
  CHECK(!reached("+353851234567", {"GB", "US"}));
}

TEST(countries_of_one_calling_code_are_told_apart) {
  CHECK(reached("+12125550123", {"US"}));
  CHECK(!reached("+12125550123", {"CA"}));
  // Jamaica: looks like the United States, costs like far abroad.
  CHECK(!reached("+18765550123", {"US", "CA"}));
  CHECK(!reached("+77011234567", {"RU"}));
}

TEST(numbers_of_no_country_are_not_reached) {
  CHECK(!reached("+80012345678", {"IE", "US", "GB"}));
  CHECK(!reached("+999123456789", {"IE", "US", "GB"}));
}

TEST(a_number_that_the_metadata_does_not_know_belongs_to_the_main_country_of_its_code) {
  CHECK(reached("+353999999999", {"IE"}));
  CHECK(reached("+449999999999", {"GB"}));
}

TEST(without_a_list_everybody_is_reached) {
  CHECK(OnePerson().may_reach(*PhoneNumber::parse_international("+18765550123")));
}

TEST(people_are_found_as_before) {
  const CountryFilter filter(std::make_unique<OnePerson>(), {"IE"});
  CHECK(filter.find("alice").value().has_value());
  CHECK(!filter.find("bob").value().has_value());
}
