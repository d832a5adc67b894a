-- What somebody owns that others logged is suggested to them too.
CREATE INDEX refusals_owned ON refusals (organisation_id, owner_id, logged_at) WHERE owner_id <> logged_by;
-- The competitors of a team: most refusals name none.
CREATE INDEX refusals_competitor ON refusals (organisation_id, team_id, logged_at)
    WHERE competitor IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX refusals_competitor_by ON refusals (organisation_id, logged_by, logged_at)
    WHERE competitor IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX refusals_competitor_all ON refusals (organisation_id, number)
    WHERE competitor IS NOT NULL AND withdrawn_at IS NULL;
