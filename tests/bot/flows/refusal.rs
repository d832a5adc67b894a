//! A rep logs a refusal; it is stored once, and the head hears of it.

use chrono::TimeDelta;
use rstest::rstest;

use crate::story::{On, Setup, Team};

#[rstest]
#[tokio::test]
async fn a_refusal_logged_in_one_line_is_stored_and_reaches_the_head(
    #[values(On::Local, On::Slack, On::Discord, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k EUR price/payment_terms #crm vs Globex \"they only pay at 90 days\"").await;
    ana.sees(
        "
        Stored as #1: Acme
        Budget: €12,000
        Reason: Price: Payment terms
        Outcome: Went to a competitor
        Product: CRM Suite
        Competitor: Globex
        > they only pay at 90 days
        Undo works for ten minutes; Edit always does.
        [Undo] [Edit] [Add detail]
        ",
    );
    elena.sees(
        "
        Acme refused, €12,000: Price: Payment terms
        #1, logged by Ana, @2026-11-23T08:00Z
        Budget: €12,000
        Reason: Price: Payment terms
        Outcome: Went to a competitor
        Product: CRM Suite
        Competitor: Globex
        > they only pay at 90 days
        [Revive] [Validate] [Seen] [Ask the rep] [Close for good] [Delegate] [What the client says]
        ",
    );
    elena.presses("Seen").await;
    elena.sees_parts(&["(changed) Acme refused", "Seen by Elena, @2026-11-23T08:00Z", "[Ask the rep]"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_head_asks_and_the_rep_answers(
    #[values(On::Local, On::Slack, On::Discord, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme price").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Acme refused: Price"]);
    elena.presses("Ask the rep").await;
    elena.fills(&[("Your question", "Who decided?")]).await;
    elena.submits().await;
    elena.sees_parts(&["(changed) Acme refused", "Asked of Ana:", "> Who decided?", "Ana has not answered yet."]);
    ana.sees("Elena asks about #1, Acme\n> Who decided?\n[Answer]");
    ana.presses("Answer").await;
    ana.fills(&[("Your answer", "Their finance director.")]).await;
    ana.submits().await;
    ana.sees("(changed) Elena asks about #1, Acme\n> Who decided?\nYou answered:\n> Their finance director.");
    let seen = elena.sees_parts(&["Ana answered about #1, Acme\n> Their finance director."]);
    assert!(seen.contains("(changed) Acme refused"), "{seen}");
    team.passes(TimeDelta::days(1)).await;
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_form_asks_what_is_needed_and_keeps_what_was_typed(
    #[values(On::Local, On::Slack, On::Discord, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal").await;
    ana.fills(&[("Company", "Acme"), ("Budget", "12k12"), ("Main reason", "Price")]).await;
    ana.submits().await;
    let form = ana.form();
    assert!(form.contains("Company: Acme") && form.contains("Budget: 12k12"), "{form}");
    assert!(form.contains("! \"12k12\" is not an amount: type it as 12k, 12,000 or 1.2M EUR."), "{form}");
    ana.fills(&[("Budget", "12k")]).await;
    ana.submits().await;
    assert!(!ana.has_form());
    ana.sees_parts(&["Stored as #1: Acme", "Budget: €12,000", "Reason: Price", "Outcome: No decision"]);
    elena.sees_parts(&["Acme refused, €12,000: Price"]);
    team.ends().await;
}

#[rstest]
#[case("Acme -5 price", "Budget: -5", "\"-5\" is below zero")]
#[case("Acme 1e99 price", "Budget: 1e99", "\"1e99\" is not an amount")]
#[case("Acme 12k12 price", "Budget: 12k12", "\"12k12\" is not an amount")]
#[case("Acme 12k #nothing price", "In the client's own words: nothing", "I do not know the product \"nothing\"")]
#[case("Acme 12k", "Company: Acme", "")]
#[tokio::test]
async fn what_is_not_understood_opens_the_form_with_the_rest_filled_in(
    #[values(On::Local, On::Slack, On::Discord, On::SlackHttp, On::DiscordHttp)] on: On,
    #[case] typed: &str,
    #[case] kept: &str,
    #[case] says: &str,
) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types(&format!("/refusal {typed}")).await;
    let form = ana.form();
    assert!(form.contains("Company: Acme"), "{form}");
    assert!(form.contains(kept), "{form}");
    assert!(form.contains(says), "{form}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_refusal_is_undone_within_ten_minutes_and_not_after(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Acme refused"]);
    team.passes(TimeDelta::minutes(10)).await;
    ana.presses("Undo").await;
    ana.sees_parts(&["(changed) Undone: #1, Acme.", "[Log a refusal]"]);
    elena.sees("(changed) #1 was undone by Ana: it counts nowhere.");
    ana.types("/refusal Acme 12k price").await;
    ana.sees_parts(&["Stored as #2: Acme"]);
    elena.sees_parts(&["Acme refused"]);
    team.passes(TimeDelta::minutes(11)).await;
    ana.presses("Undo").await;
    ana.sees("Undo works for ten minutes, and they are over. Use Edit to correct the refusal.");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_edit_is_audited_and_the_heads_card_follows(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price \"too dear\"").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Acme refused, €12,000: Price"]);
    ana.presses("Edit").await;
    ana.fills(&[("Budget", "15k"), ("Company", "Acme Ltd")]).await;
    ana.submits().await;
    ana.sees_parts(&["(changed) Stored as #1: Acme Ltd", "Budget: €15,000"]);
    elena.sees_parts(&["(changed) Acme Ltd refused, €15,000: Price"]);
    assert_eq!(
        audit(&team).await,
        [
            ("logged", None, None),
            ("account", Some("Acme"), Some("Acme Ltd")),
            ("budget", Some("1200000 EUR"), Some("1500000 EUR"))
        ]
        .map(|(what, was, is)| (what.to_owned(), was.map(str::to_owned), is.map(str::to_owned)))
    );
    ana.presses("Add detail").await;
    ana.fills(&[("Contact", "Ion Pop"), ("What they do there", "CFO"), ("More precisely", "Payment terms")]).await;
    ana.submits().await;
    ana.sees_parts(&["Contact: Ion Pop, CFO", "Reason: Price: Payment terms"]);
    elena.sees_parts(&["Contact: Ion Pop, CFO"]);
    team.ends().await;
}

async fn audit(team: &Team) -> Vec<(String, Option<String>, Option<String>)> {
    team.rows("SELECT what, was, is_now FROM audit ORDER BY id").await
}

#[rstest]
#[tokio::test]
async fn the_same_account_within_thirty_days_is_asked_about_first(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Acme refused"]);
    team.passes(TimeDelta::days(29)).await;
    ana.types("/refusal ACME SRL 15k price/payment_terms vs Globex").await;
    ana.sees(
        "
        ACME SRL already refused on 23 November 2026. Is this the same refusal?
        #1, stored: Acme, €12,000, Price
        Now: ACME SRL, €15,000, Price: Payment terms
        [A new refusal] [The same as #1]
        ",
    );
    ana.presses("The same as #1").await;
    let form = ana.form();
    assert!(form.contains("Competitor: Globex") && form.contains("Budget: 12000 EUR"), "{form}");
    ana.submits().await;
    ana.sees_parts(&["Stored as #1: Acme", "Competitor: Globex", "Reason: Price: Payment terms"]);
    elena.sees_parts(&["(changed) Acme refused, €12,000: Price: Payment terms"]);
    ana.types("/refusal Acme 15k technical").await;
    ana.sees_parts(&["Is this the same refusal?"]);
    ana.presses("A new refusal").await;
    ana.sees_parts(&["(changed) Stored as #2: Acme"]);
    elena.sees_parts(&["Acme refused, €15,000: Technical"]);
    team.passes(TimeDelta::days(31)).await;
    ana.types("/refusal Acme 15k technical").await;
    ana.sees_parts(&["Stored as #3: Acme"]);
    elena.sees_parts(&["Acme refused"]);
    team.person("Adi").sees_parts(&["2 refusals have waited for Elena for more than four working days"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_colleagues_refusal_is_only_a_date_and_nobody_elses_to_press(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k price \"secret words\"").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Acme refused"]);
    bogdan.types("/refusal acme 1k technical").await;
    bogdan.sees(
        "
        acme already refused on 23 November 2026. Is this the same refusal?
        [A new refusal] [The same as #1]
        ",
    );
    bogdan.presses("The same as #1").await;
    bogdan.sees("(changed) Kept as #1: nothing is stored twice.");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn outside_working_hours_the_head_hears_at_the_next_opening(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    // A Friday at half past six in the evening, Bucharest.
    team.it_is("2026-11-27T16:30:00Z").await;
    ana.types("/refusal Acme 12k price").await;
    ana.sees_parts(&["Stored as #1"]);
    elena.sees_nothing();
    team.it_is("2026-11-30T06:59:59Z").await;
    elena.sees_nothing();
    team.it_is("2026-11-30T07:00:00Z").await;
    elena.sees_parts(&["Acme refused, €12,000: Price"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn small_refusals_come_in_one_message_a_day(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let setup = Setup { head_card_above: Some(euros(10_000)), ..Setup::default() };
    let team = Team::start_with(on, setup).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for (line, stored) in [
        ("/refusal Acme 12k price", "#1"),
        ("/refusal Beta 2k price", "#2"),
        ("/refusal Gamma 3k technical", "#3"),
        ("/refusal Delta price", "#4"),
    ] {
        ana.types(line).await;
        ana.sees_parts(&[&format!("Stored as {stored}")]);
    }
    elena.sees_parts(&["Acme refused, €12,000: Price"]);
    team.it_is("2026-11-24T06:59:59Z").await;
    elena.sees_nothing();
    team.it_is("2026-11-24T07:00:00Z").await;
    elena.sees(
        "
        One thing to do today
        3 refusals have come in: Gamma, Beta and Delta
        [Look] [All seen]
        ",
    );
    elena.presses("Look").await;
    elena.sees(
        "
        3 refusals have come in since the last message
        #3 Gamma, €3,000, Technical, Ana
        #2 Beta, €2,000, Price, Ana
        #4 Delta, Price, Ana
        {Open one of them}
        [All seen]
        ",
    );
    elena.chooses("Open one of them", "#2 Beta").await;
    elena.sees_parts(&[
        "Beta refused, €2,000: Price",
        "[Revive] [Validate] [Seen] [Ask the rep] [Close for good] [Delegate]",
    ]);
    elena.presses("All seen").await;
    elena.sees_parts(&["Everything in this message is done.", "#2 Beta, €2,000, Price, Ana, seen"]);
    team.it_is("2026-11-25T07:00:00Z").await;
    team.ends().await;
}

fn euros(whole: i64) -> panout::domain::Money {
    panout::domain::Money::new(whole * 100, "EUR".parse().expect("a currency"))
}

#[rstest]
#[tokio::test]
async fn a_message_becomes_the_verbatim_with_the_shortcut(
    #[values(On::Local, On::Slack, On::Discord, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.uses("Log as refusal", "Too dear, says <!channel> *Acme*").await;
    ana.fills(&[("Company", "Acme"), ("Main reason", "Price")]).await;
    ana.submits().await;
    ana.sees_parts(&["Stored as #1: Acme", "> Too dear, says <!channel> *Acme*"]);
    elena.sees_parts(&["> Too dear, says <!channel> *Acme*"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn mine_lists_the_last_ten_with_edit(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusals mine").await;
    ana.sees_parts(&["You have not logged a refusal yet."]);
    for number in 1..=11 {
        ana.types(&format!("/refusal Client{number} 1k price")).await;
        ana.sees_parts(&[&format!("Stored as #{number}")]);
        elena.sees_parts(&["refused"]);
        team.passes(TimeDelta::minutes(1)).await;
    }
    ana.types("/refusals mine").await;
    let list = ana.sees_parts(&["Your last 10 refusals", "#11 Client11", "#2 Client2", "{Edit one of them}"]);
    assert!(!list.contains("#1 Client1,"), "{list}");
    ana.chooses("Edit one of them", "#2 Client2").await;
    ana.fills(&[("Budget", "2k")]).await;
    ana.submits().await;
    ana.sees_parts(&["Stored as #2: Client2", "€2,000"]);
    elena.sees_parts(&["(changed) Client2 refused, €2,000: Price"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn help_and_misspellings_say_what_to_type(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types("/panout help").await;
    ana.sees_parts(&["What you can type", "/refusal Acme 12k price", "/refusals mine", "/panout settings"]);
    ana.types("/refusal help").await;
    ana.sees_parts(&["How to use /refusal", "vs Globex"]);
    // Discord lets nobody type a word that is no subcommand.
    if on != On::Discord {
        ana.types("/panout setings").await;
        ana.sees_parts(&["I do not know /panout setings. Did you mean /panout settings?"]);
        ana.types("/refusals mien").await;
        ana.sees_parts(&["Did you mean /refusals mine?"]);
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn somebody_met_in_no_teams_channel_joins_the_first_team(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (paul, elena) = (team.stranger("Paul").in_channel(&team.general), team.person("Elena"));
    paul.types("/refusal Acme 1k price").await;
    paul.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Paul has started to use Panout, as a rep of the team Field.", "Acme refused"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_stranger_becomes_a_rep_and_the_head_is_told_once(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (paul, elena) = (team.stranger("Paul"), team.person("Elena"));
    paul.types("/refusal Acme 1k price").await;
    paul.sees_parts(&["Stored as #1: Acme"]);
    let seen = elena.sees_parts(&["Paul has started to use Panout, as a rep of the team Field."]);
    assert!(seen.contains("Acme refused"), "{seen}");
    paul.types("/refusal Beta 1k price").await;
    paul.sees_parts(&["Stored as #2: Beta"]);
    let seen = elena.sees_parts(&["Beta refused"]);
    assert!(!seen.contains("has started"), "{seen}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn settings_are_saved_and_hold(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.types("/panout settings").await;
    elena
        .fills(&[
            ("Time zone", "paris"),
            ("Working hours", "Mon-Fri 14:00-18:00"),
            ("Hour of the daily message", "25h"),
            ("Language", "Français"),
        ])
        .await;
    elena.submits().await;
    assert!(elena.form().contains("! I cannot read this hour: type it like 09:00."), "{}", elena.form());
    elena.fills(&[("Hour of the daily message", "14h30")]).await;
    elena.submits().await;
    elena.sees_parts(&[
        "C’est enregistré.",
        "Fuseau horaire\u{a0}: Europe/Paris",
        "Heure du message du jour\u{a0}: 14:30",
    ]);
    ana.types("/refusal Acme 12k price").await;
    ana.sees_parts(&["Stored as #1"]);
    elena.sees_nothing();
    team.it_is("2026-11-23T13:00:00Z").await;
    elena.sees_parts(&["Acme a refusé, 12\u{202f}000\u{a0}€\u{a0}: Prix"]);
    team.ends().await;
}

#[tokio::test]
async fn on_the_page_the_bot_follows_the_language_switch() {
    let team = Team::start(On::Local).await;
    let ana = team.person("Ana");
    ana.types("/refusals mine").await;
    ana.sees_parts(&["You have not logged a refusal yet."]);
    team.page_speaks("ro");
    // What is suggested before anything is done is in it already.
    assert_eq!(ana.is_suggested("/refusal", "reason", "pri").await[0], "Preț");
    ana.types("/refusals mine").await;
    ana.sees_parts(&["Nu ai notat încă niciun refuz."]);
    // Settings win over a switch that was not moved since.
    ana.types("/panout settings").await;
    ana.fills(&[("Limba", "Français")]).await;
    ana.submits().await;
    ana.sees_parts(&["C’est enregistré."]);
    ana.types("/refusals mine").await;
    ana.sees_parts(&["Vous n’avez pas encore noté de refus."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn suggestions_are_what_the_person_may_know(#[values(On::Local, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena, oana) =
        (team.person("Ana"), team.person("Bogdan"), team.person("Elena"), team.person("Oana"));
    for line in ["/refusal Acme 12k price/payment_terms #bi vs Globex", "/refusal Acorn 2k technical vs Initech"] {
        ana.types(line).await;
        ana.sees_parts(&["Stored as"]);
        elena.sees_parts(&["refused"]);
        team.passes(TimeDelta::minutes(1)).await;
    }
    assert_eq!(ana.is_suggested("/refusal", "account", "ac").await, ["Acorn", "Acme"]);
    assert_eq!(ana.is_suggested("/refusal", "account", "acm").await, ["Acme"]);
    assert_eq!(ana.is_suggested("/refusal", "competitor", "").await, ["Initech", "Globex"]);
    assert_eq!(elena.is_suggested("/refusal", "account", "ac").await, ["Acorn", "Acme"]);
    for other in [&bogdan, &oana] {
        assert!(other.is_suggested("/refusal", "account", "ac").await.is_empty());
        assert!(other.is_suggested("/refusal", "competitor", "").await.is_empty());
    }
    // The admin draws on all; whose it is now, on it too, but on nothing else.
    let adi = team.person("Adi");
    assert_eq!(adi.is_suggested("/refusal", "account", "ac").await, ["Acorn", "Acme"]);
    assert_eq!(adi.is_suggested("/refusal", "competitor", "").await, ["Initech", "Globex"]);
    let given = "UPDATE refusals SET owner_id = (SELECT id FROM people WHERE name = 'Bogdan')
                 WHERE account = 'Acme' RETURNING number";
    assert_eq!(team.rows::<(i64,)>(given).await, [(1,)]);
    assert_eq!(bogdan.is_suggested("/refusal", "account", "ac").await, ["Acme"]);
    assert_eq!(bogdan.is_suggested("/refusal", "competitor", "").await, ["Globex"]);
    assert_eq!(ana.is_suggested("/refusal", "account", "ac").await, ["Acorn", "Acme"]);
    // What was used before comes first.
    assert_eq!(ana.is_suggested("/refusal", "product", "").await, ["Analytics", "CRM Suite", "Support Plus"]);
    assert_eq!(bogdan.is_suggested("/refusal", "product", "").await, ["CRM Suite", "Analytics", "Support Plus"]);
    let reasons = ana.is_suggested("/refusal", "reason", "").await;
    assert_eq!(reasons[..2], ["Price: Payment terms", "Technical"]);
    assert_eq!(bogdan.is_suggested("/refusal", "reason", "pri").await[0], "Price");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_nul_in_a_text_is_dropped_and_harms_nobody(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Ac\0me price \"too\0 dear\"").await;
    ana.sees_parts(&["Stored as #1: Acme", "> too dear"]);
    elena.sees_parts(&["Acme refused: Price"]);
    team.ends().await;
}
