//! Nothing is believed that the service did not sign, as it is, and lately.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::json;

use super::looks_away;
use super::served::sends;
use crate::fake::discord::FakeDiscord;
use crate::fake::http::Letter;
use crate::fake::slack::FakeSlack;
use crate::story::{On, Team};

const HTTP: [On; 2] = [On::SlackHttp, On::DiscordHttp];

type Headers = Vec<(&'static str, String)>;

/// How each service signs.
fn signed(on: On, body: &[u8], at: i64) -> Headers {
    if on == On::SlackHttp { FakeSlack::signed(body, at) } else { FakeDiscord::signed(body, at) }
}

/// A refusal that Ana types, as the service sends it now.
async fn letter(team: &Team, on: On, line: &str) -> Letter {
    let ana = team.person("Ana").id();
    match on {
        On::SlackHttp => team.slack().letter(&ana, &team.sales, line),
        _ => team.discord().letter(&ana, &team.sales, line).await.1,
    }
}

async fn post(team: &Team, letter: &Letter) -> (u16, String) {
    sends(team.app().web.expect("it is served"), "POST", letter).await
}

async fn refusals(team: &Team) -> i64 {
    team.idle().await;
    team.rows::<(i64,)>("SELECT COUNT(*) FROM refusals").await[0].0
}

/// The same letter with other headers of signature.
fn resigned(letter: &Letter, headers: Headers) -> Letter {
    let kept = letter.headers.iter().filter(|(name, _)| !name.contains("signature") && !name.contains("timestamp"));
    let headers = headers.into_iter().chain(kept.cloned()).collect();
    Letter { headers, ..letter.clone() }
}

#[rstest]
#[tokio::test]
async fn what_is_not_signed_so_is_refused_and_does_nothing(#[values(On::SlackHttp, On::DiscordHttp)] on: On) {
    let team = Team::start(on).await;
    let right = letter(&team, on, "/refusal Acme 12k price").await;
    let (body, now) = (&right.body[..], team.clock.now().timestamp());
    let as_of = |of: &[u8], at: i64| resigned(&right, signed(on, of, at));
    let without = |name: &str| {
        let headers = right.headers.iter().filter(|(known, _)| !known.contains(name)).cloned().collect();
        Letter { headers, ..right.clone() }
    };
    let with = |name: &str, value: &str| {
        let headers = right
            .headers
            .iter()
            .map(|(known, old)| (*known, if known.contains(name) { value.to_owned() } else { old.clone() }));
        Letter { headers: headers.collect(), ..right.clone() }
    };
    let tampered = Letter { body: [body, b" "].concat(), ..right.clone() };
    let mut flipped = right.clone();
    flipped.body[10] ^= 1;
    let wrong = [
        ("no signature", without("signature")),
        ("no time", without("timestamp")),
        ("an empty signature", with("signature", "")),
        ("no hexadecimal digits", with("signature", "v0=zz")),
        ("half a signature", with("signature", "v0=00")),
        ("the signature of another body", as_of(b"another", now)),
        ("a time that was not signed", with("timestamp", &(now - 1).to_string())),
        ("a time that is none", with("timestamp", "now")),
        ("too old", as_of(body, now - 301)),
        ("from the future", as_of(body, now + 301)),
        ("one more byte", tampered),
        ("another bit", flipped),
    ];
    for (what, letter) in &wrong {
        assert_eq!(post(&team, letter).await.0, 401, "{what}");
    }
    assert_eq!(refusals(&team).await, 0);
    assert_eq!(post(&team, &as_of(body, now - 300)).await.0, 200, "five minutes are as good as none");
    assert_eq!(refusals(&team).await, 1);
    looks_away(&team);
    team.ends().await;
}

#[tokio::test]
async fn another_apps_secret_signs_nothing() {
    let team = Team::start(On::SlackHttp).await;
    let right = letter(&team, On::SlackHttp, "/refusal Acme 12k price").await;
    let at = team.clock.now().timestamp();
    let theirs = resigned(&right, FakeSlack::signed_with("another secret", &right.body, at));
    assert_eq!(post(&team, &theirs).await.0, 401);
    let version = right.headers.iter().map(|(name, value)| (*name, value.replace("v0=", "v1="))).collect();
    assert_eq!(post(&team, &Letter { headers: version, ..right }).await.0, 401);
    assert_eq!(refusals(&team).await, 0);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_sent_again_does_nothing_again_and_is_nobodys_later(#[values(On::SlackHttp, On::DiscordHttp)] on: On) {
    let mut team = Team::start(on).await;
    let caught = letter(&team, on, "/refusal Acme 12k price").await;
    let first = post(&team, &caught).await;
    assert_eq!(first.0, 200);
    let again = post(&team, &caught).await;
    let body = |answer: &str| answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    assert_eq!((again.0, body(&again.1)), (200, body(&first.1)), "the same answer");
    assert_eq!(refusals(&team).await, 1);
    looks_away(&team);
    team.restarts().await;
    assert_eq!(post(&team, &caught).await.0, 200, "the bot that starts again knows it");
    assert_eq!(refusals(&team).await, 1);
    team.passes(TimeDelta::seconds(301)).await;
    assert_eq!(post(&team, &caught).await.0, 401);
    looks_away(&team);
    team.ends().await;
}

#[tokio::test]
async fn slack_finds_the_address_and_its_certificate() {
    let team = Team::start(On::SlackHttp).await;
    let (addr, at) = (team.app().web.expect("it is served"), team.clock.now().timestamp());
    let body = json!({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aB"}).to_string().into_bytes();
    let json = ("content-type", "application/json".to_owned());
    let challenge = |headers: Headers| Letter { path: "/slack/events", headers, body: body.clone() };
    let signed = FakeSlack::signed(&body, at).into_iter().chain([json.clone()]).collect();
    let (status, said) = sends(addr, "POST", &challenge(signed)).await;
    assert!(status == 200 && said.ends_with(r#"{"challenge":"3eZbrw1aB"}"#), "{said}");
    assert_eq!(sends(addr, "POST", &challenge(vec![json])).await.0, 401);
    let form = ("content-type", "application/x-www-form-urlencoded".to_owned());
    let asks = Letter { path: "/slack/commands", headers: vec![form], body: b"ssl_check=1&token=x".to_vec() };
    assert_eq!(sends(addr, "POST", &asks).await.0, 200);
    let asks = Letter { path: "/slack/interactivity?ssl_check=1&token=x", headers: vec![], body: vec![] };
    assert_eq!(sends(addr, "GET", &asks).await.0, 200);
    team.ends().await;
}

#[tokio::test]
async fn an_event_nobody_asked_for_is_taken() {
    let team = Team::start(On::SlackHttp).await;
    let body = json!({"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_home_opened"}}).to_string();
    let mut headers = FakeSlack::signed(body.as_bytes(), team.clock.now().timestamp());
    headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
    headers.push(("x-slack-retry-num", "1".to_owned()));
    let letter = Letter { path: "/slack/events", headers, body: body.into_bytes() };
    assert_eq!(post(&team, &letter).await.0, 200);
    team.ends().await;
}

#[tokio::test]
async fn discords_ping_is_answered_if_it_is_signed() {
    let team = Team::start(On::DiscordHttp).await;
    let body = br#"{"type":1,"id":"1","application_id":"2","token":"t"}"#.to_vec();
    let mut headers = FakeDiscord::signed(&body, team.clock.now().timestamp());
    headers.push(("content-type", "application/json".to_owned()));
    let letter = Letter { path: "/discord/interactions", headers, body };
    let (status, said) = post(&team, &letter).await;
    assert!(status == 200 && said.ends_with(r#"{"type":1}"#), "{said}");
    assert!(said.to_lowercase().contains("content-type: application/json"), "{said}");
    assert_eq!(post(&team, &Letter { body: br#"{"type":1}"#.to_vec(), ..letter }).await.0, 401);
    team.ends().await;
}

#[tokio::test]
async fn signed_is_not_yet_readable() {
    for on in HTTP {
        let team = Team::start(on).await;
        let (addr, at) = (team.app().web.expect("it is served"), team.clock.now().timestamp());
        let (path, kind) = match on {
            On::SlackHttp => ("/slack/interactivity", "application/x-www-form-urlencoded"),
            _ => ("/discord/interactions", "application/json"),
        };
        let sent = async |body: &[u8], kind: &str| {
            let mut headers = signed(on, body, at);
            headers.push(("content-type", kind.to_owned()));
            sends(addr, "POST", &Letter { path, headers, body: body.to_vec() }).await.0
        };
        for body in [&b"\xff\xfe\x00"[..], b"", b"payload={\"type\":", b"{", b"[]", b"payload="] {
            assert_eq!(sent(body, kind).await, 400, "{on:?}: {:?}", String::from_utf8_lossy(body));
        }
        for kind in ["text/plain", "multipart/form-data; boundary=x", ""] {
            assert_eq!(sent(b"payload={}", kind).await, 415, "{on:?}: {kind:?}");
        }
        let empty = Letter { path, headers: vec![], body: vec![] };
        for method in ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"] {
            let (status, said) = sends(addr, method, &empty).await;
            assert!(status == 405 && said.to_lowercase().contains("allow: post"), "{method}: {said}");
        }
        team.ends().await;
    }
}
