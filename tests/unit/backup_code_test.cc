// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/backup_code.h"

#include <algorithm>
#include <set>

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

std::string hash(const std::string& parameters, std::string_view answer) {
  const auto made = hash_backup_code(parameters, answer);
  REQUIRE(made.ok());
  return *made;
}

std::string parameters() {
  SystemRandom random;
  const auto made = make_backup_parameters(random);
  REQUIRE(made.ok());
  return *made;
}

}  // namespace

TEST(ten_codes_of_fifty_bits_each) {
  SystemRandom random;
  const auto codes = make_backup_codes(random);
  REQUIRE(codes.ok());
  CHECK_EQ(codes->size(), 10u);
  std::set<std::string> different;
  for (const Secret& code : *codes) {
    const std::string text(code.reveal());
    different.insert(text);
    CHECK_EQ(text.size(), 11u);
    CHECK_EQ(text[5], '-');
    // 10 characters of 32: 50 bits.
    const auto known = std::count_if(text.begin(), text.end(), [](char c) {
      return std::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(c) != std::string::npos;
    });
    CHECK_EQ(known, 10);
  }
  CHECK_EQ(different.size(), 10u);
}

TEST(codes_and_parameters_fail_with_the_random_source) {
  for (const int n : {0, 1, 57, 99}) {
    ScriptedRandom random;
    random.fail_at(n);
    CHECK(!make_backup_codes(random).ok());
  }
  ScriptedRandom random;
  random.fail_at(0);
  CHECK(!make_backup_parameters(random).ok());
}

TEST(a_code_may_be_typed_as_it_is_read) {
  const std::string with = parameters();
  const std::string right = hash(with, "10ABC-DEFGH");
  for (const char* answer :
       {"10abc-defgh", "10ABCDEFGH", " 1 0 a b c d e f g h ", "IOABC-DEFGH", "loabcdefgh"})
    CHECK_EQ(hash(with, answer), right);
}

TEST(another_answer_has_another_hash) {
  const std::string with = parameters();
  const std::string right = hash(with, "10ABC-DEFGH");
  const std::string nul("10ABC-DEFGH\0", 12);
  const std::string nul_within("10ABC-DEFG\0H", 12);
  for (const std::string& answer :
       {std::string(), std::string("10ABC-DEFG"), std::string("10ABC-DEFGHJ"),
        std::string("10ABC-DEFGJ"), nul, nul_within, std::string(100'000, '1')})
    CHECK(hash(with, answer) != right);
}

TEST(the_form_of_an_answer_is_told_as_it_would_be_hashed) {
  for (const char* answer : {"10ABC-DEFGH", "iOabc defgh", "1-0-A-B-C-D-E-F-G-H"})
    CHECK(has_form_of_backup_code(answer));
  for (const std::string& answer :
       {std::string(), std::string("10ABC-DEFG"), std::string("10ABC-DEFGHJ"),
        std::string("10ABC-DEFGU"), std::string("10ABC-DEFG."), std::string("10ABCDEFG\0", 10)})
    CHECK(!has_form_of_backup_code(answer));
}

TEST(each_set_has_its_own_salt) {
  const std::string one = parameters();
  const std::string other = parameters();
  CHECK(one != other);
  CHECK(hash(one, "10ABC-DEFGH") != hash(other, "10ABC-DEFGH"));
}

TEST(hashes_are_yescrypt_at_its_default_cost_for_the_dummy_too) {
  const std::string made = parameters();
  CHECK(made.starts_with("$y$j9T$"));
  CHECK(dummy_backup_parameters().starts_with("$y$j9T$"));
  CHECK(made.size() >= 29);
  CHECK(hash(dummy_backup_parameters(), "10ABC-DEFGH").starts_with("$y$j9T$"));
}

TEST(unknown_parameters_are_refused) {
  for (const char* unknown : {"", "$1$abcdefgh$", "ab", "$y$", "$y$?$?", "*0"})
    CHECK(!hash_backup_code(unknown, "10ABC-DEFGH").ok());
}
