-- Who at a client's asked not to be contacted: everybody, or one contact.

-- The contact of a refusal, folded: what "same contact" means. Written with the refusal; where an earlier version left it
-- out, before somebody of its account asks not to be contacted: nobody compares it until then.
ALTER TABLE refusals ADD COLUMN contact_key TEXT;

ALTER TABLE do_not_contact ADD COLUMN contact_key TEXT NOT NULL DEFAULT ''; -- '': the whole account
ALTER TABLE do_not_contact DROP CONSTRAINT do_not_contact_pkey;
ALTER TABLE do_not_contact ADD PRIMARY KEY (organisation_id, account_key, contact_key);
