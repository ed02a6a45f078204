-- SPDX-License-Identifier: Apache-2.0
-- What a change of somebody's factors, and an answer, were based on.

-- Random, and new with every change; no row before the first.
CREATE TABLE generations (
  user TEXT PRIMARY KEY,
  value BLOB NOT NULL CHECK (length(value) = 16)
) STRICT, WITHOUT ROWID;

-- What its user held when the answer was counted.
ALTER TABLE attempts ADD COLUMN generation BLOB NOT NULL DEFAULT x'';
