//! How many refusals there were, on what, whose, and what they were worth.
//!
//! Starts: `/refusals today | week | month | quarter | all | 2026-03-01..2026-03-31`, and by what they are counted.
//! Acts: whoever asked chooses another period or another table in place. Ends: shown to the one who asked.
//!
//! Reps see themselves and their team's totals, heads their team by rep, admins every team, observers totals without
//! names: the rows of people are limited in the query ([`Tx::sums`](crate::store::Tx::sums)).

mod asked;
mod card;
mod named;
mod picture;

pub use asked::Asked;
pub(super) use asked::{lexicons, period, suggest};
pub(super) use card::{Shown, action, when};
pub(super) use named::Names;

use super::{Call, Result, tell};
use crate::args;
use crate::chat::{Command, Reply};
use crate::domain::{Axis, Person, PersonId, Role, TeamId, View};
use crate::report::Figures;
use crate::store::Tx;

/// Whose refusals somebody sees, and whether by name.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// Of which teams.
    pub(super) teams: Vec<TeamId>,
    /// Whose rows: everybody's, one person's, or nobody's.
    pub(super) people: People,
}

/// Whose rows somebody sees, where rows are people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum People {
    /// Everybody's.
    All,
    /// Their own.
    Own(PersonId),
    /// Nobody's.
    Nobody,
}

impl Reach {
    /// What whoever asks sees.
    pub(super) async fn of(call: &mut Call<'_>) -> Result<Reach> {
        Reach::of_person(call.tx, &call.by).await
    }

    /// What somebody sees.
    pub(super) async fn of_person(tx: &mut Tx, by: &Person) -> Result<Reach> {
        let (own, id) = (by.team.id, by.id);
        Ok(match by.role {
            Role::Admin => Reach { teams: tx.teams().await?, people: People::All },
            Role::Observer => Reach { teams: tx.teams().await?, people: People::Nobody },
            Role::Head | Role::Rep if by.leads(own) => Reach { teams: vec![own], people: People::All },
            Role::Head | Role::Rep => Reach { teams: vec![own], people: People::Own(id) },
        })
    }

    /// The table they see instead of one that is not theirs.
    pub(super) fn allowed(&self, view: View) -> View {
        match (self.people, view.axes().0) {
            (People::Nobody, Axis::Rep) => View::ProductReason,
            _ => view,
        }
    }
}

/// `/refusals` and a period, by what it is counted; `None` if what was typed is neither.
pub(super) async fn command(call: &mut Call<'_>, command: &Command) -> Result<Option<Reply>> {
    match Asked::read(call, command)? {
        Some(asked) => show(call, asked).await.map(|card| Some(Reply::Whisper(card))),
        None => Ok(None),
    }
}

/// Another period or another table, in place of the one that is shown.
pub(super) async fn change(call: &mut Call<'_>, shown: Asked, chosen: Option<&str>) -> Result {
    let Some(asked) = shown.changed(chosen.unwrap_or_default()) else {
        return tell(call.words.text("denied.unknown_choice", args! {}));
    };
    show(call, asked).await.map(Reply::Replace)
}

async fn show(call: &mut Call<'_>, asked: Asked) -> Result<crate::chat::Card> {
    let reach = Reach::of(call).await?;
    let view = reach.allowed(asked.view);
    let today = call.now.with_timezone(&call.by.time_zone()).date_naive();
    let figures = figures(call.tx, &reach, Asked { view, ..asked }, today).await?;
    let names = Names::of(call.tx, call.words, &reach, view, &figures).await?;
    let shown = Shown {
        asked: Asked { view, ..asked },
        figures: &figures,
        names: &names,
        people: reach.people,
        teams: reach.teams.len(),
    };
    Ok(shown.card(call.words, view != asked.view))
}

/// The table somebody sees, counted.
pub(super) async fn figures(tx: &mut Tx, reach: &Reach, asked: Asked, today: chrono::NaiveDate) -> Result<Figures> {
    let only = match reach.people {
        People::Own(id) => Some(id),
        People::All | People::Nobody => None,
    };
    let (days, before) = (asked.period.days(today), asked.period.before(today));
    let (mut now, mut then) = (Vec::new(), Vec::new());
    for team in &reach.teams {
        now.extend(tx.sums(*team, asked.view, days, only).await?);
        if let Some(before) = before {
            then.extend(tx.sums(*team, asked.view, before, only).await?);
        }
    }
    Ok(Figures::new(&now, before.map(|_| then.as_slice())))
}
