// SPDX-License-Identifier: Apache-2.0
#include "lib/base/clock.h"

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

TEST(the_steady_clock_never_goes_back) {
  const SystemClock clock;
  SteadyTime last = clock.now();
  for (int i = 0; i < 1000; ++i) {
    const SteadyTime now = clock.now();
    CHECK(now >= last);
    last = now;
  }
}

TEST(the_system_clocks_are_the_standard_ones) {
  const SystemClock clock;
  const auto steady = std::chrono::steady_clock::now();
  const auto wall = std::chrono::system_clock::now();
  CHECK(clock.now() >= steady);
  CHECK(clock.wall_now() - wall < 1h && wall - clock.wall_now() < 1h);
}

TEST(a_manual_clock_moves_only_when_told) {
  ManualClock clock;
  const SteadyTime steady = clock.now();
  const WallTime wall = clock.wall_now();
  CHECK(clock.now() == steady && clock.wall_now() == wall);
  clock.advance(90s);
  CHECK(clock.now() - steady == 90s && clock.wall_now() - wall == 90s);
  clock.jump_wall(-1h);
  CHECK(clock.now() - steady == 90s && clock.wall_now() - wall == 90s - 1h);
}
