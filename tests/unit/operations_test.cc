// SPDX-License-Identifier: Apache-2.0
// What lib/store/operations.h promises, of every store there is.
#include "lib/store/operations.h"

#include <atomic>
#include <thread>

#include "tests/unit/every_store.h"

using namespace sms2fa;
using namespace std::chrono_literals;
using test::must;

STORE_TEST(a_pass_is_used_once) {
  CHECK(!must(scene.store.bypass_of("alice")).has_value());
  must(scene.store.issue_bypass("alice", "$y$salt", "$y$hash", 15min));
  const auto bypass = must(scene.store.bypass_of("alice"));
  REQUIRE(bypass.has_value());
  CHECK_EQ(bypass->parameters, "$y$salt");
  CHECK(bypass->expires_in == 15min);
  CHECK(!must(scene.store.use_bypass("alice", "$y$other")));
  CHECK(!must(scene.store.use_bypass("bob", "$y$hash")));
  CHECK(must(scene.store.use_bypass("alice", "$y$hash")));
  CHECK(!must(scene.store.use_bypass("alice", "$y$hash")));
  CHECK(!must(scene.store.bypass_of("alice")).has_value());
}

STORE_TEST(a_pass_expires_to_the_millisecond) {
  must(scene.store.issue_bypass("alice", "p", "hash", 60s));
  scene.time.advance(59'999ms);
  CHECK_EQ(must(scene.store.bypass_of("alice"))->expires_in.count(), 1);
  scene.time.advance(1ms);
  CHECK(!must(scene.store.bypass_of("alice")).has_value());
  CHECK(!must(scene.store.use_bypass("alice", "hash")));
}

STORE_TEST(a_pass_does_not_live_longer_when_the_clock_is_set_back) {
  must(scene.store.issue_bypass("alice", "p", "hash", 60s));
  scene.time.jump_wall(-24h);
  scene.time.advance(60s);
  CHECK(!must(scene.store.use_bypass("alice", "hash")));
}

STORE_TEST(a_new_pass_takes_the_place_of_the_old_one) {
  must(scene.store.issue_bypass("alice", "p", "first", 60s));
  must(scene.store.issue_bypass("alice", "q", "second", 120s));
  CHECK(!must(scene.store.use_bypass("alice", "first")));
  CHECK_EQ(must(scene.store.bypass_of("alice"))->parameters, "q");
  CHECK(must(scene.store.use_bypass("alice", "second")));
}

STORE_TEST(of_many_who_use_one_pass_one_gets_in) {
  must(scene.store.issue_bypass("alice", "p", "hash", 60s));
  std::atomic<int> in = 0;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 16; ++i)
    crowd.emplace_back([&] { in += scene.store.use_bypass("alice", "hash").value() ? 1 : 0; });
  for (auto& one : crowd) one.join();
  CHECK_EQ(in.load(), 1);
}

// At 1'750'000'000 s the day 2025-06-15 is about 15 hours old.
STORE_TEST(a_deadline_comes_nearer_and_is_reached_once) {
  using namespace std::chrono;
  const WallTime deadline = sys_days(2025y / 6 / 18);
  CHECK(must(scene.store.time_left(deadline)) == 204'800s);
  scene.time.advance(204'799s + 999ms);
  CHECK(must(scene.store.time_left(deadline)) == 1s);
  scene.time.advance(1ms);
  CHECK(must(scene.store.time_left(deadline)).count() <= 0);
}

STORE_TEST(a_clock_that_is_set_back_opens_no_deadline_that_was_reached) {
  const WallTime deadline(1'750'003'600s);
  CHECK(must(scene.store.time_left(deadline)) == 1h);
  scene.time.advance(1h);
  CHECK(must(scene.store.time_left(deadline)).count() <= 0);
  scene.time.jump_wall(-24h);
  CHECK(must(scene.store.time_left(deadline)).count() <= 0);
  scene.time.advance(30s);
  CHECK(must(scene.store.time_left(deadline)).count() <= 0);
  // Another one is another one.
  CHECK(must(scene.store.time_left(deadline + 1h)) == 25h - 30s);
}

STORE_TEST(a_clock_that_is_set_back_gives_no_days_back) {
  const WallTime deadline = WallTime(1'750'000'000s) + 240h;
  scene.time.advance(48h);
  CHECK(must(scene.store.time_left(deadline)) == 192h);
  scene.time.jump_wall(-240h);
  CHECK(must(scene.store.time_left(deadline)) == 192h);
}

TEST(a_reached_deadline_stays_so_over_a_start_with_a_clock_of_1970) {
  test::StoreFile file;
  const WallTime deadline(1'750'003'600s);
  CHECK(must(file.open()->time_left(deadline)) == 1h);
  file.time.advance(1h);
  CHECK(must(file.open()->time_left(deadline)).count() <= 0);
  file.time.reboot(-1'750'003'600s);
  CHECK(must(file.open()->time_left(deadline)).count() <= 0);
}

STORE_TEST(providers_stand_as_last_told) {
  CHECK(must(scene.store.provider_states()).empty());
  const WallTime at(1'750'000'000'123ms);
  must(scene.store.record_provider_state({"twilio", "open", at, 3}));
  must(scene.store.record_provider_state({"telnyx", "closed", at, 0}));
  must(scene.store.record_provider_state({"twilio", "half-open", at + 30s, 4}));
  const auto states = must(scene.store.provider_states());
  REQUIRE(states.size() == 2);
  CHECK_EQ(states[0].name + " " + states[0].state, "telnyx closed");
  CHECK_EQ(states[1].name + " " + states[1].state, "twilio half-open");
  CHECK(states[1].since == at + 30s);
  CHECK_EQ(states[1].failures, 4u);
}

STORE_TEST(counters_add_up) {
  CHECK(must(scene.store.counters()).empty());
  must(scene.store.add_to_counters({{"b", "x=\"1\"", 2}, {"a", "", 1}}));
  must(scene.store.add_to_counters({{"b", "x=\"1\"", 5}, {"b", "x=\"2\"", 1}}));
  const auto counters = must(scene.store.counters());
  REQUIRE(counters.size() == 3);
  CHECK_EQ(counters[0].name + counters[0].labels, "a");
  CHECK_EQ(counters[1].name + counters[1].labels, "bx=\"1\"");
  CHECK_EQ(counters[1].value, 7);
  CHECK_EQ(counters[2].value, 1);
}

TEST(what_was_told_soon_is_there_after_the_next_start) {
  test::StoreFile file;
  {
    const auto store = file.open();
    must(store->issue_bypass("alice", "p", "hash", 1h));
    must(store->add_to_counters({{"a", "", 3}}));
    must(store->record_provider_state({"twilio", "open", WallTime(), 1}));
  }
  const auto store = file.open();
  CHECK_EQ(must(store->counters()).size(), 1u);
  CHECK_EQ(must(store->provider_states()).size(), 1u);
  CHECK(must(store->use_bypass("alice", "hash")));
}

TEST(a_pass_ends_while_the_machine_is_off) {
  test::StoreFile file;
  must(file.open()->issue_bypass("alice", "p", "hash", 15min));
  file.time.reboot(15min);
  CHECK(!must(file.open()->use_bypass("alice", "hash")));
}
