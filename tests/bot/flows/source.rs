//! Where clients came from: said in the line or in a form, counted, found, and in the files.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use panout::words::Language;
use rstest::rstest;

use crate::story::{On, Setup, Team};

/// What the forms ask.
const ASKED: &str = "Where the client came from";

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Adi", "Oana"] {
        team.person(name).screen();
    }
}

/// Types a question about refusals, as the service takes it.
async fn asks(team: &Team, on: On, who: &str, by: &str) {
    let word = if on == On::Discord { "by:" } else { "by " };
    team.person(who).types(&format!("/refusals week {word}{by}")).await;
}

/// Six refusals: three of a webinar, one of a fair, one of a partner, one of which nobody said.
async fn some_are_logged(team: &Team) {
    for n in 1..=3 {
        team.person("Ana").types(&format!("/refusal Webby{n} 10k price #crm source:webinar")).await;
    }
    team.person("Ana").types("/refusal Fairly 3k RON timing #bi sursă:târg").await;
    team.person("Bogdan").types("/refusal Hooli 5k technical #bi source: partner").await;
    team.person("Bogdan").types("/refusal Initech 2k price").await;
    look_away(team);
}

#[rstest]
#[tokio::test]
async fn it_is_said_in_the_line_in_any_language_and_reaches_the_head(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for (number, line, source) in [
        (1, "Acme 12k price source:webinar #crm", "Webinar"),
        (2, "Globex 5k timing sursă:\"târg\"", "Trade show"),
        (3, "Initech price provenance : bouche à oreille", "Referral"),
        (4, "Phone House 5k price origine:courriel \"came by phone\"", "Email"),
    ] {
        ana.types(&format!("/refusal {line}")).await;
        let says = format!("Source: {source}");
        ana.sees_parts(&[&format!("Stored as #{number}"), &says]);
        elena.sees_parts(&["refused", &says]);
    }
    ana.types("/refusal Partner Chat 5k price").await;
    let unsaid = ana.sees_parts(&["Stored as #5: Partner Chat"]);
    assert!(!unsaid.contains("Source"), "a name is no source:\n{unsaid}");
    if on == On::Discord {
        ana.types("/refusal account:Umbrella reason:price source:walk_in").await;
        ana.sees_parts(&["Stored as #6: Umbrella", "Source: Walk-in"]);
    }
    ana.types("/refusal 1").await;
    ana.sees_parts(&["Acme", "Source: Webinar"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[case("Acme 5k price source:moonlight", "", "moonlight", "I do not know the source \"moonlight\"")]
#[case("Acme 5k source:partner", "Partner", "", "")]
#[tokio::test]
async fn what_is_missing_or_not_known_opens_the_form_with_the_rest_kept(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[case] typed: &str,
    #[case] source: &str,
    #[case] words: &str,
    #[case] says: &str,
) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types(&format!("/refusal {typed}")).await;
    let form = ana.form();
    assert!(form.contains("Company: Acme") && form.contains(says), "{form}");
    let line = |line: &&str| line.starts_with(ASKED);
    assert_eq!(form.lines().find(line).map(str::trim_end), Some(format!("{ASKED}: {source}").trim_end()), "{form}");
    assert!(form.contains(&format!("In the client's own words: {words}")) || words.is_empty(), "{form}");
    ana.fills(&[("Main reason", "Price"), (ASKED, "Phone")]).await;
    ana.submits().await;
    ana.sees_parts(&["Stored as #1: Acme", "Source: Phone"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn it_is_added_changed_and_taken_away_in_the_forms_and_audited(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    look_away(&team);
    ana.presses("Add detail").await;
    ana.fills(&[("Contact", "Ion Pop"), (ASKED, "Trade show")]).await;
    ana.submits().await;
    ana.sees_parts(&["Contact: Ion Pop", "Source: Trade show"]);
    elena.sees_parts(&["(changed) Acme refused", "Source: Trade show"]);
    ana.presses("Edit").await;
    assert!(ana.form().contains(&format!("{ASKED}: Trade show")), "{}", ana.form());
    ana.fills(&[(ASKED, "Partner")]).await;
    ana.submits().await;
    ana.sees_parts(&["Contact: Ion Pop", "Source: Partner"]);
    elena.sees_parts(&["Source: Partner"]);
    ana.presses("Add detail").await;
    ana.fills(&[(ASKED, "")]).await;
    ana.submits().await;
    let taken = ana.sees_parts(&["Stored as #1: Acme", "Contact: Ion Pop"]);
    assert!(!taken.contains("Source"), "{taken}");
    let audit = "SELECT was, is_now FROM audit WHERE what = 'source' ORDER BY id";
    let said = |source: &str| Some(source.to_owned());
    assert_eq!(
        team.rows::<(Option<String>, Option<String>)>(audit).await,
        [(None, said("trade_show")), (said("trade_show"), said("partner")), (said("partner"), None)]
    );
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn everybody_sees_the_table_who_looks_on_too(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    for who in ["Elena", "Bogdan", "Oana", "Adi"] {
        asks(&team, on, who, "source").await;
        let seen = team.person(who).sees_parts(&[
            "6 refusals this week so far",
            "[picture: Table. 6 refusals this week so far. Source: Webinar 3; ",
            "Webinar: 3 (€30k)",
            "Trade show: 1 (RON\u{a0}3,000)",
            "Partner: 1 (€5,000)",
            "Not said: 1 (€2,000)",
            "{Table: Source}",
        ]);
        let named = ["Ana", "Webby", "Hooli", "Initech"].iter().find(|name| seen.contains(**name));
        assert_eq!(named, None, "{who} reads\n{seen}");
    }
    let oana = team.person("Oana");
    oana.chooses("Table: Source", "Product and reason").await;
    oana.sees_parts(&["6 refusals this week so far", "CRM Suite: 3"]);
    oana.chooses("Table: Product and reason", "Source").await;
    oana.sees_parts(&["(changed)", "Webinar: 3"]);
    oana.chooses("Period: This week", "Today").await;
    oana.sees_parts(&["6 refusals today", "Webinar: 3"]);
    // What is corrected moves from one row to another.
    team.person("Ana").sends("detail.1", &[("source", "chat")]).await;
    team.person("Bogdan").sends("detail.6", &[("source", "webinar")]).await;
    for by in ["provenance", "sursă", "origin"] {
        asks(&team, on, "Oana", by).await;
        let seen = oana.sees_parts(&["6 refusals", "Webinar: 3 (€22k)", "Chat: 1 (€10k)"]);
        assert!(!seen.contains("Not said"), "{seen}");
    }
    team.idle().await;
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn it_narrows_a_search_in_any_language(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    let elena = team.person("Elena");
    team.person("Ana").sends("detail.1", &[("source", "chat")]).await;
    team.idle().await;
    look_away(&team);
    for (typed, numbers) in [
        ("source:webinar", &[2, 3][..]),
        ("source:chat", &[1]),
        ("sursă:târg", &[4]),
        ("provenance:\"salon professionnel\"", &[4]),
        ("origine: partenaire", &[5]),
        ("source:webinar source:chat", &[1, 2, 3]),
        ("source:webinar reason:timing", &[]),
        ("source:chat webby", &[1]),
        ("source:phone", &[]),
    ] {
        elena.types(&format!("/refusals search {typed}")).await;
        let seen = elena.screen();
        for number in 1..=6 {
            let is_found = seen.contains(&format!("#{number} "));
            assert_eq!(is_found, numbers.contains(&number), "{typed}: #{number} in {seen}");
        }
    }
    elena.types("/refusals search source:moonlight hooli").await;
    elena.sees_parts(&["source:moonlight hooli", "I do not know source:moonlight.", "Webinar", "Trade show"]);
    elena.types("/refusals search colour:red").await;
    elena.sees_parts(&["I do not know colour:.", "source:webinar"]);
    team.person("Oana").types("/refusals search source:webinar").await;
    team.person("Oana").sees_parts(&["Single refusals are for those who sell."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_pages_of_what_is_found_keep_it(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    for n in 1..=12 {
        let source = if n == 6 { "chat" } else { "walk_in" };
        ana.types(&format!("/refusal Klient{n} 10k price source:{source}")).await;
    }
    look_away(&team);
    ana.types("/refusals search sursă:\"vizită la sediu\"").await;
    ana.sees_parts(&["11 refusals for", "#12 ", "1 to 10 of 11"]);
    ana.presses("More").await;
    let rest = ana.sees_parts(&["#1 Klient1", "11 to 11 of 11"]);
    assert!(!rest.contains("#6 "), "{rest}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn it_is_a_column_of_the_files(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    let elena = team.person("Elena");
    elena.types("/refusals export xlsx").await;
    elena.sees_parts(&["Your file: 6 refusals"]);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(elena.file("refusals-2026-11-23.xlsx"))).expect("a workbook");
    let sheet = book.worksheet_range("Refusals").expect("a sheet");
    let rows: Vec<&[Data]> = sheet.rows().collect();
    let at = rows[0].iter().position(|head| *head == Data::String("Source".into())).expect("a column");
    let said: Vec<String> = rows[1..].iter().map(|row| row[at].to_string()).collect();
    assert_eq!(said, ["Webinar", "Webinar", "Webinar", "Trade show", "Partner", ""]);
    team.ends().await;
}

#[rstest]
#[case(Language::Fr, "Source", "Salon professionnel")]
#[case(Language::Ro, "Sursă", "Târg")]
#[tokio::test]
async fn the_column_speaks_the_language_of_its_reader(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[case] language: Language,
    #[case] head: &str,
    #[case] fair: &str,
) {
    let team = Team::start_with(on, Setup { language, ..Setup::default() }).await;
    some_are_logged(&team).await;
    let ana = team.person("Ana");
    ana.types("/refusals export csv").await;
    ana.screen();
    let csv = String::from_utf8(ana.file("refusals-2026-11-23.csv")).expect("UTF-8");
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let at = rows[0].iter().position(|name| *name == head).unwrap_or_else(|| panic!("no {head} in\n{csv}"));
    // Three of a webinar, and the fair.
    assert_eq!(rows[4][at], fair, "{csv}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn is_it_the_same_one_keeps_what_was_said(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types("/refusal Acme 12k price source:webinar").await;
    ana.types("/refusal Globex 5k timing").await;
    look_away(&team);
    ana.types("/refusal Acme 15k price source:partner").await;
    ana.presses("A new refusal").await;
    ana.sees_parts(&["Stored as #3: Acme", "Source: Partner"]);
    ana.types("/refusal Globex timing source:chat").await;
    ana.presses("The same as #2").await;
    assert!(ana.form().contains(&format!("{ASKED}: Chat")), "what is new in it:\n{}", ana.form());
    ana.submits().await;
    ana.sees_parts(&["Stored as #2: Globex", "Source: Chat"]);
    ana.types("/refusal Globex timing source:phone").await;
    ana.presses("The same as #2").await;
    assert!(ana.form().contains(&format!("{ASKED}: Chat")), "nothing stored is replaced:\n{}", ana.form());
    ana.submits().await;
    ana.sees_parts(&["Source: Chat"]);
    look_away(&team);
    team.ends().await;
}
