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
  const Budget host = host_budget(limits);
  CHECK_EQ(host.scope, BudgetScope::host);
  CHECK(host.count == 100 && host.window == 1h);
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

TEST(without_a_remote_host_the_source_is_local) {
  CHECK_EQ(budgets_for({}, Scene::login("alice", "sudo", ""), real())[2].key, "local");
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
  scene.store.fail(StoreCall::reserve_send);
  CHECK(!ledger.reserve("telnyx"));
  CHECK(ledger.store_failed());
  CHECK_EQ(ledger.detail(), "the store is broken");
}

TEST(admission_bounds_the_attempts_of_one_user) {
  Admission admission;
  auto first = admission.admit("alice", 2);
  auto second = admission.admit("alice", 2);
  CHECK(first && second);
  CHECK(!admission.admit("alice", 2));
  CHECK(admission.admit("bob", 2).has_value());
  second.reset();
  auto third = admission.admit("alice", 2);
  CHECK(third.has_value());
  auto moved = std::move(*third);
  CHECK(!admission.admit("alice", 2));
  CHECK(!admission.admit("alice", 0));
  CHECK(!admission.admit("carol", 0));
}

TEST(admission_is_exact_with_many_threads) {
  Admission admission;
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) {
        const auto place = admission.admit("alice", 4);
        if (!place) continue;
        const int now = ++inside;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --inside;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(most >= 1 && most <= 4);
  CHECK(admission.admit("alice", 1).has_value());
}
