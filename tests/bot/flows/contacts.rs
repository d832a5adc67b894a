//! Who of a client asked not to be contacted: one contact, and nobody else there.

use panout::domain::{Money, SelfValidation};
use rstest::rstest;

use crate::story::{Actor, On, Setup, Team};

const ONLY_MARIA: (&str, &str) = ("Why?", "Only Maria Pop asked not to be contacted");
const THEY: (&str, &str) = ("Why?", "They asked not to be contacted");
const ASSISTANT: (&str, &str) = ("Who said so?", "Her assistant");
const SAYS: &str = " asked not to be contacted, says Her assistant: press Close for good.";

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

/// Logs a refusal, of an account that may have refused lately, and says who there said no.
async fn logs(team: &Team, rep: &str, line: &str, contact: Option<&str>) {
    let who = team.person(rep);
    who.types(&format!("/refusal {line}")).await;
    if who.screen().contains("Is this the same refusal?") {
        who.presses("A new refusal").await;
    }
    if let Some(contact) = contact {
        names(&who, contact).await;
    }
    look_away(team);
}

/// Says who the contact of the newest refusal is.
async fn names(who: &Actor<'_>, contact: &str) {
    who.presses("Add detail").await;
    who.fills(&[("Contact", contact)]).await;
    who.submits().await;
}

/// The head lets a refusal sleep until a day in February.
async fn validates(team: &Team, number: i64) {
    let heard = [("reason", "timing"), ("again_on", "2027-02-01")];
    team.person("Elena").sends(&format!("validate.{number}"), &heard).await;
    team.idle().await;
    look_away(team);
}

/// The head closes a refusal of Maria Pop for good, because she asked.
async fn maria_asks(team: &Team, number: i64) {
    let why = [("why", "contact_asked"), ("said_by", "Her assistant")];
    team.person("Elena").sends(&format!("close.{number}"), &why).await;
    team.idle().await;
    look_away(team);
}

async fn stages(team: &Team) -> Vec<String> {
    let stages = team.rows::<(String,)>("SELECT stage FROM refusals ORDER BY number").await;
    stages.into_iter().map(|(stage,)| stage).collect()
}

/// The refusals about which something is to be done.
async fn in_hand(team: &Team) -> Vec<i64> {
    let sql = "SELECT refusal FROM tasks WHERE done_at IS NULL AND kind <> 'debrief' ORDER BY refusal";
    team.rows::<(i64,)>(sql).await.into_iter().map(|(number,)| number).collect()
}

#[rstest]
#[tokio::test]
async fn who_asked_is_left_in_peace_whosever_the_refusal_is_and_the_others_there_are_called(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    logs(&team, "Ana", "Acme 12k price", Some("Maria Pop")).await;
    logs(&team, "Bogdan", "ACME Inc. 5k technical", Some("POP, Măria")).await;
    logs(&team, "Bogdan", "Acme 7k timing", Some("Ion Pop")).await;
    logs(&team, "Ana", "Acme 1k logistics", None).await;
    logs(&team, "Ana", "Globex 1k logistics", Some("Maria Pop")).await;
    for number in 1..=5 {
        validates(&team, number).await;
    }
    ana.types("/recontacts").await;
    ana.chooses("Open one of them", "#1 Acme").await;
    ana.screen();
    ana.presses("Close for good").await;
    ana.fills(&[ONLY_MARIA, ASSISTANT]).await;
    ana.submits().await;
    ana.sees_parts(&[
        "Closed for good by Ana.",
        "Why: They asked not to be contacted",
        "Who asked: Maria Pop",
        "Who said so: Her assistant",
    ]);
    // Her other refusal is a colleague's: its owner and the head read who asked.
    elena.sees_parts(&["Acme refused", "ACME Inc. refused", "Who asked: Maria Pop"]);
    assert_eq!(stages(&team).await, ["closed", "closed", "dormant", "dormant", "dormant"]);
    assert_eq!(in_hand(&team).await, [3, 4, 5], "another contact, none, and her namesake elsewhere");
    bogdan.sees_nothing();
    team.it_is("2027-02-01T07:00:00Z").await;
    let anas = ana.sees_parts(&["#4 call again: Acme", "#5 call again: Globex"]);
    assert!(!anas.contains("#1 "), "{anas}");
    let bogdans = bogdan.sees_parts(&["#3 call again: Acme"]);
    assert!(!bogdans.contains("#2 "), "{bogdans}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_new_refusal_that_names_who_asked_comes_to_the_head_and_nothing_is_planned_for_it(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (bogdan, elena) = (team.person("Bogdan"), team.person("Elena"));
    logs(&team, "Ana", "Acme 12k price", Some("Maria Pop")).await;
    maria_asks(&team, 1).await;
    bogdan.types("/refusal Acme 5k silent/after_offer").await;
    bogdan.presses("A new refusal").await;
    bogdan.sees_parts(&["Stored as #2: Acme", "[Letter]"]);
    elena.sees_parts(&["Acme refused", "[Revive] [Validate]", "[Letter]"]);
    names(&bogdan, "mARIA  pop").await;
    let stored = bogdan.sees_parts(&["Stored as #2: Acme", "Contact: mARIA  pop"]);
    assert!(!stored.contains("[Letter]"), "{stored}");
    let card = elena.sees_parts(&["Acme refused", &format!("mARIA  pop{SAYS}"), "[Seen]", "[Close for good]"]);
    for button in ["[Revive]", "[Validate]", "[Delegate]", "[What the client says]", "[Letter]"] {
        assert!(!card.contains(button), "{card}");
    }
    // One who has an older card, or makes it up.
    for (who, action) in
        [(&elena, "validate.2"), (&elena, "revive.2"), (&bogdan, "letter.2"), (&bogdan, "letter_sent.2.0")]
    {
        let reply = who.picks(action, "").await;
        // Only whoever may close it is told to.
        let says = SAYS.split(": press").next().unwrap_or_default();
        assert!(
            reply.contains(says) && reply.contains("press Close") == action.starts_with(['v', 'r']),
            "{action}: {reply}"
        );
    }
    let heard = [("reason", "timing"), ("again_on", "2027-03-01")];
    assert!(elena.sends("validate.2", &heard).await.contains(SAYS));
    assert!(elena.sends("review.2", &[("decision", "Ours."), ("from_whom", "Ion")]).await.contains("Ours."));
    assert!(elena.picks("review.2", "").await.contains(SAYS), "nobody is sent to her");
    assert_eq!((stages(&team).await, in_hand(&team).await), (vec!["closed".into(), "with_head".into()], vec![]));
    look_away(&team);
    // It was another one there who said no: the head decides as usual.
    names(&bogdan, "Ion Pop").await;
    elena.sees_parts(&["Acme refused", "[Revive] [Validate]", "[Letter]"]);
    validates(&team, 2).await;
    assert_eq!(in_hand(&team).await, [2]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_contact_named_later_ends_what_was_planned_and_a_head_takes_it_back(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    logs(&team, "Ana", "Acme 12k price", Some("Maria Pop")).await;
    logs(&team, "Bogdan", "Acme 5k technical", Some("Maria")).await;
    validates(&team, 2).await;
    maria_asks(&team, 1).await;
    assert_eq!(in_hand(&team).await, [2], "of Maria nobody said anything");
    names(&bogdan, "Maria Pop").await;
    bogdan.sees_parts(&["Maria Pop asked not to be contacted, says Her assistant: this refusal is closed for good."]);
    elena.sees_parts(&["Closed for good by Bogdan.", "Who asked: Maria Pop", "Who said so: Her assistant"]);
    assert_eq!((stages(&team).await, in_hand(&team).await), (vec!["closed".into(), "closed".into()], vec![]));
    bogdan.types("/refusal 2 contact again").await;
    bogdan.sees_parts(&["This is not yours to open or change."]);
    elena.types("/refusal 2 contact again").await;
    elena.sees_parts(&["Elena let it sleep until", "[I called]"]);
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM do_not_contact").await, [(0,)]);
    assert_eq!(in_hand(&team).await, [2]);
    // Asked for nothing any more, she may be called about a new refusal.
    look_away(&team);
    logs(&team, "Ana", "Acme 1k logistics", Some("Maria Pop")).await;
    validates(&team, 3).await;
    assert_eq!(in_hand(&team).await, [2, 3]);
    ana.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn taking_back_what_an_account_asked_leaves_what_another_contact_asked(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let elena = team.person("Elena");
    logs(&team, "Ana", "Acme 12k price", Some("Maria Pop")).await;
    maria_asks(&team, 1).await;
    logs(&team, "Ana", "Acme 5k technical", Some("Ion Pop")).await;
    validates(&team, 2).await;
    // The whole account asks, on a refusal of another one there.
    elena.picks("close.2", "").await;
    elena.sends("close.2", &[("why", "no_contact"), ("said_by", "Their lawyer")]).await;
    team.idle().await;
    look_away(&team);
    assert_eq!(stages(&team).await, ["closed", "closed"]);
    elena.types("/refusal 2 contact again").await;
    elena.sees_parts(&["Who asked: Acme", "Who said so: Their lawyer", "Elena let it sleep until"]);
    logs(&team, "Ana", "Acme 1k logistics", Some("Maria Pop")).await;
    let reply = elena.picks("validate.3", "").await;
    assert!(reply.contains("Maria Pop") && reply.contains(SAYS), "{reply}");
    elena.types("/refusal 1 contact again").await;
    elena.sees_parts(&["Elena let it sleep until"]);
    validates(&team, 3).await;
    assert_eq!(in_hand(&team).await, [1, 2, 3]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_account_that_asked_is_named_before_its_contact_who_asked_too(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let elena = team.person("Elena");
    logs(&team, "Ana", "Acme 12k price", Some("Maria Pop")).await;
    logs(&team, "Ana", "Acme 5k technical", None).await;
    maria_asks(&team, 1).await;
    elena.types("/queue").await;
    elena.chooses("Decide one of them", "#2 Acme").await;
    elena.screen();
    elena.presses("Close for good").await;
    assert!(!elena.form().contains("Only "), "of a refusal without a contact only the account can ask");
    elena.fills(&[THEY, ("Who said so?", "Their lawyer")]).await;
    elena.submits().await;
    look_away(&team);
    logs(&team, "Ana", "Acme 1k logistics", Some("Maria Pop")).await;
    let reply = elena.picks("validate.3", "").await;
    assert!(reply.contains("Their lawyer") && !reply.contains("Maria"), "{reply}");
    // Whoever may call this client again may call whoever of them said no.
    elena.sends("close.3", &[("why", "ceased_trading"), ("said_by", "The register")]).await;
    team.idle().await;
    look_away(&team);
    elena.types("/refusal 3 contact again").await;
    elena.sees_parts(&["Elena let it sleep until"]);
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM do_not_contact").await, [(0,)]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_contact_who_asked_is_no_example_and_another_one_of_the_account_is(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values(false, true)] of_an_earlier_version: bool,
) {
    let team = Team::start(on).await;
    let bogdan = team.person("Bogdan");
    logs(&team, "Ana", "Acme 12k price/payment_terms #crm \"They pay at 90 days\"", Some("Maria Pop")).await;
    logs(&team, "Ana", "Acme 9k price/payment_terms #crm \"Only at 90 days\"", Some("Ion Pop")).await;
    logs(&team, "Ana", "Acme 8k price/payment_terms #crm \"90 days, no less\"", Some("mária POP")).await;
    if of_an_earlier_version {
        // What is at an end already is not stored once more when she asks.
        let before = "UPDATE refusals SET contact_key = NULL, stage = CASE number WHEN 3 THEN 'won_back' ELSE stage END
                      RETURNING number";
        team.rows::<(i64,)>(before).await;
    }
    maria_asks(&team, 1).await;
    bogdan.types("/refusal Globex 5k price/payment_terms #crm \"payment after 90 days\"").await;
    let theirs = bogdan.sees_parts(&["Stored as #4: Globex", "One earlier refusal is like this one:"]);
    assert!(!theirs.contains("2 earlier"), "{theirs}");
    look_away(&team);
    let heads = team.person("Elena").picks("similar.4", "").await;
    assert!(heads.contains("#2") && !heads.contains("#1") && !heads.contains("#3"), "{heads}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_letter_to_who_asked_is_waited_for_no_longer(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    logs(&team, "Ana", "Acme 12k silent/after_offer", Some("Maria Pop")).await;
    logs(&team, "Ana", "Acme 9k silent/after_demo", Some("Ion Pop")).await;
    for letter in ["letter_sent.1.0", "letter_sent.2.0"] {
        ana.picks(letter, "").await;
    }
    assert_eq!(in_hand(&team).await, [1, 2]);
    look_away(&team);
    maria_asks(&team, 1).await;
    assert_eq!(in_hand(&team).await, [2]);
    elena.screen();
    team.it_is("2026-12-07T07:00:00Z").await;
    let due = ana.sees_parts(&["#2 say whether they answered the letter: Acme"]);
    assert!(!due.contains("#1 "), "{due}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_small_refusal_that_names_who_asked_never_validates_itself(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let below = Money::new(100_000, "EUR".parse().expect("a currency"));
    let self_validation = Some(SelfValidation { below, sample_one_in: 0 });
    let team = Team::start_with(on, Setup { self_validation, ..Setup::default() }).await;
    let elena = team.person("Elena");
    logs(&team, "Ana", "Acme 12k price", Some("Maria Pop")).await;
    maria_asks(&team, 1).await;
    logs(&team, "Ana", "Acme 500 price", Some("Maria Pop")).await;
    logs(&team, "Ana", "Acme 500 price", Some("Ion Pop")).await;
    team.passes(chrono::TimeDelta::minutes(11)).await;
    elena.sees_parts(&["Acme refused, €500", &format!("Maria Pop{SAYS}")]);
    assert_eq!(stages(&team).await, ["closed", "with_head", "dormant"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_second_no_that_is_undone_after_its_client_asked_is_tried_no_more(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    logs(&team, "Ana", "Acme 12k price", Some("Maria Pop")).await;
    logs(&team, "Bogdan", "Acme 5k technical", Some("Maria Pop")).await;
    elena.presses("Revive").await;
    elena.screen();
    let owner = team.rows::<(i64,)>("SELECT owner_id FROM refusals WHERE number = 1").await[0].0.to_string();
    let terms = [("lever", "discount"), ("note", "Less."), ("owner", owner.as_str()), ("due_on", "2026-12-07")];
    elena.sends("revive.1", &terms).await;
    team.idle().await;
    look_away(&team);
    ana.presses("Refused again").await;
    ana.submits().await;
    ana.sees_parts(&["Stored as #3: Acme"]);
    // Not she said no this time.
    names(&ana, "Ion Pop").await;
    look_away(&team);
    maria_asks(&team, 2).await;
    ana.presses("Undo").await;
    ana.sees_parts(&["Undone: #3, Acme."]);
    elena.sees_parts(&["Who asked: Maria Pop"]);
    let open = "SELECT number, stage FROM refusals WHERE withdrawn_at IS NULL ORDER BY number";
    let closed = [(1, "closed".to_owned()), (2, "closed".to_owned())];
    assert_eq!(team.rows::<(i64, String)>(open).await, closed);
    assert!(in_hand(&team).await.is_empty());
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_contact_asks_only_where_one_is_known_and_somebody_says_so(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    logs(&team, "Ana", "Acme 12k price", None).await;
    for values in [
        &[("why", "contact_asked"), ("said_by", "Mallory")][..],
        &[("why", "contact_asked"), ("said_by", "Mallory"), ("contact", "Maria Pop")],
    ] {
        assert!(elena.sends("close.1", values).await.contains("Choose why."));
    }
    names(&ana, "Maria Pop").await;
    assert!(elena.sends("close.1", &[("why", "contact_asked"), ("said_by", " ")]).await.contains("Type who said so"));
    // What waits for its head only the head ends.
    let refused = ana.sends("close.1", &[("why", "contact_asked"), ("said_by", "Me")]).await;
    assert!(refused.contains("This is not yours to open or change."), "{refused}");
    assert_eq!(stages(&team).await, ["with_head"]);
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM do_not_contact").await, [(0,)]);
    team.idle().await;
    look_away(&team);
    // Who asked may refuse once more: logging is as easy as ever.
    maria_asks(&team, 1).await;
    if on == On::Discord {
        assert_eq!(ana.is_suggested("/refusal", "account", "acm").await, ["Acme"]);
    }
    team.ends().await;
}
