//! What was used before, to suggest it.

use super::tx::{Tx, run};
use crate::domain::{PersonId, TeamId, account_key, fold};

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
    /// Account names used before, latest first, at most 25, whose folded form contains `typed`.
    pub async fn accounts_used(&mut self, scope: Scope, typed: &str) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT MAX(account) FROM refusals
                   WHERE organisation_id = $1 AND withdrawn_at IS NULL
                     AND ($2 IS NULL OR owner_id = $2 OR logged_by = $2) AND ($3 IS NULL OR team_id = $3)
                     AND account_key LIKE '%' || $4 || '%' ESCAPE '!'
                   GROUP BY account_key ORDER BY MAX(logged_at) DESC LIMIT 25";
        let (person, team) = scope.parts();
        let typed = literal(&account_key(typed));
        run!(
            self,
            fetch_all,
            sqlx::query_scalar(sql).bind(self.organisation).bind(person).bind(team).bind(typed.as_str())
        )
    }

    /// Competitors named before, latest first, at most 25, whose folded form contains `typed`.
    pub async fn competitors_used(&mut self, scope: Scope, typed: &str) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT MAX(competitor) FROM refusals
                   WHERE organisation_id = $1 AND withdrawn_at IS NULL AND competitor IS NOT NULL
                     AND ($2 IS NULL OR owner_id = $2 OR logged_by = $2) AND ($3 IS NULL OR team_id = $3)
                     AND competitor_key LIKE '%' || $4 || '%' ESCAPE '!'
                   GROUP BY competitor_key ORDER BY MAX(logged_at) DESC LIMIT 25";
        let (person, team) = scope.parts();
        let typed = literal(&fold(typed));
        run!(
            self,
            fetch_all,
            sqlx::query_scalar(sql).bind(self.organisation).bind(person).bind(team).bind(typed.as_str())
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
