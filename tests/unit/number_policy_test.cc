// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_policy.h"

#include "lib/directory/directory_chain.h"
#include "lib/directory/number_filter.h"
#include "tests/support/test.h"

using namespace sms2fa;
using Finding = NumberPolicy::Finding;

namespace {

PhoneNumber number(std::string_view text) {
  const auto parsed = PhoneNumber::parse_international(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

NumberPolicy policy(std::vector<std::string> countries, bool calls = false) {
  return NumberPolicy({"", std::move(countries), calls}, {});
}

Reach reach(std::string_view text, std::vector<std::string> countries = {}) {
  return policy(std::move(countries)).reach_of(number(text));
}

Finding judged(std::string_view text, bool calls = false) {
  return policy({}, calls).judge(number(text)).finding;
}

std::string said(const Result<PhoneNumber>& read) {
  if (read) return read->e164();
  return (read.error().kind == ErrorKind::refused ? "refused: " : "") + read.error().message;
}

// One of each kind that no code may ever go to.
constexpr std::string_view kForbidden[] = {
    "+449098791234",   // premium rate, Great Britain
    "+33899123456",    // France
    "+34803123456",    // Spain
    "+3531850123456",  // shared cost
    "+448450123456",   // shared cost
    "+44800123456",    // freephone
    "+18005550143",    // freephone
    "+447012345678",   // personal
    "+353700123456",   // personal
    "+447640123456",   // pager
    "+445500123456",   // universal access
    "+353818123456",   // universal access
    "+19005550100",    // premium rate, by prefix
    "+870773111632",   // satellite, by prefix
    "+881612345678",  "+88213123456", "+8835100123456", "+80012345678", "+979123456789",
};

}  // namespace

TEST(a_login_reaches_the_listed_countries) {
  CHECK(reach("+353851234567", {"IE"}) == Reach::open);
  CHECK(reach("+447400123456", {"IE", "GB"}) == Reach::open);
  CHECK(reach("+447400123456", {"IE"}) == Reach::foreign);
  CHECK(reach("+353851234567", {"GB", "US"}) == Reach::foreign);
}

TEST(countries_of_one_calling_code_are_told_apart) {
  CHECK(reach("+12125550123", {"US"}) == Reach::open);
  CHECK(reach("+12125550123", {"CA"}) == Reach::foreign);
  // Jamaica: looks like the United States, costs like far abroad.
  CHECK(reach("+18765550123", {"US", "CA"}) == Reach::foreign);
  CHECK(reach("+77011234567", {"RU"}) == Reach::foreign);
}

TEST(without_a_list_a_login_reaches_every_country_on_record) {
  for (const std::string_view text : {"+18765550123", "+5355512345", "+25261234567"})
    CHECK(reach(text) == Reach::open);
}

TEST(a_login_never_reaches_what_is_no_person_s_phone) {
  for (const std::string_view text : kForbidden) {
    CHECK(reach(text) == Reach::forbidden);
    CHECK(reach(text, {"GB", "IE", "FR", "ES", "US"}) == Reach::forbidden);
  }
}

TEST(old_metadata_keeps_nobody_out) {
  CHECK(reach("+353999999999", {"IE"}) == Reach::open);
  CHECK(reach("+449999999999", {"GB"}) == Reach::open);
  CHECK(reach("+999123456789") == Reach::open);
  CHECK(reach("+3538712") == Reach::open);
  CHECK(reach("+4930123456") == Reach::open);
  CHECK(reach("+999123456789", {"IE"}) == Reach::foreign);
}

TEST(nobody_s_number_is_open) {
  CHECK(policy({"IE"}).reach_of(std::nullopt) == Reach::open);
  CHECK(NumberPolicy({"", {"IE"}, false}, {number("+447400123456")}).reach_of(std::nullopt) ==
        Reach::open);
}

TEST(the_strict_look_wants_a_mobile_phone) {
  CHECK(judged("+353851234567") == Finding::fine);
  CHECK(judged("+12025550143") == Finding::fine);
  for (const std::string_view text : kForbidden) CHECK(judged(text) == Finding::forbidden);
  CHECK(judged("+3538712") == Finding::impossible);
  CHECK(judged("+35385123456789") == Finding::impossible);
  CHECK(judged("+445612345678") == Finding::no_mobile);
  CHECK(judged("+353999999999") == Finding::unknown);
  CHECK(judged("+999123456789") == Finding::unknown);
}

TEST(a_fixed_line_is_of_use_only_where_codes_are_called) {
  CHECK(judged("+442079460018") == Finding::no_mobile);
  CHECK(judged("+442079460018", true) == Finding::fine);
  CHECK(judged("+445612345678", true) == Finding::no_mobile);
  CHECK(judged("+449098791234", true) == Finding::forbidden);
}

TEST(an_impossible_number_is_refused_with_an_example) {
  const NumberPolicy ours({"IE", {}, false}, {});
  CHECK_EQ(said(ours.read("+353 87 12")),
           "refused: the phone number is too short for its country; one there is written like " +
               example_number("IE"));
  CHECK_EQ(said(ours.read("+353 85 1234 56789")).substr(0, 37),
           "refused: the phone number is too long");
}

TEST(what_is_refused_before_it_is_enrolled) {
  const NumberPolicy ours({"IE", {"IE", "GB"}, false}, {});
  CHECK_EQ(said(ours.read("085 123 4567")), "+353851234567");
  CHECK_EQ(said(ours.read("+44 (0)7400 123456")), "+447400123456");
  CHECK_EQ(said(ours.read("+44 909 879 1234")),
           "refused: the phone number is a premium-rate number, where no code may go");
  CHECK_EQ(said(ours.read("+44 70 1234 5678")),
           "refused: the phone number is a personal number, which may cost much, where no code may "
           "go");
  CHECK_EQ(said(ours.read("+33 6 12 34 56 78")),
           "refused: the phone number is of a country that gets no codes from here");
  CHECK_EQ(said(ours.read("+44 20 7946 0018")),
           "refused: the phone number is a fixed line's, which gets no text messages");
  CHECK_EQ(said(ours.read("+44 7999 12")).substr(0, 38), "refused: the phone number is too short");
  CHECK_EQ(said(ours.read("+353 89 x")).substr(0, 16), "the phone number");
}

TEST(without_a_list_an_administrator_enrolls_any_country) {
  const NumberPolicy ours({"IE", {}, false}, {});
  CHECK_EQ(said(ours.read("+33 6 12 34 56 78")), "+33612345678");
}

TEST(without_a_list_people_enroll_only_countries_that_are_known_here) {
  const std::string foreign =
      "refused: the phone number is of a country that gets no codes from here";
  const NumberPolicy ours({"IE", {}, false}, {number("+447400123456"), number("+12025550143")});
  CHECK_EQ(said(ours.read_own("085 123 4567")), "+353851234567");
  CHECK_EQ(said(ours.read_own("+44 7400 123457")), "+447400123457");
  CHECK_EQ(said(ours.read_own("+1 202 555 0199")), "+12025550199");
  CHECK_EQ(said(ours.read_own("+1 876 555 1234")), foreign);
  CHECK_EQ(said(ours.read_own("+33 6 12 34 56 78")), foreign);
  CHECK_EQ(said(ours.read_own("+53 5 551 2345")), foreign);
  CHECK_EQ(said(NumberPolicy({"", {}, false}, {}).read_own("+353 85 123 4567")), foreign);
}

TEST(a_list_holds_for_people_too) {
  const NumberPolicy ours({"IE", {"GB"}, false}, {number("+353851234567")});
  CHECK_EQ(said(ours.read_own("+44 7400 123456")), "+447400123456");
  CHECK_EQ(said(ours.read_own("085 123 4567")),
           "refused: the phone number is of a country that gets no codes from here");
}

TEST(a_directory_without_a_policy_knows_the_prefixes) {
  const DirectoryChain nobody({});
  CHECK(nobody.reach_of(number("+353851234567")) == Reach::open);
  CHECK(nobody.reach_of(number("+881612345678")) == Reach::forbidden);
  CHECK(nobody.reach_of(std::nullopt) == Reach::open);
}

TEST(a_filter_finds_people_as_before) {
  class OnePerson final : public Directory {
   public:
    Result<std::optional<Person>> find(std::string_view user) const override {
      if (user != "alice") return std::optional<Person>();
      return std::optional(Person{"alice", {}, {}});
    }
    std::vector<PhoneNumber> samples() const override { return {number("+353851234567")}; }
  };
  const NumberFilter filter(std::make_unique<OnePerson>(), policy({"IE"}));
  CHECK(filter.find("alice").value().has_value());
  CHECK(!filter.find("bob").value().has_value());
  CHECK(filter.reach_of(number("+447400123456")) == Reach::foreign);
  CHECK_EQ(filter.samples().size(), 1u);
}
