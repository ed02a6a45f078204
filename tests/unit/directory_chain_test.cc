// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/directory_chain.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

using Answer = Result<std::optional<Person>>;

// Answers everybody alike and counts how often it was asked.
class FixedDirectory final : public Directory {
 public:
  FixedDirectory(Answer answer, int& asked) : answer_(std::move(answer)), asked_(asked) {}
  Answer find(std::string_view) const override {
    ++asked_;
    return answer_;
  }

 private:
  Answer answer_;
  int& asked_;
};

Answer person(std::string_view phone) {
  return std::optional<Person>(Person{"alice", PhoneNumber::parse_international(phone), {}});
}

Answer nobody() {
  return std::optional<Person>();
}

struct Chain {
  int first_asked = 0;
  int second_asked = 0;
  DirectoryChain chain;

  Chain(Answer first, Answer second) : chain(sources(std::move(first), std::move(second))) {}

 private:
  std::vector<std::unique_ptr<Directory>> sources(Answer first, Answer second) {
    std::vector<std::unique_ptr<Directory>> all;
    all.push_back(std::make_unique<FixedDirectory>(std::move(first), first_asked));
    all.push_back(std::make_unique<FixedDirectory>(std::move(second), second_asked));
    return all;
  }
};

}  // namespace

TEST(the_first_that_knows_the_user_wins) {
  const Chain both(person("+15550100"), person("+15550101"));
  const auto found = both.chain.find("alice");
  REQUIRE(found.ok() && found->has_value());
  CHECK_EQ((*found)->phone->e164(), "+15550100");
  CHECK_EQ(both.second_asked, 0);
}

TEST(who_the_first_does_not_know_the_second_is_asked_about) {
  const Chain second_only(nobody(), person("+15550101"));
  const auto found = second_only.chain.find("alice");
  REQUIRE(found.ok() && found->has_value());
  CHECK_EQ((*found)->phone->e164(), "+15550101");
  CHECK_EQ(second_only.first_asked, 1);
}

TEST(an_error_ends_the_search) {
  const Chain broken(make_error(ErrorKind::unavailable, "broken"), person("+15550101"));
  const auto found = broken.chain.find("alice");
  REQUIRE(!found.ok());
  CHECK_EQ(found.error().message, "broken");
  CHECK_EQ(broken.second_asked, 0);
}

TEST(unknown_to_all_is_unknown) {
  const Chain empty(nobody(), nobody());
  const auto found = empty.chain.find("alice");
  REQUIRE(found.ok());
  CHECK(!found->has_value());
  CHECK_EQ(empty.first_asked, 1);
  CHECK_EQ(empty.second_asked, 1);
  const DirectoryChain none({});
  CHECK(!none.find("alice")->has_value());
}
