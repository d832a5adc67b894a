//! Health, readiness and figures.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use panout::chat::Service;

use super::served::{Still, gets, serve};
use crate::discord::desk::Desk;
use crate::fake::discord::FakeDiscord;
use crate::story::{On, Team, Trouble};

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// The figure of a line that begins so.
fn figure<T: FromStr>(page: &str, line: &str) -> T {
    let found = page.lines().find_map(|known| known.strip_prefix(line)?.trim().parse().ok());
    found.unwrap_or_else(|| panic!("no {line} in:\n{page}"))
}

#[tokio::test]
async fn it_is_ready_while_the_database_answers_and_the_service_is_connected() {
    let (desk, house) = (Desk::open().await, Arc::new(Still::default()));
    let addr = serve(vec![], house.clone(), Service::Discord, &desk.ports);
    assert_eq!(gets(addr, "/health").await.0, 200);
    let (status, said) = gets(addr, "/ready").await;
    assert_eq!((status, body(&said)), (200, r#"{"missing":[],"ready":true}"#));
    house.is_away(true);
    let (status, said) = gets(addr, "/ready").await;
    assert_eq!((status, body(&said)), (503, r#"{"missing":["database"],"ready":false}"#));
    assert_eq!(gets(addr, "/health").await.0, 200, "the process is well");
    let page = gets(addr, "/metrics").await.1;
    assert!(page.contains("panout_database_up 0") && !page.contains("panout_jobs{"), "{page}");
    house.is_away(false);
    assert_eq!(gets(addr, "/ready").await.0, 200);
    desk.end().await;
}

#[tokio::test]
async fn it_says_which_service_is_not_connected() {
    let fake = FakeDiscord::start().await;
    fake.trouble_at("GET /gateway", &Trouble::Status { times: 100, status: 502 });
    let desk = Desk::start_on(fake);
    let addr = serve(vec![], Arc::default(), Service::Discord, &desk.ports);
    let (status, said) = gets(addr, "/ready").await;
    assert_eq!((status, body(&said)), (503, r#"{"missing":["discord"],"ready":false}"#));
    let page = gets(addr, "/metrics").await.1;
    assert_eq!(figure::<u64>(&page, "panout_connections{service=\"discord\"} "), 0);
    desk.end().await;
}

#[tokio::test]
async fn figures_of_the_house_are_told_as_they_are() {
    let desk = Desk::open().await;
    let addr = serve(vec![], Arc::default(), Service::Discord, &desk.ports);
    desk.ports.vitals.acknowledged(Service::Discord, Duration::from_millis(7));
    let page = gets(addr, "/metrics").await.1;
    assert!(page.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{page}");
    let expected = [
        ("panout_jobs{state=\"waiting\"} ", 3.0),
        ("panout_jobs{state=\"running\"} ", 2.0),
        ("panout_jobs{state=\"failed\"} ", 1.0),
        ("panout_jobs{state=\"dead\"} ", 4.0),
        ("panout_oldest_due_job_seconds ", 1.5),
        ("panout_intake_waiting ", 8.0),
        ("panout_write_batch_changes_bucket{le=\"1\"} ", 5.0),
        ("panout_write_batch_changes_bucket{le=\"+Inf\"} ", 6.0),
        ("panout_write_batch_changes_sum ", 7.0),
        ("panout_acknowledgement_seconds_bucket{service=\"discord\",le=\"0.005\"} ", 0.0),
        ("panout_acknowledgement_seconds_bucket{service=\"discord\",le=\"0.01\"} ", 1.0),
        ("panout_acknowledgement_seconds_bucket{service=\"discord\",le=\"+Inf\"} ", 1.0),
        ("panout_acknowledgement_seconds_sum{service=\"discord\"} ", 0.007),
        ("panout_build_info{version=\"0.1.0\"} ", 1.0),
    ];
    for (line, value) in expected {
        assert!((figure::<f64>(&page, line) - value).abs() < 1e-9, "{line}");
    }
    desk.end().await;
}

/// Every line is a comment or a figure, and each family is told of before its figures.
fn is_well_written(page: &str) {
    let mut families = Vec::new();
    for line in page.lines() {
        if let Some(about) = line.strip_prefix("# TYPE ") {
            families.push(about.split(' ').next().unwrap_or_default().to_owned());
        }
        if line.starts_with('#') {
            continue;
        }
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        value.parse::<f64>().unwrap_or_else(|_| panic!("{line} has no value"));
        let (family, labels) = name.split_once('{').map_or((name, ""), |(family, labels)| (family, labels));
        assert!(labels.is_empty() || labels.ends_with("\"}"), "{line}");
        let of = |known: &String| ["", "_bucket", "_sum", "_count"].iter().any(|end| family == format!("{known}{end}"));
        assert!(families.last().is_some_and(of), "{line} is of no family");
    }
}

#[tokio::test]
async fn what_people_do_is_counted_and_nobody_is_named() {
    let team = Team::start(On::SlackHttp).await;
    let addr = team.app().web.expect("it is served");
    let before = gets(addr, "/metrics").await.1;
    let ana = team.person("Ana");
    ana.types("/refusal Acme 12k price").await;
    ana.types("/refusals mine").await;
    ana.types("/refusal 99").await;
    ana.screen();
    team.person("Elena").presses("Revive").await;
    team.person("Elena").screen();
    let page = gets(addr, "/metrics").await.1;
    is_well_written(body(&page));
    let event = |kind: &str, outcome: &str| -> u64 {
        figure::<u64>(
            &page,
            &format!("panout_events_total{{service=\"slack\",kind=\"{kind}\",outcome=\"{outcome}\"}} "),
        )
    };
    let commands = event("command", "done") + event("command", "refused");
    assert_eq!((commands, event("press", "done"), event("command", "failed")), (3, 1, 0));
    assert_eq!(figure::<u64>(&page, "panout_acknowledgement_seconds_count{service=\"slack\"} "), 4);
    assert_eq!(figure::<u64>(&page, "panout_posts_total{service=\"slack\",outcome=\"done\"} "), 1);
    assert_eq!(figure::<u64>(&page, "panout_connections{service=\"slack\"} "), 1);
    assert!(figure::<u64>(&page, "panout_write_batch_changes_count ") > 0);
    assert!(figure::<u64>(&page, "panout_jobs{state=\"waiting\"} ") > 0);
    for name in ["Acme", "Ana", "Elena", "Field", "xoxb"] {
        assert!(!page.contains(name), "{name} is in\n{page}");
    }
    assert_eq!(before.lines().count(), page.lines().count(), "it does not grow with what people do");
    team.ends().await;
}
