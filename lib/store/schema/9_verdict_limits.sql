-- SPDX-License-Identifier: Apache-2.0
-- Version 9: which key of [limits] a verdict is due to; empty when none.

ALTER TABLE verdicts ADD COLUMN limit_key TEXT NOT NULL DEFAULT '';
