//! Refusals as a file, for whoever asked.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use chrono::TimeDelta;
use rstest::rstest;

use crate::story::{On, Team, Trouble};

async fn some_are_logged(team: &Team) {
    team.person("Ana")
        .types("/refusal Acme 40k price/payment_terms #crm \"=HYPERLINK(1), we pay at ninety days\"")
        .await;
    team.person("Bogdan").types("/refusal Hooli 12k technical #bi").await;
    team.person("Ana").types("/refusal Globex 5k timing #crm").await;
    team.person("Ana").presses("Undo").await;
    for name in ["Ana", "Bogdan", "Elena", "Adi", "Oana"] {
        team.person(name).screen();
    }
}

/// The rows of a sheet of a workbook.
fn rows(bytes: Vec<u8>, sheet: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    assert_eq!(book.sheet_names(), ["Refusals", "Rep and product"]);
    let sheet = book.worksheet_range(sheet).expect("a sheet");
    sheet.rows().map(<[Data]>::to_vec).collect()
}

#[rstest]
#[tokio::test]
async fn everybody_gets_a_file_of_what_they_may_see(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena, oana) = (team.person("Ana"), team.person("Elena"), team.person("Oana"));
    some_are_logged(&team).await;
    ana.types("/refusals export").await;
    ana.sees_parts(&[
        "Preparing 1 refusal since the beginning",
        "Your file: 1 refusal",
        "[file: refusals-2026-11-23.xlsx]",
    ]);
    let hers = rows(ana.file("refusals-2026-11-23.xlsx"), "Refusals");
    assert_eq!(hers.len(), 2, "a head and one row, not what was undone: {hers:?}");
    assert_eq!(hers[1][3], Data::String("Acme".into()));
    assert!(hers[1].contains(&Data::String("=HYPERLINK(1), we pay at ninety days".into())), "a text: {hers:?}");
    assert!(hers[1].contains(&Data::Float(40_000.0)) && hers[1].contains(&Data::String("EUR".into())), "{hers:?}");
    let matrix = rows(ana.file("refusals-2026-11-23.xlsx"), "Rep and product");
    let euros = matrix[0].iter().position(|head| *head == Data::String("CRM Suite (EUR)".into())).expect("budgets");
    assert_eq!((&matrix[1][0], &matrix[1][euros]), (&Data::String("You".into()), &Data::Float(40_000.0)), "{matrix:?}");
    assert_eq!((&matrix[2][0], &matrix[2][3]), (&Data::String("Your team".into()), &Data::Float(2.0)), "{matrix:?}");
    elena.types("/refusals export csv month").await;
    elena.sees_parts(&["Preparing 2 refusals this month so far", "Your file: 2 refusals"]);
    let csv = String::from_utf8(elena.file("refusals-2026-11-01-2026-11-23.csv")).expect("UTF-8");
    assert!(csv.starts_with('\u{feff}'), "Excel reads it as UTF-8");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(csv.contains("'=HYPERLINK(1)") && csv.contains("Hooli") && !csv.contains("Globex"), "{csv}");
    elena.types("/refusals week").await;
    elena.sees_parts(&["2 refusals this week so far", "[Export]"]);
    elena.presses("Export").await;
    elena.sees_parts(&["Preparing 2 refusals this week so far", "[file: refusals-2026-11-23-2026-11-23.xlsx]"]);
    oana.types("/refusals week").await;
    assert!(!oana.screen().contains("[Export]"));
    assert!(oana.picks("figures_file.week.rep_product", "").await.contains("for those who sell"));
    oana.types("/refusals export").await;
    oana.sees_parts(&["A file of refusals is for those who sell."]);
    ana.types("/refusals export xlsx 2020-01-01..2020-12-31").await;
    ana.sees_parts(&["No refusal for 1 January – 31 December 2020."]);
    ana.types("/refusals export pdf").await;
    ana.sees_parts(&["pdf is no period I know."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn somebody_who_wants_no_reminders_gets_the_file_they_asked_for(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    some_are_logged(&team).await;
    ana.types("/panout stop").await;
    ana.screen();
    // Late in the evening.
    team.it_is("2026-11-23T20:00:00Z").await;
    ana.types("/refusals export csv").await;
    ana.sees_parts(&["Your file: 1 refusal"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_file_is_forgotten_after_a_week(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    team.person("Ana").types("/refusals export csv").await;
    team.person("Ana").screen();
    let kept = "SELECT COUNT(*) FROM exports WHERE content IS NOT NULL";
    assert_eq!(team.rows::<(i64,)>(kept).await, [(1,)]);
    team.it_is("2026-12-02T04:00:00Z").await;
    assert_eq!(team.rows::<(i64,)>(kept).await, [(0,)]);
    for name in ["Ana", "Bogdan", "Elena", "Adi", "Oana"] {
        team.person(name).screen();
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_may_see_less_when_it_is_made_gets_no_file(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    use panout::domain::Role;
    let mut team = Team::start(on).await;
    some_are_logged(&team).await;
    team.person("Elena").types("/refusals export").await;
    team.person("Elena").sees_parts(&["Your file: 2 refusals"]);
    let name = "refusals-2026-11-23.xlsx";
    assert!(!team.person("Elena").file(name).is_empty());
    // Not sent yet, and she leads the team no longer.
    let again = "UPDATE exports SET done_at = NULL, content = NULL, made_for = NULL RETURNING id";
    assert_eq!(team.rows::<(i64,)>(again).await.len(), 1);
    for sql in [
        "DELETE FROM messages WHERE notice LIKE 'exported:%' RETURNING notice",
        "DELETE FROM jobs WHERE occurrence LIKE 'exported:%' RETURNING occurrence",
        "UPDATE jobs SET state = 'ready' WHERE kind = 'export' RETURNING occurrence",
    ] {
        assert_eq!(team.rows::<(String,)>(sql).await.len(), 1, "{sql}");
    }
    team.restarts_with(vec![
        ("Elena", Role::Observer),
        ("Ana", Role::Rep),
        ("Bogdan", Role::Rep),
        ("Oana", Role::Observer),
        ("Adi", Role::Admin),
    ])
    .await;
    let seen = team.person("Elena").sees_parts(&["A file of refusals is for those who sell."]);
    assert!(!seen.contains("[file:"), "{seen}");
    let kept = "SELECT COUNT(*) FROM exports WHERE content IS NOT NULL";
    assert_eq!(team.rows::<(i64,)>(kept).await, [(0,)]);
    for name in ["Ana", "Bogdan", "Adi", "Oana"] {
        team.person(name).screen();
    }
    team.ends().await;
}

/// Some minutes pass.
async fn minutes(team: &Team, many: usize) {
    for _ in 0..many {
        team.passes(TimeDelta::minutes(1)).await;
    }
}

/// The job that was given up, which `panout doctor` shows, is looked at.
async fn is_seen_by_the_admin(team: &Team) {
    let given_up = team.forgives();
    assert_eq!(given_up.iter().filter(|error| error.contains("given up")).count(), 1, "{given_up:?}");
    let done = "UPDATE jobs SET state = 'done' WHERE state = 'dead' RETURNING id";
    assert_eq!(team.rows::<(i64,)>(done).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_file_that_cannot_be_made_is_told_within_minutes_and_can_be_asked_for_again(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    some_are_logged(&team).await;
    // A row that nobody can read.
    let broken = "UPDATE refusals SET stage = 'nowhere' WHERE number = 1 RETURNING number";
    assert_eq!(team.rows::<(i64,)>(broken).await.len(), 1);
    ana.types("/refusals export csv").await;
    ana.sees_parts(&["Preparing 1 refusal since the beginning"]);
    ana.types("/refusals export csv").await;
    ana.sees_parts(&["Your last file is still being made."]);
    minutes(&team, 8).await;
    ana.sees_parts(&["I am sorry: your file could not be made.", "[Ask again]"]);
    is_seen_by_the_admin(&team).await;
    let mended = "UPDATE refusals SET stage = 'with_head' WHERE number = 1 RETURNING number";
    assert_eq!(team.rows::<(i64,)>(mended).await.len(), 1);
    ana.presses("Ask again").await;
    ana.sees_parts(&[
        "Preparing 1 refusal since the beginning",
        "Your file: 1 refusal",
        "[file: refusals-2026-11-23.csv]",
    ]);
    assert!(!ana.file("refusals-2026-11-23.csv").is_empty());
    team.ends().await;
}

#[rstest]
#[case::slack_is_down(On::Slack, Trouble::Status { times: 1000, status: 503 })]
#[case::slack_asks_to_wait(On::Slack, Trouble::TooManyRequests { times: 1000, retry_after: Some(120) })]
#[case::answers_of_slack_are_lost(On::Slack, Trouble::LostAnswer { times: 1000 })]
#[case::discord_is_down(On::Discord, Trouble::Status { times: 1000, status: 503 })]
#[case::discord_hangs(On::Discord, Trouble::Hang { times: 1000 })]
#[tokio::test]
async fn a_file_that_cannot_be_sent_for_minutes_is_told_and_can_be_asked_for_again(
    #[case] on: On,
    #[case] trouble: Trouble,
) {
    let mut team = Team::start(on).await;
    some_are_logged(&team).await;
    team.service().trouble(Trouble::Uploads(Box::new(trouble)));
    team.person("Ana").types("/refusals export csv").await;
    team.person("Ana").sees_parts(&["Preparing 1 refusal since the beginning"]);
    minutes(&team, 13).await;
    let read = team.person("Ana").screen();
    assert_eq!(read.matches("it could not be sent here for some minutes").count(), 1, "{read}");
    assert!(read.contains("[Ask again]") && !read.contains("[file:"), "{read}");
    team.service().trouble(Trouble::Over);
    // Whoever starts again tries what was given up: of this they were told.
    team.restarts().await;
    team.person("Ana").sees_nothing();
    assert!(team.forgives().iter().any(|error| error.contains("given up")));
    team.person("Ana").presses("Ask again").await;
    team.person("Ana").sees_parts(&["Preparing 1 refusal", "Your file: 1 refusal", "[file: refusals-2026-11-23.csv]"]);
    let other = team.person("Bogdan").picks("export_again.1", "").await;
    assert!(other.contains("This is not yours to open or change."), "{other}");
    team.ends().await;
}

#[rstest]
#[case::a_429(Trouble::TooManyRequests { times: 2, retry_after: Some(1) })]
#[case::errors(Trouble::Status { times: 2, status: 502 })]
#[case::lost_answers(Trouble::LostAnswer { times: 2 })]
#[case::a_hang(Trouble::Hang { times: 1 })]
#[tokio::test]
async fn a_file_in_trouble_is_sent_once(#[values(On::Slack, On::Discord)] on: On, #[case] trouble: Trouble) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    team.service().trouble(Trouble::Uploads(Box::new(trouble)));
    team.person("Ana").types("/refusals export csv").await;
    minutes(&team, 5).await;
    let read = team.person("Ana").screen();
    assert_eq!(read.matches("[file: refusals-2026-11-23.csv]").count(), 1, "{read}");
    assert!(!read.contains("could not be sent"), "{read}");
    team.ends().await;
}
