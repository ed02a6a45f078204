-- SPDX-License-Identifier: Apache-2.0
-- Version 7: verdicts are bounded for each lane: 0 proven, 1 unproven, 2 own; 3 are notices.

ALTER TABLE verdicts ADD COLUMN lane INTEGER NOT NULL DEFAULT 1;
CREATE INDEX verdicts_of_lane ON verdicts (lane, id);
