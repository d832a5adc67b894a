//! The memory: past refusals found by their words, by whom they concern and by nobody else.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Setup, Team};

const NOTHING: &str = "No refusal for";

/// Everybody looks at what came to them meanwhile.
fn look_away(team: &Team, names: &[&str]) {
    for name in names {
        team.person(name).screen();
    }
}

/// Three clients in three languages, with what was said afterwards.
async fn some_are_logged(team: &Team) {
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Lumière 12k price/payment_terms #crm vs Globex \"the contracts want ninety days\"").await;
    ana.types("/refusal Contractor 5k technical #bi \"no integration\"").await;
    bogdan.types("/refusal Țăndărei 3k timing \"poate la anul, bugetul e închis\"").await;
    ana.sends("detail.1", &[("contact", "Maria Pop"), ("segment", "Santé")]).await;
    ana.sends("all_questions.1", &[("ended", "A quarrel about invoices.")]).await;
    ana.sends("review.1", &[("decision", "The steering committee."), ("from_whom", "Maria Pop")]).await;
    elena.sends("validate.1", &[("reason", "price"), ("again_on", "2027-01-04")]).await;
    let revived =
        [("lever", "discount"), ("note", "Try the small kangaroo."), ("owner", "2"), ("due_on", "2026-12-07")];
    elena.sends("revive.2", &revived).await;
    team.idle().await;
    look_away(team, &["Ana", "Bogdan", "Elena", "Adi", "Oana"]);
}

#[rstest]
#[tokio::test]
async fn any_word_in_any_language_finds_it_and_opens_it(
    #[values(On::Slack, On::Discord, On::Local, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    let elena = team.person("Elena");
    for (typed, number) in [
        ("LUMIERE", "#1"),
        ("contractul zile ninety days", ""),
        ("contractul ninety", "#1"),
        ("maria", "#1"),
        ("globex", "#1"),
        ("sante", "#1"),
        ("invoice", "#1"),
        ("steer", "#1"),
        ("kangaroos", "#2"),
        ("intégration", "#2"),
        ("tandarei", "#3"),
        ("buget inchis", "#3"),
        ("bug", "#3"),
    ] {
        elena.types(&format!("/refusals search {typed}")).await;
        let seen = elena.screen();
        let found = if number.is_empty() { seen.contains(NOTHING) } else { seen.contains(&format!("{number} ")) };
        assert!(found && (number.is_empty() || seen.contains("1 refusal")), "{typed}: {seen}");
    }
    // In the account and the client's own words first, then the newer one.
    elena.types("/refusals search contract").await;
    elena.sees_parts(&[
        "2 refusals for contract",
        "#2 Contractor, €5,000, Technical, 23 November 2026. Worth another try.",
    ]);
    elena.types("/refusals search ninety globex").await;
    elena.sees_parts(&[
        "#1 Lumière, €12,000, Price: Payment terms, 23 November 2026. Asleep until its date.",
        "“the contracts want ninety days”",
    ]);
    elena.chooses("Open one of them", "#1 Lumière").await;
    elena.sees_parts(&["Maria Pop", "A quarrel about invoices."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn filters_narrow_it_down_in_any_language(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    let elena = team.person("Elena");
    for (typed, numbers) in [
        ("reason:price", &["#1"][..]),
        ("reason:price reason:timing", &["#1", "#3"]),
        ("raison:prix", &["#1"]),
        ("motiv: preț", &["#1"]),
        ("reason:payment_terms", &["#1"]),
        ("product:crm", &["#1"]),
        ("produs:\"CRM Suite\" reason:technical", &[]),
        ("product:bi", &["#2"]),
        ("by:Bogdan", &["#3"]),
        ("par:ana", &["#1", "#2"]),
        ("by:me", &[]),
        ("segment:sante", &["#1"]),
        ("competitor:glob", &["#1"]),
        ("stage:revived", &["#2"]),
        ("étape:\"en sommeil jusqu'à sa date\"", &["#1"]),
        ("since:2026-11", &["#1", "#2", "#3"]),
        ("depuis:2026-11-24", &[]),
        ("until:2026-10", &[]),
        ("since:2025 until:2026-11-23 by:Ana integr", &["#2"]),
        ("contract stage:dormant reason:price", &["#1"]),
    ] {
        elena.types(&format!("/refusals search {typed}")).await;
        let seen = elena.screen();
        for number in ["#1", "#2", "#3"] {
            let is_found = seen.contains(&format!("{number} "));
            assert_eq!(is_found, numbers.contains(&number), "{typed}: {number} in {seen}");
        }
        assert_eq!(seen.contains(NOTHING), numbers.is_empty(), "{typed}: {seen}");
    }
    for (typed, says) in [
        ("", &["Type what you look for"][..]),
        ("contract colour:red", &["contract colour:red", "I do not know colour:.", "reason:price"]),
        ("reason:weather contract", &["reason:weather contract", "I do not know reason:weather.", "Price", "Timing"]),
        ("product:bicycle", &["product:bicycle", "CRM Suite"]),
        ("stage:flying", &["stage:flying", "Won back"]),
        ("by:Zoe dear", &["by:Zoe dear", "nothing is called by:Zoe."]),
        ("since:yesteryear", &["since:yesteryear", "2026-01"]),
        (&"long".repeat(70), &["type at most 250 characters"]),
        (&format!("{} colour:red", "lang".repeat(55)), &["I do not know colour:."]),
        (&"lung".repeat(60), &[NOTHING]),
        ("!? --", &["has no word I can look for"]),
        ("a b c d e f g h i j k l m n o p q r s t u v", &["at most 20 words"]),
    ] {
        elena.types(&format!("/refusals search {typed}")).await;
        elena.sees_parts(says);
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn pages_are_turned_in_place_and_by_typing(
    #[values(On::Slack, On::Discord, On::Local, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for n in 1..=23 {
        ana.types(&format!("/refusal Klient{n} 10k price \"zu teuer\"")).await;
    }
    look_away(&team, &["Ana", "Elena"]);
    ana.types("/refusals search teuer reason:price by:Ana").await;
    let first =
        ana.sees_parts(&["23 refusals for teuer reason:price by:Ana", "#23 ", "#14 ", "1 to 10 of 23", "[More]"]);
    assert!(!first.contains("#13 ") && !first.contains("[Back]"), "{first}");
    ana.presses("More").await;
    let second = ana.sees_parts(&["(changed)", "#13 ", "#4 ", "11 to 20 of 23", "[Back] [More]"]);
    assert!(!second.contains("#14 ") && !second.contains("#3 "), "{second}");
    // Logged meanwhile: it comes first, and pushes the others on.
    ana.types("/refusal Spaet 10k price \"zu teuer\"").await;
    look_away(&team, &["Ana", "Elena"]);
    ana.presses("More").await;
    let third = ana.sees_parts(&["#4 Klient4", "#1 Klient1", "21 to 24 of 24", "[Back]"]);
    assert!(!third.contains("[More]"), "{third}");
    ana.presses("Back").await;
    ana.sees_parts(&["11 to 20 of 24"]);
    // No button has room for so much.
    let long = "teuer reason:price reason:technical reason:timing reason:other reason:silent reason:logistics";
    ana.types(&format!("/refusals search {long}")).await;
    let typed = ana.sees_parts(&["1 to 10 of 24", "type the same with page:2"]);
    assert!(!typed.contains("[More]"), "{typed}");
    ana.types(&format!("/refusals search {long} page:3")).await;
    ana.sees_parts(&["21 to 24 of 24", "#1 Klient1"]);
    ana.types("/refusals search teuer page:9").await;
    ana.sees_parts(&["24 refusals for teuer"]);
    elena.screen();
    team.ends().await;
}

/// A head and a rep of another team beside those of the story.
async fn two_teams(on: On) -> Team {
    let mut setup = Setup::default();
    setup.people.extend([("Paul", Role::Head), ("Ion", Role::Rep)]);
    let team = Team::start_with(on, setup).await;
    let others =
        "INSERT INTO teams (organisation_id, name, position, language, currency, time_zone, working_hours, channels)
         SELECT organisation_id, 'Inside', 1, language, currency, time_zone, working_hours, '[]' FROM teams RETURNING id";
    team.rows::<(i64,)>(others).await;
    let moved = "UPDATE people SET team_id = (SELECT MAX(id) FROM teams) WHERE name IN ('Paul', 'Ion') RETURNING id";
    team.rows::<(i64,)>(moved).await;
    team
}

#[rstest]
#[tokio::test]
async fn nobody_finds_what_is_not_theirs_by_typing_turning_or_pressing(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = two_teams(on).await;
    team.person("Ana").types("/refusal Acme 12k price #crm vs Globex \"secret words\"").await;
    for n in 0..12 {
        team.person("Ion").types(&format!("/refusal Initech{n} 9k price \"other secrets\"")).await;
    }
    team.idle().await;
    let everybody = ["Ana", "Bogdan", "Elena", "Oana", "Adi", "Paul", "Ion"];
    look_away(&team, &everybody);
    let sees = [("Ana", 1, 0), ("Bogdan", 0, 0), ("Elena", 1, 0), ("Adi", 1, 12), ("Paul", 0, 12), ("Ion", 0, 12)];
    for (who, acme, initech) in sees {
        let person = team.person(who);
        for (typed, count) in [
            ("secret", acme + initech),
            ("by:Ana", acme),
            ("by:Ion", initech),
            ("globex", acme),
            ("reason:price", acme + initech),
            ("since:2026-11", acme + initech),
            ("stage:logged stage:with_head", acme + initech),
            ("competitor:globex product:crm", acme),
        ] {
            person.types(&format!("/refusals search {typed}")).await;
            let seen = person.screen();
            let title = if count == 0 { NOTHING.to_owned() } else { format!("{count} refusal") };
            assert!(seen.contains(&title), "{who} looks for {typed}: {seen}");
            assert!(acme > 0 || !seen.contains("Acme"), "{who} looks for {typed}: {seen}");
            // Whatever a button says that they make up, it is they who ask.
            for page in [0, 1, 7] {
                let carried = typed.replace(' ', "+");
                let read = person.picks(&format!("hits.{page}.{carried}"), "").await;
                assert!(acme > 0 || !read.contains("Acme"), "{who} made up a button for {typed}: {read}");
                assert!(initech > 0 || !read.contains("Initech"), "{who} made up a button for {typed}: {read}");
            }
        }
    }
    let oana = team.person("Oana");
    oana.types("/refusals search secret").await;
    oana.sees_parts(&["Single refusals are for those who sell."]);
    let read = oana.picks("hits.0.secret", "").await;
    assert!(read.contains("for those who sell") && !read.contains("Acme"), "{read}");
    for made_up in ["hits.0", "hits.-1.secret", "hits.0.", "hits.x.secret", "hits.99999.secret"] {
        let read = team.person("Ana").picks(made_up, "").await;
        assert!(read.contains("another version of me"), "{made_up}: {read}");
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_deputy_finds_the_teams_and_a_new_owner_no_debrief(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    bogdan.types("/refusals search globex").await;
    bogdan.sees_parts(&[NOTHING]);
    // It is in his hands now, but what Ana said of it is for her and their head.
    elena.sends("reassign.1", &[("to", "3"), ("note", "Yours.")]).await;
    team.idle().await;
    look_away(&team, &["Ana", "Bogdan", "Elena"]);
    bogdan.types("/refusals search globex").await;
    bogdan.sees_parts(&["1 refusal for globex", "#1 Lumière"]);
    bogdan.types("/refusals search quarrel").await;
    bogdan.sees_parts(&[NOTHING]);
    ana.types("/refusals search quarrel").await;
    ana.sees_parts(&["#1 Lumière"]);
    ana.types("/refusals search by:Bogdan").await;
    ana.sees_parts(&[NOTHING]);
    elena.types("/panout away until 27 November deputy Ana").await;
    look_away(&team, &["Ana", "Elena"]);
    ana.types("/refusals search by:Bogdan").await;
    ana.sees_parts(&["#3 Țăndărei"]);
    elena.types("/panout back").await;
    look_away(&team, &["Ana", "Elena"]);
    ana.types("/refusals search by:Bogdan").await;
    ana.sees_parts(&[NOTHING]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_was_undone_is_gone_and_who_asked_for_peace_is_shown_so(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price \"zebra\"").await;
    ana.types("/refusals search zebra").await;
    assert!(ana.screen().contains("#1 Acme"));
    ana.sends(
        "edit.1",
        &[("account", "Acme"), ("reason", "price"), ("outcome", "no_decision"), ("verbatim", "giraffe")],
    )
    .await;
    ana.types("/refusals search zebra").await;
    ana.sees_parts(&[NOTHING]);
    ana.types("/refusals search giraffes").await;
    ana.sees_parts(&["#1 Acme"]);
    ana.picks("undo.1", "").await;
    for typed in ["giraffe", "acme", "by:me", "reason:price", "since:2026"] {
        ana.types(&format!("/refusals search {typed}")).await;
        ana.sees_parts(&[NOTHING]);
    }
    ana.types("/refusal Globex 5k timing \"never again\"").await;
    elena.sends("close.2", &[("why", "no_contact"), ("said_by", "Their lawyer")]).await;
    team.idle().await;
    look_away(&team, &["Ana", "Elena"]);
    ana.types("/refusals search globex").await;
    ana.sees_parts(&["#2 Globex, €5,000, Timing, 23 November 2026. Closed for good. Do not contact."]);
    team.ends().await;
}
