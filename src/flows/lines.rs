//! The lines of the message of the day, each with the buttons that finish it.
//!
//! Starts: a message of the day is drawn ([`super::today`]). Acts: nobody. Ends: on a card, at most ten lines.
//! What is alone shows everything that its own card would. Of several each has the two or three buttons that most people
//! want, and a menu opens any of them. Some services put every button at the end: so a button says which line it is of.

use super::refusal::{quote, summary};
use super::{Result, case, debrief, letter, question, recontact, today};
use crate::args;
use crate::chat::{Action, Block, Button, Card, Look, Text};
use crate::domain::{Details, Person, Refusal, RefusalNumber, Stage};
use crate::store::{Task, TaskKind, Tx};
use crate::words::Words;

/// The most lines of a message.
const LINES: usize = 10;
/// The most buttons of one line among several.
const OF_A_LINE: usize = 3;
/// Up to how many lines each has that many; more are easier to read with one less.
const FEW: usize = 3;
/// The most buttons of all lines: Discord has five rows of five under a message, of which the menu takes one.
const OF_ALL: usize = 20;
/// Up to how many lines there is room for how to begin a call.
const ROOMY: usize = 5;
/// How much of the client's words a line repeats, in characters.
const SAID: usize = 140;

/// A line about no refusal of its own.
pub(super) type Plain = (Text, Vec<Button>);

/// What is to be done about one refusal.
struct Line {
    kind: TaskKind,
    text: Text,
    account: String,
    /// What its own card would show, if it is the only one.
    alone: Vec<Block>,
    /// What stands under it among others.
    brief: Option<Block>,
    /// How to begin a call, where there is room for it.
    opener: Option<Text>,
    buttons: Vec<Button>,
    /// The buttons among other lines, if not the first of those.
    short: Option<Vec<Button>>,
    number: RefusalNumber,
}

/// What a message has to say.
pub(super) struct Said<'a> {
    /// Lines about no refusal of their own.
    pub(super) plain: Vec<Plain>,
    /// What is to be done.
    pub(super) tasks: &'a [Task],
    /// How many buttons still follow.
    pub(super) follow: usize,
}

/// A card with its lines: those about no refusal first, then what is to be done.
pub(super) async fn onto(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    mut card: Card,
    Said { plain, tasks, follow }: Said<'_>,
) -> Result<Card> {
    let room = LINES.saturating_sub(plain.len());
    let taken: usize = plain.iter().map(|(_, buttons)| buttons.len()).sum();
    for (text, buttons) in plain {
        card = with_buttons(card.with(Block::Text(text)), buttons);
    }
    let (mut open, mut over) = (Vec::new(), Vec::new());
    for task in tasks.iter().take(room) {
        let Some(refusal) = tx.refusal(task.refusal).await? else { continue };
        let number = Text::strong(refusal.number.to_string()).then(" ");
        if !refusal.is_open_to(reader) {
            // Of what is in hands that the reader may not look into any more, only that is said.
            over.push(number.then(words.text("today.elsewhere", args! {})));
            continue;
        }
        let what = if task.done { words.line("today.done", args! {}) } else { today::to_do(words, task.kind) };
        let whose = whose(tx, words, reader, task).await?;
        let text = number.then(format!("{what}: {}{whose}", summary(words, &refusal.details)));
        if task.done {
            over.push(text);
        } else {
            open.push(line(tx, words, reader, (&refusal, task), text).await?);
        }
    }
    card = match open.as_slice() {
        [only] => alone(card, only),
        several => among(card, words, several, OF_ALL.saturating_sub(taken + follow)),
    };
    card = over.into_iter().fold(card, |card, text| card.with(Block::Text(text)));
    let more = tasks.len() > room;
    card = card.with_some(more.then(|| Block::Note(words.text("today.more", args! {}))));
    let listed: Vec<_> = open.iter().map(|line| (line.number, line.account.clone())).collect();
    let opens = listed.len() > 1 || open.iter().any(|line| line.buttons.is_empty());
    Ok(card.with_some(opens.then(|| case::pick(words.line("today.open", args! {}), &listed))))
}

/// For whom it is, if not for the reader.
async fn whose(tx: &mut Tx, words: Words<'_>, reader: &Person, task: &Task) -> Result<String> {
    if task.person == reader.id {
        return Ok(String::new());
    }
    let owner = tx.person(task.person).await?;
    Ok(words.line("lines.whose", args! { name: owner.name.as_str() }))
}

/// The line of something to be done; without buttons if the refusal is not what the line says any more.
async fn line(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    (refusal, task): (&Refusal, &Task),
    text: Text,
) -> Result<Line> {
    let theirs = task.person == reader.id;
    let (mut alone, mut brief, mut opener) = (Vec::new(), None, None);
    let (mut buttons, mut short) = (Vec::new(), None);
    match task.kind {
        TaskKind::Deal if refusal.stage == Stage::Revived => {
            buttons = case::buttons(words, refusal);
            alone.extend(quote(&refusal.details));
        }
        TaskKind::Recontact if refusal.stage == Stage::Dormant => {
            buttons = case::buttons(words, refusal);
            alone.extend(recontact::opening(tx, words, refusal).await?);
            alone.extend(quote(&refusal.details));
            brief = Some(Block::Note(said(words, &refusal.details).into()));
            opener = Some(recontact::opener(words, refusal));
        }
        TaskKind::Debrief if theirs => {
            buttons = debrief::to_answer(tx, words, refusal).await?;
            short = Some(debrief::in_short(words, refusal.number));
        }
        TaskKind::Letter if theirs => buttons = letter::buttons(words, refusal.number),
        TaskKind::Question if theirs => {
            let asked = question::asked(tx, words, refusal, reader).await?;
            alone.extend(asked.iter().map(|(block, _)| block.clone()));
            brief = asked.as_ref().map(|(block, _)| block.clone());
            buttons.extend(asked.map(|(_, button)| button));
        }
        TaskKind::Deal | TaskKind::Recontact | TaskKind::Debrief | TaskKind::Letter | TaskKind::Question => {}
    }
    let account = refusal.details.account.clone();
    Ok(Line { kind: task.kind, text, account, alone, brief, opener, buttons, short, number: refusal.number })
}

/// When they said no and in which words, and how to begin.
fn said(words: Words<'_>, details: &Details) -> String {
    let date = words.date(details.happened_on);
    match details.verbatim.as_deref() {
        Some(verbatim) => words.line("today.said", args! { date: date, verbatim: on_a_line(verbatim) }),
        None => words.line("today.refused_on", args! { date: date }),
    }
}

/// The beginning of somebody's words, on one line; the menu opens them whole.
fn on_a_line(verbatim: &str) -> String {
    let words: Vec<&str> = verbatim.split_whitespace().collect();
    beginning(&words.join(" "), SAID)
}

/// As much of a text as so many characters may say, as it was typed if that is all of it.
pub(super) fn beginning(text: &str, most: usize) -> String {
    if text.chars().count() < most {
        return text.to_owned();
    }
    let mut whole = String::new();
    for word in text.split_whitespace() {
        if whole.chars().count() + word.chars().count() >= most {
            // A single word may be longer than a line.
            let room = most.saturating_sub(whole.chars().count() + 1);
            let part: String = if whole.is_empty() { word.chars().take(room).collect() } else { String::new() };
            return format!("{whole}{part}…");
        }
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(word);
    }
    whole
}

fn alone(card: Card, only: &Line) -> Card {
    let card = card.with(Block::Text(only.text.clone()));
    let card = only.alone.iter().cloned().fold(card, Card::with);
    with_buttons(card, only.buttons.clone())
}

fn among(mut card: Card, words: Words<'_>, lines: &[Line], room: usize) -> Card {
    let each = (room / lines.len().max(1)).clamp(1, OF_A_LINE);
    for line in lines {
        card = card.with(Block::Text(line.text.clone()));
        card.blocks.extend(line.brief.clone());
        card.blocks.extend(line.opener.clone().filter(|_| lines.len() <= ROOMY).map(Block::Note));
        let label = |button: &Button| {
            let named = args! { number: line.number.to_string(), what: button.label.as_str() };
            Button { label: words.line("today.button", named), look: Look::Ordinary, action: button.action.clone() }
        };
        // Won, lost or later: all three finish a deal.
        let few = lines.len() <= FEW || line.kind == TaskKind::Deal;
        let each = each.min(if few { OF_A_LINE } else { OF_A_LINE - 1 });
        card = with_buttons(card, line.short.as_ref().unwrap_or(&line.buttons).iter().take(each).map(label).collect());
    }
    card
}

fn with_buttons(card: Card, buttons: Vec<Button>) -> Card {
    let buttons: Vec<Button> = buttons.into_iter().map(|it| Button { action: of_the_day(&it.action), ..it }).collect();
    card.with_some((!buttons.is_empty()).then_some(Block::Buttons(buttons)))
}

/// The same action, on the message of the day.
pub(super) fn of_the_day(action: &Action) -> Action {
    Action::new(format!("{}{}", today::OF_THE_DAY, action.as_str())).expect("a short word more is short and printable")
}
