//! What a button, a menu or a form means, and how a platform carries it.

use std::str::FromStr;

use super::{Asked, Carried, DealAct, LeadAct, Learn, figures};
use crate::chat::Action;
use crate::domain::RefusalNumber;

/// What a button, a menu or a form means. It is written `word.number`, and never says more than which row it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The empty form to log a refusal.
    Log,
    /// Undoes a refusal.
    Undo(RefusalNumber),
    /// The form to change a refusal.
    Edit(RefusalNumber),
    /// The form to change one of the refusals in a list; the press says which.
    EditOne,
    /// The form for what is rarely known at once.
    Detail(RefusalNumber),
    /// A waiting refusal is a new one.
    New(i64),
    /// A waiting refusal is the one stored before.
    Same(i64),
    /// The head saw a refusal.
    Seen(RefusalNumber),
    /// Lists the refusals that came in, of a message of the day: whose it is, and when in seconds since 1970.
    Arrivals(i64, i64),
    /// The head saw all of them.
    ArrivalsSeen(i64, i64),
    /// Lists what waits to be decided.
    Queue,
    /// Shows the head one of the refusals in a list; the press says which.
    Show,
    /// The form to ask the rep about a refusal.
    Ask(RefusalNumber),
    /// The form to answer a question.
    Answer(i64),
    /// The form for one's own settings.
    Settings,
    /// The head sends a refusal back with new terms.
    Revive(RefusalNumber),
    /// The head heard the client, and lets a refusal sleep.
    Validate(RefusalNumber),
    /// Opens one refusal of a list; the press says which.
    Open,
    /// A revived refusal was won back.
    Won(RefusalNumber),
    /// A revived refusal was refused again.
    Again(RefusalNumber),
    /// A revived refusal needs time.
    MoreTime(RefusalNumber),
    /// A client that slept was called.
    Called(RefusalNumber),
    /// A client that sleeps is to be called on another day.
    Snooze(RefusalNumber),
    /// A client is never to be called again.
    Close(RefusalNumber),
    /// The earlier refusals like one.
    Similar(RefusalNumber),
    /// The form to put a refusal into other hands.
    Reassign(RefusalNumber),
    /// The form to let somebody else decide.
    Delegate(RefusalNumber),
    /// Somebody wants the bot to write to them.
    Start,
    /// The form to be away.
    Away,
    /// Somebody wants the message of the day once a week.
    Weekly,
    /// The agenda of the meeting about a digest: the team, and its moment in seconds since 1970.
    Agenda(i64, i64),
    /// The form for what that meeting decides.
    MeetingDecision(i64, i64),
    /// Something a meeting decided is done; the press says what.
    MeetingDone,
    /// The form to say that something a meeting decided is done.
    DecisionDone(i64),
    /// The form to say that it needs until another day.
    DecisionLater(i64),
    /// A table of refusals, for another period; the press says which.
    FiguresWhen(Asked),
    /// A table of refusals, counted by something else; the press says by what.
    FiguresBy(Asked),
    /// A page of what was found.
    Hits(Carried),
    /// The refusals of a table, as a file.
    FiguresFile(Asked),
    /// A file that could not be made or sent, once more: its id.
    ExportAgain(i64),
    /// The debrief, the client's review, the letter.
    Learn(Learn),
    /// Inbound leads.
    Lead(LeadAct),
    /// Opportunities.
    Deal(DealAct),
}

impl Act {
    /// As a platform carries it.
    pub fn action(self) -> Action {
        let encoded = match self {
            Act::Log => "log".to_owned(),
            Act::Undo(RefusalNumber(n)) => format!("undo.{n}"),
            Act::Edit(RefusalNumber(n)) => format!("edit.{n}"),
            Act::EditOne => "edit_one".to_owned(),
            Act::Detail(RefusalNumber(n)) => format!("detail.{n}"),
            Act::New(id) => format!("new.{id}"),
            Act::Same(id) => format!("same.{id}"),
            Act::Seen(RefusalNumber(n)) => format!("seen.{n}"),
            Act::Arrivals(reader, at) => format!("arrivals.{reader}.{at}"),
            Act::ArrivalsSeen(reader, at) => format!("arrivals_seen.{reader}.{at}"),
            Act::Queue => "queue".to_owned(),
            Act::Show => "show".to_owned(),
            Act::Ask(RefusalNumber(n)) => format!("ask.{n}"),
            Act::Answer(id) => format!("answer.{id}"),
            Act::Settings => "settings".to_owned(),
            Act::Revive(RefusalNumber(n)) => format!("revive.{n}"),
            Act::Validate(RefusalNumber(n)) => format!("validate.{n}"),
            Act::Open => "open".to_owned(),
            Act::Won(RefusalNumber(n)) => format!("won.{n}"),
            Act::Again(RefusalNumber(n)) => format!("again.{n}"),
            Act::MoreTime(RefusalNumber(n)) => format!("more_time.{n}"),
            Act::Called(RefusalNumber(n)) => format!("called.{n}"),
            Act::Snooze(RefusalNumber(n)) => format!("snooze.{n}"),
            Act::Close(RefusalNumber(n)) => format!("close.{n}"),
            Act::Similar(RefusalNumber(n)) => format!("similar.{n}"),
            Act::Reassign(RefusalNumber(n)) => format!("reassign.{n}"),
            Act::Delegate(RefusalNumber(n)) => format!("delegate.{n}"),
            Act::Start => "start".to_owned(),
            Act::Away => "away".to_owned(),
            Act::Weekly => "weekly".to_owned(),
            Act::Agenda(team, at) => format!("agenda.{team}.{at}"),
            Act::MeetingDecision(team, at) => format!("meeting_decision.{team}.{at}"),
            Act::MeetingDone => "meeting_done".to_owned(),
            Act::DecisionDone(id) => format!("decision_done.{id}"),
            Act::DecisionLater(id) => format!("decision_later.{id}"),
            Act::FiguresWhen(asked) => return figures::action("figures_when", asked),
            Act::FiguresBy(asked) => return figures::action("figures_by", asked),
            Act::FiguresFile(asked) => return figures::action("figures_file", asked),
            Act::Hits(page) => return page.action(),
            Act::ExportAgain(id) => format!("export_again.{id}"),
            Act::Learn(learn) => learn.encoded(),
            Act::Lead(lead) => lead.encoded(),
            Act::Deal(deal) => deal.encoded(),
        };
        Action::new(encoded).expect("a word and two numbers are short and printable")
    }
}

/// An action that is none of [`Act`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown;

impl Act {
    /// Whether a press on it only asks: it opens a form or shows something.
    pub(super) fn only_asks(self) -> bool {
        match self {
            Act::Learn(learn) => learn.only_asks(),
            Act::Lead(lead) => lead.only_asks(),
            Act::Deal(deal) => deal.only_asks(),
            Act::Undo(_)
            | Act::New(_)
            | Act::Same(_)
            | Act::Seen(_)
            | Act::ArrivalsSeen(..)
            | Act::MeetingDone
            | Act::FiguresFile(_)
            | Act::ExportAgain(_)
            | Act::Start
            | Act::Weekly => false,
            _ => true,
        }
    }
}

impl FromStr for Act {
    type Err = Unknown;

    fn from_str(encoded: &str) -> Result<Self, Unknown> {
        match encoded.split_once('.') {
            Some(("figures_when", asked)) => return Asked::decoded(asked).map(Act::FiguresWhen).ok_or(Unknown),
            Some(("figures_by", asked)) => return Asked::decoded(asked).map(Act::FiguresBy).ok_or(Unknown),
            Some(("figures_file", asked)) => return Asked::decoded(asked).map(Act::FiguresFile).ok_or(Unknown),
            Some(("hits", page)) => return Carried::decoded(page).map(Act::Hits).ok_or(Unknown),
            _ => {}
        }
        let mut parts = encoded.split('.');
        let word = parts.next().unwrap_or_default();
        let numbers: Vec<i64> = parts.map(str::parse).collect::<Result<_, _>>().map_err(|_| Unknown)?;
        Ok(match (word, numbers.as_slice()) {
            ("log", []) => Act::Log,
            ("undo", [n]) => Act::Undo(RefusalNumber(*n)),
            ("edit", [n]) => Act::Edit(RefusalNumber(*n)),
            ("edit_one", []) => Act::EditOne,
            ("detail", [n]) => Act::Detail(RefusalNumber(*n)),
            ("new", [id]) => Act::New(*id),
            ("same", [id]) => Act::Same(*id),
            ("seen", [n]) => Act::Seen(RefusalNumber(*n)),
            ("arrivals", [reader, at]) => Act::Arrivals(*reader, *at),
            ("arrivals_seen", [reader, at]) => Act::ArrivalsSeen(*reader, *at),
            ("queue", []) => Act::Queue,
            ("show", []) => Act::Show,
            ("ask", [n]) => Act::Ask(RefusalNumber(*n)),
            ("answer", [id]) => Act::Answer(*id),
            ("settings", []) => Act::Settings,
            ("revive", [n]) => Act::Revive(RefusalNumber(*n)),
            ("validate", [n]) => Act::Validate(RefusalNumber(*n)),
            ("open", []) => Act::Open,
            ("won", [n]) => Act::Won(RefusalNumber(*n)),
            ("again", [n]) => Act::Again(RefusalNumber(*n)),
            ("more_time", [n]) => Act::MoreTime(RefusalNumber(*n)),
            ("called", [n]) => Act::Called(RefusalNumber(*n)),
            ("snooze", [n]) => Act::Snooze(RefusalNumber(*n)),
            ("close", [n]) => Act::Close(RefusalNumber(*n)),
            ("similar", [n]) => Act::Similar(RefusalNumber(*n)),
            ("reassign", [n]) => Act::Reassign(RefusalNumber(*n)),
            ("delegate", [n]) => Act::Delegate(RefusalNumber(*n)),
            ("start", []) => Act::Start,
            ("away", []) => Act::Away,
            ("weekly", []) => Act::Weekly,
            ("agenda", [team, at]) => Act::Agenda(*team, *at),
            ("meeting_decision", [team, at]) => Act::MeetingDecision(*team, *at),
            ("meeting_done", []) => Act::MeetingDone,
            ("decision_done", [id]) => Act::DecisionDone(*id),
            ("decision_later", [id]) => Act::DecisionLater(*id),
            ("export_again", [id]) => Act::ExportAgain(*id),
            (word, numbers) => {
                let learn = Learn::parse(word, numbers).map(Act::Learn);
                let lead = || LeadAct::parse(word, numbers).map(Act::Lead);
                learn.or_else(lead).or_else(|| DealAct::parse(word, numbers).map(Act::Deal)).ok_or(Unknown)?
            }
        })
    }
}
