-- Digests: which days each told of and who facilitates the meeting about it, and what that meeting decided.

CREATE TABLE digests (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    at              TEXT NOT NULL,                 -- the moment it was for
    from_day        TEXT NOT NULL,
    to_day          TEXT NOT NULL,
    facilitator_id  INTEGER REFERENCES people (id),
    posted_at       TEXT,                          -- when it was first in a channel; NULL: its days are still to be told
    PRIMARY KEY (organisation_id, team_id, at)
) STRICT;

CREATE TABLE meeting_decisions (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    what            TEXT NOT NULL,
    owner_id        INTEGER NOT NULL REFERENCES people (id),
    due_on          TEXT NOT NULL,
    decided_by      INTEGER NOT NULL REFERENCES people (id),
    decided_at      TEXT NOT NULL,
    done_by         INTEGER REFERENCES people (id),
    done_at         TEXT
) STRICT;
CREATE INDEX meeting_decisions_open ON meeting_decisions (organisation_id, team_id, due_on) WHERE done_at IS NULL;

-- The refusals of some days.
CREATE INDEX refusals_happened ON refusals (organisation_id, team_id, happened_on);
