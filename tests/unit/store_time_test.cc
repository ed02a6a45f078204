// SPDX-License-Identifier: Apache-2.0
#include "lib/store/store_time.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kYear = 365 * kDay;

const StoreTime kLast = {{"this boot", 10 * kHour, 1000 * kDay}, 5 * kDay};

// What the store's time gains.
int64_t gain(const Moment& now) {
  return advance(kLast, now).store_ms - kLast.store_ms;
}

}  // namespace

TEST(within_a_boot_the_boot_clock_decides) {
  for (const int64_t wall : {1000 * kDay + kHour, 999 * kDay, 1000 * kDay + kYear, int64_t{0}})
    CHECK_EQ(gain({"this boot", 11 * kHour, wall}), kHour);
}

TEST(a_restart_of_the_process_changes_nothing) {
  CHECK_EQ(gain({"this boot", 10 * kHour, 1000 * kDay}), 0);
}

TEST(over_a_reboot_the_wall_clock_goes_on) {
  CHECK_EQ(gain({"next boot", 60'000, 1000 * kDay + 2 * kHour}), 2 * kHour);
}

TEST(a_wall_clock_that_is_behind_after_a_reboot_gives_nothing) {
  for (const int64_t wall : {1000 * kDay, 999 * kDay, int64_t{0}})
    CHECK_EQ(gain({"next boot", 60'000, wall}), 0);
}

TEST(a_clock_put_right_after_the_reboot_gives_nothing_more) {
  const StoreTime behind = advance(kLast, {"next boot", 60'000, 0});
  const StoreTime right = advance(behind, {"next boot", 120'000, 1000 * kDay + kHour});
  CHECK_EQ(right.store_ms - kLast.store_ms, 60'000);
}

TEST(a_boot_clock_that_is_behind_waits_until_it_is_level) {
  const StoreTime behind = advance(kLast, {"this boot", 9 * kHour, 1000 * kDay});
  CHECK_EQ(behind.store_ms, kLast.store_ms);
  const StoreTime level = advance(behind, {"this boot", 10 * kHour, 1000 * kDay});
  CHECK_EQ(level.store_ms, kLast.store_ms);
}

TEST(the_system_tells_the_time) {
  const auto source = SystemTimeSource::create();
  REQUIRE(source.ok());
  const Moment first = (*source)->now();
  const Moment second = (*source)->now();
  CHECK_EQ(first.boot_id.size(), 36u);
  CHECK_EQ(first.boot_id, second.boot_id);
  CHECK(first.boot_ms > 0 && second.boot_ms >= first.boot_ms);
  CHECK(first.wall_ms > 1'700'000'000'000);
}
