-- The life of a refusal: who has it in hand and until when, what was decided, how it went on.

ALTER TABLE refusals ADD COLUMN head_reason TEXT;   -- the reason the head heard from the client, beside the rep's
ALTER TABLE refusals ADD COLUMN again_of INTEGER;     -- the refusal of which this is the second one

CREATE INDEX refusals_again_of ON refusals (organisation_id, again_of) WHERE again_of IS NOT NULL;

-- What the head has to decide.
CREATE INDEX refusals_waiting ON refusals (organisation_id, team_id, logged_at)
    WHERE stage IN ('logged', 'with_head') AND withdrawn_at IS NULL;
CREATE INDEX refusals_largest ON refusals (organisation_id, team_id, budget_minor DESC, number)
    WHERE stage IN ('logged', 'with_head') AND withdrawn_at IS NULL;

-- What an owner is to do about a refusal, and when.
CREATE TABLE tasks (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    refusal         INTEGER NOT NULL,
    kind            TEXT NOT NULL,                 -- deal | recontact: in whose hands it is; debrief | letter: beside
    person_id       INTEGER NOT NULL REFERENCES people (id),
    due_at          TEXT NOT NULL,
    say_at          TEXT,                  -- when a message of the day says it next; NULL: it was said often enough
    told            INTEGER NOT NULL DEFAULT 0,-- how often it was said
    done_at         TEXT,
    FOREIGN KEY (organisation_id, refusal) REFERENCES refusals (organisation_id, number)
) STRICT;
CREATE UNIQUE INDEX tasks_open ON tasks (organisation_id, refusal, kind) WHERE done_at IS NULL;
-- In exactly one person's hands.
CREATE UNIQUE INDEX tasks_in_hand ON tasks (organisation_id, refusal)
    WHERE done_at IS NULL AND kind IN ('deal', 'recontact');
CREATE INDEX tasks_of ON tasks (organisation_id, person_id, due_at) WHERE done_at IS NULL;
CREATE INDEX tasks_to_say ON tasks (organisation_id, person_id, say_at) WHERE done_at IS NULL;
CREATE INDEX tasks_refusal ON tasks (organisation_id, refusal);

-- Which message of the day said it: messages.notice.
CREATE TABLE tasks_told (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    notice          TEXT NOT NULL,
    task_id         INTEGER NOT NULL REFERENCES tasks (id),
    PRIMARY KEY (organisation_id, notice, task_id)
) STRICT;
CREATE INDEX tasks_told_task ON tasks_told (organisation_id, task_id);

-- What was decided about a refusal, in order.
CREATE TABLE decisions (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    refusal         INTEGER NOT NULL,
    decided_by      INTEGER NOT NULL REFERENCES people (id),
    decided_at      TEXT NOT NULL,
    stage           TEXT NOT NULL,                 -- where it led
    lever           TEXT,                          -- revived: discount | changed_offer | payment_terms | other
    note            TEXT,
    due_on          TEXT,                        -- revived: asked how it went; dormant: called again
    call            TEXT,                          -- validated: what the client said, JSON
    FOREIGN KEY (organisation_id, refusal) REFERENCES refusals (organisation_id, number)
) STRICT;
CREATE INDEX decisions_refusal ON decisions (organisation_id, refusal, id);

-- Accounts that asked not to be contacted: nothing is ever planned for them again.
CREATE TABLE do_not_contact (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    account_key     TEXT NOT NULL,
    said_by         TEXT NOT NULL,
    noted_by        INTEGER NOT NULL REFERENCES people (id),
    noted_at        TEXT NOT NULL,
    PRIMARY KEY (organisation_id, account_key)
) STRICT;

-- Whose lease ends next.
CREATE INDEX jobs_sending ON jobs (organisation_id, lease_until) WHERE state = 'sending';
-- Who may have to decide.
CREATE INDEX people_role ON people (organisation_id, role);
