-- What reps and clients say about a refusal when they are asked, and what the head makes of it.

ALTER TABLE refusals ADD COLUMN client_reason TEXT;  -- the reason the client gave, beside the rep's and the head's
ALTER TABLE people ADD COLUMN debrief TEXT;           -- soon | daily | asked: when they are asked how it went

-- One answer to one question. A later one takes its place; the audit keeps both.
CREATE TABLE answers (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    refusal         INTEGER NOT NULL,
    questionnaire   TEXT NOT NULL,                 -- debrief | review | letter
    version         INTEGER NOT NULL,              -- of the questionnaire
    question        TEXT NOT NULL,                 -- its id, which stays
    answer          TEXT NOT NULL,
    said_by         INTEGER NOT NULL REFERENCES people (id),
    answered_at     TEXT NOT NULL,
    from_whom       TEXT,                          -- review: who answered at the client's
    heard_on        TEXT,                        -- review: on which day
    FOREIGN KEY (organisation_id, refusal) REFERENCES refusals (organisation_id, number)
) STRICT;
CREATE UNIQUE INDEX answers_refusal ON answers (organisation_id, refusal, questionnaire, question);

-- The client gave another reason than the rep: the head says which of them holds.
CREATE TABLE differences (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    refusal         INTEGER NOT NULL,
    client_reason   TEXT NOT NULL,
    noted_by        INTEGER NOT NULL REFERENCES people (id),
    noted_at        TEXT NOT NULL,
    ruling          TEXT,                          -- client | rep
    ruled_by        INTEGER REFERENCES people (id),
    ruled_at        TEXT,
    FOREIGN KEY (organisation_id, refusal) REFERENCES refusals (organisation_id, number)
) STRICT;
CREATE INDEX differences_refusal ON differences (organisation_id, refusal, id);
