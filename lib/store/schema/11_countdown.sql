-- SPDX-License-Identifier: Apache-2.0
-- Version 11: the deadline of [code], and the latest that the calendar was seen at while it stood, for a clock that is
-- set back must not open what the deadline has closed. Both in milliseconds since 1970.
CREATE TABLE countdown (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  deadline_ms INTEGER NOT NULL,
  latest_ms INTEGER NOT NULL
) STRICT;
