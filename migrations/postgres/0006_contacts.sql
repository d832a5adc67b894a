-- Who at a client's asked not to be contacted: everybody, or one contact. And refusals of the same segment.

-- The contact of a refusal, folded: what "same contact" means. Written with the refusal; where an earlier version left it
-- out, before somebody of its account asks not to be contacted: nobody compares it until then.
ALTER TABLE refusals ADD COLUMN contact_key TEXT;

ALTER TABLE do_not_contact ADD COLUMN contact_key TEXT NOT NULL DEFAULT ''; -- '': the whole account
ALTER TABLE do_not_contact DROP CONSTRAINT do_not_contact_pkey;
ALTER TABLE do_not_contact ADD PRIMARY KEY (organisation_id, account_key, contact_key);

-- The segment of a refusal, folded: what "same segment" means. Where an earlier version left it out, when the database is
-- opened next: SQL cannot fold.
ALTER TABLE refusals ADD COLUMN segment_key TEXT;
CREATE INDEX refusals_unfolded ON refusals (organisation_id, segment) WHERE segment IS NOT NULL AND segment_key IS NULL;

-- Earlier refusals alike, whatever the reason: the latest of a segment.
CREATE INDEX refusals_of_segment ON refusals (organisation_id, segment_key, logged_at)
    WHERE segment_key IS NOT NULL AND withdrawn_at IS NULL AND outcome <> 'invalid';
