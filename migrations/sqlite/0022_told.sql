-- When the owner of a lead last heard that a call waits, and when whoever leads did. They hear of it on a later day than its
-- owner did for the last time, and a message that is posted keeps what it told.
ALTER TABLE leads ADD COLUMN next_told_at TEXT;
ALTER TABLE leads ADD COLUMN next_above_at TEXT;
UPDATE leads SET next_told_at = received_at WHERE next_told > 0;
UPDATE leads SET next_above_at = received_at WHERE next_told > 3;
