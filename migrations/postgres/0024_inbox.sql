-- Leads that were taken with "Prefer: respond-async" and wait for their owners: on disk before the answer.
CREATE TABLE intake_inbox (
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    request         TEXT NOT NULL,                 -- by what its sender asks after it
    token_id        BIGINT NOT NULL REFERENCES intake_tokens (id),
    key             TEXT,                          -- key:..
    signature       TEXT,                          -- signature:..
    body_hash       TEXT NOT NULL,
    many            BIGINT NOT NULL,               -- their owners hear of them together
    sent            TEXT NOT NULL,                 -- JSON list of what was read
    kept            TEXT,                          -- JSON list of what became of the first of them; NULL: not begun
    at              TIMESTAMPTZ NOT NULL,
    due_at          TIMESTAMPTZ NOT NULL,
    faults          BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (organisation_id, request)
);
CREATE INDEX intake_inbox_due ON intake_inbox (organisation_id, due_at, request);
