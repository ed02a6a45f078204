// SPDX-License-Identifier: Apache-2.0
#include "lib/session/limits.h"

#include <thread>

#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

Eligibility real() {
  Eligibility eligibility;
  eligibility.is_real = true;
  eligibility.phone = PhoneNumber::parse_international("+353851234567");
  return eligibility;
}

Eligibility locked_out() {
  Eligibility eligibility;
  eligibility.locked_out_phone = PhoneNumber::parse_international("+353851234567");
  return eligibility;
}

std::vector<std::string> keys(const std::vector<RateLimit>& rate_limits) {
  std::vector<std::string> all;
  for (const auto& rate_limit : rate_limits) all.push_back(rate_limit.key);
  return all;
}

SendReport report(SendStatus status, bool may_have_been_sent) {
  return {.status = status, .may_have_been_sent = may_have_been_sent};
}

}  // namespace

TEST(a_message_is_taken_from_the_budgets_of_number_user_and_source) {
  const LimitSettings limits;
  const auto rate_limits = rate_limits_for(limits, Scene::login(), real());
  REQUIRE(rate_limits.size() == 3);
  CHECK_EQ(rate_limits[0].scope, RateLimitScope::number);
  CHECK_EQ(rate_limits[0].key, "+353851234567");
  CHECK(rate_limits[0].count == 6 && rate_limits[0].window == 10min);
  CHECK_EQ(rate_limits[1].scope, RateLimitScope::user);
  CHECK_EQ(rate_limits[1].key, "alice");
  CHECK(rate_limits[1].count == 30 && rate_limits[1].window == 24h);
  CHECK_EQ(rate_limits[2].scope, RateLimitScope::source);
  CHECK_EQ(rate_limits[2].key, "192.0.2.7");
  CHECK(rate_limits[2].count == 20 && rate_limits[2].window == 1h);
  const auto host = host_rate_limits(limits, Scene::login(), true);
  REQUIRE(host.size() == 2);
  CHECK_EQ(host[0].scope, RateLimitScope::host);
  CHECK(host[0].count == 100 && host[0].window == 1h && host[0].only_looked_at);
  CHECK_EQ(host[1].scope, RateLimitScope::host_day);
  CHECK(host[1].count == 1000 && host[1].window == 24h && host[1].only_looked_at);
}

TEST(who_has_proved_nothing_has_a_share_of_each_budget) {
  LimitSettings limits;
  limits.sends_per_number.count = 1;
  const auto counts = [&](Lane lane) {
    LoginRequest request = Scene::login();
    request.lane = lane;
    std::vector<unsigned> found;
    auto rate_limits = rate_limits_for(limits, request, real());
    for (const auto& rate_limit : host_rate_limits(limits, request, false))
      rate_limits.push_back(rate_limit);
    for (const auto& rate_limit : rate_limits)
      if (rate_limit.is_share) found.push_back(rate_limit.count);
    return found;
  };
  CHECK(counts(Lane::proven).empty());
  CHECK((counts(Lane::unproven) == std::vector<unsigned>{10, 15, 1, 500, 50}));
  CHECK((counts(Lane::own) == std::vector<unsigned>{10, 15, 1, 250, 25}));
}

TEST(a_decoys_budgets_are_its_own_but_for_the_source) {
  const LimitSettings limits;
  const std::vector<std::string> expected = {"decoy:alice", "decoy:alice", "192.0.2.7"};
  CHECK(keys(rate_limits_for(limits, Scene::login(), Eligibility{})) == expected);
}

TEST(a_barred_persons_budgets_stay_theirs) {
  const LimitSettings limits;
  CHECK(keys(rate_limits_for(limits, Scene::login(), locked_out())) ==
        keys(rate_limits_for(limits, Scene::login(), real())));
}

TEST(without_a_remote_host_each_caller_is_a_source) {
  LoginRequest sudo = Scene::login("alice", "sudo", "");
  sudo.caller = "alice";
  const std::string key = rate_limits_for({}, sudo, real())[2].key;
  sudo.caller = "bob";
  CHECK(rate_limits_for({}, sudo, real())[2].key != key);
}

TEST(lock_rules_are_the_configured_ones) {
  LimitSettings limits;
  limits.wrong_before_lockout = 4;
  limits.lockout = 7min;
  limits.wrong_before_disable = 44;
  const LockRules rules = lock_rules(limits);
  CHECK(rules.wrong_before_lockout == 4 && rules.lock == 7min && rules.wrong_before_disable == 44);
}

TEST(the_ledger_settles_by_what_may_have_been_sent) {
  struct {
    SendStatus status;
    bool may_have_been_sent;
    const char* settled;
  } const cases[] = {{SendStatus::accepted, false, "settle spent"},
                     {SendStatus::ambiguous, true, "settle spent"},
                     {SendStatus::try_elsewhere, true, "settle spent"},
                     {SendStatus::try_elsewhere, false, "settle unsent"},
                     {SendStatus::credentials, false, "settle unsent"},
                     {SendStatus::number_refused, false, "settle unsent"},
                     {SendStatus::number_cannot_sms, false, "settle unsent"},
                     {SendStatus::blocked, false, "settle unsent"}};
  for (const auto& one : cases) {
    Scene scene;
    StoreQuota quota(scene.store, {{RateLimitScope::user, "alice", 1, 1h}});
    CHECK(quota.reserve("twilio"));
    quota.settle(report(one.status, one.may_have_been_sent));
    quota.settle(report(one.status, one.may_have_been_sent));  // nothing left to settle
    const std::vector<std::string> expected = {"reserve", one.settled};
    CHECK(scene.store.calls() == expected);
  }
}

TEST(the_ledger_says_why_it_refused) {
  Scene scene;
  StoreQuota quota(scene.store, {{RateLimitScope::source, "x", 1, 10min}});
  CHECK(quota.reserve("twilio"));
  quota.settle(report(SendStatus::accepted, false));
  scene.clock.advance(60s);
  CHECK(!quota.reserve("telnyx"));
  CHECK(!quota.store_failed());
  CHECK(quota.retry_in() == 9min);
  CHECK_EQ(quota.detail(), "sends_per_source is used up");
  CHECK_EQ(quota.limit(), "sends_per_source");
  scene.store.fail(StoreCall::reserve_send);
  CHECK(!quota.reserve("telnyx"));
  CHECK(quota.store_failed());
  CHECK_EQ(quota.detail(), "the store is broken");
  CHECK_EQ(quota.limit(), "");
}
