-- Inbound leads: who asked, whose turn it is, how far up the ladder each is, and what was done about it.

CREATE TABLE leads (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    number          INTEGER NOT NULL,               -- said L12
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    account         TEXT,
    contact         TEXT,
    email           TEXT,
    phone           TEXT,
    source          TEXT NOT NULL,
    wants           TEXT,
    place           TEXT,
    email_key       TEXT,                          -- from here on: by what another one is of the same client
    phone_key       TEXT,
    account_key     TEXT,
    contact_key     TEXT,
    received_at     TEXT NOT NULL,
    logged_by       INTEGER REFERENCES people (id), -- NULL: it came by itself
    state           TEXT NOT NULL,                 -- waiting | touched | disqualified | refused | won
    owner_id        INTEGER REFERENCES people (id), -- NULL: open to claim, or nobody is there
    taken_from      INTEGER REFERENCES people (id),
    turn            INTEGER NOT NULL,
    turn_began_at   TEXT NOT NULL,
    deadline        INTEGER NOT NULL,               -- working seconds for the first touch
    added           INTEGER NOT NULL,               -- working seconds added to them
    rung            INTEGER NOT NULL,               -- 0 fresh, 1 reminded, 2 late, 3 open to claim
    rung_at         TEXT NOT NULL,
    due_at          TEXT,                          -- when the time for the first touch is over; NULL once it was touched
    touched_by      INTEGER REFERENCES people (id),
    touched_at      TEXT,                          -- the first time
    routing         INTEGER,                        -- seconds until whoever touched it had it
    human           INTEGER,                        -- working seconds until they did
    attempts        INTEGER NOT NULL,
    snoozes         INTEGER NOT NULL,
    snoozed         INTEGER NOT NULL,               -- working seconds
    passed_on       INTEGER NOT NULL,
    next_touch      TEXT,
    next_told       INTEGER NOT NULL DEFAULT 0,     -- how often that was said
    unfit           TEXT,
    refusal         INTEGER,
    over_at         TEXT,
    PRIMARY KEY (organisation_id, number)
) STRICT;
CREATE INDEX leads_email ON leads (organisation_id, email_key) WHERE email_key IS NOT NULL AND over_at IS NULL;
CREATE INDEX leads_phone ON leads (organisation_id, phone_key) WHERE phone_key IS NOT NULL AND over_at IS NULL;
CREATE INDEX leads_client ON leads (organisation_id, account_key, contact_key)
    WHERE account_key IS NOT NULL AND over_at IS NULL;
CREATE INDEX leads_owner ON leads (organisation_id, owner_id, due_at) WHERE over_at IS NULL;
CREATE INDEX leads_team ON leads (organisation_id, team_id, due_at) WHERE over_at IS NULL;
CREATE INDEX leads_received ON leads (organisation_id, received_at);
CREATE INDEX leads_touch ON leads (organisation_id, owner_id, next_touch) WHERE over_at IS NULL AND next_touch IS NOT NULL;

-- Whose turn it was.
CREATE TABLE lead_turns (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    lead            INTEGER NOT NULL,
    turn            INTEGER NOT NULL,
    person_id       INTEGER NOT NULL REFERENCES people (id),
    began_at        TEXT NOT NULL,
    PRIMARY KEY (organisation_id, lead, turn),
    FOREIGN KEY (organisation_id, lead) REFERENCES leads (organisation_id, number)
) STRICT;
-- Who got one last.
CREATE INDEX lead_turns_person ON lead_turns (organisation_id, person_id, began_at);

-- What happened to a lead, in order.
CREATE TABLE lead_events (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    lead            INTEGER NOT NULL,
    at              TEXT NOT NULL,
    person_id       INTEGER REFERENCES people (id), -- NULL: nobody, it happened by itself
    what            TEXT NOT NULL,
    note            TEXT,
    FOREIGN KEY (organisation_id, lead) REFERENCES leads (organisation_id, number)
) STRICT;
CREATE INDEX lead_events_lead ON lead_events (organisation_id, lead, id);

ALTER TABLE organisations ADD COLUMN next_lead INTEGER NOT NULL DEFAULT 1;
-- When a process last said that it is there: what passed since then was nobody's neglect.
ALTER TABLE organisations ADD COLUMN alive_at TEXT;
