//! Large, slow, many and kept: what the server bears.

use std::time::Duration;

use panout::clock::pause;
use rstest::rstest;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::looks_away;
use super::served::{answer, bytes, gets, sends};
use crate::fake::http::{Letter, Line};
use crate::fake::slack::FakeSlack;
use crate::story::{On, Team};

const MIB: usize = 1 << 20;

fn large(team: &Team, size: usize) -> Letter {
    let body = vec![b'a'; size];
    let mut headers = FakeSlack::signed(&body, team.clock.now().timestamp());
    headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
    Letter { path: "/slack/interactivity", headers, body }
}

#[tokio::test]
async fn a_body_may_have_a_mebibyte_and_not_a_byte_more() {
    let team = Team::start(On::SlackHttp).await;
    let addr = team.app().web.expect("it is served");
    assert_eq!(sends(addr, "POST", &large(&team, MIB)).await.0, 400, "it is read, and is nothing of Slack's");
    assert_eq!(sends(addr, "POST", &large(&team, MIB + 1)).await.0, 413, "however well it is signed");
    let unsigned = Letter { headers: vec![], ..large(&team, MIB + 1) };
    assert_eq!(sends(addr, "POST", &unsigned).await.0, 413, "the signature is not even looked at");
    // In chunks, without a word about how many.
    let mut stream = TcpStream::connect(addr).await.expect("somebody listens");
    let head = b"POST /slack/commands HTTP/1.1\r\nhost: panout\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.expect("it is heard");
    let chunk = [b"10000\r\n".to_vec(), vec![b'a'; 0x1_0000], b"\r\n".to_vec()].concat();
    for _ in 0..17 {
        stream.write_all(&chunk).await.expect("it is heard out");
    }
    stream.write_all(b"0\r\n\r\n").await.expect("it is heard out");
    assert_eq!(answer(&mut stream).await.0, 413);
    // What promises to be far too much is not waited for.
    let mut stream = TcpStream::connect(addr).await.expect("somebody listens");
    let head = b"POST /slack/commands HTTP/1.1\r\nhost: panout\r\ncontent-length: 99999999999\r\n\r\n";
    stream.write_all(head).await.expect("it is heard");
    assert_eq!(answer(&mut stream).await.0, 413);
    team.ends().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up_and_holds_nobody_up() {
    let team = Team::start(On::SlackHttp).await;
    let addr = team.app().web.expect("it is served");
    let mut slow = TcpStream::connect(addr).await.expect("somebody listens");
    let head = b"POST /slack/commands HTTP/1.1\r\nhost: panout\r\ncontent-length: 100\r\n\r\nhalf of it";
    slow.write_all(head).await.expect("it is heard");
    let began = Instant::now();
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Ana").sees_parts(&["Stored as #1"]);
    team.person("Elena").screen();
    assert!(began.elapsed() < Duration::from_secs(3), "nobody waited for the slow one");
    assert_eq!(answer(&mut slow).await.0, 408);
    team.ends().await;
}

#[tokio::test]
async fn a_connection_is_kept_from_request_to_request() {
    let team = Team::start(On::SlackHttp).await;
    let addr = team.app().web.expect("it is served");
    let (ana, sales) = (team.person("Ana").id(), team.sales.clone());
    let mut stream = TcpStream::connect(addr).await.expect("somebody listens");
    for (at, account) in (1..).zip(["Acme", "Beta", "Gamma"]) {
        let letter = team.slack().letter(&ana, &sales, &format!("/refusal {account} 12k price"));
        stream.write_all(&bytes("POST", &letter)).await.expect("the connection is there");
        assert_eq!(answer(&mut stream).await.0, 200);
        team.idle().await;
        assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM refusals").await[0].0, at);
    }
    looks_away(&team);
    drop(stream);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn fifty_at_once_are_all_taken_and_stored(#[values(On::SlackHttp, On::DiscordHttp)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana").id();
    let lines: Vec<String> = (0..50).map(|n| format!("/refusal Client{n} 12k price")).collect();
    let all = lines.iter().map(|line| team.service().types(&ana, &team.sales, line));
    futures_util::future::join_all(all).await;
    team.idle().await;
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM refusals").await[0].0, 50);
    looks_away(&team);
    team.ends().await;
}

#[tokio::test]
async fn whoever_hangs_up_loses_nothing() {
    let team = Team::start(On::SlackHttp).await;
    let line = Line::to(team.app().web.expect("it is served"));
    let letter = team.slack().letter(&team.person("Ana").id(), &team.sales, "/refusal Acme 12k price");
    line.hang_up_after(&letter).await;
    pause(Duration::from_millis(50)).await;
    assert_eq!(line.send(&letter).await.map(|answered| answered.status), Some(200));
    team.idle().await;
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM refusals").await[0].0, 1);
    let told = team.person("Ana").sees_parts(&["Stored as #1: Acme"]);
    assert_eq!(told.matches("Stored as").count(), 1, "{told}");
    team.person("Elena").screen();
    team.ends().await;
}

#[tokio::test]
async fn what_is_no_http_and_no_path_does_no_harm() {
    let team = Team::start(On::SlackHttp).await;
    let addr = team.app().web.expect("it is served");
    assert_eq!(gets(addr, "/").await.0, 404);
    assert_eq!(gets(addr, "/discord/interactions").await.0, 404, "Discord is off");
    assert_eq!(gets(addr, "/slack/commands/../../metrics").await.0, 404);
    let mut stream = TcpStream::connect(addr).await.expect("somebody listens");
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").await.expect("it is heard");
    let (status, said) = answer(&mut stream).await;
    assert!(status == 400 || said.is_empty(), "{said}");
    assert_eq!(gets(addr, "/health").await.0, 200);
    team.ends().await;
}
