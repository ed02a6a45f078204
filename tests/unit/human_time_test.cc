// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/human_time.h"

#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

TEST(durations_have_two_units_at_most) {
  CHECK_EQ(in_words(0s), "0 s");
  CHECK_EQ(in_words(119s), "119 s");
  CHECK_EQ(in_words(120s), "2 min");
  CHECK_EQ(in_words(121s), "3 min");
  CHECK_EQ(in_words(15min), "15 min");
  CHECK_EQ(in_words(59min + 1s), "1 h");
  CHECK_EQ(in_words(3h + 5min), "3 h 5 min");
  CHECK_EQ(in_words(24h), "1 d");
  CHECK_EQ(in_words(52h - 30min), "2 d 4 h");
}

TEST(machines_get_utc) {
  CHECK_EQ(utc_time(WallTime(1'750'000'000'007ms)), "2025-06-15T15:06:40.007Z");
  CHECK_EQ(utc_time(WallTime(-1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(people_get_a_date_and_a_time) {
  const std::string text = local_time(WallTime(1'750'000'000'000ms));
  CHECK_EQ(text.size(), 19u);
  CHECK(text.starts_with("2025-06-1"));
  const auto [day, time] = local_day_and_time(WallTime(1'750'000'000'000ms));
  CHECK_EQ(day + " " + time, text);
  CHECK_EQ(day.size(), 10u);
}
