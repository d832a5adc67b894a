//! The message in the channel: the headline, the picture, and a button.

use super::Week;
use crate::args;
use crate::chat::{Block, Button, Card, Look};
use crate::domain::Period;
use crate::flows::figures::{self, Asked, People, Shown};
use crate::flows::{Act, Result, Shared, lead};
use crate::store::Tx;
use crate::words::Words;

/// The card.
pub(super) async fn card(tx: &mut Tx, shared: &Shared, week: &Week) -> Result<Card> {
    let words = week.words(shared);
    let shown = shown(week);
    if week.figures.total.refusals == 0 {
        let when = figures::when(words, Period::These(week.digest.days));
        let title = words.text("digest.empty", args! { when: when });
        let mut card = Card::titled(title);
        // It has no thread that could tell of them.
        for told in lead::of_week(tx, words, &week.team, week.digest.days).await? {
            card = card.with(Block::Text(told));
        }
        let card = card.with(Block::Note(words.text("digest.empty_next", args! {})));
        return notes(tx, words, week, card).await;
    }
    let title = if week.digest.days.count() == 7 {
        let refusals = words.counted("refusals", week.figures.total.refusals);
        words.text("digest.title", args! { refusals: refusals, days: words.days(week.digest.days) })
    } else {
        shown.title(words)
    };
    let mut card = Card::titled(title).with(Block::Text(shown.headline(words)));
    card = card.with_some(shown.picture(words));
    card = notes(tx, words, week, card).await?;
    let label = words.line("digest.agenda", args! {});
    let button = Button::new(Act::Agenda(week.team.id.0, week.at.timestamp()).action(), label).look(Look::Primary);
    Ok(card.with(Block::Buttons(vec![button])))
}

/// What is to be known of its days.
async fn notes(tx: &mut Tx, words: Words<'_>, week: &Week, card: Card) -> Result<Card> {
    let mut card = card;
    if week.folded {
        card = card.with(Block::Note(words.text("digest.folded", args! {})));
    }
    let late = tx.logged_late(week.team.id, week.span(), week.digest.days.from).await?;
    if late > 0 {
        card = card.with(Block::Note(words.text("digest.late", args! { count: late })));
    }
    Ok(card)
}

/// Its table, by product and reason: nobody's name.
pub(super) fn shown(week: &Week) -> Shown<'_> {
    let asked = Asked { period: Period::These(week.digest.days), view: crate::domain::View::ProductReason };
    Shown { asked, figures: &week.figures, names: &week.names, people: People::Nobody, teams: 1 }
}
