//! The debrief as its rep sees it, and what was said of a refusal on the cards of those who may read it.

use crate::args;
use crate::chat::{Block, Button, Card, Look, Span, Text, Tone};
use crate::domain::{Person, Refusal, RefusalNumber};
use crate::flows::refusal::summary;
use crate::flows::{Act, Learn, Result, ask};
use crate::store::{Inquiry, TaskKind, Tx};
use crate::words::Words;

/// The debrief in front of its rep: what to do, and what they said so far.
///
/// `asked_at`: when they are asked again, if that is to be said.
pub(super) async fn card(tx: &mut Tx, words: Words<'_>, refusal: &Refusal, asked_at: Option<Span>) -> Result<Card> {
    if refusal.withdrawn_at.is_some() {
        return Ok(Card::titled(words.text("denied.withdrawn", args! {})));
    }
    let given = tx.given(refusal.number, Inquiry::Debrief).await?;
    let open = tx.task_beside(refusal.number, TaskKind::Debrief).await?.is_some();
    let questionnaire = &words.questionnaires().debrief;
    let (count, of) = questionnaire.progress(&given);
    let (number, account) = (refusal.number.to_string(), refusal.details.account.as_str());
    let about = args! { number: number.as_str(), account: account, count: count, of: of };
    let over = count == of || (count > 0 && !open);
    let (title, tone) = match count {
        0 => (words.text("debrief.ask", about), Tone::Attention),
        _ if over => (words.text("debrief.thanks", about), Tone::Good),
        _ => (words.text("debrief.partly", about), Tone::Attention),
    };
    let about = Text::strong(number.as_str()).then(" ").then(summary(words, &refusal.details));
    let mut card = Card::titled(title).tone(tone).with(Block::Text(about));
    for block in ask::shown(words, questionnaire, &given) {
        card = card.with(block);
    }
    let again =
        asked_at.filter(|_| !over).map(|when| Block::Note(words.text("debrief.again_at", args! { when: when })));
    let note = if over { "debrief.ask_the_client" } else { "debrief.who_reads" };
    let note = words.text(note, args! { number: refusal.number.0.to_string() });
    // Who asked not to be contacted is not asked either.
    let peace = tx.asked_for_peace(&refusal.details).await?.filter(|_| over);
    let note = peace.is_none().then_some(Block::Note(note));
    Ok(card.with_some(note).with_some(again).with(Block::Buttons(buttons(words, refusal, count, of, over))))
}

/// What its rep can do about a debrief that is asked for.
pub(in crate::flows) async fn to_answer(tx: &mut Tx, words: Words<'_>, refusal: &Refusal) -> Result<Vec<Button>> {
    let given = tx.given(refusal.number, Inquiry::Debrief).await?;
    let (count, of) = words.questionnaires().debrief.progress(&given);
    Ok(buttons(words, refusal, count, of, count == of))
}

/// The same among other things to be done.
pub(in crate::flows) fn in_short(words: Words<'_>, number: RefusalNumber) -> Vec<Button> {
    let button = |learn: Learn, key: &str| Button::new(Act::Learn(learn).action(), words.line(key, args! {}));
    vec![button(Learn::AllQuestions(number), "button.debrief"), button(Learn::Later(number), "button.later")]
}

fn buttons(words: Words<'_>, refusal: &Refusal, count: usize, of: usize, over: bool) -> Vec<Button> {
    let number = refusal.number;
    let button = |learn: Learn, key: &str| Button::new(Act::Learn(learn).action(), words.line(key, args! {}));
    let all = Learn::AllQuestions(number);
    if over {
        let more = (count < of).then(|| button(Learn::NextQuestion(number), "button.next_question"));
        return std::iter::once(button(all, "button.change_answer")).chain(more).collect();
    }
    if count == 0 {
        return vec![
            button(all, "button.answer").look(Look::Primary),
            button(Learn::NextQuestion(number), "button.one_by_one"),
            button(Learn::Later(number), "button.later"),
        ];
    }
    vec![
        button(Learn::NextQuestion(number), "button.next_question").look(Look::Primary),
        button(all, "button.all_questions"),
        button(Learn::Later(number), "button.later"),
        button(Learn::ThatIsAll(number), "button.that_is_all"),
    ]
}

/// What the rep said, for somebody who may read it.
pub(in crate::flows) async fn shown(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    refusal: &Refusal,
) -> Result<Vec<Block>> {
    if !refusal.shows_debrief_to(reader) {
        return Ok(Vec::new());
    }
    let given = tx.given(refusal.number, Inquiry::Debrief).await?;
    let mut blocks = ask::shown(words, &words.questionnaires().debrief, &given);
    if !blocks.is_empty() {
        let rep = tx.person(refusal.logged_by).await?;
        blocks.insert(0, Block::Note(words.text("debrief.by", args! { name: rep.name.as_str() })));
    }
    Ok(blocks)
}

/// The button to a debrief that this person still owes, on the refusal's card.
pub(in crate::flows) async fn asks(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    refusal: &Refusal,
) -> Result<Option<Button>> {
    let task = tx.task_beside(refusal.number, TaskKind::Debrief).await?;
    let theirs = task.is_some_and(|task| task.person == reader.id) && refusal.may_debrief(reader).is_ok();
    let act = Act::Learn(Learn::Debrief(refusal.number));
    Ok(theirs.then(|| Button::new(act.action(), words.line("button.debrief", args! {}))))
}
