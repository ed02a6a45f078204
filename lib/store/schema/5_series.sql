-- SPDX-License-Identifier: Apache-2.0
-- Wrong answers by where they came from, and by what they were worth.

-- `place` is a keyed hash of a source from which this person gave a right answer at `right_ms`, or one byte
-- for everybody else: 1 those who had proved something first, 0 those who had not.
CREATE TABLE series (
  user TEXT NOT NULL,
  place BLOB NOT NULL CHECK (length(place) IN (1, 16)),
  consecutive INTEGER NOT NULL CHECK (consecutive >= 0),
  locked_until_ms INTEGER NOT NULL,
  right_ms INTEGER NOT NULL,
  PRIMARY KEY (user, place)
) STRICT, WITHOUT ROWID;

-- Wrong answers since the last right one: all of them, those that disable, those of strangers who had proved
-- nothing. `untold`: strangers' answers that the person has not been told of.
CREATE TABLE people (
  name TEXT PRIMARY KEY,
  since_right INTEGER NOT NULL CHECK (since_right >= 0),
  consecutive INTEGER NOT NULL CHECK (consecutive >= 0),
  unproven INTEGER NOT NULL CHECK (unproven >= 0),
  untold INTEGER NOT NULL CHECK (untold >= 0),
  disabled INTEGER NOT NULL CHECK (disabled IN (0, 1))
) STRICT, WITHOUT ROWID;

-- The year's wrong answers by day of store time and series (0 familiar, 1 strangers, 2 unproven strangers), and
-- their chances to be right, in 10^-12. `long_ones` were compared with backup and bypass codes only.
CREATE TABLE guesses (
  user TEXT NOT NULL,
  day INTEGER NOT NULL,
  series INTEGER NOT NULL CHECK (series IN (0, 1, 2)),
  answers INTEGER NOT NULL CHECK (answers >= 0),
  chance INTEGER NOT NULL CHECK (chance >= 0),
  long_ones INTEGER NOT NULL CHECK (long_ones >= 0),
  PRIMARY KEY (user, day, series)
) STRICT, WITHOUT ROWID;

-- `series` as above; `place`: where it came from, whether familiar or not; `weak`: could have been any code;
-- `lock_ms`: until when the series was locked by it.
ALTER TABLE attempts ADD COLUMN series INTEGER NOT NULL DEFAULT 1 CHECK (series IN (0, 1, 2));
ALTER TABLE attempts ADD COLUMN place BLOB NOT NULL DEFAULT x'';
ALTER TABLE attempts ADD COLUMN chance INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN weak INTEGER NOT NULL DEFAULT 0 CHECK (weak IN (0, 1));
ALTER TABLE attempts ADD COLUMN lock_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back IN (0, 1));

-- Nobody has a familiar source yet, so a lock that stands holds for everybody.
INSERT INTO series (user, place, consecutive, locked_until_ms, right_ms)
  SELECT name, x'01', consecutive, locked_until_ms, 0 FROM users WHERE name <> '';
INSERT INTO series (user, place, consecutive, locked_until_ms, right_ms)
  SELECT name, x'00', consecutive, locked_until_ms, 0 FROM users WHERE name <> '';
INSERT INTO people (name, since_right, consecutive, unproven, untold, disabled)
  SELECT name, consecutive, consecutive, 0, 0, disabled FROM users WHERE name <> '';
DROP TABLE users;
