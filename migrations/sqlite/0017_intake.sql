-- Leads over HTTP: who may send them, and what was sent already.

CREATE TABLE intake_tokens (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    source          TEXT NOT NULL,
    team_id         INTEGER REFERENCES teams (id), -- NULL: the first team
    token_hash      TEXT NOT NULL,                 -- SHA-256 in hexadecimal digits; the token itself is kept nowhere
    secret          TEXT,                          -- what requests are signed with; NULL: they are not signed
    created_at      TEXT NOT NULL,
    revoked_at      TEXT,
    last_used_at    TEXT
) STRICT;
CREATE UNIQUE INDEX intake_tokens_name ON intake_tokens (organisation_id, name) WHERE revoked_at IS NULL;

-- What was answered under a key, or to a signature: whoever sends it again is answered the same, or refused.
CREATE TABLE intake_requests (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    token_id        INTEGER NOT NULL REFERENCES intake_tokens (id),
    key             TEXT NOT NULL,                 -- key:.. or signature:..
    body_hash       TEXT NOT NULL,
    answer          TEXT NOT NULL,
    at              TEXT NOT NULL,
    PRIMARY KEY (organisation_id, token_id, key)
) STRICT;
CREATE INDEX intake_requests_at ON intake_requests (organisation_id, at);
