//! Leads that are taken at once and worked off later: on disk before the answer, and each once.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use panout::clock::pause;
use panout::flows::Shown;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::intake::{Answered, Form, fits, make, novo, signed};
use crate::fake::http::{Letter, Line};
use crate::story::{On, Setup};

impl Form {
    /// Sends a lead that is to be worked off later.
    async fn hands_in(&self, lead: &Value, headers: &[(&str, &str)]) -> Answered {
        let headers = [headers, &[("prefer", "respond-async")]].concat();
        self.sends(&self.shown.token, lead.to_string(), &headers).await
    }

    /// What is told of a request.
    async fn asks(&self, request: &Answered, token: &str) -> Answered {
        let name = request.body["request"].as_str().expect("it has a name");
        let asked = self.http.get(self.url(&format!("/intake/requests/{name}"))).bearer_auth(token);
        Answered::of(asked.send().await.expect("an answer")).await
    }

    /// The same, once everything is worked off.
    async fn asks_later(&self, request: &Answered) -> Answered {
        self.team.idle().await;
        self.asks(request, &self.shown.token).await
    }
}

#[rstest]
#[tokio::test]
async fn what_is_taken_is_worked_off_and_told_of(#[values(On::SlackHttp, On::DiscordHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let request = form.http.post(form.url("/intake/leads")).bearer_auth(&form.shown.token);
    let request = request.header("prefer", "return=minimal, Respond-Async;q=1").json(&novo());
    let answer = request.send().await.expect("an answer");
    let header = |name: &str| answer.headers()[name].to_str().expect("a text").to_owned();
    let (place, applied) = (header("location"), header("preference-applied"));
    let taken = Answered::of(answer).await;
    assert_eq!((taken.status, &taken.body["status"]), (202, &json!("waiting")));
    assert_eq!(applied, "respond-async");
    assert_eq!(place, format!("/intake/requests/{}", taken.body["request"].as_str().expect("a name")));
    let done = form.asks_later(&taken).await;
    assert_eq!((done.status, &done.body), (200, &json!({"status": "done", "leads": [{"id": "L1", "joined": false}]})));
    form.team.person("Ana").sees_parts(&["Novo Systems", "[I called]"]);
    // Who asks again joins it, and what was sent is kept nowhere twice.
    let again =
        form.hands_in(&json!([{"email": "ioana@novo.example"}, {"account": "Beta", "colour": "red"}]), &[]).await;
    let leads = json!([{"id": "L1", "joined": true}, {"id": "L2", "joined": false, "ignored": ["colour"]}]);
    assert_eq!(form.asks_later(&again).await.body, json!({"status": "done", "leads": leads}));
    assert_eq!(form.team.rows::<(i64,)>("SELECT COUNT(*) FROM intake_inbox").await, [(0,)]);
    form.ends().await;
}

#[tokio::test]
async fn what_waits_when_the_bot_stops_is_worked_off_by_the_next_start() {
    let mut form = Form::on(On::Local).await;
    let leads: Vec<Value> = (0..40).map(|n| json!({"account": format!("Client {n}")})).collect();
    let taken = join_all(leads.iter().map(|lead| form.hands_in(lead, &[]))).await;
    assert!(taken.iter().all(|taken| taken.status == 202));
    form.team.restarts().await;
    form.team.idle().await;
    let kept = form.team.rows::<(i64, i64)>("SELECT COUNT(*), COUNT(DISTINCT account) FROM leads").await;
    assert_eq!(kept, [(40, 40)]);
    for taken in &taken {
        assert_eq!(form.asks_later(taken).await.body["status"], "done");
    }
    form.ends().await;
}

#[tokio::test]
async fn a_long_list_is_worked_off_piece_by_piece_and_in_order() {
    let form = Form::on(On::Local).await;
    let leads: Vec<Value> = (0..30).map(|n| json!({"account": format!("Client {n}")})).collect();
    let taken = form.hands_in(&Value::Array(leads), &[("idempotency-key", "list")]).await;
    let done = form.asks_later(&taken).await;
    let ids: Vec<&str> =
        done.body["leads"].as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    let numbered: Vec<String> = (1..=30).map(|n| format!("L{n}")).collect();
    assert_eq!(ids, numbered);
    let accounts = form.team.rows::<(i64, String)>("SELECT number, account FROM leads ORDER BY number").await;
    assert!(accounts.iter().all(|(number, account)| *account == format!("Client {}", number - 1)), "{accounts:?}");
    form.ends().await;
}

#[tokio::test]
async fn what_cannot_be_worked_off_is_put_off_and_the_others_go_on() {
    let form = Form::on(On::Local).await;
    let broken = form.hands_in(&json!({"account": "Broken"}), &[]).await;
    form.team.idle().await;
    // As a fault of ours would leave it: nobody can read what was sent.
    form.team.rows::<(i64,)>("DELETE FROM intake_requests WHERE answer LIKE '%L1%' RETURNING token_id").await;
    let again = "INSERT INTO intake_inbox (organisation_id, request, token_id, body_hash, many, sent, at, due_at)
                 SELECT 1, 'broken', id, 'x', 0, '[', created_at, created_at FROM intake_tokens RETURNING token_id";
    assert_eq!(form.team.rows::<(i64,)>(again).await.len(), 1);
    let taken = form.hands_in(&json!({"account": "Beta"}), &[]).await;
    assert_eq!(form.asks_later(&taken).await.body["leads"], json!([{"id": "L2", "joined": false}]));
    let left = form.team.rows::<(String, i64)>("SELECT request, faults FROM intake_inbox").await;
    assert_eq!(left, [("broken".to_owned(), 1)], "it is kept, and tried again");
    let told = form.team.forgives();
    assert!(told.len() == 1 && told[0].contains("leads that were taken are tried again later"), "{told:?}");
    form.asks(&broken, &form.shown.token).await.is_problem(404, "No request of this token");
    form.ends().await;
}

#[tokio::test]
async fn a_key_that_waits_is_answered_so_and_not_done_twice() {
    let form = Form::on(On::Local).await;
    let (lead, key) = (novo(), [("idempotency-key", "a-1")]);
    // The list before it takes a while.
    let many: Vec<Value> = (0..60).map(|n| json!({"account": format!("Client {n}")})).collect();
    form.hands_in(&Value::Array(many), &[]).await;
    let list = Value::Array((0..60).map(|_| lead.clone()).collect());
    let taken = form.hands_in(&list, &key).await;
    for _ in 0..40 {
        let same = form.sends(&form.shown.token, list.to_string(), &key).await;
        assert_eq!(same.status, 202, "{}", same.body);
        if same.body["leads"].is_array() {
            break;
        }
        assert_eq!(same.body, json!({"request": taken.body["request"], "status": "waiting"}));
    }
    form.team.idle().await;
    let novo = form.team.rows::<(i64,)>("SELECT COUNT(*) FROM leads WHERE account = 'Novo Systems'").await;
    assert_eq!(novo, [(1,)]);
    let asked: Vec<(i64,)> = form.team.rows("SELECT COUNT(*) FROM lead_events WHERE what = 'asked_again'").await;
    assert_eq!(asked, [(59,)], "each of the list once");
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn twenty_at_once_under_one_key_are_one_request(#[values(On::SlackHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let lead = novo();
    let keyed = |lead: &Value| {
        let lead = lead.clone();
        let form = &form;
        async move { form.hands_in(&lead, &[("idempotency-key", "a-1")]).await }
    };
    let all = join_all((0..20).map(|_| keyed(&lead))).await;
    assert!(all.iter().all(|taken| taken.status == 202 && taken.body == all[0].body));
    let once = json!({"status": "done", "leads": [{"id": "L1", "joined": false}]});
    assert_eq!(form.asks_later(&all[0]).await.body, once);
    assert_eq!(form.leads().await, 1);
    // Later too, and as a request that waits for its answer.
    assert_eq!(keyed(&lead).await.body, all[0].body);
    let waited = form.sends(&form.shown.token, lead.to_string(), &[("idempotency-key", "a-1")]).await;
    assert_eq!(waited.body, json!({"leads": once["leads"]}));
    let other = keyed(&json!({"account": "Beta"})).await;
    form.asks_later(&other).await.is_problem(422, "a key of its own");
    assert_eq!(form.leads().await, 1);
    let asked: Vec<(i64,)> = form.team.rows("SELECT COUNT(*) FROM lead_events WHERE what = 'asked_again'").await;
    assert_eq!(asked[0].0, 0, "none of them joined it");
    form.ends().await;
}

#[tokio::test]
async fn what_is_wrong_is_said_at_once_and_nobody_asks_after_what_is_not_theirs() {
    let form = Form::on(On::Local).await;
    form.hands_in(&json!({"email": "?"}), &[]).await.is_problem(422, "ana@example.com");
    form.hands_in(&json!({"colour": "red"}), &[]).await.is_problem(422, "nobody can be called");
    form.hands_in(&novo(), &[("idempotency-key", "two words")]).await.is_problem(400, "Idempotency-Key");
    let prefers = [("prefer", "respond-async")];
    form.sends("pan_0", novo().to_string(), &prefers).await.is_problem(401, "missing, wrong or revoked");
    form.sends(&form.shown.token, "{", &prefers).await.is_problem(400, "JSON");
    assert_eq!(form.leads().await, 0);
    // A team that is not there is no reason to lose what nobody sends again.
    let taken = form.hands_in(&json!({"account": "Beta", "team": "Nowhere"}), &[]).await;
    let kept = json!([{"id": "L1", "joined": false, "ignored": ["team"]}]);
    assert_eq!(form.asks_later(&taken).await.body["leads"], kept);
    let other = Shown::new(false).expect("random numbers");
    make(&form.team, "other", &other).await;
    form.asks(&taken, &other.token).await.is_problem(404, "No request of this token");
    form.asks(&taken, "pan_0").await.is_problem(401, "missing, wrong or revoked");
    for name in ["0", "%27%20OR%201=1", "x.y", "%00", "00000000000000000000000000000000"] {
        let asked = form.http.get(form.url(&format!("/intake/requests/{name}"))).bearer_auth(&form.shown.token);
        Answered::of(asked.send().await.expect("an answer")).await.is_problem(404, "No request of this token");
    }
    let posted = form.http.post(form.url("/intake/requests/0")).bearer_auth(&form.shown.token).send().await;
    Answered::of(posted.expect("an answer")).await.is_problem(405, "with GET");
    form.ends().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_hands_nothing_in_a_second_later() {
    let form = Form::on(On::Local).await;
    assert_eq!(form.hands_in(&novo(), &[]).await.status, 202);
    let now = form.team.clock.now();
    let revoked =
        form.team.app().db().write(move |tx| {
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.revoke_intake_token("site", now).await?) })
        });
    assert!(revoked.await.expect("it is revoked"));
    pause(Duration::from_millis(1100)).await;
    form.hands_in(&novo(), &[]).await.is_problem(401, "missing, wrong or revoked");
    form.ends().await;
}

#[tokio::test]
async fn a_signed_request_is_worked_off_once() {
    let form = Form::with(On::Local, Setup::default(), true).await;
    let secret = form.shown.secret.clone().expect("it has a secret");
    let (lead, now) = (novo(), form.team.clock.now().timestamp());
    form.hands_in(&lead, &[]).await.is_problem(401, "X-Panout-Signature");
    let (at, signature) = signed(&secret, now, &lead.to_string());
    let headers = [("x-panout-timestamp", at.as_str()), ("x-panout-signature", signature.as_str())];
    let taken = form.hands_in(&lead, &headers).await;
    assert_eq!(form.hands_in(&lead, &headers).await.body, taken.body, "it is the same request");
    let keyed = [&headers[..], &[("idempotency-key", "a-1")]].concat();
    let replayed = form.hands_in(&lead, &keyed).await;
    form.team.idle().await;
    assert_eq!(form.leads().await, 1);
    form.asks(&taken, &form.shown.token).await.is_problem(401, "X-Panout-Signature");
    let asks = async |request: &Answered| {
        let (at, signature) = signed(&secret, now, "");
        let name = request.body["request"].as_str().expect("a name");
        let asked = form.http.get(form.url(&format!("/intake/requests/{name}"))).bearer_auth(&form.shown.token);
        let asked = asked.header("x-panout-timestamp", at).header("x-panout-signature", signature);
        Answered::of(asked.send().await.expect("an answer")).await
    };
    // Which of the two is worked off first is chance; the other one is a replay.
    let (one, other) = (asks(&taken).await, asks(&replayed).await);
    let (done, declined) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(done.body["leads"], json!([{"id": "L1", "joined": false}]));
    declined.is_problem(409, "sign it anew");
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_description_of_it_is_true(#[values(On::SlackHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let described = form.http.get(form.url("/openapi.json")).send().await.expect("it needs no token");
    let all: Value = described.json().await.expect("it is JSON");
    let as_described = |operation: &Value, answered: &Answered| {
        let mut response = &operation["responses"][answered.status.to_string()];
        if let Some(to) = response["$ref"].as_str() {
            response = all.pointer(&to[1..]).expect("it is there");
        }
        let schema = &response["content"][&answered.kind]["schema"];
        assert!(fits(&all, schema, &answered.body), "{}: {}", answered.status, answered.body);
        answered.status
    };
    let (sends, asks) = (&all["paths"]["/intake/leads"]["post"], &all["paths"]["/intake/requests/{request}"]["get"]);
    let prefer = sends["parameters"].as_array().expect("parameters").iter().find(|one| one["name"] == "Prefer");
    let prefer = prefer.expect("it is described")["schema"]["examples"][0].as_str().expect("an example").to_owned();
    let lead = sends["requestBody"]["content"]["application/json"]["example"].to_string();
    let taken = form.sends(&form.shown.token, lead, &[("prefer", &prefer)]).await;
    assert_eq!(as_described(sends, &taken), 202);
    assert_eq!(as_described(asks, &form.asks(&taken, &form.shown.token).await), 200);
    let done = form.asks_later(&taken).await;
    assert_eq!((as_described(asks, &done), &done.body["status"]), (200, &json!("done")));
    assert_eq!(as_described(asks, &form.asks(&taken, "pan_0").await), 401);
    let mut last = 200;
    for _ in 0..60 {
        let told = form.asks(&taken, &form.shown.token).await;
        last = as_described(asks, &told);
        if last == 429 {
            told.is_problem(429, "asks too often");
            break;
        }
    }
    assert_eq!(last, 429, "a token may ask sixty times at once");
    form.ends().await;
}

#[tokio::test]
async fn whoever_hangs_up_once_it_is_sent_is_heard_all_the_same() {
    let form = Form::on(On::SlackHttp).await;
    let line = Line::to(form.team.app().web.expect("it is served"));
    let [runs, gate] = [(); 2].map(|()| Arc::new(Notify::new()));
    let (db, held) = (form.team.app().db().clone(), (runs.clone(), gate.clone()));
    let holds = tokio::spawn(async move {
        let writing = db.write_behind(move |_| {
            let (runs, gate) = held.clone();
            Box::pin(async move {
                runs.notify_one();
                gate.notified().await;
                Ok::<_, anyhow::Error>(())
            })
        });
        writing.await
    });
    runs.notified().await;
    let mut sent = Vec::new();
    for (account, prefer) in [("Novo", "return=minimal"), ("Beta", "respond-async")] {
        let headers = [
            ("authorization", format!("Bearer {}", form.shown.token)),
            ("content-type", "application/json".to_owned()),
            ("prefer", prefer.to_owned()),
        ];
        let body = json!({ "account": account }).to_string().into_bytes();
        sent.push(line.begin(&Letter { path: "/intake/leads", headers: headers.into(), body }).await);
    }
    // Both wait for the database; then nobody waits for them.
    pause(Duration::from_secs(1)).await;
    drop(sent);
    pause(Duration::from_millis(100)).await;
    gate.notify_one();
    holds.await.expect("it ends").expect("it is held");
    let began = Instant::now();
    while form.team.rows::<(i64,)>("SELECT COUNT(*) FROM leads").await != [(2,)] {
        assert!(began.elapsed() < Duration::from_secs(10), "sooner than anybody looks by themselves");
        pause(Duration::from_millis(20)).await;
    }
    form.team.idle().await;
    form.team.person("Ana").sees_parts(&["Novo", "[I called]"]);
    form.ends().await;
}
