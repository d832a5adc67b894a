//! Whom something is given to: a menu as long as it holds everybody, a search once it does not.
//!
//! Starts: a form asks for a person. Acts: whoever fills it. Ends: with one of those they may choose. The search carries
//! what is asked and about which row, never who may be chosen: that is found again, by the same rules, for each suggestion
//! and when the form is read, from the person who asks.

use std::str::FromStr;

use super::reply::{self, Answers};
use super::{Call, Result, away, decide, hands, meeting};
use crate::chat::{Choice, Field, Kind};
use crate::domain::{Lexicon, PersonId, RefusalNumber, TeamId};
use crate::words::Words;

/// How many people a menu holds: Discord's takes no more.
const MENU: usize = 25;
/// What the source of such a search begins with.
const SOURCE: &str = "whom.";

/// Those who may be chosen, by name.
pub(super) type People = Vec<(PersonId, String)>;

/// Whom a form asks for, and about which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    /// Who does what the meeting of a team decided.
    Decided(TeamId),
    /// Who tries the new terms of a refusal, or calls its client next.
    Owner(RefusalNumber),
    /// Who has a refusal instead of its owner.
    OtherOwner(RefusalNumber),
    /// Who decides about a refusal in place of its head.
    Delegate(RefusalNumber),
    /// Who stands in for whoever asks.
    Deputy,
}

impl Whom {
    /// As a search carries it.
    fn source(self) -> String {
        let (word, number) = match self {
            Whom::Decided(TeamId(id)) => ("decided", id),
            Whom::Owner(RefusalNumber(number)) => ("owner", number),
            Whom::OtherOwner(RefusalNumber(number)) => ("other_owner", number),
            Whom::Delegate(RefusalNumber(number)) => ("delegate", number),
            Whom::Deputy => ("deputy", 0),
        };
        format!("{SOURCE}{word}.{number}")
    }

    /// Those whom the person who asks may choose; nobody where they may not ask at all.
    async fn people(self, call: &mut Call<'_>) -> Result<People> {
        match self {
            Whom::Decided(team) => meeting::owners(call, team).await,
            Whom::Owner(number) => decide::may_own(call, number).await,
            Whom::OtherOwner(number) => hands::may_get(call, number).await,
            Whom::Delegate(number) => hands::may_decide(call, number).await,
            Whom::Deputy => away::deputies(call).await,
        }
    }
}

impl FromStr for Whom {
    type Err = ();

    fn from_str(source: &str) -> Result<Self, ()> {
        let (word, number) = source.strip_prefix(SOURCE).and_then(|rest| rest.split_once('.')).ok_or(())?;
        let number: i64 = number.parse().map_err(|_| ())?;
        match word {
            "decided" => Ok(Whom::Decided(TeamId(number))),
            "owner" => Ok(Whom::Owner(RefusalNumber(number))),
            "other_owner" => Ok(Whom::OtherOwner(RefusalNumber(number))),
            "delegate" => Ok(Whom::Delegate(RefusalNumber(number))),
            "deputy" => Ok(Whom::Deputy),
            _ => Err(()),
        }
    }
}

/// The question for one of these people, whose texts are in a table of `prompts/`.
pub(super) fn field(
    words: Words<'_>,
    (table, name): (&str, &str),
    whom: Whom,
    people: &[(PersonId, String)],
    proposed: Option<PersonId>,
) -> Field {
    let proposed = people.iter().find(|(id, _)| Some(*id) == proposed);
    let kind = if people.len() <= MENU {
        Kind::Choice(people.iter().map(choice).collect())
    } else {
        Kind::Search { source: whom.source(), shown: proposed.map(|person| choice(person).label) }
    };
    reply::field(words, table, name, kind).filled(proposed.map(|(id, _)| id.0.to_string()))
}

fn choice((id, name): &(PersonId, String)) -> Choice {
    Choice::new(id.0.to_string(), Choice::fitting(name))
}

/// Who was chosen, if it is one of these people.
pub(super) fn chosen(answers: &Answers<'_, '_>, field: &str, people: &[(PersonId, String)]) -> Option<PersonId> {
    answers.parsed::<i64>(field).map(PersonId).filter(|id| people.iter().any(|(known, _)| known == id))
}

/// Suggestions for what is typed, best first.
pub(super) async fn suggest(call: &mut Call<'_>, whom: Whom, typed: &str) -> Result<Vec<Choice>> {
    let people = whom.people(call).await?;
    // By their place: two people may share a name.
    let named = Lexicon::new(people.iter().enumerate().map(|(at, (_, name))| (at, vec![name.as_str()])));
    Ok(named.suggest(typed, MENU).into_iter().map(|at| choice(&people[at])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_says_whom_and_nothing_else_does() {
        let (team, number) = (TeamId(3), RefusalNumber(214));
        for whom in [Whom::Decided(team), Whom::Owner(number), Whom::OtherOwner(number), Whom::Delegate(number)] {
            assert_eq!(whom.source().parse(), Ok(whom));
        }
        assert_eq!(Whom::Deputy.source().parse(), Ok(Whom::Deputy));
        for other in ["account", "whom.", "whom.owner", "whom.owner.x", "whom.everybody.1", "whom.owner.1.2"] {
            assert_eq!(other.parse::<Whom>(), Err(()), "{other}");
        }
    }
}
