// SPDX-License-Identifier: Apache-2.0
// What lib/store/answers.h promises, of every store there is.
#include "lib/store/answers.h"

#include <string>
#include <vector>

#include "tests/support/guess.h"
#include "tests/unit/every_store.h"

using namespace sms2fa;
using namespace std::chrono_literals;
using test::kSixDigits;
using test::must;

namespace {

constexpr LockRules kRules = {3, 30min, 9};
constexpr LockRules kNoLock = {10, 0s, 1'000};
const Origin kHome = {"alice", "home", true};
const Origin kOffice = {"alice", "office", true};
const Origin kElsewhere = {"alice", "elsewhere", true};
const Origin kUnproven = {"alice", "elsewhere", false};

CountedAttempt counted(Store& store, const Origin& origin, const LockRules& rules = kRules,
                       int64_t chance = kSixDigits) {
  return must(store.count_attempt(origin, chance, rules));
}

// The id of a counted wrong answer.
AttemptId fail(Store& store, const Origin& origin, const LockRules& rules = kRules,
               int64_t chance = kSixDigits) {
  const auto attempt = counted(store, origin, rules, chance);
  REQUIRE(attempt.id.has_value());
  must(store.commit_outcome(*attempt.id, false));
  return *attempt.id;
}

// What the person is to be told.
unsigned succeed(Store& store, const Origin& origin, const std::vector<AttemptId>& before = {}) {
  const auto attempt = counted(store, origin);
  REQUIRE(attempt.id.has_value());
  return must(store.commit_outcome(*attempt.id, true, before));
}

bool is_locked(Store& store, const Origin& origin) {
  return must(store.state_of(origin)).locked_for.count() > 0;
}

Series series_of(Store& store, const Origin& origin) {
  return must(store.state_of(origin)).series;
}

Accepts accepts(Store& store, const Origin& origin, const LockRules& rules = kNoLock,
                int64_t chance = kSixDigits) {
  return accepted(must(store.state_of(origin)), chance, rules);
}

}  // namespace

STORE_TEST(an_attempt_counts_before_its_outcome) {
  const auto attempt = counted(scene.store, kElsewhere);
  CHECK_EQ(attempt.state.consecutive_failures, 1u);
  CHECK(attempt.accepts == Accepts::any_code);
  CHECK_EQ(must(scene.store.state_of(kElsewhere)).consecutive_failures, 1u);
  CHECK_EQ(must(scene.store.state_of({"bob"})).consecutive_failures, 0u);
}

STORE_TEST(an_outcome_comes_once) {
  const AttemptId right = *counted(scene.store, kElsewhere).id;
  must(scene.store.commit_outcome(right, true));
  CHECK(!scene.store.commit_outcome(right, true).ok());
  const AttemptId wrong = fail(scene.store, kElsewhere);
  CHECK(!scene.store.commit_outcome(wrong, true).ok());
  CHECK(!scene.store.commit_outcome(123456, true).ok());
  CHECK_EQ(must(scene.store.state_of(kElsewhere)).consecutive_failures, 1u);
}

STORE_TEST(a_right_answer_makes_its_source_familiar_for_30_days) {
  CHECK(series_of(scene.store, kHome) == Series::strangers);
  CHECK(series_of(scene.store, kUnproven) == Series::unproven);
  succeed(scene.store, kHome);
  CHECK(series_of(scene.store, kHome) == Series::familiar);
  CHECK(series_of(scene.store, {"alice", "home", false}) == Series::familiar);
  CHECK(series_of(scene.store, {"bob", "home", true}) == Series::strangers);
  CHECK(series_of(scene.store, kElsewhere) == Series::strangers);
  scene.time.advance(std::chrono::days(30) - 1ms);
  CHECK(series_of(scene.store, kHome) == Series::familiar);
  scene.time.advance(1ms);
  CHECK(series_of(scene.store, kHome) == Series::strangers);
}

STORE_TEST(a_source_without_a_name_never_becomes_familiar) {
  succeed(scene.store, {"alice", "", true});
  CHECK(series_of(scene.store, {"alice", "", true}) == Series::strangers);
}

STORE_TEST(of_17_familiar_sources_the_one_used_least_lately_goes) {
  const auto place = [](int i) { return Origin{"alice", std::to_string(i), true}; };
  for (int i = 0; i < 16; ++i) {
    succeed(scene.store, place(i));
    scene.time.advance(1s);
  }
  succeed(scene.store, place(0));
  scene.time.advance(1s);
  succeed(scene.store, place(16));
  for (int i = 0; i < 17; ++i)
    CHECK((series_of(scene.store, place(i)) == Series::familiar) == (i != 1));
}

STORE_TEST(each_multiple_of_the_limit_locks_its_series) {
  fail(scene.store, kElsewhere);
  fail(scene.store, kElsewhere);
  CHECK(!is_locked(scene.store, kElsewhere));
  const auto third = counted(scene.store, kElsewhere);
  CHECK(third.locks && !third.disables);
  const auto refused = counted(scene.store, kElsewhere);
  CHECK(!refused.id);
  CHECK_EQ(refused.state.consecutive_failures, 3u);
  CHECK_EQ(refused.state.locked_for.count(), 30 * 60);
  scene.time.advance(30min - 1ms);
  CHECK_EQ(must(scene.store.state_of(kElsewhere)).locked_for.count(), 1);
  CHECK(!counted(scene.store, kElsewhere).id);
  scene.time.advance(1ms);
  fail(scene.store, kElsewhere);
  fail(scene.store, kElsewhere);
  CHECK(!is_locked(scene.store, kElsewhere));
  fail(scene.store, kElsewhere);
  CHECK(is_locked(scene.store, kElsewhere));
}

// Attack 8: ten guesses from elsewhere must not shut the owner out.
STORE_TEST(a_lock_stops_only_the_series_it_belongs_to) {
  succeed(scene.store, kHome);
  succeed(scene.store, kOffice);
  for (int i = 0; i < 3; ++i) fail(scene.store, kUnproven);
  CHECK(is_locked(scene.store, kUnproven));
  CHECK(!is_locked(scene.store, kElsewhere));
  for (int i = 0; i < 3; ++i) fail(scene.store, kElsewhere);
  CHECK(is_locked(scene.store, kElsewhere));
  CHECK(is_locked(scene.store, {"alice", "yet another", true}));
  CHECK(!is_locked(scene.store, kHome));
  for (int i = 0; i < 3; ++i) fail(scene.store, kHome);
  CHECK(is_locked(scene.store, kHome));
  CHECK(!is_locked(scene.store, kOffice));
  succeed(scene.store, kOffice);
  CHECK(is_locked(scene.store, kHome));
  CHECK(is_locked(scene.store, kElsewhere));
}

// Attack 8: a right login of the owner forgives none of a stranger's guesses.
STORE_TEST(a_right_answer_forgives_strangers_nothing) {
  succeed(scene.store, kHome);
  for (int i = 0; i < 2; ++i) fail(scene.store, kElsewhere);
  for (int i = 0; i < 2; ++i) fail(scene.store, kUnproven);
  succeed(scene.store, kHome);
  fail(scene.store, kElsewhere);
  fail(scene.store, kUnproven);
  CHECK(is_locked(scene.store, kElsewhere));
  CHECK(is_locked(scene.store, kUnproven));
  const auto year = must(scene.store.state_of(kHome)).year;
  CHECK_EQ(year.strangers, 6u);
  CHECK_EQ(year.unproven, 3u);
  CHECK_EQ(year.chance, 6 * kSixDigits);
}

STORE_TEST(a_right_answer_ends_the_series_of_a_source_that_was_familiar) {
  succeed(scene.store, kHome);
  for (int i = 0; i < 2; ++i) fail(scene.store, kHome);
  succeed(scene.store, kHome);
  CHECK_EQ(must(scene.store.state_of(kHome)).consecutive_failures, 0u);
  for (int i = 0; i < 2; ++i) fail(scene.store, kHome);
  CHECK(!is_locked(scene.store, kHome));
  CHECK_EQ(must(scene.store.state_of(kHome)).year.chance, 4 * kSixDigits);
}

STORE_TEST(a_stranger_who_is_right_takes_back_what_the_same_connection_had_wrong) {
  fail(scene.store, kElsewhere);
  const AttemptId own = fail(scene.store, kElsewhere);
  succeed(scene.store, kElsewhere, {own});
  const auto year = must(scene.store.state_of(kHome)).year;
  CHECK_EQ(year.strangers, 1u);
  CHECK_EQ(year.chance, kSixDigits);
  const Origin another = {"alice", "another", true};
  fail(scene.store, another);
  CHECK(!is_locked(scene.store, another));
  fail(scene.store, another);
  CHECK(is_locked(scene.store, another));
}

STORE_TEST(nobody_takes_back_what_is_not_theirs_or_twice) {
  const AttemptId bobs = fail(scene.store, {"bob", "x", true});
  const AttemptId own = fail(scene.store, kElsewhere);
  fail(scene.store, kElsewhere);
  succeed(scene.store, kElsewhere, {bobs, own, own, 123456});
  succeed(scene.store, {"alice", "another", true}, {own});
  CHECK_EQ(must(scene.store.state_of(kHome)).year.strangers, 1u);
  CHECK_EQ(must(scene.store.state_of({"bob"})).year.strangers, 1u);
}

STORE_TEST(a_right_answer_undoes_its_own_lock) {
  for (const Origin& origin : {kElsewhere, kUnproven}) {
    fail(scene.store, origin);
    fail(scene.store, origin);
    const auto third = counted(scene.store, origin);
    CHECK(is_locked(scene.store, origin));
    must(scene.store.commit_outcome(*third.id, true));
    CHECK(!is_locked(scene.store, {"alice", "another", origin.proven}));
    must(scene.store.unlock("alice", true));
  }
}

STORE_TEST(a_stranger_who_is_right_leaves_the_lock_of_others) {
  const AttemptId early = *counted(scene.store, kElsewhere).id;
  fail(scene.store, kElsewhere);
  fail(scene.store, kElsewhere);
  must(scene.store.commit_outcome(early, true));
  CHECK(is_locked(scene.store, {"alice", "another", true}));
}

STORE_TEST(too_many_in_a_row_disable_for_good) {
  succeed(scene.store, kHome);
  for (unsigned i = 0; i < kRules.wrong_before_disable; ++i) {
    CHECK(accepts(scene.store, kHome, kRules) == Accepts::any_code);
    const auto attempt = counted(scene.store, kHome);
    CHECK_EQ(attempt.disables, i + 1 == kRules.wrong_before_disable);
    scene.time.advance(kRules.lock);
  }
  CHECK(must(scene.store.state_of(kHome)).disabled);
  for (const Origin& origin : {kHome, kElsewhere, kUnproven})
    CHECK(accepts(scene.store, origin, kRules) == Accepts::long_codes);
  scene.time.advance(std::chrono::days(400));
  CHECK(must(scene.store.state_of(kHome)).disabled);
  // A backup code lets in and ends nothing.
  succeed(scene.store, kHome);
  CHECK(must(scene.store.state_of(kHome)).disabled);
}

// Attack 8, the last sentence: the 99, and with fewer, what is kept for familiar sources.
STORE_TEST(strangers_alone_never_disable_the_owner_at_a_familiar_source) {
  succeed(scene.store, kHome);
  for (int i = 0; i < 6; ++i) {
    fail(scene.store, kElsewhere);
    scene.time.advance(kRules.lock);
  }
  CHECK(accepts(scene.store, kElsewhere, kRules) == Accepts::long_codes);
  for (int i = 0; i < 20; ++i) {
    const auto attempt = counted(scene.store, kElsewhere);
    CHECK(attempt.id && attempt.accepts == Accepts::long_codes && !attempt.disables);
    scene.time.advance(kRules.lock);
  }
  for (int i = 0; i < 100; ++i) {
    counted(scene.store, kUnproven);
    scene.time.advance(kRules.lock);
  }
  CHECK(!must(scene.store.state_of(kHome)).disabled);
  CHECK(accepts(scene.store, kHome, kRules) == Accepts::any_code);
  succeed(scene.store, kHome);
  CHECK(accepts(scene.store, kElsewhere, kRules) == Accepts::any_code);
}

STORE_TEST(unproven_strangers_never_disable_proven_answers) {
  for (int i = 0; i < 100; ++i) {
    counted(scene.store, kUnproven, kRules);
    scene.time.advance(kRules.lock);
  }
  CHECK(accepts(scene.store, kUnproven, kRules) == Accepts::long_codes);
  CHECK(accepts(scene.store, kElsewhere, kRules) == Accepts::any_code);
}

STORE_TEST(a_right_answer_undoes_its_own_disabling_and_leaves_that_of_others) {
  constexpr LockRules kTwo = {2, 1s, 2};
  succeed(scene.store, kHome);
  fail(scene.store, kHome, kTwo);
  const auto second = counted(scene.store, kHome, kTwo);
  CHECK(must(scene.store.state_of(kHome)).disabled);
  must(scene.store.commit_outcome(*second.id, true));
  CHECK(!must(scene.store.state_of(kHome)).disabled);
  const auto early = counted(scene.store, kHome, kTwo);
  fail(scene.store, kHome, kTwo);
  must(scene.store.commit_outcome(*early.id, true));
  CHECK(must(scene.store.state_of(kHome)).disabled);
}

STORE_TEST(strangers_have_99_answers_a_year_and_the_unproven_half_of_them) {
  succeed(scene.store, kHome);
  for (int i = 0; i < 49; ++i) fail(scene.store, kUnproven, kNoLock);
  CHECK(accepts(scene.store, kUnproven) == Accepts::two_app_codes);
  CHECK(accepts(scene.store, kElsewhere) == Accepts::any_code);
  for (int i = 49; i < 99; ++i) fail(scene.store, kElsewhere, kNoLock);
  CHECK(accepts(scene.store, kElsewhere) == Accepts::two_app_codes);
  CHECK(accepts(scene.store, kHome) == Accepts::any_code);
  // What is not compared takes nothing more, and a success gives nothing back.
  for (int i = 0; i < 10; ++i) fail(scene.store, kElsewhere, kNoLock);
  succeed(scene.store, kHome);
  CHECK_EQ(must(scene.store.state_of(kHome)).year.strangers, 99u);
  CHECK(accepts(scene.store, kElsewhere) == Accepts::two_app_codes);
  scene.time.advance(std::chrono::days(364));
  CHECK(accepts(scene.store, kElsewhere) == Accepts::two_app_codes);
  scene.time.advance(std::chrono::days(2));
  CHECK(accepts(scene.store, kElsewhere) == Accepts::any_code);
}

STORE_TEST(a_year_of_wrong_answers_adds_up_to_one_in_a_thousand) {
  constexpr int64_t kDear = kYearlyChance / 20;
  succeed(scene.store, kHome);
  for (int i = 0; i < 10; ++i) {
    fail(scene.store, kElsewhere, kNoLock, kDear);
    scene.time.advance(std::chrono::days(1));
  }
  // Half is the most that strangers can take.
  CHECK(accepts(scene.store, kElsewhere, kNoLock, kDear) == Accepts::two_app_codes);
  for (int i = 0; i < 10; ++i) {
    CHECK(accepts(scene.store, kHome, kNoLock, kDear) == Accepts::any_code);
    fail(scene.store, kHome, kNoLock, kDear);
    succeed(scene.store, kOffice);
  }
  CHECK(accepts(scene.store, kHome, kNoLock, kDear) == Accepts::two_app_codes);
  CHECK(!must(scene.store.unlock("bob", true)));
  must(scene.store.unlock("alice", false));
  CHECK(accepts(scene.store, kHome, kNoLock, kDear) == Accepts::two_app_codes);
  CHECK(must(scene.store.unlock("alice", true)));
  CHECK(accepts(scene.store, kHome, kNoLock, kDear) == Accepts::any_code);
}

STORE_TEST(an_answer_that_lets_nobody_in_takes_nothing_from_the_year) {
  for (int i = 0; i < 3; ++i) fail(scene.store, kElsewhere, kRules, 0);
  CHECK(is_locked(scene.store, kElsewhere));
  const auto state = must(scene.store.state_of(kElsewhere));
  CHECK(state.year.chance == 0 && state.year.strangers == 0 && state.disabling == 0);
}

STORE_TEST(what_strangers_had_wrong_is_told_until_it_is_told_at_a_familiar_source) {
  CHECK_EQ(succeed(scene.store, kHome), 0u);
  fail(scene.store, kHome);
  fail(scene.store, kElsewhere);
  fail(scene.store, kUnproven);
  const AttemptId own = fail(scene.store, kElsewhere);
  CHECK_EQ(succeed(scene.store, kElsewhere, {own}), 2u);
  CHECK_EQ(succeed(scene.store, {"alice", "a third", false}), 2u);
  must(scene.store.unlock("alice", true));
  CHECK_EQ(succeed(scene.store, kHome), 2u);
  CHECK_EQ(succeed(scene.store, kHome), 0u);
}

STORE_TEST(unlocking_ends_locks_and_a_disabling) {
  CHECK(!must(scene.store.unlock("alice", false)));
  constexpr LockRules kOne = {1, 30min, 1};
  succeed(scene.store, kHome);
  for (const Origin& origin : {kElsewhere, kUnproven, kHome}) fail(scene.store, origin, kOne);
  CHECK(must(scene.store.unlock("alice", false)));
  CHECK(!must(scene.store.unlock("alice", false)));
  for (const Origin& origin : {kElsewhere, kUnproven, kHome}) {
    const auto state = must(scene.store.state_of(origin));
    CHECK(!state.disabled && state.locked_for.count() == 0 && state.consecutive_failures == 0);
  }
  CHECK(series_of(scene.store, kHome) == Series::familiar);
}

STORE_TEST(the_states_of_all_are_listed_by_name) {
  fail(scene.store, {"bob"});
  succeed(scene.store, kHome);
  for (int i = 0; i < 3; ++i) fail(scene.store, kElsewhere);
  succeed(scene.store, kHome);
  const auto states = must(scene.store.user_states());
  REQUIRE(states.size() == 2);
  CHECK_EQ(states[0].user, "alice");
  CHECK_EQ(states[0].state.locked_for.count(), 30 * 60);
  CHECK_EQ(states[1].user, "bob");
  CHECK_EQ(states[1].state.consecutive_failures, 1u);
  const auto series = must(scene.store.series_of("alice"));
  REQUIRE(series.size() == 2);
  CHECK(series[0].series == Series::strangers && series[0].wrong == 3);
  CHECK_EQ(series[0].locked_for.count(), 30 * 60);
  CHECK(series[1].series == Series::familiar && series[1].wrong == 0);
  scene.time.advance(1h);
  CHECK_EQ(must(scene.store.series_of("alice"))[1].last_right.count(), 3600);
  CHECK(must(scene.store.series_of("carol")).empty());
}

STORE_TEST(nobody_is_counted_but_never_locked_nor_listed) {
  fail(scene.store, {"bob"});
  for (unsigned i = 0; i < 2 * kRules.wrong_before_disable; ++i)
    fail(scene.store, {kDecoyUser, "x", i % 2 == 0});
  CHECK_EQ(must(scene.store.user_states()).size(), 1u);
  CHECK_EQ(must(scene.store.state_of({"bob"})).consecutive_failures, 1u);
}

STORE_TEST(the_failures_of_a_day_outlive_a_success) {
  fail(scene.store, kElsewhere);
  const AttemptId own = fail(scene.store, kElsewhere);
  scene.time.advance(23h);
  succeed(scene.store, kElsewhere, {own});
  CHECK_EQ(must(scene.store.failures_last_day("alice")), 2u);
  fail(scene.store, kElsewhere);
  CHECK_EQ(must(scene.store.failures_last_day("alice")), 3u);
  CHECK_EQ(must(scene.store.failures_last_day("bob")), 0u);
  scene.time.advance(1h);
  CHECK_EQ(must(scene.store.failures_last_day("alice")), 1u);
}
