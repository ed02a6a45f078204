-- SPDX-License-Identifier: Apache-2.0
-- Version 10: by how many steps of 30 s an app's clock is ahead of this machine's; below 0, behind.

ALTER TABLE apps ADD COLUMN skew INTEGER NOT NULL DEFAULT 0;
