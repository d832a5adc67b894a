//! Who may do what: every press and form that somebody makes up is refused to whoever it is not for, by the rule and not
//! by who saw a button, and the refusal to do it tells nothing.

use std::collections::BTreeMap;

use panout::chat::{Account, Action, Event, Press, Reply, Service, Submission};
use rstest::rstest;

use crate::story::{On, Team};

/// What everybody reads who may not, whether there is such a thing or not.
const REFUSED: &str = "This is not yours to open or change. If it should be, ask your head of sales.";

/// A press or a form as an attacker writes it.
#[derive(Clone, Debug)]
struct Forged {
    action: String,
    value: Option<&'static str>,
    /// What a form says; a press has none.
    answers: Option<&'static [(&'static str, &'static str)]>,
}

fn press(action: impl Into<String>) -> Forged {
    Forged { action: action.into(), value: None, answers: None }
}

fn pick(action: &str, value: &'static str) -> Forged {
    Forged { value: Some(value), ..press(action) }
}

fn form(action: impl Into<String>, answers: &'static [(&'static str, &'static str)]) -> Forged {
    Forged { answers: Some(answers), ..press(action) }
}

/// A head of another team beside those of the story; a refusal of Ana's, a question about it, and one of Bogdan's that
/// waits for "is it the same one?".
async fn team(on: On) -> (Team, Ids) {
    let mut setup = crate::story::Setup::default();
    setup.people.push(("Paul", panout::domain::Role::Head));
    let team = Team::start_with(on, setup).await;
    let others =
        "INSERT INTO teams (organisation_id, name, position, language, currency, time_zone, working_hours, channels)
                  SELECT organisation_id, 'Inside', 1, language, currency, time_zone, working_hours, '[]' FROM teams
                  RETURNING id";
    team.rows::<(i64,)>(others).await;
    let moved = "UPDATE people SET team_id = (SELECT MAX(id) FROM teams) WHERE name = 'Paul' RETURNING id";
    team.rows::<(i64,)>(moved).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k price vs Globex \"secret words\"").await;
    elena.presses("Ask the rep").await;
    elena.fills(&[("Your question", "Who decided?")]).await;
    elena.submits().await;
    forges(&team, "Ana", "detail", &form("detail.1", &[("contact", "Maria Pop")])).await;
    bogdan.types("/refusal Acme 1k technical").await;
    // The client says something else than Ana did.
    forges(&team, "Ana", "review", &form("review.1", REVIEW)).await;
    team.idle().await;
    look_away(&team);
    let one = async |sql| team.rows::<(i64,)>(sql).await[0].0;
    let decision = "INSERT INTO meeting_decisions
                        (organisation_id, team_id, what, owner_id, due_on, decided_by, decided_at, say_at, told)
                    SELECT r.organisation_id, r.team_id, 'Secret plan', p.id, r.happened_on, p.id, r.logged_at, NULL, 3
                    FROM refusals r JOIN people p ON p.name = 'Bogdan' WHERE r.number = 1 RETURNING id";
    let export = "INSERT INTO exports (organisation_id, person_id, format, from_day, to_day, asked_at, rows_all)
                  SELECT r.organisation_id, p.id, 'csv', r.happened_on, r.happened_on, r.logged_at, 1
                  FROM refusals r JOIN people p ON p.name = 'Ana' WHERE r.number = 1 RETURNING id";
    let ids = Ids {
        question: one("SELECT MAX(id) FROM questions").await,
        pending: one("SELECT MAX(id) FROM pending_refusals").await,
        elena: one("SELECT id FROM people WHERE name = 'Elena'").await,
        difference: one("SELECT MAX(id) FROM differences").await,
        decision: one(decision).await,
        export: one(export).await,
    };
    (team, ids)
}

struct Ids {
    question: i64,
    pending: i64,
    elena: i64,
    difference: i64,
    /// What a meeting decided that Bogdan is to do.
    decision: i64,
    /// A file that Ana asked for.
    export: i64,
}

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi", "Paul"] {
        team.person(name).screen();
    }
}

/// Does what was made up, as somebody, under an event id; what they read, with what a form would show.
async fn forges(team: &Team, who: &str, id: &str, forged: &Forged) -> String {
    let service = match team.rows::<(String,)>("SELECT account FROM accounts ORDER BY account").await[0].0.as_str() {
        account if account.starts_with("slack:") => Service::Slack,
        account if account.starts_with("discord:") => Service::Discord,
        _ => Service::Local,
    };
    let event = Event {
        id: id.into(),
        who: Account::new(service, team.person(who).id()),
        name: who.into(),
        place: None,
        channel: None,
        language: None,
    };
    let action = Action::new(forged.action.clone()).expect("it can be carried");
    let reply = match forged.answers {
        None => team.app().bot.press(event, Press { action, value: forged.value.map(Into::into) }).await,
        Some(answers) => {
            let values = answers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let submission = Submission { action, values: values.collect::<BTreeMap<_, _>>() };
            match team.app().bot.submit(event, submission).await {
                Ok(reply) => reply,
                Err(faults) => return format!("{faults:?}"),
            }
        }
    };
    match &reply {
        Reply::Whisper(card) if card.blocks.is_empty() => card.title.unstyled(),
        other => format!("{other:?}"),
    }
}

/// Everything an act could change.
async fn state(team: &Team) -> Vec<String> {
    let sql = "SELECT 'refusal ' || number || ' ' || account || ' ' || reason || ' ' || COALESCE(CAST(seen_by AS TEXT), '-') || ' '
                   || COALESCE(CAST(withdrawn_at AS TEXT), '-') FROM refusals
               UNION ALL SELECT 'question ' || id || ' ' || question || ' ' || COALESCE(answer, '-') FROM questions
               UNION ALL SELECT 'stage ' || number || ' ' || stage || ' ' || owner_id FROM refusals
               UNION ALL SELECT 'tasks ' || COUNT(*) FROM tasks
               UNION ALL SELECT 'peace ' || account_key || ' ' || contact_key || ' ' || said_by FROM do_not_contact
               UNION ALL SELECT 'contact ' || number || ' ' || COALESCE(contact, '-') FROM refusals
               UNION ALL SELECT 'answer ' || question || ' ' || answer FROM answers
               UNION ALL SELECT 'client ' || number || ' ' || COALESCE(client_reason, '-') FROM refusals
               UNION ALL SELECT 'difference ' || id || ' ' || COALESCE(ruling, '-') FROM differences
               UNION ALL SELECT 'decisions ' || COUNT(*) FROM decisions
               UNION ALL SELECT 'pending ' || id || ' ' || COALESCE(CAST(became AS TEXT), '-') FROM pending_refusals
               UNION ALL SELECT 'meeting ' || id || ' ' || what || ' ' || CAST(due_on AS TEXT) || ' ' || owner_id || ' '
                   || COALESCE(CAST(done_at AS TEXT), '-') || ' ' || COALESCE(note, '-') FROM meeting_decisions
               UNION ALL SELECT 'exports ' || COUNT(*) FROM exports
               UNION ALL SELECT 'audit ' || COUNT(*) FROM audit
               UNION ALL SELECT 'jobs ' || COUNT(*) FROM jobs
               UNION ALL SELECT 'people ' || COUNT(*) FROM people
               UNION ALL SELECT 'person ' || name || ' ' || role || ' ' || COALESCE(language, '-') FROM people
               ORDER BY 1";
    team.rows::<(String,)>(sql).await.into_iter().map(|(row,)| row).collect()
}

const EDIT: &[(&str, &str)] = &[("account", "Stolen"), ("reason", "technical"), ("outcome", "no_decision")];
const DETAIL: &[(&str, &str)] = &[("contact", "Mallory")];
const QUESTION: &[(&str, &str)] = &[("question", "What is in it?")];
const ANSWER: &[(&str, &str)] = &[("answer", "Nothing.")];
const REVIVE: &[(&str, &str)] =
    &[("lever", "discount"), ("note", "Give it away."), ("owner", "1"), ("due_on", "2026-12-07")];
const VALIDATE: &[(&str, &str)] = &[("reason", "price"), ("again_on", "2027-01-04")];
const WON: &[(&str, &str)] = &[("how", "By magic.")];
const AGAIN_ON: &[(&str, &str)] = &[("again_on", "2027-01-04")];
const CALLED: &[(&str, &str)] = &[("outcome", "not_now")];
const HAND: &[(&str, &str)] = &[("to", "2"), ("note", "Mine now.")];
const DEBRIEF: &[(&str, &str)] = &[("ended", "Badly."), ("why", "Mallory.")];
const LATER: &[(&str, &str)] = &[("when", "tomorrow")];
const REVIEW: &[(&str, &str)] = &[("decision", "Ours."), ("from_whom", "Mallory"), ("client_reason", "timing")];
const LETTER: &[(&str, &str)] = &[("said", "Nothing.")];
const CLOSE: &[(&str, &str)] = &[("why", "no_contact"), ("said_by", "Mallory")];
const DONE: &[(&str, &str)] = &[("note", "Mallory did it.")];
const CLOSE_CONTACT: &[(&str, &str)] = &[("why", "contact_asked"), ("said_by", "Mallory")];

#[rstest]
#[tokio::test]
async fn whatever_is_made_up_is_refused_to_whoever_it_is_not_for(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let (team, ids) = team(on).await;
    team.stranger("Mallory");
    let difference = ids.difference;
    let (question, pending) = (format!("answer.{}", ids.question), ids.pending);
    let heads = format!("{}.0", ids.elena);
    let not_ana = &["Bogdan", "Elena", "Oana", "Adi", "Paul", "Mallory"][..];
    let not_bogdan = &["Ana", "Elena", "Oana", "Adi", "Paul", "Mallory"][..];
    let not_open = &["Bogdan", "Oana", "Paul", "Mallory"][..];
    let not_doing = &["Ana", "Oana", "Paul", "Mallory"][..];
    let decision: &'static str = Box::leak(ids.decision.to_string().into_boxed_str());
    let not_leading = &["Ana", "Bogdan", "Oana", "Paul", "Mallory"][..];
    let made_up: Vec<(Forged, &[&str])> = vec![
        (press("undo.1"), not_ana),
        (press(&question), not_ana),
        (form(&question, ANSWER), not_ana),
        (press(format!("new.{pending}")), not_bogdan),
        (press(format!("same.{pending}")), not_bogdan),
        (press("edit.1"), not_open),
        (form("edit.1", EDIT), not_open),
        (pick("edit_one", "1"), not_open),
        (press("detail.1"), not_open),
        (form("detail.1", DETAIL), not_open),
        (press("seen.1"), not_leading),
        (press(format!("arrivals.{heads}")), not_leading),
        (press(format!("arrivals_seen.{heads}")), not_leading),
        (pick("show", "1"), not_leading),
        (press("ask.1"), not_leading),
        (form("ask.1", QUESTION), not_leading),
        (press("revive.1"), not_leading),
        (form("revive.1", REVIVE), not_leading),
        (press("validate.1"), not_leading),
        (form("validate.1", VALIDATE), not_leading),
        (pick("open", "1"), not_open),
        (press("won.1"), not_open),
        (form("won.1", WON), not_open),
        (press("again.1"), not_open),
        (form("again.1", EDIT), not_open),
        (press("more_time.1"), not_open),
        (form("more_time.1", AGAIN_ON), not_open),
        (press("called.1"), not_open),
        (form("called.1", CALLED), not_open),
        (press("snooze.1"), not_open),
        (form("snooze.1", AGAIN_ON), not_open),
        (press("close.1"), not_leading),
        (form("close.1", CLOSE), not_leading),
        (form("close.1", CLOSE_CONTACT), not_leading),
        (press("similar.1"), not_open),
        (press("reassign.1"), not_open),
        (form("reassign.1", HAND), not_open),
        (press("delegate.1"), not_leading),
        (form("delegate.1", HAND), not_leading),
        (press("debrief.1"), not_open),
        (press("all_questions.1"), not_ana),
        (form("all_questions.1", DEBRIEF), not_ana),
        (press("next_question.1"), not_ana),
        (form("next_question.1", DEBRIEF), not_ana),
        (press("debrief_later.1"), not_ana),
        (form("debrief_later.1", LATER), not_ana),
        (press("that_is_all.1"), not_ana),
        (press("review.1"), not_open),
        (form("review.1", REVIEW), not_open),
        (press(format!("client_is_right.{difference}")), not_leading),
        (press(format!("rep_is_right.{difference}")), not_leading),
        (press("letter.1"), not_open),
        (press("letter_in.1.2"), not_open),
        (press("letter_sent.1.0"), not_open),
        (press("letter_answered.1"), not_open),
        (form("letter_answered.1", LETTER), not_open),
        (press("still_silent.1"), not_open),
        (pick("meeting_done", decision), not_doing),
        (press(format!("decision_done.{decision}")), not_doing),
        (form(format!("decision_done.{decision}"), DONE), not_doing),
        (press(format!("decision_later.{decision}")), not_doing),
        (form(format!("decision_later.{decision}"), AGAIN_ON), not_doing),
        (press(format!("export_again.{}", ids.export)), not_ana),
    ];
    let before = state(&team).await;
    for (n, (forged, wrong)) in made_up.iter().enumerate() {
        for who in *wrong {
            let read = forges(&team, who, &format!("forged-{n}-{who}"), forged).await;
            assert_eq!(read, REFUSED, "{who} made up {forged:?}");
        }
        assert_eq!(state(&team).await, before, "{forged:?} changed something");
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_not_there_reads_like_what_is_somebody_elses(#[values(On::Local)] on: On) {
    let (team, _) = team(on).await;
    let before = state(&team).await;
    for number in ["999", "0", "-1", "9223372036854775807"] {
        for (word, answers) in [
            ("undo", None),
            ("edit", Some(EDIT)),
            ("detail", Some(DETAIL)),
            ("seen", None),
            ("ask", Some(QUESTION)),
            ("answer", Some(ANSWER)),
            ("new", None),
            ("same", None),
            ("revive", Some(REVIVE)),
            ("validate", Some(VALIDATE)),
            ("won", Some(WON)),
            ("again", Some(EDIT)),
            ("more_time", Some(AGAIN_ON)),
            ("called", Some(CALLED)),
            ("snooze", Some(AGAIN_ON)),
            ("close", Some(CLOSE)),
            ("similar", None),
            ("reassign", Some(HAND)),
            ("delegate", Some(HAND)),
            ("debrief", None),
            ("all_questions", Some(DEBRIEF)),
            ("next_question", Some(DEBRIEF)),
            ("debrief_later", Some(LATER)),
            ("that_is_all", None),
            ("review", Some(REVIEW)),
            ("client_is_right", None),
            ("rep_is_right", None),
            ("letter", None),
            ("letter_answered", Some(LETTER)),
            ("still_silent", None),
            ("decision_done", Some(DONE)),
            ("decision_later", Some(AGAIN_ON)),
            ("export_again", None),
        ] {
            let action = format!("{word}.{number}");
            let forms = answers.map(|answers| form(&action, answers));
            for forged in [Some(press(&action)), forms].into_iter().flatten() {
                for who in ["Ana", "Elena", "Adi"] {
                    let id = format!("missing-{action}-{who}-{}", forged.answers.is_some());
                    assert_eq!(forges(&team, who, &id, &forged).await, REFUSED, "{who} made up {forged:?}");
                }
            }
        }
    }
    assert_eq!(state(&team).await, before);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_button_of_no_known_meaning_is_a_sentence_and_no_fault(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let (team, _) = team(on).await;
    let before = state(&team).await;
    for (n, unknown) in
        ["praise.1", "undo", "undo.one", "undo.1.2", "seen.99999999999999999999"].into_iter().enumerate()
    {
        for forged in [press(unknown), form(unknown, ANSWER)] {
            let id = format!("unknown-{n}-{}", forged.answers.is_some());
            let read = forges(&team, "Ana", &id, &forged).await;
            assert!(read.contains("from another version of me"), "{forged:?}: {read}");
        }
    }
    let read = forges(&team, "Ana", "button-as-form", &form("undo.1", ANSWER)).await;
    assert!(read.contains("from another version of me"), "{read}");
    for pick in [press("edit_one"), pick("edit_one", "Acme"), press("show")] {
        let read = forges(&team, "Elena", &format!("{pick:?}"), &pick).await;
        assert_eq!(read, "Choose one from the list, please.", "{pick:?}");
    }
    assert_eq!(state(&team).await, before);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_same_as_a_colleagues_refusal_never_shows_it(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let (team, ids) = team(on).await;
    let same = forges(&team, "Bogdan", "first", &press(format!("same.{}", ids.pending))).await;
    // The old card is still on another device, and its other button is pressed.
    let new = forges(&team, "Bogdan", "second", &press(format!("new.{}", ids.pending))).await;
    for read in [same, new] {
        assert!(read.contains("Kept as #1"), "{read}");
        assert!(!read.contains("secret") && !read.contains("Globex") && !read.contains("12,000"), "{read}");
    }
    assert_eq!(team.rows::<(i64,)>("SELECT number FROM refusals").await, [(1,)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_same_as_a_refusal_undone_meanwhile_is_a_new_one(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    bogdan.types("/refusal Acme 1k technical").await;
    bogdan.sees_parts(&["Is this the same refusal?"]);
    ana.presses("Undo").await;
    ana.sees_parts(&["Undone: #1, Acme."]);
    bogdan.presses("The same as #1").await;
    bogdan.sees_parts(&["(changed) Stored as #2: Acme"]);
    elena.sees_parts(&["Acme refused, €1,000: Technical"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_event_id_of_somebody_else_brings_nobody_their_reply(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let (team, _) = team(on).await;
    let undone = forges(&team, "Ana", "one-id", &press("undo.1")).await;
    assert!(undone.contains("Undone: "), "{undone}");
    let again = forges(&team, "Ana", "one-id", &press("undo.1")).await;
    assert_eq!(undone, again, "the same event, the same reply");
    assert_eq!(forges(&team, "Bogdan", "one-id", &press("undo.1")).await, REFUSED);
    team.idle().await;
    look_away(&team);
    team.ends().await;
}
