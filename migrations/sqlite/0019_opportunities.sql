-- Opportunities: how far each is, who dealt with it last, when it goes dark, and what that was said of it.

CREATE TABLE opportunities (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    number          INTEGER NOT NULL,               -- said D3
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    owner_id        INTEGER NOT NULL REFERENCES people (id),
    account         TEXT NOT NULL,
    account_key     TEXT NOT NULL,
    amount_minor    INTEGER,
    amount_currency TEXT,
    stage           TEXT NOT NULL,                 -- first_contact | qualification | proposal | negotiation
    stage_since     TEXT NOT NULL,
    tracked_at      TEXT NOT NULL,
    tracked_by      INTEGER REFERENCES people (id), -- NULL: it came by itself
    touched_at      TEXT NOT NULL,                 -- the last time
    state           TEXT NOT NULL,                 -- open | won | disqualified | refused
    checks          TEXT NOT NULL,                 -- what is known: budget=yes on_track=no; of what is not here nothing
    unfit           TEXT,
    refusal         INTEGER,
    over_at         TEXT,
    dark_at         TEXT,                          -- when it goes dark; NULL once it is over
    dark_why        TEXT,                          -- untouched | long_in_stage
    say_at          TEXT,                          -- when a message of the day says so next; NULL: often enough
    told            INTEGER NOT NULL DEFAULT 0,     -- how often it was said
    head_at         TEXT,                          -- from when on the head is told; NULL: not, or they were
    PRIMARY KEY (organisation_id, number)
) STRICT;
CREATE INDEX opportunities_client ON opportunities (organisation_id, account_key, owner_id) WHERE over_at IS NULL;
CREATE INDEX opportunities_owner ON opportunities (organisation_id, owner_id, touched_at) WHERE over_at IS NULL;
CREATE INDEX opportunities_team ON opportunities (organisation_id, team_id, touched_at) WHERE over_at IS NULL;
CREATE INDEX opportunities_dark ON opportunities (organisation_id, team_id, dark_at) WHERE over_at IS NULL;
CREATE INDEX opportunities_to_say ON opportunities (organisation_id, owner_id, say_at) WHERE say_at IS NOT NULL;
CREATE INDEX opportunities_to_head ON opportunities (organisation_id, team_id, head_at) WHERE head_at IS NOT NULL;
CREATE INDEX opportunities_over ON opportunities (organisation_id, team_id, state, over_at) WHERE over_at IS NOT NULL;
CREATE INDEX opportunities_disqualified ON opportunities (organisation_id, owner_id, over_at) WHERE state = 'disqualified';

-- How long each was in which stage.
CREATE TABLE opportunity_stays (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    opportunity     INTEGER NOT NULL,
    stage           TEXT NOT NULL,
    entered_at      TEXT NOT NULL,
    seconds         INTEGER,                        -- NULL: it is still there
    PRIMARY KEY (organisation_id, opportunity, stage, entered_at),
    FOREIGN KEY (organisation_id, opportunity) REFERENCES opportunities (organisation_id, number)
) STRICT;

-- Without knowing what each advanced, and why all the same; once for each thing.
CREATE TABLE opportunity_gaps (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    item            TEXT NOT NULL,
    opportunity     INTEGER NOT NULL,
    advanced_at     TEXT NOT NULL,
    reason          TEXT,                          -- NULL: nobody was asked
    PRIMARY KEY (organisation_id, item, opportunity),
    FOREIGN KEY (organisation_id, opportunity) REFERENCES opportunities (organisation_id, number)
) STRICT;

-- What happened to each, in order.
CREATE TABLE opportunity_events (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    opportunity     INTEGER NOT NULL,
    at              TEXT NOT NULL,
    person_id       INTEGER REFERENCES people (id), -- NULL: nobody, it happened by itself
    what            TEXT NOT NULL,
    note            TEXT,
    FOREIGN KEY (organisation_id, opportunity) REFERENCES opportunities (organisation_id, number)
) STRICT;
CREATE INDEX opportunity_events_of ON opportunity_events (organisation_id, opportunity, id);

-- Which message of the day told of which.
CREATE TABLE opportunities_told (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    notice          TEXT NOT NULL,
    opportunity     INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, notice, opportunity),
    FOREIGN KEY (organisation_id, opportunity) REFERENCES opportunities (organisation_id, number)
) STRICT;
CREATE INDEX opportunities_told_by_deal ON opportunities_told (organisation_id, opportunity);

-- What carrying a deal costs, where a team says so.
CREATE TABLE carrying_terms (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    days            INTEGER,                        -- NULL: as counted
    minutes         INTEGER NOT NULL,               -- a day, for one deal
    hour_minor      INTEGER NOT NULL,
    hour_currency   TEXT NOT NULL,
    said_by         INTEGER NOT NULL REFERENCES people (id),
    said_at         TEXT NOT NULL,
    PRIMARY KEY (organisation_id, team_id)
) STRICT;

ALTER TABLE organisations ADD COLUMN next_opportunity INTEGER NOT NULL DEFAULT 1;
