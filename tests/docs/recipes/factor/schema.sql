-- SPDX-License-Identifier: Apache-2.0
-- Apps whose codes go by a counter.
ALTER TABLE apps ADD COLUMN counts INTEGER NOT NULL DEFAULT 0;
