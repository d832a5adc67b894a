//! Logging a refusal.
//!
//! Starts: `/refusal`, with or without a line; the shortcut on a message; the button "Log a refusal".
//! Acts: the rep. Ends: stored under a number, the head is told ([`super::head`]).
//!
//! ```text
//! line -+-> everything understood ---------------------+-> same account lately? -> ask -+-> new  -> stored
//!       '-> something is missing -> form (all kept) ---'                                '-> same -> the earlier one
//! stored -> undo (10 minutes) | edit | add detail
//! ```

mod card;
mod form;
mod typed;

pub(super) use card::{facts, quote, reason_label, summary, title};
pub(super) use form::VERBATIM;
pub(super) use typed::{NAME, amount_fault, amount_says, outcome_of, read_day, typed_amount};

use super::{Act, Call, Result, Values, case, close, deal, debrief, head, letter, question, refusing, similar, tell};
use crate::args;
use crate::chat::{Block, Button, Card, Command, Form, Look, Reply, Tone};
use crate::domain::{Change, Denied, Details, LeadDetails, Money, Refusal, RefusalNumber, SAME_ACCOUNT, account_key};
use crate::store::Pending;
use typed::Typed;

/// Whether the command says nothing, so that it only opens the form.
pub(super) fn is_bare(command: &Command) -> bool {
    command.text.trim().is_empty() && command.options.is_empty()
}

/// `/refusal`, with whatever follows it.
pub(super) async fn log_line(call: &mut Call<'_>, command: &Command) -> Result {
    if is_bare(command) {
        return empty_form(call).await;
    }
    let typed = Typed::from_command(call, command).await?;
    match typed.details(call) {
        Some(details) => store_unless_same(call, details).await,
        None => Ok(Reply::Ask(form::log(call, &typed).await?)),
    }
}

/// The empty form.
pub(super) async fn empty_form(call: &mut Call<'_>) -> Result {
    Ok(Reply::Ask(form::log(call, &Typed::default()).await?))
}

/// The form with a message's text as the client's words.
pub(super) async fn from_message(call: &mut Call<'_>, text: &str) -> Result {
    let text = text.trim();
    let typed = Typed { verbatim: (!text.is_empty()).then(|| text.to_owned()), ..Typed::default() };
    Ok(Reply::Ask(form::log(call, &typed).await?))
}

/// The form to log the second no of a client.
pub(super) async fn again_form(call: &mut Call<'_>, first: &Refusal) -> Result<Form> {
    form::again(call, first).await
}

/// Logs the second no of a client, with what the form does not ask: who said no there, in which part of the market, and
/// where they came from. The head hears of it as of any refusal.
///
/// # Errors
/// What is wrong with the form.
pub(super) async fn log_again(call: &mut Call<'_>, first: &Refusal, values: &Values) -> Result<Refusal> {
    let mut details = form::read_log(call, values, None).await?;
    if account_key(&details.account) == account_key(&first.details.account) {
        let Details { contact, contact_role, segment, source, .. } = first.details.clone();
        details = Details { contact, contact_role, segment, source, ..details };
    }
    store(call, details, Some(first)).await
}

/// The form of the refusal a lead becomes; `silent`: because nobody ever answered.
pub(super) async fn lead_form(call: &mut Call<'_>, act: Act, lead: &LeadDetails, silent: bool) -> Result<Form> {
    form::of_lead(call, act, lead, silent).await
}

/// The form of the refusal an opportunity becomes: the client and what it was worth.
pub(super) async fn deal_form(call: &mut Call<'_>, act: Act, known: (&str, Option<Money>)) -> Result<Form> {
    form::of_deal(call, act, known).await
}

/// Logs the refusal a lead became, with what the form does not ask: who said no, and where they came from.
///
/// # Errors
/// What is wrong with the form.
pub(super) async fn log_lead(call: &mut Call<'_>, lead: &LeadDetails, values: &Values) -> Result<Refusal> {
    let details = form::read_log(call, values, None).await?;
    let details = Details {
        contact: details.contact.or_else(|| lead.contact.clone()),
        source: details.source.or(lead.source),
        ..details
    };
    store(call, details, None).await
}

/// What its rep reads once a refusal is stored.
pub(super) async fn is_stored(call: &mut Call<'_>, refusal: &Refusal) -> Result {
    Ok(Reply::Whisper(stored(call, refusal).await?))
}

/// The filled form.
pub(super) async fn log_form(call: &mut Call<'_>, values: &Values) -> Result {
    let details = form::read_log(call, values, None).await?;
    store_unless_same(call, details).await
}

/// Stores a refusal, unless the same account was refused lately: then it waits for "is it the same one?".
async fn store_unless_same(call: &mut Call<'_>, details: Details) -> Result {
    let since = call.now - SAME_ACCOUNT;
    let Some(earlier) = call.tx.latest_refusal_of(&details.account, since).await? else {
        let refusal = store(call, details, None).await?;
        return Ok(Reply::Whisper(stored(call, &refusal).await?));
    };
    let pending = Pending { person: call.by.id, earlier: earlier.number, details, became: None };
    let id = call.tx.keep_pending(&pending, call.now).await?;
    Ok(Reply::Whisper(is_it_the_same(call, id, &pending, &earlier)))
}

fn is_it_the_same(call: &Call<'_>, id: i64, pending: &Pending, earlier: &Refusal) -> Card {
    let words = call.words;
    let number = earlier.number.to_string();
    let day = words.date(earlier.logged_at.with_timezone(&call.by.time_zone()).date_naive());
    let account = pending.details.account.as_str();
    let title = words.text("same.title", args! { account: account, date: day.as_str() });
    // Somebody else's refusal is only a date here: what is in it is not this person's to read.
    let earlier_line = earlier.is_open_to(&call.by).then(|| {
        let before = words.named(words.line("same.earlier", args! { number: number.as_str() }));
        let now = words.named(words.line("same.now", args! {}));
        Block::Facts(vec![
            (before, summary(words, &earlier.details).into()),
            (now, summary(words, &pending.details).into()),
        ])
    });
    Card::titled(title).tone(Tone::Attention).with_some(earlier_line).with(Block::Buttons(vec![
        Button::new(Act::New(id).action(), words.line("button.new_refusal", args! {})).look(Look::Primary),
        Button::new(Act::Same(id).action(), words.line("button.same_refusal", args! { number: number.as_str() })),
    ]))
}

/// "It is a new one."
pub(super) async fn store_pending(call: &mut Call<'_>, id: i64) -> Result {
    let pending = my_pending(call, id).await?;
    if let Some(number) = pending.became {
        return decided(call, number).await;
    }
    let refusal = store(call, pending.details, None).await?;
    call.tx.decide_pending(id, refusal.number, call.now).await?;
    Ok(Reply::Replace(stored(call, &refusal).await?))
}

/// "It is the same one": what is new in it can be added to the earlier one, by whoever may change that.
pub(super) async fn join_pending(call: &mut Call<'_>, id: i64) -> Result {
    let pending = my_pending(call, id).await?;
    if let Some(number) = pending.became.filter(|number| *number != pending.earlier) {
        return decided(call, number).await;
    }
    let earlier = load(call, pending.earlier).await?;
    if earlier.withdrawn_at.is_some() {
        // Undone meanwhile, the earlier one counts nowhere: the same as that would be none.
        return store_pending(call, id).await;
    }
    call.tx.decide_pending(id, pending.earlier, call.now).await?;
    if earlier.may_edit(&call.by).is_err() {
        return Ok(Reply::Replace(kept_as(call, earlier.number)));
    }
    let merged = merge(earlier.details.clone(), pending.details);
    Ok(Reply::Ask(form::edit(call, earlier.number, &merged).await?))
}

async fn my_pending(call: &mut Call<'_>, id: i64) -> Result<Pending> {
    match call.tx.pending(id).await? {
        Some(pending) if pending.person == call.by.id => Ok(pending),
        _ => tell(call.words.text("denied.not_yours", args! {})),
    }
}

/// What became of a refusal that was asked about, for a press that comes late.
async fn decided(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    match refusal.may_edit(&call.by) {
        Ok(()) => Ok(Reply::Replace(stored(call, &refusal).await?)),
        // The same as somebody else's: what is in that one is not this person's to read.
        Err(Denied::NotYours) => Ok(Reply::Replace(kept_as(call, number))),
        Err(denied) => denied_reply(call, denied),
    }
}

fn kept_as(call: &Call<'_>, number: RefusalNumber) -> Card {
    let number = number.to_string();
    Card::titled(call.words.text("same.kept", args! { number: number.as_str() })).tone(Tone::Good)
}

/// An earlier refusal with what a later one says beside it: nothing stored is replaced.
fn merge(earlier: Details, later: Details) -> Details {
    let verbatim = match (earlier.verbatim, later.verbatim) {
        (Some(first), Some(then)) if !first.contains(&then) => Some(format!("{first}\n{then}")),
        (first, then) => first.or(then),
    };
    let mut products = earlier.products;
    products.extend(later.products.into_iter().filter(|id| !products.contains(id)).collect::<Vec<_>>());
    Details {
        verbatim,
        products,
        budget: earlier.budget.or(later.budget),
        competitor: earlier.competitor.or(later.competitor),
        contact: earlier.contact.or(later.contact),
        contact_role: earlier.contact_role.or(later.contact_role),
        segment: earlier.segment.or(later.segment),
        source: earlier.source.or(later.source),
        contract_until: earlier.contract_until.or(later.contract_until),
        reason: if earlier.reason.broad() == later.reason { earlier.reason } else { later.reason },
        account: earlier.account,
        outcome: later.outcome,
        happened_on: earlier.happened_on,
    }
}

/// Stores a new refusal, the second one of `first` if there is one, and plans to tell the head.
async fn store(call: &mut Call<'_>, details: Details, first: Option<&Refusal>) -> Result<Refusal> {
    let number = call.tx.next_refusal_number().await?;
    let refusal = Refusal::new(number, &call.by, details, call.now);
    let refusal = if let Some(first) = first { refusal.second_of(first) } else { refusal };
    call.tx.add_refusal(&refusal).await?;
    call.tx.audit(Some(number), call.by.id, &Change::of_state("logged"), call.now).await?;
    head::bring(call, &refusal).await?;
    // Who reports for somebody else was not there.
    if refusal.owner == refusal.logged_by {
        debrief::plan(call, &refusal).await?;
    }
    Ok(refusal)
}

/// The card that says what was stored, with what can still be done about it.
async fn stored(call: &mut Call<'_>, refusal: &Refusal) -> Result<Card> {
    let number = refusal.number.to_string();
    let title =
        call.words.text("refusal.stored", args! { number: number.as_str(), account: refusal.details.account.as_str() });
    let products = call.tx.products(call.by.id).await?;
    let words = call.words;
    let mut buttons = vec![
        Button::new(Act::Edit(refusal.number).action(), words.line("button.edit", args! {})),
        Button::new(Act::Detail(refusal.number).action(), words.line("button.detail", args! {})),
        similar::button(words, refusal.number),
    ];
    buttons.extend(letter::offered(call.tx, words, &call.by, refusal).await?);
    let peace = call.tx.asked_for_peace(&refusal.details).await?;
    let undoable = refusal.clone().withdraw(&call.by, call.now).is_ok();
    if undoable {
        buttons.insert(0, Button::new(Act::Undo(refusal.number).action(), words.line("button.undo", args! {})));
    }
    Ok(Card::titled(title)
        .tone(Tone::Good)
        .with(facts(words, &refusal.details, &products))
        .with_some(quote(&refusal.details))
        .with_some(peace.map(|peace| Block::Note(close::says(words, "peace.asked", &peace))))
        .with_some(undoable.then(|| Block::Note(words.text("refusal.undo_until", args! {}))))
        .with(Block::Buttons(buttons)))
}

/// Undoes a refusal.
pub(super) async fn undo(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    let refusal = match refusal.clone().withdraw(&call.by, call.now) {
        Ok(refusal) => refusal,
        Err(Denied::Decided(_)) => return case::stands(call, &refusal).await,
        Err(denied) => return denied_reply(call, denied),
    };
    call.tx.save_refusal(&refusal).await?;
    call.tx.audit(Some(number), call.by.id, &Change::of_state("withdrawn"), call.now).await?;
    debrief::over(call, &refusal).await?;
    letter::ends(call, number).await?;
    question::ends(call, number).await?;
    case::changed(call, number).await?;
    if let Some(first) = refusal.again_of {
        deal::try_on(call, first).await?;
    }
    let (words, number) = (call.words, number.to_string());
    let title =
        words.text("refusal.undone", args! { number: number.as_str(), account: refusal.details.account.as_str() });
    let again = Button::new(Act::Log.action(), words.line("button.log", args! {}));
    Ok(Reply::Replace(Card::titled(title).with(Block::Buttons(vec![again]))))
}

/// The form to change a refusal.
pub(super) async fn edit_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = editable(call, number).await?;
    Ok(Reply::Ask(form::edit(call, number, &refusal.details).await?))
}

/// The changed form.
pub(super) async fn edit(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = editable(call, number).await?;
    let details = form::read_log(call, values, Some(&refusal.details)).await?;
    save_edit(call, refusal, details).await
}

/// The form for what is rarely known at once.
pub(super) async fn detail_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = editable(call, number).await?;
    Ok(Reply::Ask(form::detail(call, number, &refusal.details)))
}

/// The filled detail form.
pub(super) async fn add_detail(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = editable(call, number).await?;
    let details = form::read_detail(call, values, &refusal.details)?;
    save_edit(call, refusal, details).await
}

async fn save_edit(call: &mut Call<'_>, refusal: Refusal, details: Details) -> Result {
    let (number, before) = (refusal.number, refusal.details.client());
    let (refusal, changes) = match refusal.edit(&call.by, details) {
        Ok(edited) => edited,
        Err(denied) => return denied_reply(call, denied),
    };
    if !changes.is_empty() {
        call.tx.save_refusal(&refusal).await?;
        for change in &changes {
            call.tx.audit(Some(number), call.by.id, change, call.now).await?;
        }
        debrief::over(call, &refusal).await?;
        case::changed(call, number).await?;
    }
    let moved = refusal.details.client() != before;
    let peace = if moved { close::ends_in_peace(call, &refusal).await? } else { None };
    let ended = peace.map(|peace| Block::Note(close::says(call.words, "peace.ended", &peace)));
    let refusal = load(call, number).await?;
    Ok(Reply::Replace(stored(call, &refusal).await?.with_some(ended)))
}

async fn editable(call: &mut Call<'_>, number: RefusalNumber) -> Result<Refusal> {
    let refusal = load(call, number).await?;
    match refusal.may_edit(&call.by) {
        Ok(()) => Ok(refusal),
        Err(denied) => tell(denied_text(call, denied)),
    }
}

/// A refusal by its number. One that is not there and one that is not this person's are told apart by nobody.
pub(super) async fn load(call: &mut Call<'_>, number: RefusalNumber) -> Result<Refusal> {
    match call.tx.refusal(number).await? {
        Some(refusal) => Ok(refusal),
        None => tell(call.words.text("denied.not_yours", args! {})),
    }
}

/// What somebody reads who may not do something; a stale card is replaced by what stands.
pub(super) fn denied_reply(call: &Call<'_>, denied: Denied) -> Result {
    let text = denied_text(call, denied);
    match denied {
        Denied::NotYours => tell(text),
        Denied::TooLate => Ok(Reply::Whisper(refusing(text))),
        Denied::Withdrawn | Denied::AlreadySeen(..) | Denied::Decided(_) => Ok(Reply::Replace(refusing(text))),
    }
}

pub(super) fn denied_text(call: &Call<'_>, denied: Denied) -> crate::chat::Text {
    let key = match denied {
        Denied::Decided(stage) => {
            let stage = call.words.label("stage", stage.as_str());
            return call.words.text("denied.decided", args! { stage: stage });
        }
        Denied::NotYours => "denied.not_yours",
        Denied::TooLate => "denied.too_late",
        Denied::Withdrawn => "denied.withdrawn",
        Denied::AlreadySeen(..) => "denied.already_seen",
    };
    call.words.text(key, args! {})
}
