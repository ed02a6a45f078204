-- SPDX-License-Identifier: Apache-2.0
-- Version 1: how many messages, how many guesses. Times are store times in milliseconds (store_time.h).

CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  decoy_key BLOB NOT NULL CHECK (length(decoy_key) = 32),
  budget_key BLOB NOT NULL CHECK (length(budget_key) = 32)
) STRICT;

CREATE TABLE clock (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  boot_id TEXT NOT NULL,
  boot_ms INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL,
  store_ms INTEGER NOT NULL CHECK (store_ms >= 0)
) STRICT;

-- A reservation. One that takes nothing from the host's budget only pretends to send (a decoy's).
CREATE TABLE sends (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  expires_ms INTEGER NOT NULL,
  pretended INTEGER NOT NULL CHECK (pretended IN (0, 1)),
  settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))
) STRICT;
CREATE INDEX sends_pretended ON sends (id) WHERE pretended = 1;

-- What a reservation took, and from which budget: `key` is a keyed hash of the number, user or source.
CREATE TABLE spent (
  scope INTEGER NOT NULL,
  key BLOB NOT NULL CHECK (length(key) = 16),
  at_ms INTEGER NOT NULL,
  send INTEGER NOT NULL REFERENCES sends (id) ON DELETE CASCADE,
  PRIMARY KEY (scope, key, at_ms, send)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_by_send ON spent (send);

-- People with failures since their last right answer.
CREATE TABLE users (
  name TEXT PRIMARY KEY,
  consecutive INTEGER NOT NULL CHECK (consecutive >= 0),
  locked_until_ms INTEGER NOT NULL,
  disabled INTEGER NOT NULL CHECK (disabled IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Answers of the last day that were not right, or whose outcome never came.
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  disabling INTEGER NOT NULL CHECK (disabling IN (0, 1)),
  judged INTEGER NOT NULL DEFAULT 0 CHECK (judged IN (0, 1))
) STRICT;
CREATE INDEX attempts_by_user ON attempts (user, at_ms);
