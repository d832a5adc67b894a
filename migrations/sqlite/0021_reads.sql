-- Jobs that were given up are looked for among all that were done.
CREATE INDEX jobs_dead ON jobs (organisation_id, id) WHERE state = 'dead';

-- What was won back in a week, among all that was ever decided.
CREATE INDEX decisions_won ON decisions (organisation_id, decided_at) WHERE stage = 'won_back';

-- Which messages told of something to be done: with their names in the index SQLite looks there, and not at all that were told.
DROP INDEX tasks_told_task;
CREATE INDEX tasks_told_task ON tasks_told (organisation_id, task_id, notice);
