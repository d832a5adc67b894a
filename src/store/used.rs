//! What was used before, to suggest it.

use super::tx::{Tx, run};
use crate::domain::{PersonId, TeamId, account_key, fold};

/// In how many refusals names are looked for: somebody types meanwhile, and each letter asks again.
const LATEST: i64 = 5000;

/// Whose refusals somebody may draw on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those they logged or own.
    Own(PersonId),
    /// Their team's.
    Team(TeamId),
    /// The organisation's.
    All,
    /// None.
    Nothing,
}

impl Scope {
    /// As two values to compare with: (person or -1, team or -1); both `None` for all.
    pub(super) fn parts(self) -> (Option<i64>, Option<i64>) {
        match self {
            Scope::Own(person) => (Some(person.0), None),
            Scope::Team(team) => (None, Some(team.0)),
            Scope::All => (None, None),
            Scope::Nothing => (Some(-1), None),
        }
    }
}

impl Tx {
    /// Account names used before, in the latest [`LATEST`] refusals, latest first, at most 25, whose folded form contains
    /// `typed`.
    pub async fn accounts_used(&mut self, scope: Scope, typed: &str) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT MAX(name) FROM (
                       SELECT * FROM (SELECT account AS name, account_key AS key, logged_at FROM refusals
                           WHERE organisation_id = $1 AND withdrawn_at IS NULL AND logged_by = $2
                           ORDER BY logged_at DESC LIMIT $6) AS logged
                       UNION ALL
                       SELECT * FROM (SELECT account AS name, account_key AS key, logged_at FROM refusals
                           WHERE organisation_id = $1 AND withdrawn_at IS NULL AND owner_id = $2 AND owner_id <> logged_by
                           ORDER BY logged_at DESC LIMIT $6) AS owned
                       UNION ALL
                       SELECT * FROM (SELECT account AS name, account_key AS key, logged_at FROM refusals
                           WHERE organisation_id = $1 AND withdrawn_at IS NULL AND team_id = $3
                           ORDER BY logged_at DESC LIMIT $6) AS of_team
                       UNION ALL
                       SELECT * FROM (SELECT account AS name, account_key AS key, logged_at FROM refusals
                           WHERE organisation_id = $1 AND withdrawn_at IS NULL AND $5
                           ORDER BY number DESC LIMIT $6) AS of_all) AS latest
                   WHERE key LIKE '%' || $4 || '%' ESCAPE '!'
                   GROUP BY key ORDER BY MAX(logged_at) DESC LIMIT 25";
        self.latest_names(sql, scope, &literal(&account_key(typed))).await
    }

    /// Competitors named before, likewise.
    pub async fn competitors_used(&mut self, scope: Scope, typed: &str) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT MAX(name) FROM (
                       SELECT * FROM (SELECT competitor AS name, competitor_key AS key, logged_at FROM refusals
                           WHERE organisation_id = $1 AND withdrawn_at IS NULL AND competitor IS NOT NULL AND logged_by = $2
                           ORDER BY logged_at DESC LIMIT $6) AS logged
                       UNION ALL
                       SELECT * FROM (SELECT competitor AS name, competitor_key AS key, logged_at FROM refusals
                           WHERE organisation_id = $1 AND withdrawn_at IS NULL AND competitor IS NOT NULL AND owner_id = $2
                             AND owner_id <> logged_by
                           ORDER BY logged_at DESC LIMIT $6) AS owned
                       UNION ALL
                       SELECT * FROM (SELECT competitor AS name, competitor_key AS key, logged_at FROM refusals
                           WHERE organisation_id = $1 AND withdrawn_at IS NULL AND competitor IS NOT NULL AND team_id = $3
                           ORDER BY logged_at DESC LIMIT $6) AS of_team
                       UNION ALL
                       SELECT * FROM (SELECT competitor AS name, competitor_key AS key, logged_at FROM refusals
                           WHERE organisation_id = $1 AND withdrawn_at IS NULL AND competitor IS NOT NULL AND $5
                           ORDER BY number DESC LIMIT $6) AS of_all) AS latest
                   WHERE key LIKE '%' || $4 || '%' ESCAPE '!'
                   GROUP BY key ORDER BY MAX(logged_at) DESC LIMIT 25";
        self.latest_names(sql, scope, &literal(&fold(typed))).await
    }

    async fn latest_names(&mut self, sql: &'static str, scope: Scope, typed: &str) -> sqlx::Result<Vec<String>> {
        let (person, team) = scope.parts();
        run!(
            self,
            fetch_all,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(person)
                .bind(team)
                .bind(typed)
                .bind(scope == Scope::All)
                .bind(LATEST)
        )
    }

    /// Reasons a person used in their latest hundred refusals, most used first.
    pub async fn reasons_used(&mut self, person: PersonId) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT reason FROM (SELECT reason FROM refusals
                       WHERE organisation_id = $1 AND logged_by = $2 AND withdrawn_at IS NULL
                       ORDER BY logged_at DESC LIMIT 100) latest
                   GROUP BY reason ORDER BY COUNT(*) DESC, reason";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(person))
    }
}

/// A text whose `LIKE` wildcards mean themselves, with `!` as the escape.
fn literal(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
