-- Manners: who wants reminders, how many and how often; who is away, and who stands in; what is said once.

ALTER TABLE people ADD COLUMN reminders TEXT;       -- asked | on | off; NULL: never asked
ALTER TABLE people ADD COLUMN intensity TEXT;       -- light | standard | active
ALTER TABLE people ADD COLUMN rhythm TEXT;          -- daily | weekly
ALTER TABLE people ADD COLUMN away_until TEXT;    -- the last day they are away, where they are
ALTER TABLE people ADD COLUMN away_deputy INTEGER REFERENCES people (id); -- who stands in until then
ALTER TABLE people ADD COLUMN ignored INTEGER NOT NULL DEFAULT 0; -- messages of the day in a row on which they did not act
ALTER TABLE people ADD COLUMN today_notice TEXT;    -- their last message of the day: messages.notice
ALTER TABLE people ADD COLUMN today_at TEXT;        -- and when it was sent: one a day
ALTER TABLE people ADD COLUMN wrote_on TEXT;        -- the last day the bot wrote to them, where they are
ALTER TABLE people ADD COLUMN wrote INTEGER NOT NULL DEFAULT 0; -- how often on that day
ALTER TABLE people ADD COLUMN batch_on TEXT;        -- the last day they had refusals in one message
ALTER TABLE people ADD COLUMN left_at TEXT;         -- when the configuration named them no more
CREATE INDEX people_deputy ON people (organisation_id, away_deputy) WHERE away_deputy IS NOT NULL;
CREATE INDEX people_left ON people (organisation_id, left_at) WHERE left_at IS NOT NULL;

-- What waits, in the state held, until somebody wants reminders.
ALTER TABLE jobs ADD COLUMN held_for INTEGER REFERENCES people (id);
CREATE INDEX jobs_held ON jobs (organisation_id, held_for) WHERE state = 'held';

-- What the head is told once about things to be done that others do not do, or who left does no more.
ALTER TABLE tasks ADD COLUMN head_at TEXT;          -- from when on
ALTER TABLE tasks ADD COLUMN head_notice TEXT;      -- the message of the day that told: messages.notice
ALTER TABLE tasks ADD COLUMN left_by INTEGER REFERENCES people (id); -- who had it, and left
CREATE INDEX tasks_for_head ON tasks (organisation_id, head_at)
    WHERE done_at IS NULL AND head_at IS NOT NULL AND head_notice IS NULL;
CREATE INDEX tasks_head_notice ON tasks (organisation_id, head_notice) WHERE head_notice IS NOT NULL;

-- What those who left have not decided.
CREATE INDEX refusals_undecided_of ON refusals (organisation_id, owner_id)
    WHERE stage IN ('logged', 'with_head') AND withdrawn_at IS NULL;

-- The message of the day that told the admin, once, that a refusal waits for its head.
ALTER TABLE refusals ADD COLUMN admin_notice TEXT;
CREATE INDEX refusals_admin_notice ON refusals (organisation_id, admin_notice) WHERE admin_notice IS NOT NULL;
CREATE INDEX refusals_to_escalate ON refusals (organisation_id, team_id, logged_at)
    WHERE stage IN ('logged', 'with_head') AND withdrawn_at IS NULL AND admin_notice IS NULL;
