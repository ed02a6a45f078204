// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/enroll/import_formats.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

// As Debian's google-authenticator writes it (RFC 6238's key).
constexpr std::string_view kGoogle =
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n"
    "\" RATE_LIMIT 3 30\n"
    "\" WINDOW_SIZE 17\n"
    "\" DISALLOW_REUSE 59204723\n"
    "\" TOTP_AUTH\n"
    "12345678\n"
    "87654321\n";

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string result(text);
  result.replace(result.find(what), what.size(), with);
  return result;
}

}  // namespace

TEST(a_google_authenticator_file_gives_key_and_scratch_codes) {
  const Importable person = read_google_authenticator(kGoogle, "alice");
  CHECK_EQ(person.refused, "");
  CHECK_EQ(person.user, "alice");
  CHECK_EQ(person.key.reveal(), "12345678901234567890");
  CHECK(person.parameters == TotpParameters());
  REQUIRE(person.scratch_codes.size() == 2);
  CHECK_EQ(person.scratch_codes[1].reveal(), "87654321");
}

TEST(a_google_authenticator_file_that_cannot_be_kept_is_refused_whole) {
  const std::pair<std::string, const char*> kRefused[] = {
      {replaced(kGoogle, "TOTP_AUTH", "HOTP_COUNTER 1"), "it counts events instead of time"},
      {std::string(kGoogle) + "\" STEP_SIZE 60\n", "its steps are not of 30 seconds"},
      {replaced(kGoogle, "GEZD", "G9ZD"), "its first line is no base32 key"},
      {replaced(kGoogle, "GEZD", "GE\xc3\xa9"), "its first line is no base32 key"},
      {"GEZDGNBV\n\" TOTP_AUTH\n", "its key is shorter than 80 bits"},
      {"", "its key is shorter than 80 bits"}};
  for (const auto& [text, why] : kRefused) {
    const Importable person = read_google_authenticator(text, "alice");
    CHECK_EQ(person.refused, why);
    CHECK(person.key.empty() && person.scratch_codes.empty());
  }
}

TEST(a_key_is_decoded_as_google_s_module_does_it) {
  const auto key_of = [](std::string_view key) {
    const Importable person = read_google_authenticator(std::string(key) + "\n\" TOTP_AUTH\n", "a");
    return person.refused.empty() ? std::string(person.key.reveal()) : person.refused;
  };
  const std::string plain = key_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  CHECK_EQ(plain, "12345678901234567890");
  CHECK_EQ(key_of("gezd-gnbv gy3t\tqojq GEZDGN8VGY3TQ0JQ="), plain);
  CHECK_EQ(key_of("OLBOLBOLBOLBOLBO"), key_of("018018018018018O"));
  // What fills no byte is dropped, whatever the length.
  for (const std::string_view rest : {"A", "AB", "ABC", "7", "7777777"}) {
    const std::string longer = key_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" + std::string(rest));
    CHECK_EQ(longer.size(), 20 + rest.size() * 5 / 8);
    CHECK(longer.starts_with(plain));
  }
}

TEST(a_corrected_clock_comes_along) {
  const auto with = [](const std::string& skew) {
    return read_google_authenticator(std::string(kGoogle) + "\" TIME_SKEW " + skew + "\n", "alice");
  };
  CHECK_EQ(read_google_authenticator(kGoogle, "alice").parameters.skew, 0);
  for (const int steps : {-1440, -2, 0, 1, 1440}) {
    CHECK_EQ(with(std::to_string(steps)).refused, "");
    CHECK_EQ(with(std::to_string(steps)).left_behind, "");
    CHECK_EQ(with(std::to_string(steps)).parameters.skew, steps);
  }
  for (const char* beyond : {"1441", "-1441", "99999999999", "x", "2x"}) {
    CHECK_EQ(with(beyond).parameters.skew, 0);
    CHECK_EQ(with(beyond).refused, "");
    CHECK_EQ(with(beyond).left_behind,
             "its correction of a clock that is wrong by more than half a day");
  }
}

TEST(more_scratch_codes_than_the_tool_makes_stay_behind) {
  std::string text(kGoogle);
  for (int i = 0; i < 8; ++i) text += std::to_string(20000000 + i) + "\n";
  CHECK_EQ(read_google_authenticator(text, "alice").scratch_codes.size(), 10u);
  text += "30000000\n";
  for (int i = 0; i < 2; ++i) {
    const Importable person = read_google_authenticator(text, "alice");
    CHECK_EQ(person.refused, "");
    CHECK(!person.key.empty());
    CHECK(person.scratch_codes.empty());
    CHECK_EQ(person.left_behind, "its list of more than ten scratch codes");
    for (int j = 0; j < 100000; ++j) text += "40000000\n";
  }
}

TEST(a_pam_oath_file_has_a_person_a_line) {
  const auto people = read_pam_oath(
      "# comment\n"
      "HOTP/T30/6 alice - 3132333435363738393031323334353637383930\n"
      "\n"
      "HOTP/T30\tbob\tsecret\t3132333435363738393031323334353637383930 1 2026-01-01T00:00:00L\r\n"
      "HOTP/T30/8 carol + 3132333435363738393031323334353637383930");
  REQUIRE(people.size() == 3);
  for (const auto& person : people) {
    CHECK_EQ(person.refused, "");
    CHECK_EQ(person.key.reveal(), "12345678901234567890");
  }
  CHECK_EQ(people[0].user, "alice");
  CHECK_EQ(people[0].line, 2u);
  CHECK_EQ(people[0].left_behind, "");
  CHECK_EQ(people[1].user, "bob");
  CHECK_EQ(people[1].line, 4u);
  CHECK_EQ(people[1].left_behind, "its PIN");
  CHECK_EQ(people[2].parameters.digits, 8u);
}

TEST(tokens_that_count_otherwise_are_refused_with_the_reason) {
  const std::pair<const char*, const char*> kRefused[] = {
      {"HOTP alice - 3132333435363738393031323334353637383930", "it counts events instead of time"},
      {"HOTP/E/6 alice - 3132333435363738393031323334353637383930",
       "it counts events instead of time"},
      {"HOTP/T60/6 alice - 3132333435363738393031323334353637383930",
       "its steps are not of 30 seconds"},
      {"HOTP/T30/5 alice - 3132333435363738393031323334353637383930",
       "its codes have neither 6, 7 nor 8 digits"},
      {"OCRA alice - 31", "an unknown type of token"},
      {"HOTP/T30/6 alice - 31323334353637383930313233343536373839xx", "its key is not hexadecimal"},
      {"HOTP/T30/6 alice - 313233", "its key is shorter than 80 bits"},
      {"HOTP/T30/6 alice", "a line needs a type, a user, a PIN or - and a key"}};
  for (const auto& [line, why] : kRefused) {
    const auto people = read_pam_oath(line);
    REQUIRE(people.size() == 1);
    CHECK_EQ(people[0].refused, why);
    CHECK(people[0].key.empty());
  }
}

TEST(numbers_stand_in_a_field_of_gecos) {
  const auto people = read_gecos(
      "root:x:0:0:root:/root:/bin/bash\n"
      "alice:x:1000:1000:Alice,Room 1,+353 85 123 4567,,:/home/alice:/bin/bash\n"
      "bob:x:1001:1001:Bob,,:/home/bob:/bin/bash\n"
      "broken line\n",
      3);
  REQUIRE(people.size() == 1);
  CHECK_EQ(people[0].user, "alice");
  CHECK_EQ(people[0].phone, "+353 85 123 4567");
  CHECK_EQ(people[0].line, 2u);
}
