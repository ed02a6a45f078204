-- SPDX-License-Identifier: Apache-2.0
-- What people have enrolled. `sealed` is AES-256-GCM under a key that is not in this file; its first 8 bytes
-- name that key.

-- The key that everything here is sealed with; no row before the first.
CREATE TABLE sealing_key (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id BLOB NOT NULL CHECK (length(id) = 8)
) STRICT;

-- An empty value is none. `planned` becomes the number at the store time `due_ms`.
CREATE TABLE numbers (
  user TEXT PRIMARY KEY,
  sealed BLOB NOT NULL DEFAULT x'',
  planned BLOB NOT NULL DEFAULT x'',
  due_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE apps (
  user TEXT NOT NULL,
  label TEXT NOT NULL,
  sealed BLOB NOT NULL,
  algorithm TEXT NOT NULL CHECK (algorithm IN ('SHA1', 'SHA256', 'SHA512')),
  digits INTEGER NOT NULL CHECK (digits BETWEEN 6 AND 8),
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (user, label)
) STRICT, WITHOUT ROWID;
