-- Foundations: who there is, what was refused, what was said about it, and what is still to be done or said.
-- Every table but organisations starts with organisation_id, and every query takes it.
-- Instants are written by the application in UTC, to the microsecond; the database's own clock is never asked.
-- Lists and documents that are only ever read whole are JSON in a text column.

CREATE TABLE organisations (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    next_refusal    INTEGER NOT NULL DEFAULT 1      -- the next number people can say: #214
) STRICT;

CREATE TABLE teams (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    position        INTEGER NOT NULL,               -- order in the configuration; strangers join the first
    language        TEXT NOT NULL,
    currency        TEXT NOT NULL,                 -- ISO 4217
    time_zone       TEXT NOT NULL,                 -- IANA name
    working_hours   TEXT NOT NULL,
    channels        TEXT NOT NULL,                 -- JSON list of "service:id"
    UNIQUE (organisation_id, name)
) STRICT;

CREATE TABLE people (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    name            TEXT NOT NULL,
    role            TEXT NOT NULL,                 -- rep | head | admin | observer
    listed          INTEGER NOT NULL,              -- named in the configuration, not met in chat
    language        TEXT,                          -- from here on: their own choices, else the team's
    time_zone       TEXT,
    working_hours   TEXT,
    quiet_hours     TEXT,
    batch_at        TEXT,                          -- HH:MM
    service         TEXT,                          -- where they last acted: where the bot writes to them
    page_language   TEXT                           -- what the local page's language switch last said
) STRICT;
CREATE UNIQUE INDEX people_listed ON people (organisation_id, name) WHERE listed;
CREATE INDEX people_team ON people (organisation_id, team_id, role);

CREATE TABLE accounts (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    account         TEXT NOT NULL,                 -- "slack:U0ANA"
    person_id       INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (organisation_id, account)
) STRICT;
CREATE INDEX accounts_person ON accounts (organisation_id, person_id);

CREATE TABLE products (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    aliases         TEXT NOT NULL,                 -- JSON list
    position        INTEGER NOT NULL,
    retired_at      TEXT,                        -- history keeps its meaning: never deleted
    UNIQUE (organisation_id, name)
) STRICT;

CREATE TABLE refusals (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    number          INTEGER NOT NULL,
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    account         TEXT NOT NULL,                 -- the client's company, as typed
    account_key     TEXT NOT NULL,                 -- the same, folded: what "same account" means
    contact         TEXT,
    contact_role    TEXT,
    outcome         TEXT NOT NULL,
    reason          TEXT NOT NULL,                 -- "price" or "price/payment_terms"
    reason_source   TEXT NOT NULL,                 -- rep | client | head
    products        TEXT NOT NULL,                 -- ids between commas: ',3,7,'; '' for none
    budget_minor    INTEGER,                        -- minor units
    budget_currency TEXT,
    competitor      TEXT,
    competitor_key  TEXT,
    verbatim        TEXT,
    segment         TEXT,
    contract_until  TEXT,
    happened_on     TEXT NOT NULL,
    owner_id        INTEGER NOT NULL REFERENCES people (id),
    logged_by       INTEGER NOT NULL REFERENCES people (id),
    logged_at       TEXT NOT NULL,
    stage           TEXT NOT NULL,
    told_in         TEXT,                          -- the notice that brings it to the head: messages.notice
    seen_by         INTEGER REFERENCES people (id),
    seen_at         TEXT,
    withdrawn_at    TEXT,                        -- undone by its rep: counts nowhere, stays for the audit
    PRIMARY KEY (organisation_id, number)
) STRICT;
CREATE INDEX refusals_account ON refusals (organisation_id, account_key, logged_at);
CREATE INDEX refusals_logged_by ON refusals (organisation_id, logged_by, logged_at);
CREATE INDEX refusals_team ON refusals (organisation_id, team_id, logged_at);
CREATE INDEX refusals_told_in ON refusals (organisation_id, told_in);

-- Refusals that wait for "is it the same one?".
CREATE TABLE pending_refusals (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    person_id       INTEGER NOT NULL REFERENCES people (id),
    earlier         INTEGER NOT NULL,               -- the number it may repeat
    details         TEXT NOT NULL,                 -- JSON of what was typed
    asked_at        TEXT NOT NULL,
    became          INTEGER,                        -- the number it was stored under, or the earlier one
    decided_at      TEXT
) STRICT;

CREATE TABLE questions (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    refusal         INTEGER NOT NULL,
    asked_by        INTEGER NOT NULL REFERENCES people (id),
    asked_of        INTEGER NOT NULL REFERENCES people (id),
    asked_at        TEXT NOT NULL,
    question        TEXT NOT NULL,
    answer          TEXT,
    answered_at     TEXT,
    FOREIGN KEY (organisation_id, refusal) REFERENCES refusals (organisation_id, number)
) STRICT;
CREATE INDEX questions_refusal ON questions (organisation_id, refusal, id);

-- Who changed what, when.
CREATE TABLE audit (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    at              TEXT NOT NULL,
    person_id       INTEGER NOT NULL REFERENCES people (id),
    refusal         INTEGER,                        -- NULL: the person's own settings
    what            TEXT NOT NULL,                 -- the field, or logged | withdrawn | seen
    was             TEXT,
    is_now          TEXT
) STRICT;
CREATE INDEX audit_refusal ON audit (organisation_id, refusal, id);

-- What was already answered: a repeated event finds the first one's outcome.
CREATE TABLE seen_events (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    event           TEXT NOT NULL,
    seen_at         TEXT NOT NULL,
    reply           TEXT NOT NULL,                 -- JSON
    PRIMARY KEY (organisation_id, event)
) STRICT;
CREATE INDEX seen_events_age ON seen_events (organisation_id, seen_at);

CREATE TABLE jobs (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL,
    occurrence      TEXT NOT NULL,                 -- which one: planned twice, it is one job
    payload         TEXT NOT NULL,                 -- JSON
    planned_at      TEXT NOT NULL,
    run_at          TEXT NOT NULL,
    state           TEXT NOT NULL,                 -- ready | sending | done | dead
    attempts        INTEGER NOT NULL DEFAULT 0,
    lease_until     TEXT,
    lease_token     TEXT,                          -- who may finish it
    error           TEXT,                          -- why it is late or dead; no message text
    UNIQUE (organisation_id, kind, occurrence)
) STRICT;
CREATE INDEX jobs_due ON jobs (organisation_id, run_at, id) WHERE state IN ('ready', 'sending');

-- What the bot said by itself, so that it can be found, and changed when the facts do.
CREATE TABLE messages (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    notice          TEXT NOT NULL,                 -- what it says: "refusal:214"
    marker          TEXT NOT NULL,                 -- what it carries, invisibly
    place           TEXT NOT NULL,                 -- JSON: where it goes, decided once
    decided_at      TEXT NOT NULL,
    message         TEXT,                          -- JSON: the posted message
    posted_at       TEXT,
    PRIMARY KEY (organisation_id, notice),
    UNIQUE (organisation_id, marker)
) STRICT;

-- What an adapter keeps over a restart: half-filled forms, the local page's messages.
CREATE TABLE drafts (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    service         TEXT NOT NULL,
    name            TEXT NOT NULL,
    kept_at         TEXT NOT NULL,
    value           TEXT NOT NULL,                 -- JSON
    PRIMARY KEY (organisation_id, service, name)
) STRICT;
