// SPDX-License-Identifier: Apache-2.0
// Files of older versions, which migrate() brings up to date.
#include "lib/store/schema.h"

#include "tests/support/guess.h"
#include "tests/unit/store_file.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

constexpr LockRules kRules = {3, 30min, 100};

// A file as a daemon of that version left it, with these rows.
void make(StoreFile& file, size_t version, const std::string& rows) {
  file.directory.write("state.db", "");
  auto raw = file.raw();
  raw.script("PRAGMA journal_mode=WAL");
  for (size_t each = 0; each < version; ++each) raw.script(kMigrations[each]);
  raw.script(
      "INSERT INTO store VALUES (1, randomblob(32), randomblob(32));"
      "INSERT INTO clock VALUES (1, 'boot', 1000000, 1750000000000, 5000);" +
      rows + "PRAGMA application_id=0x534d3246; PRAGMA user_version=" + std::to_string(version));
}

VerdictRecord verdict_on(const std::string& user) {
  VerdictRecord record;
  record.user = user;
  return record;
}

}  // namespace

// What 0.1.0 left behind.
TEST(a_lock_or_disabling_of_version_4_stays) {
  StoreFile file;
  make(file, 4, R"sql(
      INSERT INTO users VALUES ('', 40, 0, 0), ('alice', 10, 65000, 0), ('bob', 100, 0, 1),
        ('carol', 3, 0, 0);
      INSERT INTO attempts (id, user, at_ms, disabling) VALUES (7, 'carol', 4000, 0);
    )sql");
  const auto store = file.open();
  for (const bool proven : {false, true}) {
    CHECK_EQ(must(store->state_of({"alice", "home", proven})).locked_for.count(), 60);
    CHECK(!must(store->count_attempt({"alice", "home", proven}, test::kSixDigits, kRules)).id);
    CHECK(must(store->state_of({"bob", "home", proven})).disabled);
  }
  CHECK_EQ(must(store->state_of({"alice"})).consecutive_failures, 10u);
  CHECK_EQ(must(store->failures_last_day("carol")), 1u);
  CHECK_EQ(must(store->user_states()).size(), 3u);
  must(store->commit_outcome(7, true));
  CHECK_EQ(must(store->state_of({"carol"})).consecutive_failures, 0u);
  const auto next = must(store->count_attempt({"carol", "home"}, test::kSixDigits, kRules));
  CHECK(*next.id > 7);
  CHECK_EQ(next.state.consecutive_failures, 1u);
}

// Made by hand, with the schema as version 1 had it.
TEST(a_file_of_version_1_is_brought_up_to_date) {
  StoreFile file;
  file.directory.write("state.db", "");
  {
    auto raw = file.raw();
    raw.script(R"sql(
      PRAGMA journal_mode=WAL;
      CREATE TABLE store (one INTEGER PRIMARY KEY CHECK (one = 1),
        decoy_key BLOB NOT NULL CHECK (length(decoy_key) = 32),
        budget_key BLOB NOT NULL CHECK (length(budget_key) = 32)) STRICT;
      CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), boot_id TEXT NOT NULL,
        boot_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
        store_ms INTEGER NOT NULL CHECK (store_ms >= 0)) STRICT;
      CREATE TABLE sends (id INTEGER PRIMARY KEY AUTOINCREMENT, expires_ms INTEGER NOT NULL,
        pretended INTEGER NOT NULL CHECK (pretended IN (0, 1)),
        settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))) STRICT;
      CREATE INDEX sends_pretended ON sends (id) WHERE pretended = 1;
      CREATE TABLE spent (scope INTEGER NOT NULL, key BLOB NOT NULL CHECK (length(key) = 16),
        at_ms INTEGER NOT NULL, send INTEGER NOT NULL REFERENCES sends (id) ON DELETE CASCADE,
        PRIMARY KEY (scope, key, at_ms, send)) STRICT, WITHOUT ROWID;
      CREATE INDEX spent_by_send ON spent (send);
      CREATE TABLE users (name TEXT PRIMARY KEY, consecutive INTEGER NOT NULL CHECK (consecutive >= 0),
        locked_until_ms INTEGER NOT NULL,
        disabled INTEGER NOT NULL CHECK (disabled IN (0, 1))) STRICT, WITHOUT ROWID;
      CREATE TABLE attempts (id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL,
        at_ms INTEGER NOT NULL, disabling INTEGER NOT NULL CHECK (disabling IN (0, 1)),
        judged INTEGER NOT NULL DEFAULT 0 CHECK (judged IN (0, 1))) STRICT;
      CREATE INDEX attempts_by_user ON attempts (user, at_ms);
      INSERT INTO store VALUES (1, randomblob(32), randomblob(32));
      INSERT INTO clock VALUES (1, 'boot', 1000000, 1750000000000, 5000);
      INSERT INTO users VALUES ('alice', 9, 65000, 0), ('bob', 100, 0, 1);
      PRAGMA application_id=0x534d3246;
      PRAGMA user_version=1;
    )sql");
  }
  {
    const auto store = file.open();
    CHECK_EQ(must(store->state_of({"alice"})).locked_for.count(), 60);
    CHECK(must(store->state_of({"bob"})).disabled);
    CHECK(must(store->use_totp_step("alice", 1)));
    must(store->record_verdict(verdict_on("alice")));
  }
  auto raw = file.raw();
  CHECK_EQ(raw.integer("PRAGMA user_version"), newest_schema_version());
  CHECK_EQ(raw.integer("PRAGMA application_id"), kApplicationId);
  CHECK_EQ(raw.integer("SELECT count(*) FROM verdicts"), 1);
  CHECK(std::filesystem::exists(file.path(".exists")));
}

// Before apps had a clock of their own.
TEST(the_apps_of_version_9_stay) {
  StoreFile file;
  make(file, 9, R"sql(
      INSERT INTO apps (user, label, sealed, algorithm, digits, since_ms)
        VALUES ('alice', 'phone', x'01', 'SHA1', 8, 1750000000123);
    )sql");
  const auto apps = must(file.open()->enrolment_of("alice")).apps;
  REQUIRE(apps.size() == 1);
  CHECK(apps[0].parameters == (TotpParameters{TotpAlgorithm::sha1, 8, 0}));
}

// Before verdicts had a limit.
TEST(the_verdicts_of_version_8_stay) {
  StoreFile file;
  make(file, 8, R"sql(
      INSERT INTO verdicts VALUES (3, 1750000000123, 'alice', 'sshd', '192.0.2.7', 'denied',
        'over-budget', 'sms', 'twilio', 'SM1', '********67', 0);
    )sql");
  const auto store = file.open();
  VerdictRecord next = verdict_on("alice");
  next.limit = "sends_per_user";
  must(store->record_verdict(next));
  const auto kept = must(store->recent_verdicts("alice", 10));
  REQUIRE(kept.size() == 2);
  CHECK_EQ(kept[0].limit, "sends_per_user");
  CHECK_EQ(kept[1].limit, "");
  CHECK_EQ(kept[1].reason + kept[1].masked_number, "over-budget********67");
  CHECK_EQ(file.raw().integer("PRAGMA user_version"), newest_schema_version());
}
