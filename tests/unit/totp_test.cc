// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/totp.h"

#include <string>

#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

namespace {

// The ASCII key of RFC 6238, Appendix B, as long as each hash function's output.
Secret key_of(size_t size) {
  std::string key;
  while (key.size() < size) key += "1234567890";
  return Secret(key.substr(0, size));
}

const TotpParameters kSixDigits;

}  // namespace

TEST(hotp_gives_the_values_of_rfc_4226_appendix_d) {
  const Secret key = key_of(20);
  constexpr const char* kValues[] = {"755224", "287082", "359152", "969429", "338314",
                                     "254676", "287922", "162583", "399871", "520489"};
  for (uint64_t count = 0; count < std::size(kValues); ++count)
    CHECK_EQ(hotp(key, count, kSixDigits).reveal(), kValues[count]);
}

TEST(totp_gives_the_values_of_rfc_6238_appendix_b) {
  struct Row {
    int64_t seconds;
    const char* sha1;
    const char* sha256;
    const char* sha512;
  };
  constexpr Row kRows[] = {
      {59, "94287082", "46119246", "90693936"},
      {1111111109, "07081804", "68084774", "25091201"},
      {1111111111, "14050471", "67062674", "99943326"},
      {1234567890, "89005924", "91819424", "93441116"},
      {2000000000, "69279037", "90698825", "38618901"},
      {20000000000, "65353130", "77737706", "47863826"},
  };
  for (const Row& row : kRows) {
    // Beyond the 292 years of nanoseconds that a WallTime holds there is nothing to test.
    const auto step = static_cast<uint64_t>(row.seconds / 30);
    if (row.seconds < 9'000'000'000)
      CHECK_EQ(totp_step_at(WallTime(std::chrono::seconds(row.seconds))),
               static_cast<int64_t>(step));
    CHECK_EQ(hotp(key_of(20), step, {TotpAlgorithm::sha1, 8}).reveal(), row.sha1);
    CHECK_EQ(hotp(key_of(32), step, {TotpAlgorithm::sha256, 8}).reveal(), row.sha256);
    CHECK_EQ(hotp(key_of(64), step, {TotpAlgorithm::sha512, 8}).reveal(), row.sha512);
  }
}

TEST(seven_and_six_digits_are_the_last_ones_of_eight) {
  CHECK_EQ(hotp(key_of(20), 1, {TotpAlgorithm::sha1, 8}).reveal(), "94287082");
  CHECK_EQ(hotp(key_of(20), 1, {TotpAlgorithm::sha1, 7}).reveal(), "4287082");
  CHECK_EQ(hotp(key_of(20), 1, {TotpAlgorithm::sha1, 6}).reveal(), "287082");
}

TEST(one_step_to_each_side_matches_and_no_more) {
  const Secret key = key_of(20);
  constexpr const char* kAnswer = "254676";  // of step 5
  for (int64_t now = 0; now < 12; ++now) {
    const auto step = matching_totp_step(key, kSixDigits, now, kAnswer);
    CHECK(step == (now >= 4 && now <= 6 ? std::optional<int64_t>(5) : std::nullopt));
  }
}

TEST(an_answer_may_be_written_with_blanks_and_dashes) {
  const Secret key = key_of(20);
  for (const char* answer : {"254676", "254 676", " 254-676 "})
    CHECK(matching_totp_step(key, kSixDigits, 5, answer).has_value());
  for (const char* answer : {"", "25467", "2546760", "254.676", "254677"})
    CHECK(!matching_totp_step(key, kSixDigits, 5, answer).has_value());
}

TEST(two_codes_in_a_row_match_one_behind_the_other) {
  const Secret key = key_of(20);
  const std::string two = "338314254676";  // of steps 4 and 5
  REQUIRE(hotp(key, 4, kSixDigits).reveal() == "338314");
  for (int64_t now = 0; now < 12; ++now)
    CHECK(matching_totp_pair(key, kSixDigits, now, two) ==
          (now >= 4 && now <= 6 ? std::optional<int64_t>(5) : std::nullopt));
  CHECK(matching_totp_pair(key, kSixDigits, 5, "338314 254-676").has_value());
  for (const char* answer : {"254676338314", "254676254676", "254676", "", "3383142546760"})
    CHECK(!matching_totp_pair(key, kSixDigits, 5, answer).has_value());
}

TEST(steps_begin_at_the_epoch_and_never_lie_before_it) {
  CHECK_EQ(totp_step_at(WallTime(0s)), 0);
  CHECK_EQ(totp_step_at(WallTime(29'999ms)), 0);
  CHECK_EQ(totp_step_at(WallTime(30s)), 1);
  CHECK_EQ(totp_step_at(WallTime(-1s)), 0);
  CHECK_EQ(totp_step_at(WallTime(-1h)), 0);
}
