//! A refusal in front of the head of sales.
//!
//! Starts: a refusal is stored. Acts: the head of its team; the rep when asked. Ends: decided ([`super::decide`]).
//!
//! ```text
//! stored -> card, at once in working hours      -+-> Seen
//!       '-> `arrivals`, once a day, if it is small -+-> Ask the rep -> `question`
//! ```

use chrono::{DateTime, Utc};

use super::notice::{self, Notice};
use super::refusal::{denied_reply, denied_text, facts, load, quote, title};
use super::today::TO_DECIDE;
use super::{
    Act, Call, Result, Shared, arrivals, away, case, close, hands, letter, reminders, review, similar, small, tell,
    when, words_for,
};
use crate::args;
use crate::chat::{Block, Button, Card, Look, Reply, Tone};
use crate::domain::{Change, Choices, Denied, Person, Refusal, RefusalNumber, Rhythm, Stage, TeamId};
use crate::store::{Question, Tx};
use crate::words::Words;

/// Plans how a new refusal reaches the head, unless it is so small that it validates itself.
pub(super) async fn bring(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    if small::waits(call, refusal).await? { Ok(()) } else { bring_to_head(call, refusal).await }
}

/// Plans how a refusal reaches the head: by itself, or with the other small ones of the day.
pub(super) async fn bring_to_head(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    let Some(head) = call.tx.responsible_for(refusal.team, call.now).await? else { return Ok(()) };
    plan_late(call, refusal.team, &head).await?;
    if head.id == call.by.id {
        // Who logged it has just seen it.
        call.tx.advance_refusal(refusal.number, Stage::Logged, Stage::WithHead).await?;
        return Ok(());
    }
    if !comes_by_itself(call.shared, refusal) {
        let at = head.next_batch(call.now);
        return arrivals::wait(call.tx, call.shared, (refusal, &head), at, call.now).await;
    }
    let notice = Notice::Refusal(refusal.number.0);
    call.tx.tell_in(refusal.number, &notice.key()).await?;
    notice::plan(call.tx, call.shared, &notice, head.reachable_at(call.now), call.now).await
}

/// Plans the message of the day in which a refusal will have waited too long.
async fn plan_late(call: &mut Call<'_>, team: TeamId, head: &Person) -> Result<()> {
    let late = head.batch_after_days(TO_DECIDE, call.now);
    notice::plan(call.tx, call.shared, &Notice::Today(head.id.0, late), late, call.now).await?;
    if head.rhythm() == Rhythm::Weekly {
        // The admin hears in time all the same.
        let choices = Choices { rhythm: Some(Rhythm::Daily), ..head.choices.clone() };
        let late = Person { choices, ..head.clone() }.batch_after_days(TO_DECIDE, call.now);
        reminders::escalates_at(call.tx, call.shared, head, late, call.now).await?;
    }
    match call.tx.head_of(team).await? {
        // Who is away hears of it when they are back.
        Some(own) if own.id != head.id => {
            let late = own.batch_after_days(TO_DECIDE, call.now);
            notice::plan(call.tx, call.shared, &Notice::Today(own.id.0, late), late, call.now).await
        }
        _ => Ok(()),
    }
}

/// Whether a refusal is large enough to come at once. One without a known budget is small; one in another currency
/// than the threshold cannot be compared, and comes.
fn comes_by_itself(shared: &Shared, refusal: &Refusal) -> bool {
    match (shared.rules.head_card_above, refusal.details.budget) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(least), Some(budget)) => budget.currency != least.currency || budget.minor >= least.minor,
    }
}

/// A refusal changed: what was said about it is drawn again, and one that grew past the threshold comes by itself.
pub(super) async fn changed(call: &mut Call<'_>, number: RefusalNumber) -> Result<()> {
    reminders::changed(call, number).await?;
    let Some(key) = call.tx.told_in(number).await? else { return Ok(()) };
    let Some(refusal) = call.tx.refusal(number).await? else { return Ok(()) };
    if small::still_waits(call, &refusal, &key).await? {
        return Ok(());
    }
    let card = Notice::Refusal(number.0);
    if key != card.key() {
        let posted = call.tx.message(&key).await?.is_some_and(|message| message.message.is_some());
        // One that came with others because it would have been one too many stays with them.
        let joined = call.tx.was_planned(notice::POST, &card.key()).await?;
        if !posted && !joined && comes_by_itself(call.shared, &refusal) && refusal.withdrawn_at.is_none() {
            return bring_to_head(call, &refusal).await;
        }
    }
    notice::refresh(call.tx, &Notice::named(&key).unwrap_or(card), call.now).await
}

/// The card of a refusal for the head.
pub(super) async fn draw_refusal(
    tx: &mut Tx,
    shared: &Shared,
    number: RefusalNumber,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let Some(refusal) = tx.refusal(number).await? else { return Ok(None) };
    let key = Notice::Refusal(number.0).key();
    let Some(head) = away::reader(tx, &key, refusal.team, now).await? else { return Ok(None) };
    let over = refusal.withdrawn_at.is_some() || !refusal.stage.awaits_head();
    if over && tx.message(&key).await?.is_none_or(|message| message.message.is_none()) {
        return Ok(None);
    }
    let card = card(tx, shared, &head, &refusal).await?;
    Ok(Some((head, card)))
}

/// The card of a refusal for somebody who leads its team.
pub(super) async fn card(tx: &mut Tx, shared: &Shared, head: &Person, refusal: &Refusal) -> Result<Card> {
    let words = words_for(shared, head);
    let (rep, who) = (tx.person(refusal.owner).await?, tx.person(refusal.logged_by).await?);
    let number = refusal.number.to_string();
    if refusal.withdrawn_at.is_some() {
        let title = words.text("head.withdrawn", args! { number: number.as_str(), rep: who.name.as_str() });
        return Ok(Card::titled(title));
    }
    let products = tx.products(rep.id).await?;
    let logged = words.text(
        "head.logged",
        args! { number: number.as_str(), rep: who.name.as_str(), when: when(words, head, refusal.logged_at) },
    );
    let mut card = Card::titled(title(words, &refusal.details))
        .tone(if refusal.seen.is_none() && refusal.stage.awaits_head() { Tone::Attention } else { Tone::Neutral })
        .with(Block::Text(logged))
        .with(facts(words, &refusal.details, &products))
        .with_some(quote(&refusal.details))
        .with_some(similar::of_account(tx, words, head, refusal).await?);
    if refusal.stage.awaits_head() {
        card.blocks.extend(similar::at_hand(tx, shared, head, refusal).await?);
    }
    for question in tx.questions(refusal.number).await? {
        let asked = tx.person(question.asked_of).await?;
        card = with_question(card, words, &asked, &question);
    }
    let decisions = tx.decisions(refusal.number).await?;
    for block in case::history(tx, words, refusal, &decisions).await? {
        card = card.with(block);
    }
    card.blocks.extend(hands::history(tx, words, refusal).await?);
    for block in case::learned(tx, words, head, refusal).await? {
        card = card.with(block);
    }
    let undecided = refusal.stage.awaits_head();
    let peace = tx.asked_for_peace(&refusal.details).await?.filter(|_| undecided);
    let may_decide = undecided && peace.is_none();
    let mut buttons = if may_decide { to_decide(words, refusal.number) } else { Vec::new() };
    // Nothing can be planned for them.
    card = card.with_some(peace.map(|peace| Block::Note(close::says(words, "denied.no_contact", &peace))));
    match refusal.seen {
        Some((by, at)) => {
            let by = tx.person(by).await?;
            let seen = words.text("head.seen", args! { name: by.name.as_str(), when: when(words, head, at) });
            card = card.with(Block::Note(seen));
        }
        None if undecided => {
            buttons.push(Button::new(Act::Seen(refusal.number).action(), words.line("button.seen", args! {})));
        }
        None => {}
    }
    buttons.push(Button::new(Act::Ask(refusal.number).action(), words.line("button.ask", args! {})));
    // Whoever leads the team may also report for a rep who is away or gone.
    buttons.extend(case::buttons(words, refusal));
    if undecided {
        buttons.push(Button::new(Act::Close(refusal.number).action(), words.line("button.close", args! {})));
    }
    if may_decide {
        buttons.push(Button::new(Act::Delegate(refusal.number).action(), words.line("button.delegate", args! {})));
    }
    buttons.extend(letter::offered(tx, words, head, refusal).await?);
    buttons.extend(review::offered(tx, words, head, refusal).await?);
    Ok(card.with(Block::Buttons(buttons)))
}

/// The buttons of whoever decides.
pub(super) fn to_decide(words: Words<'_>, number: RefusalNumber) -> Vec<Button> {
    let revive = Button::new(Act::Revive(number).action(), words.line("button.revive", args! {}));
    let validate = Button::new(Act::Validate(number).action(), words.line("button.validate", args! {}));
    vec![revive.look(Look::Primary), validate]
}

fn with_question(card: Card, words: Words<'_>, rep: &Person, question: &Question) -> Card {
    let card = card
        .with(Block::Text(words.text("head.you_asked", args! { rep: rep.name.as_str() })))
        .with(Block::Quote(question.question.clone()));
    match &question.answer {
        Some(answer) => card
            .with(Block::Text(words.text("head.answered", args! { rep: rep.name.as_str() })))
            .with(Block::Quote(answer.clone())),
        None => card.with(Block::Note(words.text("head.waiting", args! { rep: rep.name.as_str() }))),
    }
}

/// "Seen".
pub(super) async fn see(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    let refusal = match refusal.clone().see(&call.by, call.now) {
        Ok(seen) => {
            mark_seen(call, &seen).await?;
            seen
        }
        // A stale press meets what stands: the card says who saw it, and when.
        Err(Denied::AlreadySeen(..) | Denied::Withdrawn) => refusal,
        Err(denied) => return denied_reply(call, denied),
    };
    let card = card(call.tx, call.shared, &call.by, &refusal).await?;
    Ok(Reply::Replace(card))
}

/// Stores that a refusal was seen.
pub(super) async fn mark_seen(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    call.tx.save_refusal(refusal).await?;
    call.tx.audit(Some(refusal.number), call.by.id, &Change::of_state("seen"), call.now).await?;
    changed(call, refusal.number).await
}

/// One refusal of a list, for the head's eyes.
pub(super) async fn show(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    if !call.by.leads(refusal.team) {
        return tell(denied_text(call, Denied::NotYours));
    }
    Ok(Reply::Whisper(card(call.tx, call.shared, &call.by, &refusal).await?))
}
