// SPDX-License-Identifier: Apache-2.0
// What lib/store/store.h promises, of every store there is.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/store/store.h"
#include "tests/support/guess.h"
#include "tests/unit/every_store.h"

using namespace sms2fa;
using namespace std::chrono_literals;
using test::must;

namespace {

constexpr LockRules kRules = {3, 30min, 7};

AttemptId count(Store& store, const std::string& user = "alice") {
  const auto counted = must(store.count_attempt({user}, test::kSixDigits, kRules));
  REQUIRE(counted.id.has_value());
  return *counted.id;
}

void fail_times(Store& store, int times, const std::string& user = "alice") {
  for (int i = 0; i < times; ++i) must(store.commit_outcome(count(store, user), false));
}

bool may_send(Store& store, const std::vector<RateLimit>& rate_limits) {
  return must(store.reserve_send(rate_limits)).reserved.has_value();
}

const std::vector<RateLimit> kTwoPerNumber = {{RateLimitScope::number, "+353850000001", 2, 10min}};

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
          "********67",
          "sends_per_user",
          "robots"};
}

}  // namespace

STORE_TEST(a_budget_is_spent_and_refills) {
  CHECK(may_send(scene.store, kTwoPerNumber));
  scene.time.advance(4min);
  CHECK(may_send(scene.store, kTwoPerNumber));
  const auto refused = must(scene.store.reserve_send(kTwoPerNumber));
  CHECK(!refused.reserved);
  CHECK(refused.exhausted == RateLimitScope::number);
  CHECK_EQ(refused.retry_in.count(), 6 * 60);
  scene.time.advance(6min - 1ms);
  CHECK_EQ(must(scene.store.reserve_send(kTwoPerNumber)).retry_in.count(), 1);
  scene.time.advance(1ms);
  CHECK(may_send(scene.store, kTwoPerNumber));
  CHECK(!may_send(scene.store, kTwoPerNumber));
}

STORE_TEST(a_budget_tells_what_is_left_and_when_there_is_more) {
  const std::vector<RateLimit> both = {{RateLimitScope::number, "+353850000001", 2, 10min},
                                       {RateLimitScope::user, "alice", 3, 1h}};
  CHECK_EQ(must(scene.store.rate_limit_states(both))[1].left, 3u);
  CHECK(may_send(scene.store, both));
  scene.time.advance(4min);
  CHECK_EQ(must(scene.store.rate_limit_states(both))[0].left, 1u);
  CHECK_EQ(must(scene.store.rate_limit_states(both))[0].next_in.count(), 0);
  CHECK(may_send(scene.store, both));
  for (int i = 0; i < 3; ++i) {  // looking takes nothing
    const auto states = must(scene.store.rate_limit_states(both));
    CHECK_EQ(states[0].left, 0u);
    CHECK_EQ(states[0].next_in.count(), 6 * 60);
    CHECK_EQ(states[1].left, 1u);
    CHECK_EQ(states[1].next_in.count(), 0);
  }
  scene.time.advance(6min);
  CHECK_EQ(must(scene.store.rate_limit_states(both))[0].left, 1u);
  const auto never = must(scene.store.rate_limit_states({{RateLimitScope::user, "bob", 0, 1h}}));
  CHECK_EQ(never[0].left, 0u);
  CHECK_EQ(never[0].next_in.count(), 3600);
}

STORE_TEST(budgets_are_refilled_and_others_are_not) {
  const std::vector<RateLimit> alices = {{RateLimitScope::user, "alice", 1, 1h}};
  const std::vector<RateLimit> bobs = {{RateLimitScope::user, "bob", 1, 1h}};
  CHECK(!must(scene.store.refill_rate_limits(alices)));
  CHECK(may_send(scene.store, alices));
  CHECK(may_send(scene.store, bobs));
  CHECK(must(scene.store.refill_rate_limits(alices)));
  CHECK(!must(scene.store.refill_rate_limits(alices)));
  CHECK(may_send(scene.store, alices));
  CHECK(!may_send(scene.store, bobs));
}

STORE_TEST(a_reservation_takes_from_every_budget_or_from_none) {
  const std::vector<RateLimit> both = {{RateLimitScope::user, "alice", 5, 1h},
                                       {RateLimitScope::source, "192.0.2.1", 1, 1h}};
  const std::vector<RateLimit> user_only = {{RateLimitScope::user, "alice", 2, 1h}};
  CHECK(may_send(scene.store, both));
  for (int i = 0; i < 3; ++i)
    CHECK(must(scene.store.reserve_send(both)).exhausted == RateLimitScope::source);
  CHECK(may_send(scene.store, user_only));
  CHECK(!may_send(scene.store, user_only));
}

STORE_TEST(a_budget_that_is_only_looked_at_keeps_its_messages) {
  const std::vector<RateLimit> taken = {{RateLimitScope::user, "x", 3, 10min}};
  const std::vector<RateLimit> host = {{RateLimitScope::host, "", 1, 10min}};
  std::vector<RateLimit> both = {taken.front(), host.front()};
  both.back().only_looked_at = true;
  CHECK(may_send(scene.store, both));
  CHECK(may_send(scene.store, both));
  CHECK(may_send(scene.store, host));
  const auto refused = must(scene.store.reserve_send(both));
  CHECK(!refused.reserved);
  CHECK(refused.exhausted == RateLimitScope::host);
  CHECK(may_send(scene.store, taken));
  CHECK(!may_send(scene.store, taken));
}

STORE_TEST(scopes_and_keys_are_kept_apart) {
  for (const RateLimitScope scope :
       {RateLimitScope::number, RateLimitScope::user, RateLimitScope::source, RateLimitScope::host})
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
  const auto refused = must(scene.store.reserve_send({{RateLimitScope::host, "", 0, 1h}}));
  CHECK(!refused.reserved);
  CHECK_EQ(refused.retry_in.count(), 3600);
}

STORE_TEST(the_wall_clock_changes_nothing) {
  fail_times(scene.store, 3);
  CHECK(may_send(scene.store, {{RateLimitScope::user, "alice", 1, 1h}}));
  for (const auto jump : {std::chrono::hours(24 * 365), std::chrono::hours(-24 * 366)}) {
    scene.time.jump_wall(jump);
    CHECK_EQ(must(scene.store.state_of({"alice"})).locked_for.count(), 30 * 60);
    CHECK(!may_send(scene.store, {{RateLimitScope::user, "alice", 1, 1h}}));
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
  CHECK_EQ(one.method + one.provider + one.message_id + one.masked_number + one.limit,
           "smstwilioSM1********67sends_per_user");
}

// Waits now and then: what nobody waits for is bounded.
static void record_many(Store& store, const VerdictRecord& record) {
  for (size_t i = 0; i < kMostVerdicts; ++i) {
    must(store.record_verdict(record));
    if (i % 500 == 0) (void)must(store.recent_verdicts(std::nullopt, 1));
  }
}

STORE_TEST(only_the_newest_verdicts_are_kept_and_long_texts_are_cut) {
  const std::string name(10'000, 'x');
  must(scene.store.record_verdict(verdict("first", "")));
  VerdictRecord record = verdict(name, "");
  record.limit = name;
  record_many(scene.store, record);
  const auto all = must(scene.store.recent_verdicts(std::nullopt, 2 * kMostVerdicts));
  CHECK_EQ(all.size(), kMostVerdicts);
  CHECK_EQ(all.front().user.size(), kLongestVerdictText);
  CHECK_EQ(all.front().limit.size(), kLongestVerdictText);
  CHECK(must(scene.store.recent_verdicts("first", 1)).empty());
}

STORE_TEST(any_bytes_make_a_user_name) {
  using std::string_literals::operator""s;
  for (const std::string& name : {"a\0b"s, "a"s, "\xff\xfe"s, "'; DROP TABLE users; --"s}) {
    fail_times(scene.store, 1, name);
    CHECK_EQ(must(scene.store.state_of({name})).consecutive_failures, 1u);
    must(scene.store.record_verdict(verdict(name, "")));
    CHECK_EQ(must(scene.store.recent_verdicts(name, 9)).size(), 1u);
  }
  CHECK_EQ(must(scene.store.user_states()).size(), 4u);
  CHECK_EQ(must(scene.store.state_of({"A"})).consecutive_failures, 0u);
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
  must(scene.store.replace_backup_codes("alice", "$y$salt", {"h1", "h2"}, {}));
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
  must(scene.store.replace_backup_codes("alice", "old", {"h1", "h2"}, {}));
  CHECK(!scene.store.replace_backup_codes("alice", "broken", {"h", "h"}, {}).ok());
  CHECK_EQ(must(scene.store.backup_codes("alice"))->parameters, "old");
  must(scene.store.replace_backup_codes("alice", "new", {"h3"}, {}));
  CHECK(!must(scene.store.use_backup_code("alice", "h1")));
  CHECK(must(scene.store.use_backup_code("alice", "h3")));
  CHECK_EQ(must(scene.store.backup_codes("alice"))->left, 0u);
  must(scene.store.replace_backup_codes("alice", "", {}, {}));
  CHECK(!must(scene.store.backup_codes("alice")));
}

// safety.md 5: of many at the same time, exactly so many get through.
STORE_TEST(a_record_is_what_each_part_says_by_itself) {
  must(scene.store.replace_backup_codes("alice", "p", {"one", "two"}, {}));
  must(scene.store.issue_bypass("alice", "q", "hash", 60s));
  must(scene.store.put_app("alice", {"phone", "key-id: sealed", {}, {}}, {}));
  must(scene.store.commit_outcome(count(scene.store), false));
  const auto record = must(scene.store.record_of({"alice"}));
  CHECK_EQ(record.state.consecutive_failures, 1u);
  CHECK_EQ(record.enrolment.apps.at(0).label, "phone");
  CHECK_EQ(record.backup_codes.value().left, 2u);
  CHECK_EQ(record.bypass.value().parameters, "q");
  const auto nobody = must(scene.store.record_of({"bob"}));
  CHECK_EQ(nobody.state.consecutive_failures, 0u);
  CHECK(nobody.enrolment.apps.empty());
  CHECK(!nobody.backup_codes && !nobody.bypass);
}

STORE_TEST(racing_threads_get_no_more_than_there_is) {
  constexpr int kThreads = 16;
  std::atomic<int> counted = 0, sent = 0, steps = 0, codes = 0, errors = 0;
  must(scene.store.replace_backup_codes("alice", "p", {"h"}, {}));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      Store& store = scene.store;
      for (int j = 0; j < 5; ++j) {
        const auto attempt = store.count_attempt({"alice"}, test::kSixDigits, kRules);
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
