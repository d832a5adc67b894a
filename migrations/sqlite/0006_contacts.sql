-- Who at a client's asked not to be contacted: everybody, or one contact. And refusals of the same segment.

-- The contact of a refusal, folded: what "same contact" means. Written with the refusal; where an earlier version left it
-- out, before somebody of its account asks not to be contacted: nobody compares it until then.
ALTER TABLE refusals ADD COLUMN contact_key TEXT;

-- A key may not be widened in place.
CREATE TABLE widened (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    account_key     TEXT NOT NULL,
    contact_key     TEXT NOT NULL DEFAULT '',      -- '': the whole account
    said_by         TEXT NOT NULL,
    noted_by        INTEGER NOT NULL REFERENCES people (id),
    noted_at        TEXT NOT NULL,
    PRIMARY KEY (organisation_id, account_key, contact_key)
) STRICT;
INSERT INTO widened (organisation_id, account_key, said_by, noted_by, noted_at)
    SELECT organisation_id, account_key, said_by, noted_by, noted_at FROM do_not_contact;
DROP TABLE do_not_contact;
ALTER TABLE widened RENAME TO do_not_contact;

-- The segment of a refusal, folded: what "same segment" means. Where an earlier version left it out, when the database is
-- opened next: SQL cannot fold.
ALTER TABLE refusals ADD COLUMN segment_key TEXT;
CREATE INDEX refusals_unfolded ON refusals (organisation_id, segment) WHERE segment IS NOT NULL AND segment_key IS NULL;

-- Earlier refusals alike, whatever the reason: the latest of a segment.
CREATE INDEX refusals_of_segment ON refusals (organisation_id, segment_key, logged_at)
    WHERE segment_key IS NOT NULL AND withdrawn_at IS NULL AND outcome <> 'invalid';
