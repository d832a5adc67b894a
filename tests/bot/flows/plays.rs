//! What won one client back is offered for the next, and the team hears of it.

use rstest::rstest;

use crate::story::{On, Setup, Team};

/// Types `/plays` with a subject, as the service takes it.
async fn asks_for_plays(team: &Team, on: On, who: &str, about: &str) {
    let line = match (on, about) {
        (_, "") => "/plays".to_owned(),
        (On::Discord, about) => format!("/plays about:{about}"),
        (_, about) => format!("/plays {about}"),
    };
    team.person(who).types(&line).await;
}

/// Somebody logs, Elena brings it back with payment terms, and it is won back.
async fn is_won_back(team: &Team, rep: &str, line: &str, how: &str) {
    let (who, elena) = (team.person(rep), team.person("Elena"));
    who.types(line).await;
    elena.screen();
    elena.presses("Revive").await;
    elena.fills(&[("What do we try?", "Payment terms"), ("How, in a sentence", "Half now.")]).await;
    elena.submits().await;
    who.screen();
    wins(team, rep, how).await;
}

async fn wins(team: &Team, rep: &str, how: &str) {
    let who = team.person(rep);
    who.presses("Won back").await;
    who.fills(&[("For how much?", "11k"), ("What worked, in a sentence", how)]).await;
    who.submits().await;
}

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

#[rstest]
#[tokio::test]
async fn what_won_one_client_back_is_offered_for_the_next(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (bogdan, elena) = (team.person("Bogdan"), team.person("Elena"));
    is_won_back(&team, "Ana", "/refusal Acme 12k price #crm", "They pay in two parts.").await;
    look_away(&team);
    asks_for_plays(&team, on, "Bogdan", "").await;
    bogdan.sees_parts(&[
        "What brought clients back",
        "Payment terms, Price: not tried again yet",
        "> They pay in two parts.",
    ]);
    bogdan.types("/refusal Globex 5k price/payment_terms #crm").await;
    elena.screen();
    elena.presses("Revive").await;
    // The play brings its lever and its sentence.
    elena.fills(&[("Use a play", "(0 of 0) Payment terms: They pay in two parts.")]).await;
    elena.submits().await;
    elena.sees_parts(&["Elena thinks it is worth another try: Payment terms.", "> They pay in two parts."]);
    bogdan.sees_parts(&["Globex is worth another try, says Elena: Payment terms", "> They pay in two parts."]);
    asks_for_plays(&team, on, "Elena", "").await;
    elena.sees_parts(&["Payment terms, Price: used once, worked 0 times"]);
    wins(&team, "Bogdan", "The same again.").await;
    look_away(&team);
    asks_for_plays(&team, on, "Elena", "price").await;
    let shown = elena.sees_parts(&["What brought clients back: Price", "Payment terms, Price: used once, worked once"]);
    assert!(!shown.contains("The same again."), "a play that worked is no second play:\n{shown}");
    assert!(!shown.contains("Acme") && !shown.contains("Ana"), "no client and nobody who sells:\n{shown}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn plays_are_asked_for_by_reason_or_product_and_a_wrong_word_says_what_to_type(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, oana) = (team.person("Ana"), team.person("Oana"));
    asks_for_plays(&team, on, "Ana", "").await;
    ana.sees_parts(&["No client has been won back yet."]);
    is_won_back(&team, "Ana", "/refusal Acme 12k price/no_budget #crm", "They pay in two parts.").await;
    look_away(&team);
    for about in ["price", "no budget", "crm", "CRM Suite"] {
        asks_for_plays(&team, on, "Ana", about).await;
        ana.sees_parts(&["> They pay in two parts."]);
    }
    for about in ["technical", "analytics"] {
        asks_for_plays(&team, on, "Ana", about).await;
        ana.sees_parts(&["No play yet for "]);
    }
    asks_for_plays(&team, on, "Ana", "qwertyuiop").await;
    ana.sees_parts(&["\"qwertyuiop\" is neither a reason nor a product: type /plays price"]);
    asks_for_plays(&team, on, "Oana", "").await;
    oana.sees_parts(&["This is not yours to open or change."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_play_with_another_lever_is_not_that_play(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let elena = team.person("Elena");
    is_won_back(&team, "Ana", "/refusal Acme 12k price", "They pay in two parts.").await;
    look_away(&team);
    team.person("Bogdan").types("/refusal Globex 5k price").await;
    elena.screen();
    elena.presses("Revive").await;
    elena.submits().await;
    assert!(elena.has_form(), "neither a play nor a lever");
    elena.screen();
    elena
        .fills(&[("Use a play", "(0 of 0) Payment terms: They pay in two parts."), ("What do we try?", "Discount")])
        .await;
    elena.submits().await;
    elena.sees_parts(&["Elena thinks it is worth another try: Discount."]);
    assert_eq!(team.rows::<(i64,)>("SELECT uses FROM plays").await, [(0,)]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_team_hears_of_a_deal_won_back_without_amounts_unless_it_wants_them(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values(false, true)] amounts: bool,
) {
    let amounts_in_channel = if amounts { vec!["Field"] } else { vec![] };
    let team = Team::start_with(on, Setup { amounts_in_channel, ..Setup::default() }).await;
    is_won_back(&team, "Ana", "/refusal Acme 12k price", "They pay in two parts.").await;
    let heard = team.person("Bogdan").screen();
    let word = "Ana won Acme back. What did it: Payment terms";
    assert!(heard.contains(word) && heard.contains("> They pay in two parts."), "{heard}");
    assert_eq!(heard.contains("Signed for €11,000."), amounts, "{heard}");
    look_away(&team);
    team.passes(chrono::TimeDelta::days(30)).await;
    assert!(!team.person("Bogdan").screen().contains(word), "once");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_head_hears_of_it_though_the_card_is_old(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    elena.screen();
    elena.presses("Revive").await;
    elena.fills(&[("What do we try?", "Payment terms"), ("How, in a sentence", "Half now.")]).await;
    elena.submits().await;
    team.it_is("2026-12-07T07:00:00Z").await;
    look_away(&team);
    wins(&team, "Ana", "They pay in two parts.").await;
    let told = "SELECT COUNT(*) FROM messages WHERE notice = 'won_to_head:1' AND message IS NOT NULL";
    assert_eq!(team.rows::<(i64,)>(told).await, [(1,)]);
    elena.sees_parts(&["Ana won Acme back. What did it: Payment terms", "Signed for €11,000."]);
    look_away(&team);
    team.ends().await;
}
