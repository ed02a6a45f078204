// SPDX-License-Identifier: Apache-2.0
#include "lib/store/memory_store.h"

#include <thread>

#include "tests/support/fakes.h"
#include "tests/support/guess.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

constexpr LockRules kRules = {10, 30min, 100};

struct Fixture {
  ManualClock clock;
  ScriptedRandom random;
  std::unique_ptr<MemoryStore> store = *MemoryStore::create(clock, random);

  std::optional<SendId> reserve(const std::vector<RateLimit>& rate_limits) {
    return store->reserve_send(rate_limits)->reserved;
  }
  // False when the user was locked or disabled.
  bool answer(bool right, const std::string& user = "alice") {
    const auto counted = store->count_attempt({user}, kSixDigits, kRules);
    return counted->id && store->commit_outcome(*counted->id, right).ok();
  }
  UserState state(const std::string& user = "alice") { return *store->state_of({user}); }
  // Waits out any lock.
  void fail(int times) {
    for (int i = 0; i < times; ++i) {
      clock.advance(state().locked_for);
      CHECK(answer(false));
    }
  }
};

const RateLimit kThree = {RateLimitScope::number, "+353851234567", 3, 10min};

}  // namespace

TEST(a_budget_is_a_sliding_window) {
  Fixture f;
  for (int i = 0; i < 3; ++i) {
    CHECK(f.reserve({kThree}).has_value());
    f.clock.advance(1min);
  }
  const auto refused = f.store->reserve_send({kThree});
  REQUIRE(refused.ok());
  CHECK(!refused->reserved);
  CHECK_EQ(refused->exhausted, RateLimitScope::number);
  CHECK(refused->retry_in == 7min);
  f.clock.advance(7min - 1ms);
  CHECK(f.store->reserve_send({kThree})->retry_in == 1s);
  f.clock.advance(1ms);
  CHECK(f.reserve({kThree}).has_value());
  CHECK(!f.reserve({kThree}));
}

TEST(retry_in_waits_for_as_many_as_a_smaller_budget_needs) {
  Fixture f;
  for (int i = 0; i < 3; ++i) {
    CHECK(f.reserve({kThree}).has_value());
    f.clock.advance(1min);
  }
  // The administrator made it one: the last of the three has to leave the window.
  RateLimit one = kThree;
  one.count = 1;
  CHECK(f.store->reserve_send({one})->retry_in == 9min);
}

TEST(a_message_is_taken_from_every_budget_or_from_none) {
  Fixture f;
  const RateLimit user = {RateLimitScope::user, "alice", 5, 24h};
  const RateLimit host = {RateLimitScope::host, "", 1, 1h};
  CHECK(f.reserve({user, host}).has_value());
  for (int i = 0; i < 10; ++i) {
    const auto refused = f.store->reserve_send({user, host});
    CHECK(!refused->reserved);
    CHECK_EQ(refused->exhausted, RateLimitScope::host);
  }
  for (int i = 0; i < 4; ++i) CHECK(f.reserve({user}).has_value());
  CHECK(!f.reserve({user}));
}

TEST(scopes_and_keys_are_apart) {
  Fixture f;
  const auto one = [](RateLimitScope scope, const std::string& key) {
    return RateLimit{scope, key, 1, 1h};
  };
  CHECK(f.reserve({one(RateLimitScope::user, "x")}).has_value());
  CHECK(f.reserve({one(RateLimitScope::source, "x")}).has_value());
  CHECK(f.reserve({one(RateLimitScope::user, "y")}).has_value());
  CHECK(!f.reserve({one(RateLimitScope::user, "x")}));
}

TEST(an_unsent_message_is_given_back_to_every_budget) {
  Fixture f;
  const RateLimit user = {RateLimitScope::user, "alice", 1, 24h};
  const RateLimit host = {RateLimitScope::host, "", 1, 1h};
  const auto id = f.reserve({user, host});
  REQUIRE(id.has_value());
  CHECK(f.store->settle_send(*id, false).ok());
  const auto again = f.reserve({user, host});
  REQUIRE(again.has_value());
  CHECK(f.store->settle_send(*again, true).ok());
  CHECK(!f.reserve({user}) && !f.reserve({host}));
}

TEST(only_the_message_itself_is_given_back_and_only_once) {
  Fixture f;
  const auto first = f.reserve({kThree});
  const auto second = f.reserve({kThree});
  CHECK(f.store->settle_send(*first, true).ok());
  CHECK(f.store->settle_send(*second, false).ok());
  for (const SendId id : {*second, *first, SendId{12345}})
    (void)f.store->settle_send(id, false).ok();
  CHECK(f.reserve({kThree}) && f.reserve({kThree}));
  CHECK(!f.reserve({kThree}));
}

TEST(a_message_never_settled_stays_spent) {
  Fixture f;
  for (int i = 0; i < 3; ++i) CHECK(f.reserve({kThree}).has_value());
  f.clock.advance(10min - 1ms);
  CHECK(!f.reserve({kThree}));
}

TEST(a_message_settled_after_its_budget_was_dropped_does_no_harm) {
  Fixture f;
  const auto id = f.reserve({kThree});
  f.clock.advance(24h);
  CHECK(f.reserve({{RateLimitScope::host, "", 1, 1h}}).has_value());
  CHECK(f.store->settle_send(*id, false).ok());
  for (int i = 0; i < 3; ++i) CHECK(f.reserve({kThree}).has_value());
  CHECK(!f.reserve({kThree}));
}

TEST(idle_budgets_go_and_busy_ones_stay) {
  Fixture f;
  const RateLimit day = {RateLimitScope::user, "alice", 1, 24h};
  CHECK(f.reserve({day}).has_value());
  for (int i = 0; i < 1000; ++i)
    CHECK(f.reserve({{RateLimitScope::source, std::to_string(i), 1, 1h}}).has_value());
  f.clock.advance(24h - 1ms);
  CHECK(!f.reserve({day}));
  f.clock.advance(1ms);
  CHECK(f.reserve({day}).has_value());
}

TEST(the_wall_clock_refills_no_budget_and_shortens_no_lock) {
  Fixture f;
  for (int i = 0; i < 3; ++i) CHECK(f.reserve({kThree}).has_value());
  f.fail(10);
  for (const auto jump : {Milliseconds(48h), Milliseconds(-96h)}) {
    f.clock.jump_wall(jump);
    CHECK(!f.reserve({kThree}));
    CHECK(f.state().locked_for == 30min);
  }
}

TEST(the_decoy_key_is_drawn_once) {
  Fixture f;
  CHECK(*f.store->decoy_key() == *f.store->decoy_key());
  const auto other = *MemoryStore::create(f.clock, f.random);
  CHECK(*f.store->decoy_key() != *other->decoy_key());
  f.random.fail_at(0);
  CHECK(!MemoryStore::create(f.clock, f.random).ok());
}

TEST(of_a_thousand_counts_at_once_exactly_ten_are_granted) {
  Fixture f;
  std::atomic<int> granted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) granted += f.answer(false);
    });
  for (auto& thread : threads) thread.join();
  CHECK_EQ(granted.load(), 10);
}

TEST(of_a_thousand_reservations_at_once_exactly_the_budget_is_granted) {
  Fixture f;
  std::atomic<int> granted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 100; ++n) {
        const RateLimit source = {RateLimitScope::source, std::to_string(i), 1000, 1h};
        granted += f.reserve({source, kThree}).has_value();
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK_EQ(granted.load(), 3);
}
