//! A client that is never to be called again.
//!
//! Starts: *Close for good*; a refusal turns out to be of somebody who asked not to be contacted. Acts: its owner, or
//! whoever leads the team. Ends: closed, and so is whatever else there is with whoever asked, whosever it is.
//!
//! ```text
//! close -+-> they ceased trading
//!        |-> the account asked not to be contacted -> its refusals that are open
//!        '-> only its contact asked                -> those of them that are of this contact
//! ```

use super::decide::{decision, save};
use super::refusal::{denied_text, load};
use super::reply::{self, Answers};
use super::{Act, Call, Result, Values, case, letter, tell};
use crate::args;
use crate::chat::{Choice, Kind, Reply, Text};
use crate::domain::{Denied, Details, Peace, Refusal, RefusalNumber, Stage};
use crate::store::Decision;
use crate::words::Words;

/// Why a client is closed for good: it is no more.
const CEASED: &str = "ceased_trading";
/// The account asked not to be contacted.
const ACCOUNT_ASKED: &str = "no_contact";
/// The contact of the refusal did, and nobody else there.
const CONTACT_ASKED: &str = "contact_asked";

/// A refusal as this person would close it; as an error as it stands, if it is at an end.
async fn closed(call: &mut Call<'_>, number: RefusalNumber) -> Result<Result<Refusal, Refusal>> {
    let refusal = load(call, number).await?;
    match refusal.clone().close(&call.by) {
        Ok(closed) => Ok(Ok(closed)),
        Err(Denied::NotYours) => tell(denied_text(call, Denied::NotYours)),
        Err(_) => Ok(Err(refusal)),
    }
}

/// Why this client may be closed for good: that only its contact asked, where one is known.
fn whys(details: &Details) -> impl Iterator<Item = &'static str> {
    let contact = details.contact.is_some().then_some(CONTACT_ASKED);
    [CEASED, ACCOUNT_ASKED].into_iter().chain(contact)
}

/// The form to close for good.
pub(super) async fn form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let details = match closed(call, number).await? {
        Ok(closed) => closed.details,
        Err(stands) => return case::stands(call, &stands).await,
    };
    let words = call.words;
    let contact = details.contact.as_deref().unwrap_or_default();
    let why = |id: &str| {
        let label = words.line(&format!("close_form.{id}"), args! { contact: contact });
        Choice::new(id, Choice::fitting(&label))
    };
    let fields = vec![
        reply::field(words, "close_form", "why", Kind::Choice(whys(&details).map(why).collect())),
        reply::field(words, "close_form", "said_by", Kind::Line { max: 200 }),
    ];
    Ok(Reply::Ask(reply::form(words, Act::Close(number), "close_form.title", "button.save", fields)))
}

/// "Close for good".
pub(super) async fn close(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let closed = match closed(call, number).await? {
        Ok(closed) => closed,
        Err(stands) => return case::stands(call, &stands).await,
    };
    let mut answers = Answers::new(call, "close_form", values);
    let why = answers.text("why").filter(|why| whys(&closed.details).any(|one| one == why));
    let said_by = answers.text("said_by");
    answers.must("why", why.is_some());
    answers.must("said_by", said_by.is_some());
    answers.end()?;
    let (Some(why), Some(said_by)) = (why, said_by) else { return reply::incomplete() };
    if why != CEASED {
        let contact = closed.details.contact.clone().filter(|_| why == CONTACT_ASKED);
        let peace = Peace { account: closed.details.account.clone(), contact, said_by };
        leave_in_peace(call, &peace).await?;
        return case::stands(call, &closed).await;
    }
    let said = [("why", why), ("said_by", said_by)].map(|(key, said)| (key.to_owned(), said));
    is_ended(call, &closed, said.into()).await?;
    case::stands(call, &closed).await
}

/// Remembers who asked not to be contacted, and ends everything there is with them, whosever it is.
async fn leave_in_peace(call: &mut Call<'_>, peace: &Peace) -> Result<()> {
    call.tx.do_not_contact(peace, call.by.id, call.now).await?;
    for open in call.tx.open_refusals_of(&peace.account).await? {
        if peace.holds_for(&open.details)
            && let Ok(ended) = open.leave_in_peace()
        {
            is_ended(call, &ended, said(peace)).await?;
        }
    }
    Ok(())
}

/// What stands with the end of a refusal whose client asked.
fn said(peace: &Peace) -> Vec<(String, String)> {
    let said = [("why", ACCOUNT_ASKED), ("asked", peace.who()), ("said_by", &peace.said_by)];
    said.map(|(key, said)| (key.to_owned(), said.to_owned())).into()
}

async fn is_ended(call: &mut Call<'_>, ended: &Refusal, said: Vec<(String, String)>) -> Result<()> {
    save(call, ended).await?;
    let decision = Decision { call: said, ..decision(call, ended, Stage::Closed) };
    call.tx.decided(&decision).await?;
    call.tx.done_with(ended.number, call.now).await?;
    letter::ends(call, ended.number).await?;
    case::changed(call, ended.number).await
}

/// A refusal turned out to be of another client: in hand, it ends if that one asked not to be contacted; then who did.
/// What waits for its head the head ends, as any new one of that client.
pub(super) async fn ends_in_peace(call: &mut Call<'_>, refusal: &Refusal) -> Result<Option<Peace>> {
    let Some(peace) = call.tx.asked_for_peace(&refusal.details).await? else { return Ok(None) };
    letter::ends(call, refusal.number).await?;
    if refusal.stage.awaits_head() {
        case::changed(call, refusal.number).await?;
        return Ok(None);
    }
    let Ok(ended) = refusal.clone().leave_in_peace() else { return Ok(None) };
    is_ended(call, &ended, said(&peace)).await?;
    Ok(Some(peace))
}

/// Nothing is planned for a client that asked not to be contacted, and nobody is sent to them.
///
/// # Errors
/// In words when they did: nothing of this transaction is kept.
pub(super) async fn not_in_peace(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    // Who may close it is told so.
    let key = if refusal.clone().close(&call.by).is_ok() { "denied.no_contact" } else { "peace.asked" };
    match call.tx.asked_for_peace(&refusal.details).await? {
        Some(peace) => tell(says(call.words, key, &peace)),
        None => Ok(()),
    }
}

/// Who asked not to be contacted, and who said so, in one of the sentences that tell it.
pub(super) fn says(words: Words<'_>, key: &str, peace: &Peace) -> Text {
    words.text(key, args! { who: peace.who(), said_by: peace.said_by.as_str() })
}
