//! What the bot does, one business process per file.
//!
//! This file is the table of contents: every button and form is a variant of [`Act`] (`act.rs`), every command a line of
//! `command`, everything the bot says by itself a variant of [`Notice`]. A process makes the same moves each time:
//! load, decide (in the domain), save, queue, reply, all in one transaction.

mod act;
mod agenda;
mod arrivals;
mod ask;
mod assistant;
mod away;
mod case;
mod catch_up;
mod close;
mod consent;
mod daily;
mod deal;
mod debrief;
mod decide;
mod digest;
mod export;
mod figures;
mod gap;
mod hands;
mod head;
mod heard;
mod help;
mod import;
mod intake;
mod lead;
mod learn;
mod letter;
mod lines;
mod me;
mod meeting;
mod menu;
mod mine;
mod notice;
mod opportunity;
mod people;
mod plays;
mod quality;
mod question;
mod queue;
mod quiet;
mod recontact;
mod redate;
mod refusal;
mod regular;
mod reminders;
mod reply;
mod review;
mod search;
mod settings;
mod shared;
mod similar;
mod small;
mod suggest;
mod today;
mod unsaid;
mod whom;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub use act::{Act, Unknown};
pub use assistant::Assistant;
pub use catch_up::catch_up;
pub use export::{EXPORT, content as export_content, give_up as give_up_export, make as make_export};
pub use figures::Asked;
pub use import::{
    Cell, Columns, Fate, Import, ImportKind, ImportOptions, Meaning, NotReady, Report, Row, Sheet, WrongCell, shown,
};
pub use intake::{
    Declined, Desk, Intake, IntakeField, IntakeForm, MOST as MOST_LEADS, NewToken, NoToken, Posted, Progress, Shown,
    Wrong, make_token,
};
pub use lead::{Kept, LEAD, LeadAct, LeadRules, Received, beat, climb, give_back, receive};
pub use learn::Learn;
pub use menu::menu;
pub use notice::{
    Ahead, LeadWord, Notice, POST, REFRESH, Saying, ahead, differs, given_up, posted, redraw, say, still,
};
pub use opportunity::{DealAct, DealRules, Followed, Tracked, track};
pub use search::Carried;
pub use shared::{Rules, Shared};
pub use small::{SETTLE, settle};

use crate::args;
use crate::chat::{Action, Card, Command, Faults, Press, Reply, Shortcut, Span, Submission, Text, Tone, WhenStyle};
use crate::domain::{Money, Person, RefusalNumber};
use crate::store::Tx;
use crate::words::{Language, Words};

/// What somebody did.
#[derive(Clone, Debug)]
enum Inbound {
    Command(Command),
    Press(Press),
    Shortcut(Shortcut),
    Submission(Submission),
}

impl Inbound {
    /// Whether it only asks: it changes nothing, and needs no writer.
    fn only_asks(&self) -> bool {
        match self {
            Inbound::Command(command) => match command.name.as_str() {
                "refusals" => !command.text.trim_start().to_lowercase().starts_with("export"),
                "lead" => false,
                "deal" => opportunity::only_asks(command),
                "refusal" => refusal::is_bare(command) || case::named(command).is_some(),
                "panout" => {
                    let first = command.text.split_whitespace().next().unwrap_or_default().to_lowercase();
                    !matches!(first.as_str(), "start" | "stop" | "away" | "back")
                }
                _ => true,
            },
            Inbound::Press(press) => {
                let action = press.action.as_str();
                action.strip_prefix(today::OF_THE_DAY).unwrap_or(action).parse().is_ok_and(Act::only_asks)
            }
            Inbound::Shortcut(_) => true,
            Inbound::Submission(_) => false,
        }
    }
}

/// Does what somebody asked for.
async fn act(call: &mut Call<'_>, inbound: &Inbound) -> Result<Reply> {
    match inbound {
        Inbound::Command(command) => self::command(call, command).await,
        Inbound::Press(press) => match today::without_the_day(&press.action) {
            None => self::press(call, press).await,
            Some(action) => {
                let reply = self::press(call, &Press { action: action.clone(), ..press.clone() }).await?;
                Ok(today::beside(&action, reply))
            }
        },
        Inbound::Shortcut(shortcut) if shortcut.name == menu::LOG_LEAD => Ok(lead::from_message(call, &shortcut.text)),
        Inbound::Shortcut(shortcut) => refusal::from_message(call, &shortcut.text).await,
        Inbound::Submission(submission) => match today::without_the_day(&submission.action) {
            None => submit(call, submission).await,
            Some(action) => {
                let reply = submit(call, &Submission { action: action.clone(), ..submission.clone() }).await?;
                Ok(today::beside(&action, reply))
            }
        },
    }
}

/// The commands: which process each starts.
async fn command(call: &mut Call<'_>, command: &Command) -> Result<Reply> {
    let mut words = command.text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default().to_lowercase(), words.next());
    if first == "help" && (second.is_none() || command.name == "panout") {
        return Ok(Reply::Whisper(help::card(call, second.unwrap_or(&command.name))));
    }
    match (command.name.as_str(), first.as_str()) {
        ("refusal", _) if redate::is_asked(command) => redate::act(call, command).await,
        ("refusal", _) => match case::named(command) {
            Some(number) if call.tx.refusal(number).await?.is_some() => case::open(call, number).await,
            _ => refusal::log_line(call, command).await,
        },
        ("refusals", "mine" | "") => mine::list(call).await,
        ("refusals", "gap") => gap::show(call).await,
        ("refusals", "search") => search::command(call, after(command, "search")).await,
        ("refusals", "me") => me::command(call, after(command, "me")).await,
        ("refusals", "export") => export::ask(call, command).await,
        ("refusals", typed) => match figures::command(call, command).await? {
            Some(reply) => Ok(reply),
            None => Ok(Reply::Whisper(help::misspelled(call, "refusals", typed))),
        },
        ("lead", _) => lead::log_line(call, command).await,
        ("leads", "" | "mine") => lead::mine(call).await,
        ("leads", "team") => lead::team(call).await,
        ("leads", "unworked") => lead::unworked(call).await,
        ("leads", "report") => lead::report(call, after(command, "report")).await,
        ("leads", "show") => lead::one(call, after(command, "show")).await,
        ("leads", typed) if typed.parse::<crate::domain::LeadNumber>().is_ok() => lead::one(call, typed).await,
        ("deal", _) => opportunity::command(call, command).await,
        ("queue", "") => queue::list(call).await,
        ("recontacts", "") => recontact::list(call).await,
        ("plays", _) => plays::list(call, command).await,
        ("recontacts", _) => recontact::list_named(call, command.text.trim()).await,
        ("debrief", _) => debrief::command(call, &first, second).await,
        ("panout", "settings") => Ok(Reply::Ask(settings::form(call))),
        ("panout", "start") => consent::start(call).await,
        ("panout", "stop") => consent::stop(call).await,
        ("panout", "away") => away::leave(call, after(command, "away")).await,
        ("panout", "back") => away::back(call).await,
        ("panout", "criteria") => Ok(opportunity::criteria(call)),
        ("panout", "digest") => digest::preview(call).await,
        ("panout", "") => Ok(Reply::Whisper(help::card(call, "panout"))),
        (name, typed) => Ok(Reply::Whisper(help::misspelled(call, name, typed))),
    }
}

/// What was typed after a command's first word.
fn after<'a>(command: &'a Command, first: &str) -> &'a str {
    command.text.trim_start().get(first.len()..).unwrap_or_default().trim()
}

/// The buttons and menus.
async fn press(call: &mut Call<'_>, press: &Press) -> Result<Reply> {
    let (words, value) = (call.words, press.value.as_deref());
    let chosen = || {
        let number = value.and_then(|value| value.parse().ok());
        number.map_or_else(|| tell(words.text("denied.unknown_choice", args! {})), |number| Ok(RefusalNumber(number)))
    };
    match known(call, &press.action)? {
        Act::Log => refusal::empty_form(call).await,
        Act::Undo(number) => refusal::undo(call, number).await,
        Act::Edit(number) => refusal::edit_form(call, number).await,
        Act::EditOne => refusal::edit_form(call, chosen()?).await,
        Act::Detail(number) => refusal::detail_form(call, number).await,
        Act::New(id) => refusal::store_pending(call, id).await,
        Act::Same(id) => refusal::join_pending(call, id).await,
        Act::Seen(number) => head::see(call, number).await,
        Act::Arrivals(reader, at) => arrivals::list(call, reader, at).await,
        Act::ArrivalsSeen(reader, at) => arrivals::see_all(call, reader, at).await,
        Act::Queue => queue::list(call).await,
        Act::Show => head::show(call, chosen()?).await,
        Act::Ask(number) => question::ask_form(call, number).await,
        Act::Answer(id) => question::answer_form(call, id).await,
        Act::Settings => Ok(Reply::Ask(settings::form(call))),
        Act::Revive(number) => decide::revive_form(call, number).await,
        Act::Validate(number) => decide::validate_form(call, number).await,
        Act::Open => case::open(call, chosen()?).await,
        Act::Won(number) => deal::won_form(call, number).await,
        Act::Again(number) => deal::again_form(call, number).await,
        Act::MoreTime(number) => deal::more_time_form(call, number).await,
        Act::Called(number) => recontact::called_form(call, number).await,
        Act::Snooze(number) => recontact::snooze_form(call, number).await,
        Act::Close(number) => close::form(call, number).await,
        Act::Similar(number) => similar::list(call, number).await,
        Act::Reassign(number) => hands::reassign_form(call, number).await,
        Act::Delegate(number) => hands::delegate_form(call, number).await,
        Act::Start => consent::start(call).await,
        Act::Away => away::leave(call, "").await,
        Act::Weekly => today::weekly(call).await,
        Act::FiguresFile(asked) => export::of(call, "xlsx", asked.period).await,
        Act::Agenda(team, at) => agenda::open(call, team, at).await,
        Act::MeetingDecision(team, at) => meeting::form(call, team, at).await,
        Act::MeetingDone => meeting::done_on_agenda(call, chosen()?.0).await,
        Act::DecisionDone(id) => meeting::done_form(call, id).await,
        Act::DecisionLater(id) => meeting::later_form(call, id).await,
        Act::FiguresWhen(asked) | Act::FiguresBy(asked) => figures::change(call, asked, value).await,
        Act::Hits(page) => search::turn(call, page).await,
        Act::ExportAgain(id) => export::again(call, id).await,
        Act::Learn(learn) => learn.press(call).await,
        Act::Lead(lead) => lead.press(call, value).await,
        Act::Deal(deal) => deal.press(call, value).await,
    }
}

/// The forms.
async fn submit(call: &mut Call<'_>, submission: &Submission) -> Result<Reply> {
    let values = &submission.values;
    match known(call, &submission.action)? {
        Act::Log => refusal::log_form(call, values).await,
        Act::Edit(number) => refusal::edit(call, number, values).await,
        Act::Detail(number) => refusal::add_detail(call, number, values).await,
        Act::Ask(number) => question::ask(call, number, values).await,
        Act::Answer(id) => question::answer(call, id, values).await,
        Act::Settings => settings::save(call, values).await,
        Act::Revive(number) => decide::revive(call, number, values).await,
        Act::Validate(number) => decide::validate(call, number, values).await,
        Act::Won(number) => deal::won(call, number, values).await,
        Act::Again(number) => deal::again(call, number, values).await,
        Act::MoreTime(number) => deal::more_time(call, number, values).await,
        Act::Called(number) => recontact::called(call, number, values).await,
        Act::Snooze(number) => recontact::snooze(call, number, values).await,
        Act::Close(number) => close::close(call, number, values).await,
        Act::Reassign(number) => hands::reassign(call, number, values).await,
        Act::Delegate(number) => hands::delegate(call, number, values).await,
        Act::Away => away::save(call, values).await,
        Act::MeetingDecision(team, at) => meeting::decide(call, team, at, values).await,
        Act::DecisionDone(id) => meeting::done(call, id, values).await,
        Act::DecisionLater(id) => meeting::later(call, id, values).await,
        Act::Learn(learn) => match learn.submit(call, values).await? {
            Some(reply) => Ok(reply),
            None => tell(call.words.text("denied.unknown_button", args! {})),
        },
        Act::Lead(lead) => match lead.submit(call, values).await? {
            Some(reply) => Ok(reply),
            None => tell(call.words.text("denied.unknown_button", args! {})),
        },
        Act::Deal(deal) => match deal.submit(call, values).await? {
            Some(reply) => Ok(reply),
            None => tell(call.words.text("denied.unknown_button", args! {})),
        },
        _ => tell(call.words.text("denied.unknown_button", args! {})),
    }
}

/// What an action means. One of another version of the bot, still on somebody's screen, means nothing here.
fn known(call: &Call<'_>, action: &Action) -> Result<Act> {
    action.as_str().parse().or_else(|_: Unknown| tell(call.words.text("denied.unknown_button", args! {})))
}

/// Answers of a form, by field.
type Values = BTreeMap<String, String>;

/// One act of one person, in its transaction.
pub struct Call<'a> {
    /// The transaction.
    pub tx: &'a mut Tx,
    /// Who acts.
    pub by: Person,
    /// The texts in their language.
    pub words: Words<'a>,
    /// The rest.
    pub shared: &'a Shared,
    /// When.
    pub now: DateTime<Utc>,
}

/// Why nothing was done.
#[derive(Debug)]
pub enum Error {
    /// The person is told this.
    Tell(Text),
    /// The form is not right yet.
    Faults(Faults),
    /// Our fault: logged with a reference, which is all the person sees.
    Internal(anyhow::Error),
}

/// What a flow comes to.
pub type Result<T = Reply, E = Error> = std::result::Result<T, E>;

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<crate::store::Fault> for Error {
    fn from(error: crate::store::Fault) -> Self {
        Self::Internal(error.into())
    }
}

/// A sentence to the person instead of what they asked for.
fn tell<T>(text: Text) -> Result<T> {
    Err(Error::Tell(text))
}

/// A card that only says something is not possible.
fn refusing(text: Text) -> Card {
    Card::titled(text).tone(Tone::Attention)
}

/// An instant as the reader sees it, with words in their own zone for whoever cannot show instants.
fn when(words: Words<'_>, reader: &Person, at: DateTime<Utc>) -> Span {
    let local = at.with_timezone(&reader.time_zone());
    Span::When { at, style: WhenStyle::DateTime, fallback: words.date_time(local) }
}

/// An amount in the reader's language.
fn amount(words: Words<'_>, money: Money) -> String {
    words.money(money.minor, money.currency.digits(), money.currency.code())
}

/// The texts in somebody's language.
fn words_for<'a>(shared: &'a Shared, person: &Person) -> Words<'a> {
    shared.words.in_language(Language::from_tag(person.language()).unwrap_or(shared.rules.language))
}
