-- What revived one client, for the next; who else has a refusal in hand; what validates itself.

-- A lever that led to a deal won back, with how.
CREATE TABLE plays (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    refusal         INTEGER NOT NULL,              -- the one that was won back
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    reason          TEXT NOT NULL,                 -- the head's if they heard the client, else the rep's
    broad           TEXT NOT NULL,                 -- its first level
    products        TEXT NOT NULL,                 -- ids between commas, as in refusals
    lever           TEXT NOT NULL,
    how             TEXT NOT NULL,                 -- in a sentence
    made_by         INTEGER NOT NULL REFERENCES people (id),
    made_at         TEXT NOT NULL,
    uses            INTEGER NOT NULL DEFAULT 0,    -- how often it was tried again
    successes       INTEGER NOT NULL DEFAULT 0,    -- and how often that was won back
    UNIQUE (organisation_id, refusal),
    FOREIGN KEY (organisation_id, refusal) REFERENCES refusals (organisation_id, number)
) STRICT;
CREATE INDEX plays_best ON plays (organisation_id, successes, made_at);
CREATE INDEX plays_reason ON plays (organisation_id, reason, successes, made_at);
CREATE INDEX plays_broad ON plays (organisation_id, broad, successes, made_at);

ALTER TABLE decisions ADD COLUMN play_id INTEGER REFERENCES plays (id); -- revived with this play

-- Earlier refusals alike: the latest of a reason, and those of it that were won back.
CREATE INDEX refusals_alike ON refusals (organisation_id, reason, logged_at)
    WHERE withdrawn_at IS NULL AND outcome <> 'invalid';
CREATE INDEX refusals_won ON refusals (organisation_id, reason, logged_at)
    WHERE stage = 'won_back' AND withdrawn_at IS NULL;

-- How often the client or the head says another reason than the rep.
CREATE INDEX refusals_heard ON refusals
    (organisation_id, team_id, logged_at, reason, products, logged_by, head_reason, client_reason, outcome, withdrawn_at)
    WHERE head_reason IS NOT NULL OR client_reason IS NOT NULL;

-- Who gave a refusal to whom, and why.
CREATE TABLE handovers (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    refusal         INTEGER NOT NULL,
    what            TEXT NOT NULL,                 -- owned | delegated
    given_by        INTEGER NOT NULL REFERENCES people (id),
    given_to        INTEGER NOT NULL REFERENCES people (id),
    given_at        TEXT NOT NULL,
    note            TEXT,
    FOREIGN KEY (organisation_id, refusal) REFERENCES refusals (organisation_id, number)
) STRICT;
CREATE INDEX handovers_refusal ON handovers (organisation_id, refusal, id);

ALTER TABLE refusals ADD COLUMN delegate_id INTEGER REFERENCES people (id); -- who decides beside the head
CREATE INDEX refusals_delegate ON refusals (organisation_id, delegate_id, logged_at)
    WHERE delegate_id IS NOT NULL AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL;

ALTER TABLE refusals ADD COLUMN sampled INTEGER; -- small enough to validate itself: drawn for the head all the same, or not
