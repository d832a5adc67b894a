//! Earlier refusals beside a new one: those alike, with what brought them back, and those of the same account.

use rstest::rstest;

use crate::story::{Actor, On, Team};

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

const IN_RETAIL: &str = "/refusal Acme 12k price #crm \"Our auditors want every invoice in one place\"";
const ALSO_IN_RETAIL: &str = "/refusal Globex 5k technical #crm \"auditors want every invoice in one place\"";

/// Says of which segment a refusal is.
async fn is_of(who: &Actor<'_>, number: i64, segment: &str) {
    who.sends(&format!("detail.{number}"), &[("segment", segment)]).await;
}

#[rstest]
#[tokio::test]
async fn one_of_the_same_segment_is_alike_whatever_the_reason_and_it_is_said_why(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types(IN_RETAIL).await;
    is_of(&ana, 1, "Rétail").await;
    // Neither another product, nor another segment, nor other words are alike.
    for (number, line, segment) in [
        (2, "/refusal Initech 12k price #bi \"Our auditors want every invoice in one place\"", "Retail"),
        (3, "/refusal Umbrella 12k price #crm \"Our auditors want every invoice in one place\"", "Health"),
        (4, "/refusal Hooli 12k price #crm \"Nobody here has time before March\"", "Retail"),
    ] {
        ana.types(line).await;
        is_of(&ana, number, segment).await;
    }
    team.idle().await;
    look_away(&team);
    bogdan.types(ALSO_IN_RETAIL).await;
    let stored = bogdan.sees_parts(&["Stored as #5: Globex"]);
    assert!(!stored.contains("like this"), "of which segment it is nobody said yet:\n{stored}");
    bogdan.presses("Add detail").await;
    bogdan.fills(&[("Segment", " RETAIL ")]).await;
    bogdan.submits().await;
    bogdan.sees_parts(&[
        "Stored as #5: Globex",
        "One earlier refusal is like this one:",
        "A colleague's: Price, CRM Suite, November 2026",
        "Alike: same product, same segment, said alike (",
        "auditors",
    ]);
    elena.sees_parts(&["Globex refused", "One earlier refusal is like this one:", "#1 Acme, Price, CRM Suite"]);
    elena.sends("close.1", &[("why", "no_contact"), ("said_by", "Their buyer")]).await;
    let list = elena.picks("similar.5", "").await;
    assert!(!list.contains("Acme"), "who asked for peace is no example: {list}");
    team.idle().await;
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[case::the_head_has_looked_at_forty("#bi", 39, true, true)]
#[case::the_head_has_looked_at_forty("#bi", 40, false, true)]
#[case::a_hundred_were_looked_at("#bi", 99, false, true)]
#[case::a_hundred_were_looked_at("#bi", 100, false, false)]
#[case::the_head_has_compared_ten("#crm", 9, true, true)]
#[case::the_head_has_compared_ten("#crm", 10, false, true)]
#[case::a_hundred_were_compared("#crm", 99, false, true)]
#[tokio::test]
async fn of_a_segment_only_the_latest_are_compared_and_fewer_while_others_wait(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[case] later: &'static str,
    #[case] count: i64,
    #[case] on_the_card: bool,
    #[case] in_the_list: bool,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types(IN_RETAIL).await;
    is_of(&ana, 1, "Retail").await;
    ana.types(&format!("/refusal Initech 12k timing {later} \"Nobody here has time before March\"")).await;
    is_of(&ana, 2, "Retail").await;
    repeats(&team, count - 1).await;
    look_away(&team);
    ana.types(ALSO_IN_RETAIL).await;
    let number = count + 2;
    ana.sees_parts(&[&format!("Stored as #{number}: Globex")]);
    elena.screen();
    is_of(&ana, number, "Retail").await;
    team.idle().await;
    let card = elena.sees_parts(&["Globex refused"]);
    assert_eq!(card.contains("#1 Acme"), on_the_card, "{card}");
    let list = elena.picks(&format!("similar.{number}"), "").await;
    assert_eq!(list.contains("Acme"), in_the_list, "{list}");
    look_away(&team);
    team.ends().await;
}

/// The second refusal, so many times more.
async fn repeats(team: &Team, times: i64) {
    let number = team.rows::<(i64,)>("SELECT MAX(number) FROM refusals").await[0].0;
    let once = "INSERT INTO refusals (organisation_id, number, team_id, account, account_key, outcome, reason,
                    reason_source, products, verbatim, segment, segment_key, happened_on, owner_id, logged_by, logged_at,
                    stage)
                SELECT organisation_id, (SELECT MAX(number) + 1 FROM refusals), team_id, account, account_key, outcome,
                    reason, reason_source, products, verbatim, segment, segment_key, happened_on, owner_id, logged_by,
                    logged_at, stage
                FROM refusals WHERE number = 2 RETURNING number";
    for _ in 0..times {
        team.rows::<(i64,)>(once).await;
    }
    let next = "UPDATE organisations SET next_refusal = (SELECT MAX(number) + 1 FROM refusals) RETURNING next_refusal";
    assert_eq!(team.rows::<(i64,)>(next).await, [(number + times + 1,)]);
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
