//! What messages of the day say, and said, of what is to be done.

use chrono::{DateTime, Utc};

use super::refusals::{Moved, found};
use super::tasks::{MOST, Task, TaskRow, Telling, Waiting, Whose, tasks_where};
use super::traits::Trait;
use super::tx::{Tx, change, instant, run};
use crate::domain::{PersonId, RefusalNumber, TeamId};

impl Tx {
    /// What a notice told, done or not.
    pub async fn tasks_told_in(&mut self, notice: &str) -> sqlx::Result<Vec<Task>> {
        let sql = "SELECT t.refusal, t.kind, t.person_id, t.due_at, t.say_at, t.told, t.done_at FROM tasks_told o
                   JOIN tasks t ON t.organisation_id = o.organisation_id AND t.id = o.task_id
                   WHERE o.organisation_id = $1 AND o.notice = $2 ORDER BY t.due_at, t.refusal LIMIT 200";
        let rows: Vec<TaskRow> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(notice))?;
        rows.into_iter().map(TaskRow::task).collect()
    }

    /// What is to be said to a person by `until`.
    pub async fn tasks_to_say(&mut self, whose: Whose, until: DateTime<Utc>) -> sqlx::Result<Vec<Task>> {
        let (person, all) = whose.person();
        let sql = tasks_where!(
            "done_at IS NULL AND person_id = $2 AND say_at <= $3 AND (kind IN ('deal', 'recontact') OR $5)
             ORDER BY say_at, due_at, refusal LIMIT $4"
        );
        let rows: Vec<TaskRow> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(person).bind(instant(until)).bind(MOST).bind(all)
        )?;
        rows.into_iter().map(TaskRow::task).collect()
    }

    /// Remembers that a notice told what was to be said to a person by `until`.
    pub async fn told_tasks(
        &mut self,
        notice: &str,
        whose: Whose,
        until: DateTime<Utc>,
        telling: &Telling,
    ) -> sqlx::Result<()> {
        let (person, all) = whose.person();
        let told = "INSERT INTO tasks_told (organisation_id, notice, task_id)
                    SELECT organisation_id, $2, id FROM tasks
                    WHERE organisation_id = $1 AND done_at IS NULL AND person_id = $3 AND say_at <= $4
                      AND (kind IN ('deal', 'recontact') OR $6)
                    ORDER BY say_at, due_at, refusal LIMIT $5
                    ON CONFLICT DO NOTHING";
        let said = "UPDATE tasks SET told = told + 1,
                           say_at = CASE WHEN told + 1 < $5 THEN $6 ELSE NULL END,
                           head_at = CASE WHEN told + 1 < $5 OR kind IN ('debrief', 'letter') THEN head_at
                                          ELSE COALESCE(head_at, $7) END
                    WHERE organisation_id = $1 AND done_at IS NULL AND person_id = $3 AND say_at <= $4
                      AND (kind IN ('deal', 'recontact') OR $8)
                      AND id IN (SELECT task_id FROM tasks_told WHERE organisation_id = $1 AND notice = $2)";
        let until = instant(until);
        change!(
            self,
            sqlx::query(told).bind(self.organisation).bind(notice).bind(person).bind(until).bind(MOST).bind(all)
        )?;
        change!(
            self,
            sqlx::query(said)
                .bind(self.organisation)
                .bind(notice)
                .bind(person)
                .bind(until)
                .bind(telling.times)
                .bind(instant(telling.again_at))
                .bind(instant(telling.head_at))
                .bind(all)
        )?;
        Ok(())
    }

    /// What a notice told a head about others.
    pub async fn told_about(&mut self, notice: &str) -> sqlx::Result<Vec<Waiting>> {
        let sql = "SELECT r.team_id AS team, t.person_id AS person, t.left_by AS left_by, COUNT(*) AS count
                   FROM tasks t JOIN refusals r ON r.organisation_id = t.organisation_id AND r.number = t.refusal
                   WHERE t.organisation_id = $1 AND t.head_notice = $2 AND t.done_at IS NULL
                   GROUP BY r.team_id, t.person_id, t.left_by ORDER BY r.team_id, t.person_id LIMIT 50";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(notice))
    }

    /// What the head of a team, `head`, is to be told about others by `until`.
    pub async fn to_tell_about(
        &mut self,
        team: TeamId,
        head: PersonId,
        until: DateTime<Utc>,
    ) -> sqlx::Result<Vec<Waiting>> {
        let sql = "SELECT r.team_id AS team, t.person_id AS person, t.left_by AS left_by, COUNT(*) AS count
                   FROM tasks t JOIN refusals r ON r.organisation_id = t.organisation_id AND r.number = t.refusal
                   WHERE t.organisation_id = $1 AND t.head_at <= $2 AND t.head_notice IS NULL AND t.done_at IS NULL
                     AND r.team_id = $3 AND (t.person_id <> $4 OR t.left_by IS NOT NULL)
                   GROUP BY r.team_id, t.person_id, t.left_by ORDER BY r.team_id, t.person_id LIMIT 10";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(instant(until)).bind(team).bind(head))
    }

    /// What the admin is to be told by `until` about what the head of a team, `head`, has in hand.
    pub async fn to_tell_about_head(
        &mut self,
        team: TeamId,
        head: PersonId,
        until: DateTime<Utc>,
    ) -> sqlx::Result<Vec<Waiting>> {
        let sql = "SELECT r.team_id AS team, t.person_id AS person, t.left_by AS left_by, COUNT(*) AS count
                   FROM tasks t JOIN refusals r ON r.organisation_id = t.organisation_id AND r.number = t.refusal
                   WHERE t.organisation_id = $1 AND t.head_at <= $2 AND t.head_notice IS NULL AND t.done_at IS NULL
                     AND r.team_id = $3 AND t.person_id = $4 AND t.left_by IS NULL
                   GROUP BY r.team_id, t.person_id, t.left_by";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(instant(until)).bind(team).bind(head))
    }

    /// The teams of the refusals about which a person is to do something.
    pub async fn teams_of_tasks(&mut self, person: PersonId) -> sqlx::Result<Vec<TeamId>> {
        let sql = "SELECT DISTINCT r.team_id FROM tasks t
                   JOIN refusals r ON r.organisation_id = t.organisation_id AND r.number = t.refusal
                   WHERE t.organisation_id = $1 AND t.person_id = $2 AND t.done_at IS NULL ORDER BY r.team_id";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(person))
    }

    /// Remembers that a notice told the head of a team about things of others.
    pub async fn told_head(&mut self, notice: &str, about: &Waiting, until: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET head_notice = $2
                   WHERE organisation_id = $1 AND head_at <= $3 AND head_notice IS NULL AND done_at IS NULL
                     AND person_id = $4 AND COALESCE(left_by, 0) = COALESCE($5, 0)
                     AND refusal IN (SELECT number FROM refusals WHERE organisation_id = $1 AND number = tasks.refusal
                                       AND team_id = $6)";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(notice)
                .bind(instant(until))
                .bind(about.person)
                .bind(about.left_by)
                .bind(about.team)
        )?;
        Ok(())
    }

    /// The messages that told a head of something to be done about a refusal.
    pub async fn heads_told(&mut self, refusal: RefusalNumber) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT DISTINCT head_notice FROM tasks
                   WHERE organisation_id = $1 AND refusal = $2 AND head_notice IS NOT NULL";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(refusal))
    }

    /// How many things are due to those of a team who want no reminders: of the organisation, by `now`.
    pub async fn count_unsaid(&mut self, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<i64> {
        let sql =
            "SELECT COUNT(*) FROM tasks t
                   WHERE t.organisation_id = $1 AND t.done_at IS NULL AND t.due_at <= $3 AND t.kind IN ('deal', 'recontact')
                     AND t.person_id IN (SELECT id FROM people WHERE organisation_id = $1 AND team_id = $2
                                           AND COALESCE(reminders, '') <> 'on')";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(instant(now)))
    }

    /// Those who left, or only observe now, with something still in their hands, not decided yet, or to do for a meeting, by
    /// the team it is of.
    pub async fn left_behind(&mut self) -> sqlx::Result<Vec<(PersonId, TeamId)>> {
        // In this order: who left is few.
        let sql = "SELECT DISTINCT p.id, r.team_id FROM people p CROSS JOIN tasks t CROSS JOIN refusals r
                   WHERE p.organisation_id = $1 AND (p.left_at IS NOT NULL OR p.role = 'observer')
                     AND t.organisation_id = $1 AND t.person_id = p.id AND t.done_at IS NULL
                     AND r.organisation_id = $1 AND r.number = t.refusal
                   UNION
                   SELECT p.id, r.team_id FROM people p CROSS JOIN refusals r
                   WHERE p.organisation_id = $1 AND (p.left_at IS NOT NULL OR p.role = 'observer')
                     AND r.organisation_id = $1 AND r.owner_id = p.id
                     AND r.stage IN ('logged', 'with_head') AND r.withdrawn_at IS NULL
                   UNION
                   SELECT p.id, m.team_id FROM people p
                   JOIN meeting_decisions m ON m.organisation_id = p.organisation_id AND m.owner_id = p.id
                     AND m.done_at IS NULL
                   WHERE p.organisation_id = $1 AND (p.left_at IS NOT NULL OR p.role = 'observer') ORDER BY 1, 2";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))
    }

    /// Puts what somebody who left had in hand into the hands of the head of its team, who is told at `head_at`.
    pub async fn inherit(
        &mut self,
        (from, team): (PersonId, TeamId),
        to: PersonId,
        head_at: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let owned = "UPDATE refusals SET owner_id = $4 WHERE organisation_id = $1 AND owner_id = $2 AND team_id = $3
                       AND ((stage IN ('logged', 'with_head') AND withdrawn_at IS NULL)
                         OR number IN (SELECT refusal FROM tasks WHERE organisation_id = $1 AND person_id = $2
                                         AND done_at IS NULL AND kind IN ('deal', 'recontact')))
                     RETURNING number, withdrawn_at";
        let tasks = "UPDATE tasks SET person_id = $4, left_by = $2, head_at = $5, head_notice = NULL, told = 0,
                         say_at = COALESCE(say_at, $5)
                     WHERE organisation_id = $1 AND person_id = $2 AND done_at IS NULL
                       AND kind NOT IN ('debrief', 'question') AND refusal IN (SELECT number FROM refusals WHERE organisation_id = $1
                                         AND number = tasks.refusal AND team_id = $3)";
        let moved: Vec<Moved> =
            run!(self, fetch_all, sqlx::query_as(owned).bind(self.organisation).bind(from).bind(team).bind(to))?;
        self.index_moved(&found(moved), &Trait::Owner(from), Some(&Trait::Owner(to))).await?;
        let head_at = instant(head_at);
        change!(self, sqlx::query(tasks).bind(self.organisation).bind(from).bind(team).bind(to).bind(head_at))?;
        // What only they could say.
        let theirs = "UPDATE tasks SET done_at = $3 WHERE organisation_id = $1 AND person_id = $2 AND done_at IS NULL
                        AND kind IN ('debrief', 'question')";
        change!(self, sqlx::query(theirs).bind(self.organisation).bind(from).bind(head_at))?;
        Ok(())
    }

    /// The moments at which things are said to a person; `left_by`: only of what this person left to them. Nothing is
    /// planned for longer than some years, so there are not many.
    pub async fn moments_to_say(
        &mut self,
        person: PersonId,
        left_by: Option<PersonId>,
    ) -> sqlx::Result<Vec<DateTime<Utc>>> {
        let sql = "SELECT DISTINCT say_at FROM tasks
                   WHERE organisation_id = $1 AND person_id = $2 AND done_at IS NULL AND say_at IS NOT NULL
                     AND COALESCE(left_by, 0) = COALESCE($3, left_by, 0) ORDER BY say_at";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(person).bind(left_by))
    }

    /// Lets what would be said to a person at one moment be said at another; `left_by` as in [`Tx::moments_to_say`].
    pub async fn say_instead(
        &mut self,
        (person, left_by): (PersonId, Option<PersonId>),
        at: DateTime<Utc>,
        instead: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET say_at = $5
                   WHERE organisation_id = $1 AND person_id = $2 AND done_at IS NULL AND say_at = $4
                     AND COALESCE(left_by, 0) = COALESCE($3, left_by, 0)";
        let (at, instead) = (instant(at), instant(instead));
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(left_by).bind(at).bind(instead))?;
        Ok(())
    }

    /// The head is told at `head_at` of what is due to a person by `now`, and was not said to them; whether there is any.
    pub async fn unheard(
        &mut self,
        person: PersonId,
        now: DateTime<Utc>,
        head_at: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = "UPDATE tasks SET head_at = $4
                   WHERE organisation_id = $1 AND person_id = $2 AND done_at IS NULL AND due_at <= $3
                     AND kind IN ('deal', 'recontact') AND head_at IS NULL";
        let (now, head_at) = (instant(now), instant(head_at));
        let waits = change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(now).bind(head_at))?;
        Ok(waits > 0)
    }

    /// Takes back that the head is to be told of what a person did not hear, as long as it is still to be said to them and
    /// nobody was told.
    pub async fn will_hear(&mut self, person: PersonId) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET head_at = NULL
                   WHERE organisation_id = $1 AND person_id = $2 AND done_at IS NULL AND say_at IS NOT NULL
                     AND head_notice IS NULL AND left_by IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person))?;
        Ok(())
    }

    /// From when on a head is to be told of what is to be done about a refusal, unless it is done by then.
    pub async fn tell_head_from(&mut self, task: &Task, head_at: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET head_at = $4
                   WHERE organisation_id = $1 AND refusal = $2 AND kind = $3 AND done_at IS NULL";
        let (refusal, kind) = (task.refusal, task.kind.as_str());
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(kind).bind(instant(head_at)))?;
        Ok(())
    }

    /// The moments from which on the heads of teams are to be told of something, and were not yet. They lie some days
    /// ahead, or are over, so there are not many.
    pub async fn moments_to_tell_heads(&mut self) -> sqlx::Result<Vec<(TeamId, DateTime<Utc>)>> {
        let sql = "SELECT DISTINCT r.team_id, t.head_at FROM tasks t
                   JOIN refusals r ON r.organisation_id = t.organisation_id AND r.number = t.refusal
                   WHERE t.organisation_id = $1 AND t.head_at IS NOT NULL AND t.head_notice IS NULL AND t.done_at IS NULL
                   ORDER BY r.team_id, t.head_at";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))
    }
}
