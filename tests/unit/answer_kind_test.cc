// SPDX-License-Identifier: Apache-2.0
#include "lib/session/answer_kind.h"

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

bool could_be(const std::string& answer, Alphabet alphabet = Alphabet::digits,
              const std::string& code = "493817", const Comparable& with = {}) {
  ManualClock clock;
  ChallengeTable table(clock, 1);
  const auto challenge =
      table.enter({"alice", "sshd", ""}, std::nullopt, false, {5min, 3, 3, 30s}, 0ms).challenge;
  table.arm(challenge, Secret(code), "K7");
  return could_be_a_code(answer, with, alphabet, *challenge);
}

Reply typed(const std::string& text) {
  Reply reply;
  reply.status = Reply::Status::answered;
  reply.text = Secret(text);
  return reply;
}

}  // namespace

TEST(codes_of_messages_apps_and_paper_have_the_form_of_one) {
  for (const char* answer :
       {"000000", "00 00-00", "0000000", "00000000", "7K2XM-Q9RTC", "7k2xmq9rtc"})
    CHECK(could_be(answer));
  CHECK(could_be("ABCDEF", Alphabet::base32, "ABCDE2"));
  CHECK(could_be("ABCD5", Alphabet::hex, "1234F"));
}

TEST(words_and_numbers_of_another_length_do_not) {
  for (const char* answer :
       {"", "alice", "hunter", "hunter2", "00000", "000000000", "correct horse", "help", "+1 555",
        "correcthorsebatterystaple", "7K2XM-Q9RTU", "\b\n\r\177INCORRECT"})
    CHECK(!could_be(answer));
  CHECK(!could_be("ABCDE1", Alphabet::base32, "ABCDE2"));
}

TEST(codes_that_a_provider_makes_have_six_to_ten_digits) {
  CHECK(!could_be("000000000"));
  for (const char* answer : {"000000", "000000000", "0000000000"})
    CHECK(could_be(answer, Alphabet::digits, "493817",
                   {.code = false, .code_of_provider = true, .app = false}));
  for (const char* answer : {"0000", "00000", "00000000000"})
    CHECK(!could_be(answer, Alphabet::digits, "493817", {.code_of_provider = true}));
}

TEST(shorter_ones_are_known_for_the_log) {
  for (const char* answer : {"0000", "00000", "00 00-0"}) CHECK(is_short_code_of_service(answer));
  for (const char* answer : {"", "000", "000000", "00000a"})
    CHECK(!is_short_code_of_service(answer));
}

TEST(a_code_made_before_the_alphabet_was_changed_can_still_be_typed) {
  CHECK(could_be("ABCDE2", Alphabet::digits, "ABCDE2"));
  CHECK(could_be("12345678", Alphabet::digits, "12345678"));
}

TEST(what_can_not_be_compared_at_the_moment_does_not_count) {
  const auto with = [](const std::string& answer, Comparable comparable) {
    return could_be(answer, Alphabet::digits, "493817", comparable);
  };
  CHECK(!with("000000", {.code = false, .app = false}));
  CHECK(with("000000", {.code = true, .app = false}));
  CHECK(with("000000", {.code = false, .app = true}));
  // Backup codes always can be: eight digits were google-authenticator's.
  CHECK(with("00000000", {.code = false, .app = false}));
  CHECK(with("7K2XM-Q9RTC", {.code = false, .app = false}));
}

TEST(programs_answer_with_the_user_name_or_the_password) {
  LoginRequest request;
  request.user = "alice";
  CHECK(is_of_a_program(typed("alice"), request));
  for (const char* other : {"", "alic", "alice ", "bob", "000000"})
    CHECK(!is_of_a_program(typed(other), request));
  request.typed_user = "ALICE@example";
  CHECK(is_of_a_program(typed("alice"), request));
  CHECK(is_of_a_program(typed("ALICE@example"), request));
  Reply password = typed("*******");
  password.is_authtok = true;
  CHECK(is_of_a_program(password, request));
  password.is_placeholder = true;
  CHECK(!is_of_a_program(password, request));
}
