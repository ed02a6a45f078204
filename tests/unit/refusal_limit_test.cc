// SPDX-License-Identifier: Apache-2.0
#include "lib/session/refusal_limit.h"

#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

TEST(the_first_refusals_of_a_user_are_told_and_the_rest_is_counted) {
  RefusalLimit limit;
  SteadyTime now{};
  for (unsigned i = 0; i < RefusalLimit::kMost; ++i) CHECK(limit.note(1000, now) == 0U);
  for (int i = 0; i < 7; ++i) CHECK(!limit.note(1000, now));
  CHECK(limit.note(1001, now) == 0U);
  now += RefusalLimit::kWindow;
  CHECK(limit.note(1000, now) == 7U);
  CHECK(limit.note(1000, now) == 0U);
}

TEST(a_crowd_of_users_shares_what_is_left) {
  RefusalLimit limit;
  const SteadyTime now{};
  unsigned told = 0;
  for (uid_t uid = 100'000; uid < 110'000; ++uid) told += limit.note(uid, now) ? 1 : 0;
  CHECK(told >= 256);
  CHECK(told <= 256 + RefusalLimit::kMost);
  CHECK(limit.note(1000, now + RefusalLimit::kWindow) == 0U);
}
