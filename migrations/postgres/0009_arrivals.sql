-- Refusals that came together had a message of their own; now they are a line of the message of the day.

UPDATE refusals SET told_in = 'arrivals:' || CAST(team_id AS TEXT)
    WHERE told_in LIKE 'batch:%' AND NOT EXISTS (SELECT 1 FROM messages m
        WHERE m.organisation_id = refusals.organisation_id AND m.notice = refusals.told_in AND m.message IS NOT NULL);
DELETE FROM jobs WHERE occurrence LIKE 'batch:%' AND state <> 'done';
ALTER TABLE people DROP COLUMN batch_on;
