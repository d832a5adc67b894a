//! Many leads, or many refusals, and the few messages that say so.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::TimeDelta;
use panout::flows::{Cell, Columns, Fate, Import, ImportKind, ImportOptions, Row, Rules, Shared, Sheet};
use panout::store::Db;
use panout::words::{Catalogue, Language};
use rstest::rstest;

use crate::story::{Database, On, Setup, Team};

/// Imports rows into the database of a running bot, at its time; how many were new.
async fn import(team: &Team, kind: ImportKind, text: &str) -> usize {
    let url = team.database().url();
    let db = if Database::on_postgres() { Db::open(url).await } else { Db::beside(url).await };
    let db = db.expect("it opens");
    let rules = Rules {
        language: Language::En,
        head_card_above: None,
        services: vec![team.service_kind()],
        messages_a_day: 1000,
        amounts_in_channel: Vec::new(),
        self_validation: None,
        schedules: std::collections::BTreeMap::new(),
        leads: panout::flows::LeadRules::default(),
        opportunities: panout::flows::DealRules::default(),
    };
    let shared = Arc::new(Shared::new(Catalogue::built_in(), rules));
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let headers = lines.next().expect("headers");
    let rows = lines.zip(2..).map(|(cells, line)| Row { line, cells: cells.into_iter().map(Cell::Text).collect() });
    let sheet = Sheet { headers: headers.clone(), rows: rows.collect() };
    let columns = Columns::read(&shared, kind, &headers);
    let now = team.clock.now();
    let read = Import::read(&db, &shared, (kind, ImportOptions::default()), (&sheet, &columns), now).await;
    let import = read.expect("it can begin");
    assert_eq!(import.refused, []);
    let report = import.keep(|| now, |_, _| {}).await.expect("it is stored");
    db.close().await;
    report.count(|fate| *fate == Fate::New)
}

fn leads(count: usize) -> String {
    let mut text = String::from("Company,E-mail,Source\n");
    for at in 0..count {
        let _ = writeln!(text, "Client {at},buyer{at}@client.example,trade show");
    }
    text
}

#[rstest]
#[tokio::test]
async fn many_leads_are_said_in_one_message_to_each_owner_at_each_step(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    // Monday, ten in the morning; a trade show gives eight working hours.
    let team = Team::start_with(on, Setup::default()).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    assert_eq!(import(&team, ImportKind::Leads, &leads(40)).await, 40);
    team.passes(TimeDelta::minutes(2)).await;
    ana.sees_nothing();
    team.passes(TimeDelta::minutes(3)).await;
    for rep in [&ana, &bogdan] {
        let said = rep.sees_parts(&["20 leads came in for you", "And 10 more.", "[My leads]"]);
        assert_eq!(said.matches("came in for you").count(), 1, "{said}");
    }
    elena.sees_nothing();
    team.it_is("2026-11-23T12:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-23T12:05:00Z").await;
    for rep in [&ana, &bogdan] {
        let said = rep.sees_parts(&["Half the time is over for 20 leads that came together"]);
        assert_eq!(said.matches("Half the time").count(), 1, "{said}");
    }
    elena.sees_nothing();
    team.it_is("2026-11-23T16:00:00Z").await;
    team.it_is("2026-11-24T07:10:00Z").await;
    for rep in [&ana, &bogdan] {
        let said = rep.sees_parts(&["The time is over for 20 leads that came together"]);
        assert_eq!(said.matches("The time is over").count(), 1, "{said}");
    }
    elena
        .sees_parts(&["20 leads in Ana's hands are past their time", "20 leads in Bogdan's hands are past their time"]);
    team.it_is("2026-11-24T16:00:00Z").await;
    team.it_is("2026-11-25T07:20:00Z").await;
    let said = ana.sees_parts(&[
        "20 leads that came together are open to your colleagues now",
        "40 leads that came together wait for somebody",
    ]);
    assert!(!said.contains("Client 1"), "a channel reads no client: {said}");
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_imported_lead_is_worked_as_any_other(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start_with(on, Setup::default()).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    let text = "Company,E-mail,Owner,Received,Source\nNovo,a@novo.example,Ana,2025-02-03,trade show\n";
    assert_eq!(import(&team, ImportKind::Leads, text).await, 1);
    assert_eq!(import(&team, ImportKind::Leads, text).await, 0, "once");
    let again = "Company,E-mail,Message\nNovo SRL,A@novo.example,A demo\n";
    assert_eq!(import(&team, ImportKind::Leads, again).await, 0, "it joins");
    team.passes(TimeDelta::minutes(2)).await;
    team.passes(TimeDelta::minutes(3)).await;
    ana.sees_parts(&["A lead came in for you", "L1 Novo (Trade show): call by"]);
    ana.types("/leads show L1").await;
    ana.sees_parts(&["Adi: imported it", "They asked on 3 February 2025.", "> A demo", "[Not mine]"]);
    ana.presses("Not mine").await;
    ana.fills(&[("Why is it not yours?", "Not my client")]).await;
    ana.submits().await;
    bogdan.sees_parts(&["New lead L1: Novo"]);
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn many_refusals_of_earlier_times_disturb_nobody_and_come_back_a_few_a_day(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start_with(on, Setup { debriefs: true, ..Setup::default() }).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    let mut text = String::from("Company,Reason,Date,Amount,Owner\n");
    for at in 0..60 {
        let _ = writeln!(text, "Client {at},price,2025-03-{:02},{},Ana", at % 28 + 1, 10_000 + at);
    }
    assert_eq!(import(&team, ImportKind::Refusals, &text).await, 60);
    team.passes(TimeDelta::hours(2)).await;
    team.it_is("2026-11-27T16:00:00Z").await;
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).sees_nothing();
    }
    elena.types("/queue").await;
    elena.sees_parts(&["Nothing waits"]);
    team.it_is("2026-11-30T09:00:00Z").await;
    let today = ana.sees_parts(&["Client 0", "Client 1"]);
    assert!(!today.contains("Client 2,"), "two a day: {today}");
    elena.sees_nothing();
    ana.types("/refusal Client 5 5k price \"again\"").await;
    let logged = ana.sees_parts(&["Stored as #61"]);
    assert!(!logged.contains("the same"), "one of last year is not the same: {logged}");
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
    team.ends().await;
}
