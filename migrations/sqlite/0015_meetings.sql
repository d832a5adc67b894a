-- What a meeting decided is told to whoever does it; and what channels are called.

ALTER TABLE meeting_decisions ADD COLUMN say_at TEXT;                             -- when a message of the day says it next; NULL: not by itself
ALTER TABLE meeting_decisions ADD COLUMN told INTEGER NOT NULL DEFAULT 0;         -- how often it was said since its day was set
ALTER TABLE meeting_decisions ADD COLUMN moved_from TEXT;                         -- its day before it was last moved
ALTER TABLE meeting_decisions ADD COLUMN moved_by INTEGER REFERENCES people (id);
ALTER TABLE meeting_decisions ADD COLUMN moved_at TEXT;
ALTER TABLE meeting_decisions ADD COLUMN note TEXT;                               -- what was said when it was done
CREATE INDEX meeting_decisions_to_say ON meeting_decisions (organisation_id, owner_id, say_at) WHERE done_at IS NULL;
CREATE INDEX meeting_decisions_done ON meeting_decisions (organisation_id, team_id, done_at) WHERE done_at IS NOT NULL;

-- Which message of the day told of what, and for which day it was then.
CREATE TABLE meeting_decisions_told (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    notice          TEXT NOT NULL,
    decision_id     INTEGER NOT NULL REFERENCES meeting_decisions (id),
    due_on          TEXT NOT NULL,
    PRIMARY KEY (organisation_id, notice, decision_id)
) STRICT;
CREATE INDEX meeting_decisions_told_by_decision ON meeting_decisions_told (organisation_id, decision_id);

-- What teams' channels are called where they are, as last heard from somebody who did something there.
CREATE TABLE channels (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    channel         TEXT NOT NULL,                         -- service:id
    name            TEXT NOT NULL,
    PRIMARY KEY (organisation_id, channel)
) STRICT;
