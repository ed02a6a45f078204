// SPDX-License-Identifier: Apache-2.0
#include "lib/session/decoy.h"

#include <set>

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

const SteadyTime kNow{1h};

DeliveryHistory::Sample sample(SteadyDuration took, SendStatus status = SendStatus::accepted,
                               SteadyTime at = kNow) {
  return {took, status, false, at};
}

}  // namespace

TEST(without_history_a_decoy_takes_a_plausible_time) {
  DeliveryHistory history;
  ScriptedRandom random;
  std::set<SteadyDuration> seen;
  for (int i = 0; i < 200; ++i) {
    const auto drawn = history.draw(random, kNow);
    REQUIRE(drawn.ok());
    CHECK_EQ(drawn->status, SendStatus::accepted);
    CHECK(drawn->took >= 150ms && drawn->took < 450ms);
    seen.insert(drawn->took);
  }
  CHECK(seen.size() > 50);
}

TEST(every_recent_sample_is_drawn_and_no_other) {
  DeliveryHistory history;
  ScriptedRandom random;
  history.remember(sample(10ms));
  history.remember(sample(20ms, SendStatus::ambiguous));
  history.remember({30ms, SendStatus::try_elsewhere, true, kNow});
  std::set<SteadyDuration> seen;
  for (int i = 0; i < 200; ++i) {
    const auto drawn = history.draw(random, kNow);
    REQUIRE(drawn.ok());
    CHECK_EQ(drawn->may_have_been_sent, drawn->took == 30ms);
    seen.insert(drawn->took);
  }
  CHECK(seen == std::set<SteadyDuration>({10ms, 20ms, 30ms}));
}

TEST(only_the_last_64_samples_count) {
  DeliveryHistory history;
  ScriptedRandom random;
  history.remember(sample(9999ms));
  for (int i = 0; i < 64; ++i) history.remember(sample(1ms));
  for (int i = 0; i < 500; ++i) CHECK(history.draw(random, kNow)->took == 1ms);
}

TEST(what_concerns_one_number_only_is_not_remembered) {
  DeliveryHistory history;
  ScriptedRandom random;
  history.remember(sample(1ms));
  for (int i = 0; i < 100; ++i)
    for (const SendStatus status : {SendStatus::number_cannot_sms, SendStatus::number_refused,
                                    SendStatus::blocked, SendStatus::not_permitted})
      history.remember(sample(2ms, status));
  for (int i = 0; i < 100; ++i) {
    const auto drawn = history.draw(random, kNow);
    CHECK(drawn->took == 1ms && drawn->status == SendStatus::accepted);
  }
}

TEST(an_outage_of_long_ago_is_over_for_decoys_too) {
  DeliveryHistory history;
  ScriptedRandom random;
  history.remember(sample(7ms, SendStatus::accepted, kNow - 20min));
  for (int i = 0; i < 60; ++i)
    history.remember(sample(8ms, SendStatus::try_elsewhere, kNow - 10min + 1ms));
  bool failed = false;
  for (int i = 0; i < 200; ++i)
    failed = failed || history.draw(random, kNow)->status == SendStatus::try_elsewhere;
  CHECK(failed);
  for (int i = 0; i < 200; ++i) {
    const auto drawn = history.draw(random, kNow + 1ms);
    CHECK(drawn->took == 7ms && drawn->status == SendStatus::accepted);
  }
}

TEST(a_failing_random_source_fails_the_draw) {
  DeliveryHistory history;
  ScriptedRandom random;
  random.fail_at(0);
  CHECK(!history.draw(random, kNow).ok());
  history.remember(sample(1ms));
  random.fail_at(0);
  CHECK(!history.draw(random, kNow).ok());
}

TEST(decoy_digits_depend_on_name_and_key_and_on_nothing_else) {
  std::array<unsigned char, 32> key{};
  std::array<unsigned char, 32> other_key{};
  other_key[31] = 1;
  std::set<std::string> seen;
  int same_under_both = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string user = "user" + std::to_string(i);
    const std::string digits = decoy_digits(key, user);
    REQUIRE(digits.size() == 2);
    CHECK(digits.find_first_not_of("0123456789") == std::string::npos);
    CHECK_EQ(digits, decoy_digits(key, user));
    same_under_both += digits == decoy_digits(other_key, user);
    seen.insert(digits);
  }
  CHECK_EQ(seen.size(), 100u);
  CHECK(same_under_both < 50);
  CHECK_EQ(decoy_digits(key, "").size(), 2u);
}
