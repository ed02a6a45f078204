-- SPDX-License-Identifier: Apache-2.0
-- Version 12: the [rule NAME] that had a part in a verdict; empty when none.

ALTER TABLE verdicts ADD COLUMN rule TEXT NOT NULL DEFAULT '';
