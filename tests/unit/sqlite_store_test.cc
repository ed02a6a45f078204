// SPDX-License-Identifier: Apache-2.0
// What is left when the store is opened again: by itself, or after a change of the clock.
#include "lib/store/sqlite_store.h"

#include <string>

#include "tests/support/guess.h"
#include "tests/unit/store_file.h"

using namespace sms2fa;
using namespace std::chrono_literals;
using test::must;
using test::StoreFile;

namespace {

constexpr LockRules kRules = {3, 30min, 100};
const Origin kHome = {"alice", "home 192.0.2.77", true};
const std::vector<RateLimit> kOneAnHour = {{RateLimitScope::number, "+353851234567", 1, 1h},
                                           {RateLimitScope::source, "192.0.2.77", 5, 1h},
                                           {RateLimitScope::host, "", 5, 1h}};

void lock_alice(Store& store) {
  for (int i = 0; i < 3; ++i) must(store.count_attempt({"alice"}, test::kSixDigits, kRules));
}

VerdictRecord verdict_on(const std::string& user) {
  VerdictRecord record;
  record.user = user;
  return record;
}

int64_t locked_minutes(StoreFile& file) {
  const auto state = must(file.open()->state_of({"alice"}));
  return std::chrono::ceil<std::chrono::minutes>(state.locked_for).count();
}

int64_t attempts_in(StoreFile& file) {
  return file.raw().integer("SELECT count(*) FROM attempts");
}

bool may_send(StoreFile& file) {
  return must(file.open()->reserve_send(kOneAnHour)).reserved.has_value();
}

}  // namespace

TEST(everything_is_there_after_a_restart) {
  StoreFile file;
  auto store = file.open();
  const auto key = must(store->decoy_key());
  lock_alice(*store);
  must(store->reserve_send(kOneAnHour));
  must(store->use_totp_step("alice", 7));
  must(store->replace_backup_codes("alice", "salt", {"h1", "h2"}, {}));
  must(store->use_backup_code("alice", "h1"));
  must(store->record_verdict(verdict_on("alice")));
  store = nullptr;
  store = file.open();
  CHECK(must(store->decoy_key()) == key);
  CHECK_EQ(must(store->state_of({"alice"})).locked_for.count(), 1800);
  CHECK_EQ(must(store->failures_last_day("alice")), 3u);
  CHECK_EQ(must(store->state_of({"alice"})).year.unproven, 3u);
  CHECK(!must(store->reserve_send(kOneAnHour)).reserved);
  CHECK(!must(store->use_totp_step("alice", 7)));
  CHECK(!must(store->use_backup_code("alice", "h1")));
  CHECK_EQ(must(store->backup_codes("alice"))->left, 1u);
  CHECK_EQ(must(store->recent_verdicts("alice", 9)).size(), 1u);
}

TEST(an_outcome_may_come_after_a_restart) {
  StoreFile file;
  const auto id = must(file.open()->count_attempt({"alice"}, test::kSixDigits, kRules)).id;
  REQUIRE(id.has_value());
  must(file.open()->commit_outcome(*id, true));
  CHECK_EQ(must(file.open()->state_of({"alice"})).consecutive_failures, 0u);
}

// Ids between those of a budget, and messages given back, must not make it look fuller than it is.
TEST(a_budget_counts_its_own_messages_only) {
  StoreFile file;
  const auto store = file.open();
  const std::vector<RateLimit> host = {{RateLimitScope::host, "", 10, 1h}};
  const std::vector<RateLimit> others = {{RateLimitScope::user, "bob", 1000, 1h}};
  for (int i = 0; i < 10; ++i) {
    const auto send = must(store->reserve_send(host)).reserved;
    REQUIRE(send.has_value());
    must(store->reserve_send(others));
    const auto returned = must(store->reserve_send(i < 9 ? host : others)).reserved;
    REQUIRE(returned.has_value());
    must(store->settle_send(*returned, false));
  }
  CHECK(!must(store->reserve_send(host)).reserved);
}

TEST(ids_never_come_again) {
  StoreFile file;
  const auto first = must(file.open()->reserve_send(kOneAnHour)).reserved;
  must(file.open()->settle_send(*first, false));
  const auto second = must(file.open()->reserve_send(kOneAnHour)).reserved;
  REQUIRE(first && second);
  CHECK(*second > *first);
}

TEST(a_clean_end_leaves_one_file_and_the_marker) {
  StoreFile file;
  lock_alice(*file.open());
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(file.directory.path())) {
    ++files;
    const std::string name = entry.path().filename();
    CHECK(name == "state.db" || name == "state.db.exists");
    CHECK((entry.status().permissions() & std::filesystem::perms(0077)) ==
          std::filesystem::perms::none);
  }
  CHECK_EQ(files, 2);
}

TEST(no_number_and_no_source_stands_in_the_file_but_names_do) {
  StoreFile file;
  const auto store = file.open();
  must(store->reserve_send(kOneAnHour));
  lock_alice(*store);
  must(
      store->commit_outcome(*must(store->count_attempt(kHome, test::kSixDigits, kRules)).id, true));
  const std::string bytes = test::content_of(file.path()) + test::content_of(file.path("-wal"));
  CHECK(bytes.find("851234567") == std::string::npos);
  CHECK(bytes.find("192.0.2.77") == std::string::npos);
  CHECK(bytes.find("alice") != std::string::npos);
}

TEST(a_wall_clock_set_back_a_day_shortens_and_refills_nothing) {
  StoreFile file;
  lock_alice(*file.open());
  must(file.open()->reserve_send(kOneAnHour));
  file.time.jump_wall(-24h);
  CHECK_EQ(locked_minutes(file), 30);
  file.time.advance(29min);
  CHECK_EQ(locked_minutes(file), 1);
  CHECK(!may_send(file));
  file.time.advance(31min);
  CHECK_EQ(locked_minutes(file), 0);
  CHECK(may_send(file));
}

TEST(a_wall_clock_set_forward_a_year_shortens_and_refills_nothing) {
  StoreFile file;
  lock_alice(*file.open());
  must(file.open()->reserve_send(kOneAnHour));
  file.time.jump_wall(24h * 365);
  CHECK_EQ(locked_minutes(file), 30);
  CHECK(!may_send(file));
}

TEST(a_reboot_with_the_clock_behind_stops_the_time_and_never_turns_it_back) {
  StoreFile file;
  lock_alice(*file.open());
  file.time.advance(10min);
  must(file.open()->count_attempt({"bob"}, test::kSixDigits, kRules));
  file.time.reboot(-24h * 1000);
  CHECK_EQ(locked_minutes(file), 20);
  // Somebody puts the clock right: within one boot that gives nothing.
  file.time.jump_wall(24h * 1000);
  CHECK_EQ(locked_minutes(file), 20);
  file.time.advance(20min);
  CHECK_EQ(locked_minutes(file), 0);
}

TEST(a_reboot_counts_the_time_that_the_machine_was_off) {
  StoreFile file;
  lock_alice(*file.open());
  file.time.reboot(25min);
  CHECK_EQ(locked_minutes(file), 5);
}

TEST(a_reboot_under_a_running_store_is_noticed) {
  StoreFile file;
  const auto store = file.open();
  lock_alice(*store);
  file.time.reboot(10min);
  CHECK_EQ(must(store->state_of({"alice"})).locked_for.count(), 20 * 60);
  file.time.jump_wall(24h * 365);
  CHECK_EQ(must(store->state_of({"alice"})).locked_for.count(), 20 * 60);
}

TEST(two_stores_on_one_file_see_each_others_counts) {
  StoreFile file;
  const auto daemon = file.open();
  const auto command = file.open();
  lock_alice(*daemon);
  CHECK_EQ(must(command->state_of({"alice"})).locked_for.count(), 1800);
  CHECK(must(command->unlock("alice", false)));
  CHECK(must(daemon->count_attempt({"alice"}, test::kSixDigits, kRules)).id.has_value());
}

// What strangers can cause goes first; what they cannot is never dropped before its time.
TEST(a_flood_is_cut_down_to_its_newest_part) {
  StoreFile file;
  must(file.open()->reserve_send(kOneAnHour));
  {
    auto raw = file.raw();
    raw.script(
        "BEGIN;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
        " INSERT INTO sends (id, expires_ms, pretended) SELECT 10 + i, 1 << 40, 1 FROM n;"
        "INSERT INTO spent (scope, key, at_ms, send)"
        " SELECT 1, randomblob(16), 0, id FROM sends WHERE pretended = 1;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 130000)"
        " INSERT INTO attempts (user, at_ms, disabling) SELECT 'u' || i, 1 << 40, 0 FROM n;"
        "COMMIT;");
  }
  must(file.open()->state_of({"alice"}));
  auto raw = file.raw();
  CHECK_EQ(raw.integer("SELECT count(*) FROM sends WHERE pretended = 1"), 20'000);
  CHECK_EQ(raw.integer("SELECT min(id) FROM sends WHERE pretended = 1"), 10'011);
  CHECK_EQ(raw.integer("SELECT count(*) FROM spent WHERE send > 10"), 20'000);
  CHECK_EQ(raw.integer("SELECT count(*) FROM sends WHERE pretended = 0"), 1);
  CHECK_EQ(raw.integer("SELECT count(*) FROM attempts"), 100'000);
  CHECK(!may_send(file));
}

// Whose answers they are must not show in how long they take.
TEST(an_answer_of_somebody_nobody_or_somebody_locked_writes_as_much) {
  StoreFile file;
  const auto store = file.open();
  lock_alice(*store);
  const auto bytes_written = [&](const Origin& origin) {
    const auto log_size = [&] { return std::filesystem::file_size(file.path("-wal")); };
    const auto before = log_size();
    must(store->count_attempt(origin, test::kSixDigits, kRules));
    return log_size() - before;
  };
  must(
      store->commit_outcome(*must(store->count_attempt(kHome, test::kSixDigits, kRules)).id, true));
  bytes_written({kDecoyUser});
  const auto usual = bytes_written({"bob"});
  CHECK(usual > 0);
  CHECK_EQ(bytes_written({kDecoyUser}), usual);
  CHECK_EQ(bytes_written({kDecoyUser, "home", true}), usual);
  CHECK_EQ(bytes_written({"alice"}), usual);
  CHECK_EQ(bytes_written(kHome), usual);
  // What is compared with long codes only.
  file.raw().script("UPDATE people SET disabled = 1 WHERE name = 'bob'");
  REQUIRE(must(store->state_of({"bob"})).disabled);
  CHECK_EQ(bytes_written({"bob"}), usual);
  CHECK_EQ(bytes_written({kDecoyUser}), usual);
}

TEST(of_nobodys_answers_nothing_is_kept) {
  StoreFile file;
  auto store = file.open();
  lock_alice(*store);
  for (int i = 0; i < 10; ++i) {
    const auto counted = must(store->count_attempt({kDecoyUser}, test::kSixDigits, kRules));
    must(store->commit_outcome(*counted.id, false));
    CHECK(!must(store->count_attempt({"alice"}, test::kSixDigits, kRules)).id);
  }
  store = nullptr;
  CHECK_EQ(attempts_in(file), 3);
}

TEST(what_counts_no_longer_is_dropped) {
  StoreFile file;
  must(file.open()->reserve_send(kOneAnHour));
  lock_alice(*file.open());
  file.time.advance(24h);
  must(file.open()->state_of({"alice"}));
  auto raw = file.raw();
  for (const char* count : {"SELECT count(*) FROM sends", "SELECT count(*) FROM spent",
                            "SELECT count(*) FROM attempts"})
    CHECK_EQ(raw.integer(count), 0);
  CHECK_EQ(raw.integer("SELECT since_right FROM people"), 3);
}

TEST(verdicts_of_one_lane_push_none_of_another_out) {
  StoreFile file;
  auto store = file.open();
  must(store->record_verdict(verdict_on("alice")));
  VerdictRecord refused = verdict_on("mallory");
  refused.lane = Lane::own;
  for (size_t i = 0; i < kMostVerdicts + 500; ++i) {
    must(store->record_verdict(refused));
    // Waits now and then: what nobody waits for is bounded.
    if (i % 500 == 0) (void)must(store->recent_verdicts(std::nullopt, 1));
  }
  CHECK_EQ(must(store->recent_verdicts("alice", 10)).size(), 1U);
  const auto kept = must(store->recent_verdicts("mallory", 2 * kMostVerdicts));
  CHECK_EQ(kept.size(), kMostVerdicts);
}
