-- Who at a client's asked not to be contacted: everybody, or one contact.

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
