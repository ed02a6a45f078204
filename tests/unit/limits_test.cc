// SPDX-License-Identifier: Apache-2.0
#include "lib/session/limits.h"

#include <thread>

#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

Standing real() {
  Standing standing;
  standing.is_real = true;
  standing.phone = PhoneNumber::parse_international("+353851234567");
  return standing;
}

Standing barred() {
  Standing standing;
  standing.barred_phone = PhoneNumber::parse_international("+353851234567");
  return standing;
}

std::vector<std::string> keys(const std::vector<Budget>& budgets) {
  std::vector<std::string> all;
  for (const auto& budget : budgets) all.push_back(budget.key);
  return all;
}

SendReport report(SendStatus status, bool may_have_been_sent) {
  return {.status = status, .may_have_been_sent = may_have_been_sent};
}

}  // namespace

TEST(a_message_is_taken_from_the_budgets_of_number_user_and_source) {
  const LimitSettings limits;
  const auto budgets = budgets_for(limits, Scene::login(), real());
  REQUIRE(budgets.size() == 3);
  CHECK_EQ(budgets[0].scope, BudgetScope::number);
  CHECK_EQ(budgets[0].key, "+353851234567");
  CHECK(budgets[0].count == 6 && budgets[0].window == 10min);
  CHECK_EQ(budgets[1].scope, BudgetScope::user);
  CHECK_EQ(budgets[1].key, "alice");
  CHECK(budgets[1].count == 30 && budgets[1].window == 24h);
  CHECK_EQ(budgets[2].scope, BudgetScope::source);
  CHECK_EQ(budgets[2].key, "192.0.2.7");
  CHECK(budgets[2].count == 20 && budgets[2].window == 1h);
  const auto host = host_budgets(limits, Scene::login(), true);
  REQUIRE(host.size() == 2);
  CHECK_EQ(host[0].scope, BudgetScope::host);
  CHECK(host[0].count == 100 && host[0].window == 1h && host[0].only_looked_at);
  CHECK_EQ(host[1].scope, BudgetScope::host_day);
  CHECK(host[1].count == 1000 && host[1].window == 24h && host[1].only_looked_at);
}

TEST(who_has_proved_nothing_has_a_share_of_each_budget) {
  LimitSettings limits;
  limits.sends_per_number.count = 1;
  const auto counts = [&](Lane lane) {
    LoginRequest request = Scene::login();
    request.lane = lane;
    std::vector<unsigned> found;
    auto budgets = budgets_for(limits, request, real());
    for (const auto& budget : host_budgets(limits, request, false)) budgets.push_back(budget);
    for (const auto& budget : budgets)
      if (budget.is_share) found.push_back(budget.count);
    return found;
  };
  CHECK(counts(Lane::proven).empty());
  CHECK((counts(Lane::unproven) == std::vector<unsigned>{10, 15, 1, 500, 50}));
  CHECK((counts(Lane::own) == std::vector<unsigned>{10, 15, 1, 250, 25}));
}

TEST(a_decoys_budgets_are_its_own_but_for_the_source) {
  const LimitSettings limits;
  const std::vector<std::string> expected = {"decoy:alice", "decoy:alice", "192.0.2.7"};
  CHECK(keys(budgets_for(limits, Scene::login(), Standing{})) == expected);
}

TEST(a_barred_persons_budgets_stay_theirs) {
  const LimitSettings limits;
  CHECK(keys(budgets_for(limits, Scene::login(), barred())) ==
        keys(budgets_for(limits, Scene::login(), real())));
}

TEST(without_a_remote_host_each_caller_is_a_source) {
  LoginRequest sudo = Scene::login("alice", "sudo", "");
  sudo.caller = "alice";
  const std::string key = budgets_for({}, sudo, real())[2].key;
  sudo.caller = "bob";
  CHECK(budgets_for({}, sudo, real())[2].key != key);
}

TEST(lock_rules_are_the_configured_ones) {
  LimitSettings limits;
  limits.failures_before_lock = 4;
  limits.lock = 7min;
  limits.failures_before_disable = 44;
  const LockRules rules = lock_rules(limits);
  CHECK(rules.failures_before_lock == 4 && rules.lock == 7min &&
        rules.failures_before_disable == 44);
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
    StoreLedger ledger(scene.store, {{BudgetScope::user, "alice", 1, 1h}});
    CHECK(ledger.reserve("twilio"));
    ledger.settle(report(one.status, one.may_have_been_sent));
    ledger.settle(report(one.status, one.may_have_been_sent));  // nothing left to settle
    const std::vector<std::string> expected = {"reserve", one.settled};
    CHECK(scene.store.calls() == expected);
  }
}

TEST(the_ledger_says_why_it_refused) {
  Scene scene;
  StoreLedger ledger(scene.store, {{BudgetScope::source, "x", 1, 10min}});
  CHECK(ledger.reserve("twilio"));
  ledger.settle(report(SendStatus::accepted, false));
  scene.clock.advance(60s);
  CHECK(!ledger.reserve("telnyx"));
  CHECK(!ledger.store_failed());
  CHECK(ledger.retry_in() == 9min);
  CHECK_EQ(ledger.detail(), "sends_per_source is used up");
  CHECK_EQ(ledger.limit(), "sends_per_source");
  scene.store.fail(StoreCall::reserve_send);
  CHECK(!ledger.reserve("telnyx"));
  CHECK(ledger.store_failed());
  CHECK_EQ(ledger.detail(), "the store is broken");
  CHECK_EQ(ledger.limit(), "");
}
