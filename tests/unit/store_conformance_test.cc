// SPDX-License-Identifier: Apache-2.0
// What lib/store/store.h promises, of every store there is.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/store/store.h"
#include "tests/unit/every_store.h"

using namespace sms2fa;
using namespace std::chrono_literals;
using test::must;

namespace {

constexpr LockRules kRules = {3, 30min, 7};

AttemptId count(Store& store, const std::string& user = "alice") {
  const auto counted = must(store.count_attempt(user, kRules));
  REQUIRE(counted.id.has_value());
  return *counted.id;
}

void fail_times(Store& store, int times, const std::string& user = "alice") {
  for (int i = 0; i < times; ++i) must(store.commit_outcome(count(store, user), false));
}

// Locks end on the way.
void fail_until_disabled(test::StoreScene scene) {
  for (unsigned i = 0; i < kRules.failures_before_disable; ++i) {
    fail_times(scene.store, 1);
    scene.time.advance(kRules.lock);
  }
}

bool may_send(Store& store, const std::vector<Budget>& budgets) {
  return must(store.reserve_send(budgets)).reserved.has_value();
}

const std::vector<Budget> kTwoPerNumber = {{BudgetScope::number, "+353850000001", 2, 10min}};

VerdictRecord verdict(const std::string& user, const std::string& reason) {
  return {WallTime(1'750'000'000'123ms),
          user,
          "sshd",
          "2001:db8::1",
          "denied",
          reason,
          "sms",
          "twilio",
          "SM1",
          "********67"};
}

}  // namespace

STORE_TEST(a_budget_is_spent_and_refills) {
  CHECK(may_send(scene.store, kTwoPerNumber));
  scene.time.advance(4min);
  CHECK(may_send(scene.store, kTwoPerNumber));
  const auto refused = must(scene.store.reserve_send(kTwoPerNumber));
  CHECK(!refused.reserved);
  CHECK(refused.exhausted == BudgetScope::number);
  CHECK_EQ(refused.retry_in.count(), 6 * 60);
  scene.time.advance(6min - 1ms);
  CHECK_EQ(must(scene.store.reserve_send(kTwoPerNumber)).retry_in.count(), 1);
  scene.time.advance(1ms);
  CHECK(may_send(scene.store, kTwoPerNumber));
  CHECK(!may_send(scene.store, kTwoPerNumber));
}

STORE_TEST(a_reservation_takes_from_every_budget_or_from_none) {
  const std::vector<Budget> both = {{BudgetScope::user, "alice", 5, 1h},
                                    {BudgetScope::source, "192.0.2.1", 1, 1h}};
  const std::vector<Budget> user_only = {{BudgetScope::user, "alice", 2, 1h}};
  CHECK(may_send(scene.store, both));
  for (int i = 0; i < 3; ++i)
    CHECK(must(scene.store.reserve_send(both)).exhausted == BudgetScope::source);
  CHECK(may_send(scene.store, user_only));
  CHECK(!may_send(scene.store, user_only));
}

STORE_TEST(a_budget_that_is_only_looked_at_keeps_its_messages) {
  const std::vector<Budget> taken = {{BudgetScope::user, "x", 3, 10min}};
  const std::vector<Budget> host = {{BudgetScope::host, "", 1, 10min}};
  std::vector<Budget> both = {taken.front(), host.front()};
  both.back().only_looked_at = true;
  CHECK(may_send(scene.store, both));
  CHECK(may_send(scene.store, both));
  CHECK(may_send(scene.store, host));
  const auto refused = must(scene.store.reserve_send(both));
  CHECK(!refused.reserved);
  CHECK(refused.exhausted == BudgetScope::host);
  CHECK(may_send(scene.store, taken));
  CHECK(!may_send(scene.store, taken));
}

STORE_TEST(scopes_and_keys_are_kept_apart) {
  for (const BudgetScope scope :
       {BudgetScope::number, BudgetScope::user, BudgetScope::source, BudgetScope::host})
    for (const char* key : {"", "a", "b"}) {
      CHECK(may_send(scene.store, {{scope, key, 1, 1h}}));
      CHECK(!may_send(scene.store, {{scope, key, 1, 1h}}));
    }
}

STORE_TEST(a_message_that_was_not_sent_is_given_back_once) {
  const auto first = must(scene.store.reserve_send(kTwoPerNumber)).reserved;
  const auto second = must(scene.store.reserve_send(kTwoPerNumber)).reserved;
  REQUIRE(first.has_value() && second.has_value());
  must(scene.store.settle_send(*first, false));
  must(scene.store.settle_send(*first, false));
  must(scene.store.settle_send(*second, true));
  must(scene.store.settle_send(*second, false));
  CHECK(may_send(scene.store, kTwoPerNumber));
  CHECK(!may_send(scene.store, kTwoPerNumber));
}

STORE_TEST(a_budget_of_nothing_lets_nothing_through) {
  const auto refused = must(scene.store.reserve_send({{BudgetScope::host, "", 0, 1h}}));
  CHECK(!refused.reserved);
  CHECK_EQ(refused.retry_in.count(), 3600);
}

STORE_TEST(an_attempt_counts_before_its_outcome) {
  const auto counted = must(scene.store.count_attempt("alice", kRules));
  CHECK_EQ(counted.state.consecutive_failures, 1u);
  CHECK_EQ(must(scene.store.state_of("alice")).consecutive_failures, 1u);
  CHECK_EQ(must(scene.store.state_of("bob")).consecutive_failures, 0u);
}

STORE_TEST(a_right_answer_ends_the_series) {
  fail_times(scene.store, 2);
  must(scene.store.commit_outcome(count(scene.store), true));
  const auto state = must(scene.store.state_of("alice"));
  CHECK_EQ(state.consecutive_failures, 0u);
  CHECK_EQ(state.locked_for.count(), 0);
  CHECK(must(scene.store.user_states()).empty());
}

STORE_TEST(an_outcome_comes_once) {
  const AttemptId right = count(scene.store);
  must(scene.store.commit_outcome(right, true));
  CHECK(!scene.store.commit_outcome(right, true).ok());
  const AttemptId wrong = count(scene.store);
  must(scene.store.commit_outcome(wrong, false));
  CHECK(!scene.store.commit_outcome(wrong, true).ok());
  CHECK(!scene.store.commit_outcome(123456, true).ok());
  CHECK_EQ(must(scene.store.state_of("alice")).consecutive_failures, 1u);
}

STORE_TEST(each_multiple_of_the_limit_locks) {
  fail_times(scene.store, 2);
  CHECK_EQ(must(scene.store.state_of("alice")).locked_for.count(), 0);
  fail_times(scene.store, 1);
  const auto refused = must(scene.store.count_attempt("alice", kRules));
  CHECK(!refused.id);
  CHECK_EQ(refused.state.consecutive_failures, 3u);
  CHECK_EQ(refused.state.locked_for.count(), 30 * 60);
  scene.time.advance(30min - 1ms);
  CHECK_EQ(must(scene.store.state_of("alice")).locked_for.count(), 1);
  CHECK(!must(scene.store.count_attempt("alice", kRules)).id);
  scene.time.advance(1ms);
  fail_times(scene.store, 2);
  CHECK_EQ(must(scene.store.state_of("alice")).locked_for.count(), 0);
  fail_times(scene.store, 1);
  CHECK_EQ(must(scene.store.state_of("alice")).locked_for.count(), 30 * 60);
}

STORE_TEST(too_many_failures_disable_for_good) {
  fail_until_disabled(scene);
  scene.time.advance(std::chrono::days(365));
  const auto refused = must(scene.store.count_attempt("alice", kRules));
  CHECK(!refused.id);
  CHECK(refused.state.disabled);
  CHECK_EQ(refused.state.locked_for.count(), 0);
}

STORE_TEST(a_right_answer_undoes_its_own_lock_and_disabling) {
  fail_times(scene.store, 2);
  const AttemptId third = count(scene.store);
  CHECK(must(scene.store.state_of("alice")).locked_for.count() > 0);
  must(scene.store.commit_outcome(third, true));
  CHECK_EQ(must(scene.store.state_of("alice")).locked_for.count(), 0);
  for (unsigned i = 0; i + 1 < kRules.failures_before_disable; ++i) {
    fail_times(scene.store, 1);
    scene.time.advance(kRules.lock);
  }
  const AttemptId last = count(scene.store);
  CHECK(must(scene.store.state_of("alice")).disabled);
  must(scene.store.commit_outcome(last, true));
  CHECK(!must(scene.store.state_of("alice")).disabled);
}

STORE_TEST(a_right_answer_leaves_a_disabling_by_others) {
  const AttemptId early = count(scene.store);
  for (unsigned i = 1; i < kRules.failures_before_disable; ++i) {
    fail_times(scene.store, 1);
    scene.time.advance(kRules.lock);
  }
  must(scene.store.commit_outcome(early, true));
  const auto state = must(scene.store.state_of("alice"));
  CHECK(state.disabled);
  CHECK_EQ(state.consecutive_failures, kRules.failures_before_disable);
}

STORE_TEST(unlocking_clears_everything) {
  CHECK(!must(scene.store.unlock("alice")));
  fail_until_disabled(scene);
  CHECK(must(scene.store.unlock("alice")));
  const auto state = must(scene.store.state_of("alice"));
  CHECK(!state.disabled);
  CHECK_EQ(state.consecutive_failures, 0u);
  fail_times(scene.store, 2);
}

STORE_TEST(the_states_of_all_are_listed_by_name) {
  fail_times(scene.store, 1, "bob");
  fail_times(scene.store, 3, "alice");
  const auto states = must(scene.store.user_states());
  REQUIRE(states.size() == 2);
  CHECK_EQ(states[0].user, "alice");
  CHECK_EQ(states[0].state.locked_for.count(), 30 * 60);
  CHECK_EQ(states[1].user, "bob");
  CHECK_EQ(states[1].state.consecutive_failures, 1u);
}

STORE_TEST(nobody_is_counted_but_never_locked_nor_listed) {
  fail_times(scene.store, 1, "bob");
  for (unsigned i = 0; i < 2 * kRules.failures_before_disable; ++i)
    must(scene.store.commit_outcome(count(scene.store, kNobody), false));
  CHECK_EQ(must(scene.store.user_states()).size(), 1u);
  CHECK_EQ(must(scene.store.state_of("bob")).consecutive_failures, 1u);
}

STORE_TEST(the_failures_of_a_day_outlive_a_success) {
  fail_times(scene.store, 2);
  scene.time.advance(23h);
  must(scene.store.commit_outcome(count(scene.store), true));
  CHECK_EQ(must(scene.store.failures_last_day("alice")), 2u);
  fail_times(scene.store, 1);
  CHECK_EQ(must(scene.store.failures_last_day("alice")), 3u);
  CHECK_EQ(must(scene.store.failures_last_day("bob")), 0u);
  scene.time.advance(1h);
  CHECK_EQ(must(scene.store.failures_last_day("alice")), 1u);
}

STORE_TEST(the_wall_clock_changes_nothing) {
  fail_times(scene.store, 3);
  CHECK(may_send(scene.store, {{BudgetScope::user, "alice", 1, 1h}}));
  for (const auto jump : {std::chrono::hours(24 * 365), std::chrono::hours(-24 * 366)}) {
    scene.time.jump_wall(jump);
    CHECK_EQ(must(scene.store.state_of("alice")).locked_for.count(), 30 * 60);
    CHECK(!may_send(scene.store, {{BudgetScope::user, "alice", 1, 1h}}));
  }
}

STORE_TEST(the_decoy_key_stays) {
  const auto key = must(scene.store.decoy_key());
  CHECK(key == must(scene.store.decoy_key()));
  CHECK(key != (std::array<unsigned char, 32>{}));
}

STORE_TEST(verdicts_come_back_newest_first) {
  for (const auto& [user, reason] : {std::pair{"alice", "a1"}, {"bob", "b1"}, {"alice", "a2"}})
    must(scene.store.record_verdict(verdict(user, reason)));
  const auto all = must(scene.store.recent_verdicts(std::nullopt, 2));
  REQUIRE(all.size() == 2);
  CHECK_EQ(all[0].reason, "a2");
  CHECK_EQ(all[1].reason, "b1");
  const auto alices = must(scene.store.recent_verdicts("alice", 10));
  REQUIRE(alices.size() == 2);
  const VerdictRecord& one = alices[1];
  CHECK(one.when == WallTime(1'750'000'000'123ms));
  CHECK_EQ(one.user + one.service + one.rhost + one.verdict + one.reason,
           "alicesshd2001:db8::1denieda1");
  CHECK_EQ(one.method + one.provider + one.message_id + one.masked_number,
           "smstwilioSM1********67");
}

STORE_TEST(only_the_newest_verdicts_are_kept_and_long_texts_are_cut) {
  const std::string name(10'000, 'x');
  must(scene.store.record_verdict(verdict("first", "")));
  for (size_t i = 0; i < kMostVerdicts; ++i) must(scene.store.record_verdict(verdict(name, "")));
  const auto all = must(scene.store.recent_verdicts(std::nullopt, 2 * kMostVerdicts));
  CHECK_EQ(all.size(), kMostVerdicts);
  CHECK_EQ(all.front().user.size(), kLongestVerdictText);
  CHECK(must(scene.store.recent_verdicts("first", 1)).empty());
}

STORE_TEST(any_bytes_make_a_user_name) {
  using std::string_literals::operator""s;
  for (const std::string& name : {"a\0b"s, "a"s, "\xff\xfe"s, "'; DROP TABLE users; --"s}) {
    fail_times(scene.store, 1, name);
    CHECK_EQ(must(scene.store.state_of(name)).consecutive_failures, 1u);
    must(scene.store.record_verdict(verdict(name, "")));
    CHECK_EQ(must(scene.store.recent_verdicts(name, 9)).size(), 1u);
  }
  CHECK_EQ(must(scene.store.user_states()).size(), 4u);
  CHECK_EQ(must(scene.store.state_of("A")).consecutive_failures, 0u);
}

STORE_TEST(a_totp_step_is_used_once_and_never_an_earlier_one) {
  CHECK(must(scene.store.use_totp_step("alice", 100)));
  CHECK(!must(scene.store.use_totp_step("alice", 100)));
  scene.time.jump_wall(-24h);
  CHECK(!must(scene.store.use_totp_step("alice", 99)));
  CHECK(must(scene.store.use_totp_step("alice", 101)));
  CHECK(must(scene.store.use_totp_step("bob", 5)));
}

STORE_TEST(a_backup_code_is_used_once) {
  CHECK(!must(scene.store.backup_codes("alice")));
  CHECK(!must(scene.store.use_backup_code("alice", "h1")));
  must(scene.store.replace_backup_codes("alice", "$y$salt", {"h1", "h2"}));
  CHECK(must(scene.store.use_backup_code("alice", "h1")));
  CHECK(!must(scene.store.use_backup_code("alice", "h1")));
  CHECK(!must(scene.store.use_backup_code("alice", "h3")));
  CHECK(!must(scene.store.use_backup_code("bob", "h2")));
  const auto codes = must(scene.store.backup_codes("alice"));
  REQUIRE(codes.has_value());
  CHECK_EQ(codes->parameters, "$y$salt");
  CHECK_EQ(codes->left, 1u);
}

STORE_TEST(new_backup_codes_take_the_place_of_the_old) {
  must(scene.store.replace_backup_codes("alice", "old", {"h1", "h2"}));
  CHECK(!scene.store.replace_backup_codes("alice", "broken", {"h", "h"}).ok());
  CHECK_EQ(must(scene.store.backup_codes("alice"))->parameters, "old");
  must(scene.store.replace_backup_codes("alice", "new", {"h3"}));
  CHECK(!must(scene.store.use_backup_code("alice", "h1")));
  CHECK(must(scene.store.use_backup_code("alice", "h3")));
  CHECK_EQ(must(scene.store.backup_codes("alice"))->left, 0u);
  must(scene.store.replace_backup_codes("alice", "", {}));
  CHECK(!must(scene.store.backup_codes("alice")));
}

// safety.md 5: of many at the same time, exactly so many get through.
STORE_TEST(a_record_is_what_each_part_says_by_itself) {
  must(scene.store.replace_backup_codes("alice", "p", {"one", "two"}));
  must(scene.store.issue_pass("alice", "q", "hash", 60s));
  must(scene.store.put_app("alice", {"phone", "key-id: sealed", {}, {}}));
  must(scene.store.commit_outcome(count(scene.store), false));
  const auto record = must(scene.store.record_of("alice"));
  CHECK_EQ(record.state.consecutive_failures, 1u);
  CHECK_EQ(record.enrolment.apps.at(0).label, "phone");
  CHECK_EQ(record.backup_codes.value().left, 2u);
  CHECK_EQ(record.pass.value().parameters, "q");
  const auto nobody = must(scene.store.record_of("bob"));
  CHECK_EQ(nobody.state.consecutive_failures, 0u);
  CHECK(nobody.enrolment.apps.empty());
  CHECK(!nobody.backup_codes && !nobody.pass);
}

STORE_TEST(racing_threads_get_no_more_than_there_is) {
  constexpr int kThreads = 16;
  std::atomic<int> counted = 0, sent = 0, steps = 0, codes = 0, errors = 0;
  must(scene.store.replace_backup_codes("alice", "p", {"h"}));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      Store& store = scene.store;
      for (int j = 0; j < 5; ++j) {
        const auto attempt = store.count_attempt("alice", kRules);
        const auto decision = store.reserve_send(kTwoPerNumber);
        const auto step = store.use_totp_step("alice", j);
        const auto code = store.use_backup_code("alice", "h");
        if (!attempt || !decision || !step || !code) {
          ++errors;
          continue;
        }
        counted += attempt->id.has_value();
        sent += decision->reserved.has_value();
        steps += *step;
        codes += *code;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK_EQ(errors.load(), 0);
  CHECK_EQ(counted.load(), 3);
  CHECK_EQ(sent.load(), 2);
  CHECK(steps.load() >= 1 && steps.load() <= 5);
  CHECK_EQ(codes.load(), 1);
}
