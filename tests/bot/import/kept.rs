//! What is stored: once, whatever ends the process, however many do it, and while the bot runs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use panout::clock::{self, Clock};
use panout::domain::WorkingHours;
use rstest::rstest;

use super::Desk;
use crate::story::{On, Setup, Team};

/// So many refusals of last year, each of another account.
fn refusals(count: usize) -> String {
    let mut text = String::from("Account,Reason,Date,Amount,Owner,Notes\n");
    for at in 0..count {
        let _ = writeln!(
            text,
            "Client {at},price/no_budget,2025-{:02}-{:02},{},{},Words {at}",
            at % 12 + 1,
            at % 28 + 1,
            1000 + at,
            ["Ana Pop", "Bogdan Ion"][at % 2]
        );
    }
    text
}

fn start(desk: &Desk) -> Child {
    let mut command = desk.command(&["import", "refusals", "rows.csv", "--write"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

async fn is_exactly(desk: &Desk, count: usize) {
    let kept: Vec<(String, String)> = desk.database.rows("SELECT account, stage FROM refusals").await;
    let accounts: BTreeSet<&str> = kept.iter().map(|(account, _)| account.as_str()).collect();
    assert_eq!((kept.len(), accounts.len()), (count, count), "each once");
    assert!(kept.iter().all(|(_, stage)| stage == "dormant"), "they sleep");
    for (what, sql) in [
        ("rows", "SELECT COUNT(*) FROM import_rows"),
        ("numbers", "SELECT COUNT(DISTINCT number) FROM import_rows WHERE number > 0"),
        ("recontacts", "SELECT COUNT(*) FROM tasks WHERE kind = 'recontact' AND done_at IS NULL"),
        ("decisions", "SELECT COUNT(*) FROM decisions"),
    ] {
        assert_eq!(desk.count(sql).await, i64::try_from(count).expect("few"), "{what}");
    }
}

#[tokio::test]
async fn refusals_are_stored_asleep_and_a_second_run_adds_nothing() {
    let desk = Desk::new();
    let text = refusals(30) + "Client 0,price/no_budget,2025-01-01,1000,ana pop,WORDS 0\n";
    desk.imports("refusals", &text, &["--write"]).says(
        0,
        &["30 stored", "1 the same as an earlier row of this file", "line 32: the same as line 2, and kept once"],
    );
    is_exactly(&desk, 30).await;
    desk.imports("refusals", &text, &["--write"]).says(0, &["0 stored", "30 imported before"]);
    desk.imports("refusals", &text, &[]).says(0, &["0 new", "There is nothing to store."]);
    let reordered = text.replace("Account,Reason,Date", "Firma,Motiv,Data").replace("Client 7,", "Client 700,");
    desk.imports("refusals", &reordered, &["--write"]).says(0, &["1 stored", "29 imported before"]);
    is_exactly(&desk, 31).await;
    let planned = "SELECT COUNT(*) FROM jobs WHERE payload NOT LIKE '%Today%'";
    assert_eq!(desk.count(planned).await, 0, "no card, no debrief, no reminder");
    let most = "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM tasks GROUP BY person_id, due_at) AS moments";
    assert!(desk.count(most).await <= 2, "calls whose day is over are spread");
    desk.database.drop().await;
}

#[tokio::test]
async fn a_row_with_a_mistake_is_refused_and_stored_once_it_is_mended() {
    let desk = Desk::new();
    let wrong = refusals(5).replace("Client 2,price/no_budget", "Client 2,prise");
    desk.imports("refusals", &wrong, &["--write"]).says(1, &["4 stored", "1 refused", "line 4, column B"]);
    is_exactly(&desk, 4).await;
    desk.imports("refusals", &refusals(5), &["--write"]).says(0, &["1 stored", "4 imported before"]);
    is_exactly(&desk, 5).await;
    desk.database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_goes_on_where_it_was() {
    const ROWS: usize = 700;
    let desk = Desk::new();
    desk.imports("refusals", &refusals(ROWS), &[]).says(0, &["700 new"]);
    for at_least in [1, 200] {
        let mut import = start(&desk);
        let until = Instant::now() + Duration::from_mins(2);
        while desk.count("SELECT COUNT(*) FROM refusals").await < at_least {
            assert!(Instant::now() < until, "it stores nothing");
            clock::pause(Duration::from_millis(5)).await;
        }
        let _ = import.kill();
        import.wait().expect("it is gone");
    }
    let so_far = desk.count("SELECT COUNT(*) FROM refusals").await;
    assert!(so_far < 700, "it was killed in the middle: {so_far}");
    is_exactly(&desk, usize::try_from(so_far).expect("some")).await;
    let rest = desk.run(&["import", "refusals", "rows.csv", "--write"]);
    rest.says(0, &[&format!("{} stored", 700 - so_far), &format!("{so_far} imported before")]);
    is_exactly(&desk, ROWS).await;
    desk.database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_import_the_same_file_at_once_store_it_once() {
    const ROWS: usize = 300;
    let desk = Desk::new();
    desk.imports("refusals", &refusals(ROWS), &[]).says(0, &["300 new"]);
    let (mut one, mut other) = (start(&desk), start(&desk));
    for import in [&mut one, &mut other] {
        assert!(import.wait().expect("it ends").success());
    }
    is_exactly(&desk, ROWS).await;
    desk.database.drop().await;
}

#[tokio::test]
async fn what_people_logged_themselves_stays_as_it_is() {
    let desk = Desk::new();
    desk.imports("refusals", "Account,Reason,Date\nNovo,price,2025-03-10\n", &["--write"]).says(0, &["1 stored"]);
    // As if somebody had logged it in chat.
    desk.database.rows::<(i64,)>("DELETE FROM import_rows RETURNING number").await;
    let text = "Account,Reason,Date\nNOVO srl,timing,2025-03-20\nNovo,timing,2025-09-01\n";
    let dry = desk.imports("refusals", text, &[]);
    dry.says(0, &["1 new", "1 logged already", "line 2: logged already as #1, within thirty days of it"]);
    desk.imports("refusals", text, &["--write"]).says(0, &["1 stored", "1 logged already"]);
    // Two of one account in a file are two.
    let two = "Account,Reason,Date\nDima,timing,2025-03-20\nDima,timing,2025-03-21\n";
    desk.imports("refusals", two, &["--write"]).says(0, &["2 stored"]);
    assert_eq!(desk.count("SELECT COUNT(*) FROM refusals").await, 4);
    desk.database.drop().await;
}

#[tokio::test]
async fn a_refusal_keeps_the_day_it_happened_and_comes_back_by_the_rule_of_its_reason() {
    let desk = Desk::new();
    let soon = (Clock::system().now() - TimeDelta::days(10)).date_naive();
    let text = format!(
        "Account,Reason,Date,Competitor,Contract until\nNovo,price,{soon},Rival,\nOld,silent,2025-02-03,,\n\
         Later,under contract,2025-02-03,,2030-06-30\n"
    );
    desk.imports("refusals", &text, &["--write"]).says(0, &["3 stored"]);
    let kept: Vec<(String, String, String, String, String)> = desk
        .database
        .rows(
            "SELECT r.account, r.outcome, CAST(r.happened_on AS TEXT), CAST(r.logged_at AS TEXT), CAST(d.due_on AS TEXT)
             FROM refusals r JOIN decisions d ON d.refusal = r.number ORDER BY r.number",
        )
        .await;
    let (new, old, later) = (&kept[0], &kept[1], &kept[2]);
    assert_eq!((new.1.as_str(), new.2.as_str()), ("competitor", soon.to_string().as_str()));
    assert!(new.3.starts_with(&soon.to_string()), "it counts on its day: {}", new.3);
    assert_eq!(new.4, (soon + TimeDelta::days(90)).to_string(), "price: 90 days");
    assert_eq!((old.1.as_str(), old.2.as_str()), ("silent", "2025-02-03"));
    let first = (Clock::system().now() + TimeDelta::days(5)).date_naive().to_string();
    assert!(old.4 > first, "its day is over: not at once, {}", old.4);
    assert_eq!(later.4, "2030-04-01", "90 days before the contract ends");
    desk.database.drop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn leads_are_imported_while_the_bot_runs(#[values(On::Slack, On::Discord)] on: On) {
    let team = Team::start_with(on, Setup { begins: Clock::system().now(), ..Setup::default() }).await;
    let desk = Desk::of("[organisation]\nname = \"Acme Sales\"\ntime_zone = \"Europe/Bucharest\"\n");
    desk.write("rows.csv", b"Company,E-mail,Owner\nNovo,a@novo.example,Ana\nClar,b@clar.example,Ana\n");
    let mut command = desk.command(&["import", "leads", "rows.csv", "--source", "trade_show", "--write"]);
    command.env("PANOUT_DATABASE_URL", team.database().url());
    let ended = tokio::task::spawn_blocking(move || command.output()).await.expect("it runs").expect("it starts");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.contains("2 stored"), "{said}");
    // Whatever hour it is: until they work, and an hour before they stop at the latest.
    let hours: WorkingHours = "Mon-Fri 09:00-17:00".parse().expect("working hours");
    let opens = hours.next_opening(team.clock.now() + TimeDelta::minutes(10), chrono_tz::Europe::Bucharest);
    team.clock.set(opens + TimeDelta::minutes(30));
    team.idle().await;
    let screen = team.person("Ana").screen();
    assert!(screen.contains("came together") || screen.contains("leads came in for you"), "{screen}");
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
    let owned: Vec<(String, String, i64)> =
        team.rows("SELECT account, source, imported FROM leads ORDER BY number").await;
    let row = |name: &str| (name.to_owned(), "trade_show".to_owned(), 1);
    assert_eq!(owned, [row("Novo"), row("Clar")]);
    team.ends().await;
    desk.database.drop().await;
}

#[tokio::test]
async fn who_left_keeps_what_was_theirs_and_who_wants_peace_is_left_in_it() {
    let desk = Desk::new();
    let text = "Account,Reason,Date,Owner\nNovo,price,2025-03-10,Bogdan Ion\nQuiet,price,2025-03-10,Ana\n";
    desk.imports("refusals", text, &[]).says(0, &["2 new"]);
    // As if the configuration named Bogdan no more, and Quiet had asked not to be contacted.
    let left = "UPDATE people SET left_at = CURRENT_TIMESTAMP WHERE name = 'Bogdan Ion' RETURNING id";
    desk.database.rows::<(i64,)>(left).await;
    let peace = "INSERT INTO do_not_contact (organisation_id, account_key, said_by, noted_by, noted_at, contact_key)
                 SELECT 1, 'quiet', 'Their director', MIN(id), CURRENT_TIMESTAMP, '' FROM people RETURNING noted_by";
    desk.database.rows::<(i64,)>(peace).await;
    desk.imports("refusals", text, &["--write"]).says(0, &["2 stored"]);
    let kept: Vec<(String, String, String, String)> = desk
        .database
        .rows(
            "SELECT r.account, r.stage, rep.name, owner.name FROM refusals r
             JOIN people rep ON rep.id = r.logged_by JOIN people owner ON owner.id = r.owner_id ORDER BY r.account",
        )
        .await;
    let row = |account: &str, stage: &str, rep: &str, owner: &str| {
        (account.to_owned(), stage.to_owned(), rep.to_owned(), owner.to_owned())
    };
    assert_eq!(
        kept,
        [row("Novo", "dormant", "Bogdan Ion", "Elena Radu"), row("Quiet", "closed", "Ana Pop", "Ana Pop")],
        "the head calls again for who left"
    );
    assert_eq!(desk.count("SELECT COUNT(*) FROM tasks").await, 1, "nobody calls Quiet");
    desk.imports("leads", "Company,Owner\nNovo,Bogdan\n", &[]).says(1, &["Bogdan left: name somebody who is there"]);
    desk.database.drop().await;
}
