//! Earlier refusals beside a new one: those alike, with what brought them back, and those of the same account.

use rstest::rstest;

use crate::story::{On, Team};

const EARLIER: &str = "/refusal Acme 12k price/payment_terms #crm \"They only pay at 90 days\"";
const ALIKE: &str = "/refusal Globex 5k price/payment_terms #crm \"payment after 90 days\"";

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

async fn is_won_back(team: &Team, rep: &str, how: &str) {
    let (who, elena) = (team.person(rep), team.person("Elena"));
    elena.presses("Revive").await;
    elena.fills(&[("What do we try?", "Payment terms"), ("How, in a sentence", "Half now.")]).await;
    elena.submits().await;
    who.screen();
    who.presses("Won back").await;
    who.fills(&[("What worked, in a sentence", how)]).await;
    who.submits().await;
}

#[rstest]
#[tokio::test]
async fn who_logs_reads_which_earlier_refusals_are_alike_and_what_brought_them_back(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types(EARLIER).await;
    let alone = ana.sees_parts(&["Stored as #1: Acme"]);
    assert!(!alone.contains("like this") && !alone.contains("[Similar]"), "{alone}");
    elena.screen();
    is_won_back(&team, "Ana", "They pay in two parts.").await;
    look_away(&team);
    bogdan.types(ALIKE).await;
    let theirs = bogdan.sees_parts(&[
        "Stored as #2: Globex",
        "One earlier refusal is like this one:",
        "A colleague's: Price: Payment terms, CRM Suite, November 2026",
        "What brought it back: Payment terms: They pay in two parts.",
        "Alike: same reason, same product, said alike (",
        "90, days",
        "[Undo] [Edit] [Add detail]",
    ]);
    for secret in ["Acme", "Ana", "only pay", "#1 "] {
        assert!(!theirs.contains(secret), "{secret} is a colleague's:\n{theirs}");
    }
    // Whoever leads the team reads which account it was.
    elena.sees_parts(&["Globex refused", "#1 Acme, Price: Payment terms, CRM Suite, November 2026"]);
    // Their own they read whole.
    ana.types("/refusal Initech 5k price/payment_terms #crm \"90 days or nothing\"").await;
    ana.sees_parts(&["2 earlier refusals are like this one:", "#1 Acme, Price: Payment terms", "A colleague's: Price"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn similar_opens_the_list_again_from_the_owners_card(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types(EARLIER).await;
    team.passes(chrono::TimeDelta::minutes(1)).await;
    bogdan.types(ALIKE).await;
    look_away(&team);
    elena.presses("Validate").await;
    elena.submits().await;
    look_away(&team);
    bogdan.types("/recontacts").await;
    bogdan.chooses("Open one of them", "#2 Globex").await;
    bogdan.screen();
    bogdan.presses("Similar").await;
    let list = bogdan.sees_parts(&["Earlier refusals like #2", "A colleague's: Price: Payment terms, CRM Suite"]);
    assert!(!list.contains("Acme"), "{list}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_asked_for_peace_and_what_was_undone_is_never_an_example(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types(EARLIER).await;
    look_away(&team);
    elena.presses("Close for good").await;
    elena.fills(&[("Why?", "They asked not to be contacted"), ("Who said so?", "Their buyer")]).await;
    elena.submits().await;
    ana.types("/refusal Initech 5k price/payment_terms #crm").await;
    ana.presses("Undo").await;
    look_away(&team);
    bogdan.types(ALIKE).await;
    let stored = bogdan.sees_parts(&["Stored as #3: Globex"]);
    assert!(!stored.contains("like this"), "{stored}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_card_tells_what_the_account_said_before_and_only_counts_what_is_not_the_readers(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k technical").await;
    look_away(&team);
    elena.presses("Validate").await;
    elena.submits().await;
    look_away(&team);
    team.passes(chrono::TimeDelta::days(42)).await;
    bogdan.types("/refusal ACME Inc. 5k price").await;
    bogdan.screen();
    elena.sees_parts(&["Earlier from this client:", "#1, 23 November 2026, Technical: Asleep until its date"]);
    elena.presses("Validate").await;
    elena.submits().await;
    look_away(&team);
    bogdan.types("/recontacts").await;
    bogdan.chooses("Open one of them", "#2 ACME Inc.").await;
    let theirs = bogdan.sees_parts(&["Earlier from this client:", "one logged by a colleague"]);
    assert!(!theirs.contains("Technical"), "{theirs}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_stands_in_for_a_colleague_reads_whose_earlier_ones_are_alike(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    ana.types(EARLIER).await;
    bogdan.types(ALIKE).await;
    assert!(!bogdan.screen().contains("Acme"));
    ana.types("/panout away until 27 November deputy Bogdan").await;
    look_away(&team);
    let alike = bogdan.picks("similar.2", "").await;
    assert!(alike.contains("Acme"), "{alike}");
    ana.types("/panout back").await;
    look_away(&team);
    let alike = bogdan.picks("similar.2", "").await;
    assert!(alike.contains("A colleague's") && !alike.contains("Acme"), "{alike}");
    team.ends().await;
}
