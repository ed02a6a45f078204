-- SPDX-License-Identifier: Apache-2.0
-- Who may enroll a first factor: a word that an administrator gave them, as a slow hash in crypt(5)'s form.
-- `expires_ms` is store time.
CREATE TABLE invitations (
  user TEXT PRIMARY KEY,
  parameters TEXT NOT NULL,
  hash TEXT NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
