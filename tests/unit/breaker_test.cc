// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/breaker.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

using std::chrono::seconds;

constexpr SteadyTime kStart{std::chrono::hours(1)};

struct Tried {
  Breaker breaker{"one"};
  SteadyTime now = kStart;

  bool send(SendStatus status, std::optional<seconds> retry_after = std::nullopt,
            bool too_many_requests = false) {
    breaker.begins(now, {});
    return breaker.ends(
        {.status = status, .too_many_requests = too_many_requests, .retry_after = retry_after}, now,
        {});
  }
  seconds set_aside_for() {
    seconds time{0};
    while (breaker.set_aside(now + time)) ++time;
    return time;
  }
};

}  // namespace

TEST(three_failures_in_a_row_set_a_provider_aside) {
  for (const SendStatus status :
       {SendStatus::ambiguous, SendStatus::credentials, SendStatus::try_elsewhere}) {
    Tried tried;
    CHECK(!tried.send(status));
    CHECK(!tried.send(status));
    CHECK_EQ(tried.set_aside_for().count(), 0);
    CHECK(tried.send(status));
    CHECK_EQ(tried.set_aside_for().count(), 30);
    CHECK_EQ(tried.breaker.health().circuit, Circuit::open);
  }
}

TEST(what_the_number_is_to_blame_for_is_no_failure) {
  for (const SendStatus status : {SendStatus::accepted, SendStatus::number_cannot_sms,
                                  SendStatus::number_refused, SendStatus::blocked}) {
    Tried tried;
    tried.send(SendStatus::try_elsewhere);
    tried.send(SendStatus::try_elsewhere);
    tried.send(status);
    tried.send(SendStatus::try_elsewhere);
    CHECK_EQ(tried.set_aside_for().count(), 0);
    CHECK_EQ(tried.breaker.health().failures, 1u);
  }
}

TEST(each_failed_trial_doubles_the_time_up_to_ten_minutes) {
  Tried tried;
  for (int i = 0; i < 3; ++i) tried.send(SendStatus::try_elsewhere);
  for (const int expected : {30, 60, 120, 240, 480, 600, 600}) {
    const seconds time = tried.set_aside_for();
    CHECK_EQ(time.count(), expected);
    tried.now += time;
    tried.send(SendStatus::try_elsewhere);
  }
}

TEST(during_a_trial_it_stays_set_aside_for_others) {
  Tried tried;
  for (int i = 0; i < 3; ++i) tried.send(SendStatus::try_elsewhere);
  tried.now += seconds(30);
  CHECK(!tried.breaker.set_aside(tried.now));
  CHECK(tried.breaker.begins(tried.now, {}));
  CHECK_EQ(tried.breaker.health().circuit, Circuit::half_open);
  CHECK(tried.breaker.set_aside(tried.now));
  CHECK(tried.breaker.ends({.status = SendStatus::accepted}, tried.now, {}));
  CHECK(!tried.breaker.set_aside(tried.now));
}

TEST(a_late_failure_does_not_prolong_the_time) {
  Tried tried;
  for (int i = 0; i < 3; ++i) tried.send(SendStatus::try_elsewhere);
  CHECK(!tried.send(SendStatus::try_elsewhere));
  CHECK_EQ(tried.set_aside_for().count(), 30);
}

TEST(retry_after_is_heeded_at_once_and_within_bounds) {
  for (const auto& [said, heeded] : {std::pair{0, 1}, {7, 7}, {3600, 600}}) {
    Tried tried;
    CHECK(tried.send(SendStatus::try_elsewhere, seconds(said), true));
    CHECK_EQ(tried.set_aside_for().count(), heeded);
  }
}

TEST(retry_after_is_heeded_of_any_failed_answer) {
  for (const SendStatus status :
       {SendStatus::ambiguous, SendStatus::credentials, SendStatus::try_elsewhere}) {
    Tried tried;
    CHECK(tried.send(status, seconds(120)));
    CHECK_EQ(tried.set_aside_for().count(), 120);
  }
  Tried tried;
  CHECK(!tried.send(SendStatus::number_refused, seconds(120)));
  CHECK_EQ(tried.set_aside_for().count(), 0);
}
