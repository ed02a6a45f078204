-- SPDX-License-Identifier: Apache-2.0
-- Version 2: what was decided, and what was used up.

-- `at_ms` is the wall clock's, for people to read.
CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  user TEXT NOT NULL,
  service TEXT NOT NULL,
  rhost TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  method TEXT NOT NULL,
  provider TEXT NOT NULL,
  message_id TEXT NOT NULL,
  masked_number TEXT NOT NULL
) STRICT;

CREATE TABLE totp_steps (
  user TEXT PRIMARY KEY,
  last_step INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE backup_sets (
  user TEXT PRIMARY KEY,
  parameters TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE backup_codes (
  user TEXT NOT NULL REFERENCES backup_sets (user) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
  PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;
