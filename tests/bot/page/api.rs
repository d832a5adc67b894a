//! The page's API and its side of [`Platform`], over real HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use panout::chat::{Account, Block, Button, Failure, Fault, Faults, MessageRef, Place, Reply, Service, Shortcut, Text};
use panout::platforms::local::{Settings, start};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::bot::{Did, ScriptedBot};
use super::{Demo, action, card, direct, form, ports, sales, settings, values};
use crate::fake::drafts::MemoryDrafts;

async fn room(addr: SocketAddr, who: &str) -> Value {
    let url = format!("http://{addr}/api/room?as={who}&language=en");
    reqwest::get(url).await.unwrap().json().await.unwrap()
}

async fn post(addr: SocketAddr, path: &str, body: &Value) -> (StatusCode, Value) {
    let answer = reqwest::Client::new().post(format!("http://{addr}{path}")).json(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or_default())
}

/// Acts as somebody in #sales, and answers with the status and the body.
async fn act(addr: SocketAddr, who: &str, id: &str, what: Value) -> (StatusCode, Value) {
    let mut body = json!({ "id": id, "as": who, "language": "fr", "at": "sales" });
    body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    post(addr, "/api/act", &body).await
}

fn refusal() -> Value {
    json!({ "kind": "command", "line": "/refusal Acme 12k" })
}

fn titles(room: &Value) -> Vec<&str> {
    let messages = room["messages"].as_array().unwrap().iter();
    messages.map(|m| m["card"]["title"][0]["Plain"].as_str().or(m["words"].as_str()).unwrap()).collect()
}

fn whispers() -> std::sync::Arc<ScriptedBot> {
    ScriptedBot::new(|event, _| Ok(Reply::Whisper(card(&format!("Logged for {}", event.name)))))
}

#[tokio::test]
async fn the_page_refuses_to_listen_to_the_network() {
    let open = Settings { addr: "0.0.0.0:0".parse().unwrap(), ..settings() };
    let error =
        start(open, axum::Router::new(), ports(whispers(), std::sync::Arc::default())).await.err().unwrap().to_string();
    assert!(error.contains("0.0.0.0 is not a loopback address, use 127.0.0.1"), "{error}");
}

#[tokio::test]
async fn only_the_page_itself_may_talk_to_its_server() {
    let demo = Demo::start(whispers()).await;
    let url = format!("http://{}/api/act", demo.addr);
    let body = json!({ "id": "11111111-a", "as": "ana", "at": "sales", "kind": "say", "words": "hello" });
    let client = reqwest::Client::new();
    let status = async |headers: &[(&str, &str)]| {
        let request = headers.iter().fold(client.post(&url).json(&body), |r, (name, value)| r.header(*name, *value));
        request.send().await.unwrap().status()
    };
    let own = format!("http://localhost:{}", demo.addr.port());
    assert_eq!(status(&[("host", "evil.example")]).await, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(status(&[("host", "127.0.0.1:1")]).await, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(status(&[("origin", "https://evil.example")]).await, StatusCode::FORBIDDEN);
    assert_eq!(status(&[("origin", "null")]).await, StatusCode::FORBIDDEN);
    assert_eq!(status(&[("sec-fetch-site", "cross-site")]).await, StatusCode::FORBIDDEN);
    let plain = client.post(&url).header("content-type", "text/plain").body(body.to_string()).send().await.unwrap();
    assert_eq!(plain.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = json!({ "words": "x".repeat(256 * 1024) });
    assert_eq!(post(demo.addr, "/api/act", &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(titles(&room(demo.addr, "ana").await), Vec::<&str>::new());
    assert_eq!(status(&[("origin", &own), ("sec-fetch-site", "same-origin")]).await, StatusCode::OK);
    assert_eq!(titles(&room(demo.addr, "ana").await), ["hello"]);
}

#[tokio::test]
async fn every_answer_carries_the_safety_headers() {
    let demo = Demo::start(whispers()).await;
    for path in ["/", "/page.js", "/api/room", "/api/room?as=nobody", "/nothing"] {
        let answer = reqwest::get(format!("http://{}{path}", demo.addr)).await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn the_bot_hears_who_did_what_where_and_in_which_language() {
    let demo = Demo::start(whispers()).await;
    act(demo.addr, "ana", "11111111-a", refusal()).await;
    let (event, did) = demo.bot.asked().remove(0);
    assert_eq!((event.id.as_str(), event.name.as_str(), event.language.as_deref()), ("11111111-a", "Ana", Some("fr")));
    assert_eq!((event.who, event.place), (Account::new(Service::Local, "ana"), Some(sales())));
    let Did::Command(command) = did else { panic!("{did:?}") };
    assert_eq!((command.name.as_str(), command.text.as_str()), ("refusal", "Acme 12k"));
}

#[tokio::test]
async fn a_command_that_does_not_exist_is_refused_by_the_page() {
    let demo = Demo::start(whispers()).await;
    let (status, answer) = act(demo.addr, "ana", "11111111-a", json!({ "kind": "command", "line": "/refuse x" })).await;
    assert_eq!((status, &answer["error"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("error_command")));
    assert!(demo.bot.asked().is_empty());
}

#[tokio::test]
async fn a_whisper_is_seen_by_its_person_only_and_nobody_else_can_press_it() {
    let demo = Demo::start(ScriptedBot::new(|_, did| {
        let undo = Block::Buttons(vec![Button::new(action("undo:1"), "Undo")]);
        Ok(match did {
            Did::Press(_) => Reply::Replace(card("Undone")),
            _ => Reply::Whisper(card("Logged").with(undo)),
        })
    }))
    .await;
    act(demo.addr, "ana", "11111111-a", refusal()).await;
    assert_eq!(titles(&room(demo.addr, "ana").await), ["Logged"]);
    assert_eq!(titles(&room(demo.addr, "elena").await), Vec::<&str>::new());
    let press = json!({ "kind": "press", "message": 1, "action": "undo:1" });
    assert_eq!(act(demo.addr, "elena", "22222222-b", press.clone()).await.0, StatusCode::FORBIDDEN);
    assert_eq!(demo.bot.asked().len(), 1, "the bot is not asked about it");
    assert_eq!(act(demo.addr, "ana", "33333333-c", press).await.0, StatusCode::OK);
    assert_eq!(titles(&room(demo.addr, "ana").await), ["Undone"]);
}

#[tokio::test]
async fn nobody_acts_in_somebody_elses_direct_messages() {
    let demo = Demo::start(whispers()).await;
    let line = json!({ "kind": "say", "words": "psst", "at": "dm:elena" });
    assert_eq!(act(demo.addr, "ana", "11111111-a", line).await.0, StatusCode::FORBIDDEN);
    assert_eq!(act(demo.addr, "nobody", "11111111-a", refusal()).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_act_delivered_three_times_at_once_reaches_the_bot_each_time_and_shows_one_answer() {
    let demo = Demo::start(whispers()).await;
    let again = || act(demo.addr, "ana", "11111111-a", refusal());
    tokio::join!(again(), again(), again());
    assert_eq!(demo.bot.asked().len(), 3);
    assert_eq!(titles(&room(demo.addr, "ana").await), ["Logged for Ana"]);
    let demo = demo.restart().await;
    act(demo.addr, "ana", "11111111-a", refusal()).await;
    assert_eq!(titles(&room(demo.addr, "ana").await), ["Logged for Ana"], "not after a restart either");
}

#[tokio::test]
async fn a_form_stays_open_with_what_was_typed_until_it_is_good_or_closed() {
    let demo = Demo::start(ScriptedBot::new(|_, did| match did {
        Did::Submit(s) if s.values["account"] == "acme" => Ok(Reply::Whisper(card("Logged"))),
        Did::Submit(_) => Err(Faults(vec![Fault { field: "account".into(), says: "Not that one.".into() }])),
        _ => Ok(Reply::Ask(form())),
    }))
    .await;
    let (_, answer) = act(demo.addr, "ana", "11111111-a", refusal()).await;
    assert_eq!(answer["form"]["form"]["title"], "Log a refusal");
    let given = values(&[("account", "globex"), ("reason", "price"), ("stray", "x")]);
    let submit = |values| json!({ "kind": "submit", "form": "11111111-a", "values": values });
    let (_, answer) = act(demo.addr, "ana", "22222222-b", submit(given)).await;
    assert_eq!(answer["form"]["faults"][0]["says"], "Not that one.");
    let demo = demo.restart().await;
    assert_eq!(room(demo.addr, "ana").await["form"]["values"]["account"], "globex");
    let good = submit(values(&[("account", "acme"), ("reason", "price"), ("budget", "  ")]));
    let (_, answer) = act(demo.addr, "ana", "33333333-c", good.clone()).await;
    assert_eq!(answer["form"], Value::Null);
    let (status, _) = act(demo.addr, "ana", "33333333-c", good.clone()).await;
    assert_eq!(status, StatusCode::OK, "a submission that is repeated is answered as the first was");
    assert_eq!(act(demo.addr, "ana", "44444444-d", good).await.0, StatusCode::CONFLICT);
    assert_eq!(titles(&room(demo.addr, "ana").await), ["Logged"]);
    let submitted = demo.bot.asked().into_iter().filter_map(|(_, did)| match did {
        Did::Submit(s) => Some(s.values),
        _ => None,
    });
    let (first, second) =
        (values(&[("account", "globex"), ("reason", "price")]), values(&[("account", "acme"), ("reason", "price")]));
    assert_eq!(submitted.collect::<Vec<_>>(), [first, second], "only what was asked and answered");
}

#[tokio::test]
async fn what_a_form_itself_forbids_never_reaches_the_bot() {
    let demo = Demo::start(ScriptedBot::new(|_, _| Ok(Reply::Ask(form())))).await;
    act(demo.addr, "ana", "11111111-a", refusal()).await;
    let bad =
        values(&[("reason", "fate"), ("until", "2026-02-30"), ("owner", "local:x"), ("verbatim", &"é".repeat(41))]);
    let what = json!({ "kind": "submit", "form": "11111111-a", "values": bad, "language": "en" });
    let (_, answer) = act(demo.addr, "ana", "22222222-b", what).await;
    let faults = answer["form"]["faults"].as_array().unwrap().iter();
    let faults: Vec<_> =
        faults.map(|f| format!("{}: {}", f["field"].as_str().unwrap(), f["says"].as_str().unwrap())).collect();
    assert_eq!(
        faults,
        [
            "account: This needs an answer.",
            "reason: Choose one of the list.",
            "until: Write a day as year-month-day, such as 2026-03-31.",
            "owner: Choose one of the list.",
            "verbatim: At most 40 characters, please.",
        ]
    );
    assert_eq!(demo.bot.asked().len(), 1);
}

#[tokio::test]
async fn a_form_opened_from_a_message_replaces_that_message_when_it_is_sent() {
    let demo = Demo::start(ScriptedBot::new(|_, did| match did {
        Did::Press(_) => Ok(Reply::Ask(form())),
        Did::Submit(_) => Ok(Reply::Replace(card("Edited"))),
        _ => Ok(Reply::Whisper(card("Logged").with(Block::Buttons(vec![Button::new(action("edit:1"), "Edit")])))),
    }))
    .await;
    act(demo.addr, "ana", "11111111-a", refusal()).await;
    act(demo.addr, "ana", "22222222-b", json!({ "kind": "press", "message": 1, "action": "edit:1" })).await;
    let given = values(&[("account", "acme"), ("reason", "price")]);
    let submit = json!({ "kind": "submit", "form": "22222222-b", "values": given });
    act(demo.addr, "ana", "33333333-c", submit).await;
    assert_eq!(titles(&room(demo.addr, "ana").await), ["Edited"]);
}

#[tokio::test]
async fn a_shortcut_hands_over_the_words_of_the_message_and_never_takes_its_place() {
    let demo = Demo::start(ScriptedBot::new(|_, _| Ok(Reply::Replace(card("Logged"))))).await;
    act(demo.addr, "elena", "11111111-a", json!({ "kind": "say", "words": "they said <no>" })).await;
    assert!(demo.bot.asked().is_empty(), "what people write is not for the bot");
    act(demo.addr, "ana", "22222222-b", json!({ "kind": "shortcut", "message": 1, "name": "log_refusal" })).await;
    let did = demo.bot.asked().remove(0).1;
    assert_eq!(did, Did::Shortcut(Shortcut { name: "log_refusal".into(), text: "they said <no>".into() }));
    assert_eq!(titles(&room(demo.addr, "ana").await), ["they said <no>", "Logged"]);
    assert_eq!(titles(&room(demo.addr, "elena").await), ["they said <no>"]);
}

#[tokio::test]
async fn a_late_answer_is_acknowledged_in_time_and_arrives_live() {
    let demo = Demo::start(whispers()).await;
    demo.bot.answers.send_replace(false);
    let cursor = room(demo.addr, "ana").await["cursor"].as_str().unwrap().to_owned();
    let mut events = Events::open(demo.addr, "ana", &cursor, None).await;
    let (status, answer) = act(demo.addr, "ana", "11111111-a", refusal()).await;
    assert_eq!((status, &answer["late"]), (StatusCode::OK, &json!(true)));
    assert_eq!(demo.ports.busy.count(), 1, "the app is not idle while an answer is to come");
    events.until(|e| e.name == "around" && e.data["waiting"] == 1).await;
    demo.bot.answers.send_replace(true);
    events.until(|e| e.name == "message" && e.data["card"]["title"][0]["Plain"] == "Logged for Ana").await;
    events.until(|e| e.name == "around" && e.data["waiting"] == 0).await;
    demo.ports.busy.idle().await;
}

#[tokio::test]
async fn a_tab_that_comes_back_gets_what_it_missed_and_after_a_restart_starts_anew() {
    let demo = Demo::start(whispers()).await;
    let cursor = room(demo.addr, "elena").await["cursor"].as_str().unwrap().to_owned();
    let mut events = Events::open(demo.addr, "elena", &cursor, None).await;
    demo.platform.post(&sales(), &card("First"), "m-1").await.unwrap();
    let first = events.until(|e| e.name == "message").await;
    drop(events);
    let second = demo.platform.post(&direct("elena"), &card("Second"), "m-2").await.unwrap();
    demo.platform.post(&direct("ana"), &card("Not for Elena"), "m-3").await.unwrap();
    demo.platform.replace(&second, &card("Second, changed"), "m-2").await.unwrap();
    let mut events = Events::open(demo.addr, "elena", &cursor, Some(&first.id)).await;
    let missed = events.until(|e| e.name == "message").await;
    assert_eq!(missed.data["card"]["title"][0]["Plain"], "Second, changed");
    // Streams that are open do not hold up the end.
    let demo = demo.restart().await;
    let mut events = Events::open(demo.addr, "elena", &cursor, Some(&missed.id)).await;
    events.until(|e| e.name == "restart").await;
}

#[tokio::test]
async fn a_post_is_there_after_a_restart_and_is_found_by_its_marker() {
    let demo = Demo::start(whispers()).await;
    let since = demo.ports.clock.now();
    let posted = demo.platform.post(&direct("elena"), &card("A refusal"), "card-1").await.unwrap();
    assert!(demo.drafts.holds("card-1"), "a post is kept before it is answered");
    let demo = demo.restart().await;
    assert_eq!(demo.platform.find(&direct("elena"), "card-1", since).await, Ok(Some(posted.clone())));
    assert_eq!(demo.platform.find(&direct("elena"), "card-2", since).await, Ok(None));
    assert_eq!(demo.platform.post(&direct("elena"), &card("A refusal"), "card-1").await, Ok(posted));
    assert_eq!(titles(&room(demo.addr, "elena").await), ["A refusal"]);
}

#[tokio::test]
async fn a_post_that_was_kept_twice_under_its_marker_is_shown_once() {
    let demo = Demo::start(whispers()).await;
    let posted = demo.platform.post(&sales(), &card("A refusal"), "card-1").await.unwrap();
    demo.stop().await;
    demo.drafts.repeat("m:000000001", "m:000000002", |message| message.replace("\"n\":1", "\"n\":2"));
    let demo = demo.restart().await;
    assert_eq!(titles(&room(demo.addr, "ana").await), ["A refusal"]);
    assert_eq!(demo.platform.find(&sales(), "card-1", demo.ports.clock.now()).await, Ok(Some(posted)));
    let next = demo.platform.post(&sales(), &card("Another"), "card-2").await.unwrap();
    assert_eq!(next.id, "3", "no number is given twice");
}

#[tokio::test]
async fn when_the_disk_fails_nothing_is_posted_but_people_still_get_their_answer() {
    let demo = Demo::start(whispers()).await;
    demo.drafts.fail();
    let failed = demo.platform.post(&sales(), &card("A refusal"), "card-1").await;
    assert!(matches!(failed, Err(Failure::Unknown { .. })), "{failed:?}");
    assert_eq!(demo.platform.find(&sales(), "card-1", demo.ports.clock.now()).await, Ok(None));
    assert_eq!(act(demo.addr, "ana", "11111111-a", refusal()).await.0, StatusCode::OK);
    assert_eq!(titles(&room(demo.addr, "ana").await), ["Logged for Ana"]);
    demo.drafts.mend();
    demo.platform.post(&sales(), &card("A refusal"), "card-1").await.unwrap();
    assert_eq!(titles(&room(demo.addr, "elena").await), ["A refusal"]);
}

#[tokio::test]
async fn what_cannot_be_posted_says_so_for_good() {
    let demo = Demo::start(whispers()).await;
    let unknown = MessageRef { service: Service::Local, channel: "sales".into(), id: "7".into() };
    let places = [
        Place::Channel { service: Service::Slack, id: "sales".into() },
        Place::Channel { service: Service::Local, id: "nowhere".into() },
        direct("nobody"),
        Place::Thread { under: unknown.clone() },
    ];
    for place in places {
        let failed = demo.platform.post(&place, &card("x"), "m-1").await;
        assert!(matches!(failed, Err(Failure::Never { .. })), "{place:?}: {failed:?}");
    }
    let failed = demo.platform.replace(&unknown, &card("x"), "m-1").await;
    assert!(matches!(failed, Err(Failure::Never { .. })), "{failed:?}");
}

#[tokio::test]
async fn answers_in_a_thread_hang_from_its_first_message() {
    let demo = Demo::start(whispers()).await;
    let root = demo.platform.post(&direct("elena"), &card("A refusal"), "m-1").await.unwrap();
    let reply = demo.platform.post(&Place::Thread { under: root }, &card("An answer"), "m-2").await.unwrap();
    demo.platform.post(&Place::Thread { under: reply }, &card("Another"), "m-3").await.unwrap();
    let seen = room(demo.addr, "elena").await;
    let under: Vec<_> = seen["messages"].as_array().unwrap().iter().map(|m| m["under"].clone()).collect();
    assert_eq!(under, [Value::Null, json!(1), json!(1)]);
    assert_eq!(titles(&room(demo.addr, "ana").await), Vec::<&str>::new());
}

#[tokio::test]
async fn the_clock_jumps_to_the_next_morning_and_the_app_is_told_how_far() {
    let demo = Demo::start(whispers()).await;
    let before = demo.ports.clock.shift();
    let (status, answer) = post(demo.addr, "/api/clock", &json!({ "jump": "morning" })).await;
    assert_eq!((status, &answer["now"]), (StatusCode::OK, &json!("2026-11-21T07:00:00Z")));
    let told = demo.shifts.lock().unwrap().clone();
    // A shift is from the system's clock, which went on in between.
    assert_eq!(((told[0] - before).num_seconds() + 30) / 60, 16 * 60 + 30);
    let still = Settings { jumps: false, ..settings() };
    let (_, addr) = start(still, axum::Router::new(), ports(whispers(), std::sync::Arc::default())).await.unwrap();
    assert_eq!(post(addr, "/api/clock", &json!({ "jump": "hour" })).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn somebody_not_listed_can_be_added_and_stays() {
    let demo = Demo::start(whispers()).await;
    let (_, added) = post(demo.addr, "/api/people", &json!({ "name": "  Ștefan Pop " })).await;
    assert_eq!(added["id"], "stefan-pop");
    assert_eq!(post(demo.addr, "/api/people", &json!({ "name": "Ștefan Pop" })).await.1["id"], "stefan-pop");
    let (status, refused) = post(demo.addr, "/api/people", &json!({ "name": " " })).await;
    assert_eq!((status, &refused["error"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("error_name")));
    let demo = demo.restart().await;
    act(demo.addr, "stefan-pop", "11111111-a", refusal()).await;
    assert_eq!(titles(&room(demo.addr, "stefan-pop").await), ["Logged for Ștefan Pop"]);
}

#[tokio::test]
async fn what_was_kept_and_cannot_be_read_is_left_out() {
    let drafts = std::sync::Arc::<MemoryDrafts>::default();
    let demo = Demo::start_with(whispers(), drafts).await;
    demo.platform.post(&sales(), &card("Good").with(Block::Text(Text::plain("x"))), "m-1").await.unwrap();
    demo.drafts.repeat("m:000000001", "m:000000000", |_| "{}".into());
    let demo = demo.restart().await;
    assert_eq!(titles(&room(demo.addr, "ana").await), ["Good"]);
}

/// An event of a stream.
struct Sent {
    name: String,
    id: String,
    data: Value,
}

/// A tab's stream.
struct Events {
    answer: reqwest::Response,
    read: String,
}

impl Events {
    async fn open(addr: SocketAddr, who: &str, since: &str, last: Option<&str>) -> Self {
        let url = format!("http://{addr}/api/live?as={who}&since={since}");
        let request = reqwest::Client::new().get(url);
        let request = last.into_iter().fold(request, |request, id| request.header("last-event-id", id));
        Self { answer: request.send().await.unwrap(), read: String::new() }
    }

    /// The next event like this.
    async fn until(&mut self, wanted: impl Fn(&Sent) -> bool) -> Sent {
        tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let event = self.next().await;
                if wanted(&event) {
                    return event;
                }
            }
        })
        .await
        .expect("the event to come")
    }

    async fn next(&mut self) -> Sent {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                let data = serde_json::from_str(line("data: ")).unwrap_or_default();
                let sent = Sent { name: line("event: ").into(), id: line("id: ").into(), data };
                self.read = rest.into();
                return sent;
            }
            let chunk = self.answer.chunk().await.unwrap().expect("the stream to go on");
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}
