-- What every start and every lead that comes in look at: none of it may take reading a whole table, or all that somebody has.

-- Nearly every refusal was told long ago; those that wait under a name are few.
DROP INDEX refusals_told_in;
CREATE INDEX refusals_told_in ON refusals (organisation_id, told_in) WHERE told_in IS NOT NULL;
CREATE INDEX refusals_untold ON refusals (organisation_id, team_id)
    WHERE told_in IS NULL AND stage = 'logged' AND withdrawn_at IS NULL;

-- Each request of a form looks for its token.
CREATE INDEX intake_tokens_hash ON intake_tokens (organisation_id, token_hash);

-- How many leads of somebody run, from the index alone.
CREATE INDEX leads_running ON leads (organisation_id, owner_id, due_at) WHERE due_at IS NOT NULL;

-- An outage gives its time back to the leads that ran, some at a time: since and until when, and as far as which lead.
ALTER TABLE organisations ADD COLUMN outage_since TIMESTAMPTZ;
ALTER TABLE organisations ADD COLUMN outage_until TIMESTAMPTZ;
ALTER TABLE organisations ADD COLUMN outage_given BIGINT;
