//! What was learned from the refusals of twelve weeks: reps said how it went, some clients were asked, some who went
//! silent were written to.

use anyhow::anyhow;
use chrono::{DateTime, Days, TimeDelta, Utc};

use super::dice::Dice;
use crate::domain::{Change, Given, Person, Refusal, RefusalNumber, Stage};
use crate::flows::{Notice, POST};
use crate::store::{Answered, Inquiry, NewJob, Task, TaskKind, Tx};

/// How soon after logging reps answer.
const ASKED_IN: TimeDelta = TimeDelta::minutes(40);
/// How soon after logging a client is asked, if one is.
const REVIEWED_IN: TimeDelta = TimeDelta::days(6);
/// How soon after logging a letter goes to who is silent.
const WRITTEN_IN: TimeDelta = TimeDelta::days(3);
/// When it is asked whether they answered.
const ANSWERED_IN: Days = Days::new(14);

/// How it ended, what went well and short, what to do differently: as reps of each language say it.
const DEBRIEFS: [(&str, [[&str; 3]; 4]); 3] = [
    (
        "en",
        [
            [
                "A short call: the other offer was signed.",
                "The demo convinced them; the offer came late.",
                "Send the offer the same week.",
            ],
            [
                "An e-mail, two lines.",
                "Good contact with the users, none with the board.",
                "Meet who signs before the demo.",
            ],
            [
                "They told me in their office, kindly.",
                "They trusted us. Our delivery date did not suit.",
                "Ask for the date they need first.",
            ],
            [
                "Their buyer rang on Friday evening.",
                "Quick answers. We never showed the return.",
                "Bring a reference of their trade.",
            ],
        ],
    ),
    (
        "fr",
        [
            [
                "Un appel court : l'autre offre était signée.",
                "La démo a plu ; l'offre est venue tard.",
                "Envoyer l'offre dans la semaine.",
            ],
            [
                "Un courriel de deux lignes.",
                "De bons échanges avec les utilisateurs, aucun avec la direction.",
                "Voir qui signe avant la démo.",
            ],
            [
                "En rendez-vous, avec gentillesse.",
                "Ils nous faisaient confiance. Notre délai n'allait pas.",
                "Demander d'abord leur date.",
            ],
            [
                "Leur acheteuse a appelé vendredi soir.",
                "Des réponses rapides. Nous n'avons pas montré le retour.",
                "Apporter une référence de leur métier.",
            ],
        ],
    ),
    (
        "ro",
        [
            [
                "Un telefon scurt: semnaseră cealaltă ofertă.",
                "Demonstrația i-a convins; oferta a venit târziu.",
                "Să trimit oferta în aceeași săptămână.",
            ],
            [
                "Un e-mail de două rânduri.",
                "Legătură bună cu utilizatorii, niciuna cu conducerea.",
                "Să-l văd pe cel care semnează înainte de demonstrație.",
            ],
            [
                "Mi-au spus la ei la birou, frumos.",
                "Aveau încredere. Termenul nostru nu le convenea.",
                "Să întreb întâi de ce dată au nevoie.",
            ],
            [
                "A sunat vineri seara cineva de la achiziții.",
                "Răspunsuri rapide. N-am arătat ce câștigă.",
                "Să aduc o referință din domeniul lor.",
            ],
        ],
    ),
];

/// What clients say when they are asked: why, what we did well, the one thing; and the reason they mean.
const REVIEWS: [([&str; 3], &str); 4] = [
    (
        ["You answered after three weeks; we had moved on.", "The first meeting.", "Answer within a day."],
        "relationship/slow_reply",
    ),
    (
        [
            "We did not see what it would bring us.",
            "Patience with our questions.",
            "Show the return in our own figures.",
        ],
        "price/value_unproven",
    ),
    (
        ["Our people feared the change.", "The training plan.", "Let two of us try it for a month."],
        "indecision/fears_the_outcome",
    ),
    (
        ["It does not speak with our accounting.", "An honest answer about that.", "Build the connection."],
        "technical/integration",
    ),
];

/// What a client answered to the letter.
const REPLIES: [&str; 2] =
    ["Sorry for the silence: the project was stopped in the summer.", "You did nothing wrong. Our director left."];

/// Lets people learn from a refusal that is stored and decided, as they would have by now.
///
/// # Errors
/// When the database does not take it.
pub(super) async fn learn(
    tx: &mut Tx,
    number: RefusalNumber,
    (rep, head): (&Person, &Person),
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let Some(refusal) = tx.refusal(number).await? else { return Ok(()) };
    let (debriefed, reviewed, written) = (dice.percent(62), dice.percent(9), dice.percent(55));
    let asked = rep.reachable_at(refusal.logged_at + ASKED_IN);
    if debriefed && asked < now {
        debrief(tx, &refusal, rep, asked, dice).await?;
    }
    let called = head.reachable_at(refusal.logged_at + REVIEWED_IN);
    // Nobody asks who is no more, or asked not to be contacted.
    if reviewed && refusal.stage != Stage::Closed && called + TimeDelta::days(1) < now {
        review(tx, &refusal, (rep, head), called, dice).await?;
    }
    let sent = rep.reachable_at(refusal.logged_at + WRITTEN_IN);
    if written && refusal.is_silent() && sent < now {
        letter(tx, &refusal, rep, (sent, now), dice).await?;
    }
    Ok(())
}

async fn debrief(
    tx: &mut Tx,
    refusal: &Refusal,
    rep: &Person,
    at: DateTime<Utc>,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let spoken = DEBRIEFS.iter().find(|(language, _)| *language == rep.language()).unwrap_or(&DEBRIEFS[0]);
    let [ended, well_and_short, again] = *dice.pick(&spoken.1);
    let mut given = vec![("ended", ended.to_owned()), ("well_and_short", well_and_short.to_owned())];
    given.push(("again", again.to_owned()));
    given.extend(refusal.details.verbatim.clone().map(|said| ("why", said)));
    if dice.percent(40) {
        let day = at.date_naive() + Days::new(120);
        given.push(("again_on", day.to_string()));
    }
    answer(tx, refusal, Inquiry::Debrief, (rep, at), given).await
}

async fn review(
    tx: &mut Tx,
    refusal: &Refusal,
    (rep, head): (&Person, &Person),
    at: DateTime<Utc>,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let ([decision, did_well, one_thing], reason) = *dice.pick(&REVIEWS);
    // Half of those who are asked say what their rep wrote.
    let reason = if dice.percent(50) { refusal.details.reason.as_str() } else { reason };
    let given = vec![
        ("decision", decision.to_owned()),
        ("did_well", did_well.to_owned()),
        ("one_thing", one_thing.to_owned()),
        ("client_reason", reason.to_owned()),
    ];
    answer(tx, refusal, Inquiry::Review, (rep, at), given).await?;
    let reason = reason.parse().map_err(|_| anyhow!("a sample reason is none: {reason}"))?;
    tx.client_says(refusal.number, &reason).await?;
    let refusal = Refusal { client_reason: Some(reason.clone()), ..refusal.clone() };
    if refusal.reasons_differ() {
        let id = tx.differs(refusal.number, &reason, rep.id, at).await?;
        let client_is_right = dice.percent(70);
        let ruled_at = head.reachable_at(at + TimeDelta::hours(2));
        tx.rule(id, client_is_right, head.id, ruled_at).await?;
        let holds = if client_is_right { reason } else { refusal.details.reason.clone() };
        let change = Change { what: "head_reason", was: None, is_now: Some(holds.as_str().to_owned()) };
        let settled = refusal.settle_reason(head, holds).map_err(|denied| anyhow!("a sample step: {denied:?}"))?;
        tx.save_refusal(&settled).await?;
        tx.audit(Some(settled.number), head.id, &change, ruled_at).await?;
    }
    Ok(())
}

async fn letter(
    tx: &mut Tx,
    refusal: &Refusal,
    rep: &Person,
    (sent, now): (DateTime<Utc>, DateTime<Utc>),
    dice: &mut Dice,
) -> anyhow::Result<()> {
    answer(tx, refusal, Inquiry::Letter, (rep, sent), vec![("sent", rep.team.language.clone())]).await?;
    let day = sent.with_timezone(&rep.time_zone()).date_naive();
    let due = rep.batch_on(day.checked_add_days(ANSWERED_IN).unwrap_or(day));
    if due < now {
        let replied = dice.percent(35).then(|| ("reply", (*dice.pick(&REPLIES)).to_owned()));
        let said = replied.unwrap_or(("silent", "silent".to_owned()));
        return answer(tx, refusal, Inquiry::Letter, (rep, due + TimeDelta::hours(1)), vec![said]).await;
    }
    tx.hand(&Task::new(refusal.number, TaskKind::Letter, rep.id, due), now).await?;
    let today = Notice::Today(rep.id.0, due);
    let job = NewJob { kind: POST, occurrence: today.key(), payload: serde_json::to_string(&today)?, run_at: due };
    Ok(tx.plan(&job, now).await?)
}

async fn answer(
    tx: &mut Tx,
    refusal: &Refusal,
    inquiry: Inquiry,
    (by, at): (&Person, DateTime<Utc>),
    given: Vec<(&str, String)>,
) -> anyhow::Result<()> {
    let whom = refusal.details.contact.clone().unwrap_or_else(|| refusal.details.account.clone());
    let of_client = inquiry == Inquiry::Review;
    let said = Answered {
        refusal: refusal.number,
        inquiry,
        version: 1,
        decision: None,
        said_by: by.id,
        from_whom: of_client.then_some(whom),
        heard_on: of_client.then(|| at.with_timezone(&by.time_zone()).date_naive()),
        given: given.into_iter().map(|(question, said)| (question.to_owned(), said)).collect::<Given>(),
    };
    Ok(tx.answered(&said, at).await?)
}
