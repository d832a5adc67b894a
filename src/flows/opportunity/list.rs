//! The opportunities somebody has, or their team; and one of them, by what it is called.
//!
//! Starts: `/deal`, `/deal team`, `/deal check Delta`. Acts: nobody. Ends: any of them opens from the list.

use chrono::{DateTime, Utc};

use super::{DealAct, card};
use crate::args;
use crate::chat::{Block, Button, Card, Choice, Look, Pick, Reply, Text, Tone};
use crate::domain::{Opportunity, OpportunityNumber, Person, Role, TeamId, account_key, fold};
use crate::flows::{Act, Call, Result, amount, tell};
use crate::store::{DealsOf, Tx};
use crate::words::Words;

/// How many are listed.
const LISTED: i64 = 10;
/// Among how many one is searched by the beginning of its name.
const SEARCHED: i64 = 200;
/// The most suggestions (Discord's autocomplete takes 25).
const MOST: usize = 25;

/// `/deal`: mine, the longest untouched first.
pub(super) async fn mine(call: &mut Call<'_>) -> Result {
    if call.by.role == Role::Observer {
        return tell(call.words.text("opportunity.observers", args! {}));
    }
    list(call, &[DealsOf::Owner(call.by.id)], "deals.mine").await
}

/// `/deal team`: those of the teams whoever asks leads.
pub(super) async fn team(call: &mut Call<'_>) -> Result {
    let teams = led(call.tx, &call.by).await?;
    if teams.is_empty() {
        return tell(call.words.text("deals.not_head", args! {}));
    }
    let of: Vec<DealsOf> = teams.into_iter().map(DealsOf::Team).collect();
    list(call, &of, "deals.team").await
}

/// The teams somebody leads.
async fn led(tx: &mut Tx, by: &Person) -> Result<Vec<TeamId>> {
    let mut teams = if by.role == Role::Admin { tx.teams().await? } else { vec![by.team.id] };
    teams.extend(by.stands_in.iter().filter_map(|one| one.leads));
    teams.retain(|team| by.leads(*team));
    teams.sort_unstable();
    teams.dedup();
    Ok(teams)
}

async fn list(call: &mut Call<'_>, of: &[DealsOf], title: &str) -> Result {
    let (mut deals, mut count) = (Vec::new(), 0);
    for of in of {
        deals.extend(call.tx.opportunities_of(*of, LISTED).await?);
        count += call.tx.count_opportunities(*of).await?;
    }
    deals.sort_by_key(|it| (it.touched_at, it.number));
    deals.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
    let words = call.words;
    let track = Button::new(Act::Deal(DealAct::Track).action(), words.line("button.deal_track", args! {}));
    if deals.is_empty() {
        let none =
            Card::titled(words.text("deals.none", args! {})).with(Block::Text(words.text("deals.how", args! {})));
        return Ok(Reply::Whisper(none.with(Block::Buttons(vec![track.look(Look::Primary)]))));
    }
    let (reader, now) = (call.by.clone(), call.now);
    let dark = deals.iter().any(|it| it.is_dark(now));
    let mut card = Card::titled(words.text(title, args! { count: count }));
    card = card.tone(if dark { Tone::Attention } else { Tone::Neutral });
    for it in &deals {
        card = card.with(Block::Text(line(call.tx, words, &reader, (it, now)).await?));
    }
    let more = count > i64::try_from(deals.len()).unwrap_or(i64::MAX);
    card = card.with_some(more.then(|| Block::Note(words.text("deals.more", args! {}))));
    Ok(Reply::Whisper(card.with(Block::Pick(pick(words, &deals))).with(Block::Buttons(vec![track]))))
}

/// An opportunity on one line: which, how far, worth what, since when untouched, whose.
async fn line(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    (it, now): (&Opportunity, DateTime<Utc>),
) -> Result<Text> {
    let mut said = vec![words.label("deal_stage", it.stage.as_str())];
    said.extend(it.amount.map(|money| amount(words, money)));
    if it.owner != reader.id {
        said.push(tx.person(it.owner).await?.name);
    }
    let day = words.date(it.touched_at.with_timezone(&reader.time_zone()).date_naive());
    said.push(words.line("deals.touched", args! { date: day }));
    if it.is_dark(now) {
        said.push(words.line("deals.dark", args! {}));
    }
    let name = Text::strong(it.number.to_string()).then(format!(" {}{}", it.account, words.colon()));
    Ok(name.then(said.join(", ")))
}

/// The menu that opens one of several.
fn pick(words: Words<'_>, deals: &[Opportunity]) -> Pick {
    let choice = |it: &Opportunity| {
        let label = format!("{} {}", it.number, it.account);
        Choice::new(it.number.0.to_string(), Choice::fitting(&label))
    };
    let choices = deals.iter().take(MOST).map(choice).collect();
    Pick { action: Act::Deal(DealAct::Open).action(), label: words.line("deals.open", args! {}), choices }
}

/// `/deal check Delta`, `/deal D3`: one of them, by its number or its client's name, whole or its beginning.
pub(super) async fn one(call: &mut Call<'_>, typed: &str) -> Result {
    if let Ok(number) = typed.parse::<OpportunityNumber>() {
        return card::open(call, number).await;
    }
    if typed.is_empty() {
        return mine(call).await;
    }
    let mut found = call.tx.open_opportunities_with(typed, SEARCHED).await?;
    found.retain(|it| it.is_open_to(&call.by));
    if found.is_empty() {
        let key = account_key(typed);
        found = within_sight(call.tx, &call.by).await?;
        found.retain(|it| account_key(&it.account).starts_with(&key));
    }
    match found.as_slice() {
        [] => tell(call.words.text("opportunity.unknown", args! { typed: typed })),
        [only] => card::open(call, only.number).await,
        several => {
            let title = call.words.text("deals.which", args! { typed: typed });
            Ok(Reply::Whisper(Card::titled(title).with(Block::Pick(pick(call.words, several)))))
        }
    }
}

/// What somebody may open: their own, of those they stand in for, of the teams they lead.
async fn within_sight(tx: &mut Tx, by: &Person) -> Result<Vec<Opportunity>> {
    let mut of = vec![DealsOf::Owner(by.id)];
    of.extend(by.stands_in.iter().map(|one| DealsOf::Owner(one.person)));
    of.extend(led(tx, by).await?.into_iter().map(DealsOf::Team));
    let mut all = Vec::new();
    for of in of {
        all.extend(tx.opportunities_of(of, SEARCHED).await?);
    }
    all.sort_by_key(|it| it.number);
    all.dedup_by_key(|it| it.number);
    all.retain(|it| it.is_open_to(by));
    Ok(all)
}

/// Suggestions for somebody who types which one.
pub(in crate::flows) async fn suggest(tx: &mut Tx, by: &Person, typed: &str) -> Result<Vec<Choice>> {
    let typed = fold(typed);
    let label = |it: &Opportunity| format!("{} {}", it.number, it.account);
    let all = within_sight(tx, by).await?;
    let fits = all.iter().filter(|it| fold(&label(it)).contains(&typed));
    Ok(fits.take(MOST).map(|it| Choice::new(it.number.to_string(), Choice::fitting(&label(it)))).collect())
}
