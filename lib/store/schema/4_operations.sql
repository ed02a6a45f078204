-- SPDX-License-Identifier: Apache-2.0
-- What those who run the machine need: passes, providers, counters.

-- One login each without the phone. `hash` is a slow one, in crypt(5)'s form; `expires_ms` is store time.
CREATE TABLE passes (
  user TEXT PRIMARY KEY,
  parameters TEXT NOT NULL,
  hash TEXT NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `since_ms` is the wall clock's, for people to read.
CREATE TABLE providers (
  name TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  failures INTEGER NOT NULL CHECK (failures >= 0)
) STRICT, WITHOUT ROWID;

-- Totals since the store was made. No names and no numbers of people in them.
CREATE TABLE counters (
  name TEXT NOT NULL,
  labels TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (name, labels)
) STRICT, WITHOUT ROWID;
