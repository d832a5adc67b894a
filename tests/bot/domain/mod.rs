//! The rules, on their own.

use chrono_tz::Tz;
use panout::domain::{Choices, Person, PersonId, Reminders, Role, Team, TeamId};

mod batches;
mod hours;
mod leads;
mod life;
mod line;
mod money;
mod names;
mod opportunities;
mod peace;
mod plays;
mod quality;
mod questionnaire;
mod recontact;
mod schedule;
mod similarity;

/// Somebody of a team in Bucharest that works from Monday to Friday.
fn person(id: i64, role: Role, team: i64) -> Person {
    let team = Team {
        id: TeamId(team),
        name: format!("Team {team}"),
        language: "en".into(),
        currency: "EUR".parse().unwrap(),
        time_zone: Tz::Europe__Bucharest,
        working_hours: "Mon-Fri 09:00-18:00".parse().unwrap(),
        channels: Vec::new(),
    };
    let (name, choices) = (format!("{role} {id}"), Choices::default());
    Person {
        id: PersonId(id),
        name,
        role,
        team,
        choices,
        service: None,
        page_language: None,
        reminders: Reminders::On,
        away: None,
        stands_in: Vec::new(),
        ignored: 0,
    }
}
