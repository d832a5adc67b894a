//! Leads over HTTP: who may send them, what is taken, and that nothing is taken by half.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use panout::domain::Source;
use panout::flows::{IntakeForm, LeadRules, NewToken, Shown, make_token};
use ring::hmac;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fake::http::hex;
use crate::story::{On, Setup, Team};

const HOSTILE: &str = "<!channel> <@U1> @everyone *b* <b>x</b>";

/// A web form, and whose it is.
pub(super) struct Form {
    pub(super) team: Team,
    pub(super) shown: Shown,
    pub(super) http: reqwest::Client,
}

/// What was answered.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) kind: String,
    retry_after: Option<String>,
    pub(super) body: Value,
}

impl Answered {
    pub(super) async fn of(answer: reqwest::Response) -> Self {
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("a text").to_owned());
        assert_eq!(header("access-control-allow-origin").as_deref(), Some("*"), "another site's page may read it");
        let (status, kind, retry_after) = (answer.status().as_u16(), header("content-type"), header("retry-after"));
        assert_eq!(header("www-authenticate").is_some(), status == 401);
        let body = answer.json().await.expect("it is JSON");
        Answered { status, kind: kind.unwrap_or_default(), retry_after, body }
    }

    /// What is wrong: where, and in words.
    pub(super) fn errors(&self) -> Vec<(String, String)> {
        let all = self.body["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.iter().map(|error| (text(&error["pointer"]), text(&error["detail"]))).collect()
    }

    /// It is a problem of this status that says so much.
    #[track_caller]
    pub(super) fn is_problem(&self, status: u16, says: &str) {
        assert_eq!((self.status, self.kind.as_str()), (status, "application/problem+json"), "{}", self.body);
        assert_eq!(self.body["status"], status);
        let detail = self.body["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(says), "{detail}");
    }
}

impl Form {
    pub(super) async fn on(on: On) -> Self {
        Self::with(on, Setup::default(), false).await
    }

    pub(super) async fn with(on: On, setup: Setup, signed: bool) -> Self {
        let team = Team::start_with(on, setup).await;
        let shown = Shown::new(signed).expect("random numbers");
        make(&team, "site", &shown).await;
        // The page knows only who was there once.
        team.person("Ana").types("/panout help").await;
        team.person("Ana").screen();
        Self { team, shown, http: reqwest::Client::new() }
    }

    pub(super) fn url(&self, path: &str) -> String {
        let app = self.team.app();
        format!("http://{}{path}", app.web.or(app.page).expect("it is served"))
    }

    /// Sends these bytes, as the form of a token does, with these headers too.
    pub(super) async fn sends(
        &self,
        token: &str,
        body: impl Into<reqwest::Body>,
        headers: &[(&str, &str)],
    ) -> Answered {
        self.sends_to("/intake/leads", token, (body, headers)).await
    }

    /// The same, to another address.
    pub(super) async fn sends_to(
        &self,
        path: &str,
        token: &str,
        (body, headers): (impl Into<reqwest::Body>, &[(&str, &str)]),
    ) -> Answered {
        let post = self.http.post(self.url(path)).header("content-type", "application/json");
        let post =
            headers.iter().fold(post.bearer_auth(token).body(body), |post, (name, value)| post.header(*name, *value));
        Answered::of(post.send().await.expect("an answer")).await
    }

    async fn posts(&self, lead: &Value) -> Answered {
        self.sends(&self.shown.token, lead.to_string(), &[]).await
    }

    async fn keyed(&self, lead: &Value, key: &str) -> Answered {
        self.sends(&self.shown.token, lead.to_string(), &[("idempotency-key", key)]).await
    }

    pub(super) async fn leads(&self) -> i64 {
        self.team.rows::<(i64,)>("SELECT COUNT(*) FROM leads").await[0].0
    }

    pub(super) async fn ends(self) {
        self.team.idle().await;
        for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
            self.team.person(name).screen();
        }
        self.team.ends().await;
    }
}

pub(super) async fn make(team: &Team, name: &'static str, shown: &Shown) {
    let (shown, now) = (shown.clone(), team.clock.now());
    let made = team.app().db().write(move |tx| {
        let shown = shown.clone();
        Box::pin(async move {
            let new = NewToken { name: name.into(), source: Source::Website, team: Some("Field".into()) };
            make_token(tx, &new, &shown, now).await
        })
    });
    assert_eq!(made.await.expect("it is kept"), Ok(()));
}

pub(super) fn novo() -> Value {
    json!({"account": "Novo Systems", "contact": "Ioana Marin", "email": "ioana@novo.example", "wants": "a demo"})
}

/// When something was signed, and its signature.
pub(super) fn signed(secret: &str, at: i64, body: &str) -> (String, String) {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    (at.to_string(), format!("sha256={}", hex(tag.as_ref())))
}

#[rstest]
#[tokio::test]
async fn a_lead_comes_in_and_has_an_owner(#[values(On::SlackHttp, On::DiscordHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let lead = json!({"account": "Novo Systems", "phone": "+40 722 000 111", "source": "partner", "wants": "a demo",
                      "place": "Cluj", "team": "Field", "owner": "Bogdan", "contact": null});
    let taken = form.posts(&lead).await;
    assert_eq!((taken.status, &taken.body), (202, &json!({"leads": [{"id": "L1", "joined": false}]})));
    form.team.idle().await;
    form.team.person("Bogdan").sees_parts(&[
        "New lead L1: Novo Systems",
        "Phone: +40 722 000 111",
        "Source: Partner",
        "> a demo",
        "[I called]",
    ]);
    let again = form.posts(&json!([{"phone": "0722000111", "email": "i@novo.example"}, {"account": "Beta"}])).await;
    assert_eq!(again.body, json!({"leads": [{"id": "L1", "joined": true}, {"id": "L2", "joined": false}]}));
    let sources: Vec<(String,)> = form.team.rows("SELECT source FROM leads ORDER BY number").await;
    assert_eq!(sources, [("partner".to_owned(),), ("website".to_owned(),)], "what is not said the token says");
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn many_at_once_are_said_in_one_message_to_each_owner(
    #[values(On::SlackHttp, On::DiscordHttp, On::Local)] on: On,
    #[values(true, false)] listed: bool,
) {
    let form = Form::on(on).await;
    let buyer = |n: i64| json!({"account": format!("Client {n}"), "email": format!("buyer{n}@client.example")});
    if listed {
        let taken = form.posts(&(1..=12).map(buyer).collect::<Value>()).await;
        assert_eq!(taken.status, 202, "{}", taken.body);
    } else {
        for n in 1..=22 {
            assert_eq!(form.posts(&buyer(n)).await.status, 202);
        }
    }
    form.team.idle().await;
    let (ana, bogdan) = (form.team.person("Ana"), form.team.person("Bogdan"));
    let mut said = [ana.screen(), bogdan.screen()];
    // A service takes one message a second.
    for _ in 0..4 {
        form.team.passes(TimeDelta::minutes(1)).await;
        said[0] += &ana.screen();
        said[1] += &bogdan.screen();
    }
    for said in said {
        assert_eq!(said.matches("6 leads came in for you").count(), 1, "{said}");
        // Of the first ten in a row each is told by itself: they may be all there are.
        assert_eq!(said.matches("New lead L").count(), if listed { 0 } else { 5 }, "{said}");
    }
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_comes_twenty_minutes_after_many_is_a_message_of_its_own(
    #[values(On::SlackHttp, On::DiscordHttp, On::Local)] on: On,
) {
    let form = Form::on(on).await;
    let buyer = |n: i64| json!({"email": format!("buyer{n}@client.example"), "source": "trade_show"});
    for (first, last) in [(1, 12), (13, 26)] {
        assert_eq!(form.posts(&(first..=last).map(buyer).collect::<Value>()).await.status, 202);
        form.team.passes(TimeDelta::minutes(4)).await;
        for name in ["Ana", "Bogdan"] {
            let says = format!("{} leads came in for you", (last - first + 1) / 2);
            let said = form.team.person(name).sees_parts(&[&says]);
            assert_eq!(said.matches("came in for you").count(), 1, "{said}");
        }
        form.team.passes(TimeDelta::minutes(16)).await;
    }
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn many_for_whoever_wants_no_reminders_are_counted_in_the_channel(
    #[values(On::SlackHttp, On::DiscordHttp, On::Local)] on: On,
) {
    let form = Form::with(on, Setup { consents: false, ..Setup::default() }, false).await;
    let buyer = |n: i64| json!({"email": format!("buyer{n}@client.example"), "source": "trade_show"});
    assert_eq!(form.posts(&(1..=12).map(buyer).collect::<Value>()).await.status, 202);
    form.team.passes(TimeDelta::minutes(4)).await;
    for name in ["Ana", "Bogdan", "Elena"] {
        let said = form.team.person(name).screen();
        assert!(!said.contains("came in for you"), "{said}");
    }
    form.team.it_is("2026-11-24T07:05:00Z").await;
    let said = form.team.person("Ana").sees_parts(&["12 new leads wait for people who have not started"]);
    assert!(!said.contains("client.example"), "a channel reads no client: {said}");
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_anybody_writes_is_text_and_rings_for_nobody(#[values(On::SlackHttp, On::DiscordHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let lead = json!({"account": HOSTILE, "contact": HOSTILE, "phone": format!("1{HOSTILE}"), "wants": HOSTILE,
                      "place": HOSTILE, "email": "<!channel>@everyone.example", "owner": "Ana", HOSTILE: HOSTILE});
    let taken = form.posts(&lead).await;
    assert_eq!(taken.body, json!({"leads": [{"id": "L1", "joined": false, "ignored": [HOSTILE]}]}));
    form.team.idle().await;
    let seen = form.team.person("Ana").sees_parts(&[
        &format!("New lead L1: {HOSTILE}"),
        &format!("Contact: {HOSTILE}"),
        &format!("Phone: 1{HOSTILE}"),
        "E-mail: <!channel>@everyone.example",
        &format!("> {HOSTILE}"),
    ]);
    assert!(seen.matches(HOSTILE).count() >= 5, "{seen}");
    for other in ["Bogdan", "Elena", "Oana", "Adi"] {
        form.team.person(other).sees_nothing();
    }
    form.ends().await;
}

#[tokio::test]
async fn without_a_token_in_use_nothing_is_taken() {
    let form = Form::on(On::Local).await;
    for wrong in ["pan_0", "", &form.shown.token[1..], &format!("{}0", form.shown.token)] {
        form.sends(wrong, novo().to_string(), &[]).await.is_problem(401, "panout token create");
    }
    let bare = form.http.post(form.url("/intake/leads")).body("x").send().await.expect("an answer");
    assert_eq!(bare.status(), 401);
    let basic = form.http.post(form.url("/intake/leads")).basic_auth(&form.shown.token, Some("")).send().await;
    assert_eq!(basic.expect("an answer").status(), 401);
    let kept: Vec<(String,)> = form.team.rows("SELECT token_hash FROM intake_tokens").await;
    assert!(kept.len() == 1 && kept[0].0.len() == 64 && !form.shown.token.contains(&kept[0].0), "only its hash");
    assert_eq!(form.posts(&novo()).await.status, 202);
    let now = form.team.clock.now();
    let revoke =
        form.team.app().db().write(move |tx| {
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.revoke_intake_token("site", now).await?) })
        });
    assert!(revoke.await.expect("it is revoked"));
    form.posts(&novo()).await.is_problem(401, "revoked");
    assert_eq!(form.leads().await, 1);
    form.ends().await;
}

#[tokio::test]
async fn what_is_wrong_is_named_with_what_to_send_instead_and_nothing_is_kept() {
    let form = Form::on(On::Local).await;
    let long = |length: usize| "é".repeat(length);
    let wrong = [
        (json!({"email": 7}), "/email", "in quotes"),
        (json!({"account": ["Novo"]}), "/account", "in quotes"),
        (json!({"email": "ioana at novo"}), "/email", "ana@example.com"),
        (json!({"email": "a@b@c.example"}), "/email", "ana@example.com"),
        (json!({"phone": "call me"}), "/phone", "+40 722 000 111"),
        (json!({"account": "Novo", "source": "the moon"}), "/source", "trade_show"),
        (json!({"account": "Novo", "team": "Nobody's"}), "/team", "panout.toml"),
        (json!({"account": long(121)}), "/account", "at most 120"),
        (json!({"account": "Novo", "wants": long(3001)}), "/wants", "at most 3000"),
        (json!({"wants": "a demo", "emial": "i@novo.example"}), "", "no fields of a lead: emial"),
        (json!({"account": " \u{0} "}), "", "account, contact, email, phone"),
        (json!([{"account": "Good"}, {"account": "Novo", "phone": "x"}]), "/1/phone", "digit"),
        (json!([{"account": "Good"}, "Novo"]), "/1", "no object"),
        (json!([{"account": "Good"}, {"account": "Novo", "team": "X"}]), "/1/team", "leave it out"),
    ];
    for (lead, pointer, says) in wrong {
        let answered = form.posts(&lead).await;
        answered.is_problem(422, says);
        let errors = answered.errors();
        assert!(errors.len() == 1 && errors[0].0 == pointer && errors[0].1.contains(says), "{errors:?}");
    }
    let fits = json!({"account": long(120), "wants": long(3000), "place": "\u{0}Cluj\n\tNapoca", "owner": "Nobody"});
    let taken = form.posts(&fits).await;
    assert_eq!(taken.body, json!({"leads": [{"id": "L1", "joined": false, "ignored": ["owner"]}]}));
    let places: Vec<(String,)> = form.team.rows("SELECT place FROM leads").await;
    assert_eq!(places, [("Cluj Napoca".to_owned(),)], "and nothing of the others");
    form.ends().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_told_of() {
    let form = Form::on(On::Local).await;
    let deep = format!("{}{}{}", "[".repeat(30), "1", "]".repeat(30));
    let deeper = format!("{{\"account\": {}1{}}}", "[".repeat(5000), "]".repeat(5000));
    let unreadable: [(Vec<u8>, &str); 8] = [
        (b"{\"account\": \"\xff\"}".to_vec(), "Byte 13 is no UTF-8"),
        (deep.into_bytes(), "20 levels"),
        (deeper.into_bytes(), "no JSON"),
        (b"account=Novo".to_vec(), "Line 1, column 1"),
        (b"{\"account\": \"Novo\"} {}".to_vec(), "no JSON"),
        (b"[]".to_vec(), "at least one lead"),
        (b"7".to_vec(), "an object"),
        (b"".to_vec(), "no JSON"),
    ];
    for (body, says) in unreadable {
        form.sends(&form.shown.token, body, &[]).await.is_problem(400, says);
    }
    let post = form.http.post(form.url("/intake/leads")).bearer_auth(&form.shown.token);
    let typed = post.form(&[("account", "Novo")]).send().await.expect("an answer");
    assert_eq!(typed.status(), 415);
    assert_eq!(form.http.get(form.url("/intake/leads")).send().await.expect("an answer").status(), 405);
    let asked = form.http.request(reqwest::Method::OPTIONS, form.url("/intake/leads")).send().await.expect("an answer");
    assert_eq!(asked.status(), 204);
    assert!(asked.headers()["access-control-allow-headers"].to_str().expect("a text").contains("authorization"));
    assert_eq!(form.leads().await, 0);
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn too_much_is_refused_before_it_is_read(#[values(On::SlackHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let large = |size: usize| format!("{{\"account\": \"Novo\", \"x\": \"{}\"}}", "a".repeat(size - 28));
    assert_eq!(large(100).len(), 100);
    form.sends("pan_0", large((1 << 20) + 1), &[]).await.is_problem(413, "1 MiB");
    form.sends(&form.shown.token, large((1 << 20) + 1), &[]).await.is_problem(413, "1 MiB");
    assert_eq!(form.sends(&form.shown.token, large(1 << 20), &[]).await.status, 202);
    let many =
        |count: usize| Value::Array((0..count).map(|_| json!({"account": "Novo", "phone": "0722000111"})).collect());
    form.posts(&many(251)).await.is_problem(413, "at most 250");
    let taken = form.posts(&many(250)).await;
    assert_eq!((taken.status, taken.body["leads"].as_array().map(Vec::len)), (202, Some(250)));
    assert_eq!(form.leads().await, 2);
    form.ends().await;
}

#[tokio::test]
async fn a_token_may_send_so_many_and_again_a_second_later() {
    let form = Form::on(On::Local).await;
    for _ in 0..60 {
        assert_eq!(form.posts(&json!({})).await.status, 422);
    }
    let stopped = form.posts(&novo()).await;
    stopped.is_problem(429, "Wait 1 s");
    assert_eq!(stopped.retry_after.as_deref(), Some("1"));
    let other = Shown::new(false).expect("random numbers");
    make(&form.team, "other", &other).await;
    assert_eq!(form.sends(&other.token, novo().to_string(), &[]).await.status, 202, "each token for itself");
    form.team.passes(TimeDelta::seconds(1)).await;
    assert_eq!(form.posts(&novo()).await.status, 202);
    assert_eq!(form.posts(&novo()).await.status, 429);
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn twenty_at_once_under_one_key_are_one_lead(#[values(On::SlackHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let lead = novo();
    let all = (0..20).map(|_| form.keyed(&lead, "a-1"));
    let all = futures_util::future::join_all(all).await;
    let once = json!({"leads": [{"id": "L1", "joined": false}]});
    for answered in &all {
        assert_eq!((answered.status, &answered.body), (202, &once));
    }
    assert_eq!(form.leads().await, 1);
    let asked: Vec<(i64,)> = form.team.rows("SELECT COUNT(*) FROM lead_events WHERE what = 'asked_again'").await;
    assert_eq!(asked[0].0, 0, "nor does any of them join it");
    form.keyed(&json!({"account": "Beta"}), "a-1").await.is_problem(422, "a key of its own");
    let other = Shown::new(false).expect("random numbers");
    make(&form.team, "other", &other).await;
    let theirs = form.sends(&other.token, lead.to_string(), &[("idempotency-key", "a-1")]).await;
    assert_eq!(theirs.body["leads"][0]["joined"], true, "a key is its token's");
    for key in ["", "two words", &"k".repeat(256)] {
        form.keyed(&lead, key).await.is_problem(400, "Idempotency-Key");
    }
    // What was refused may be mended under the same key.
    form.keyed(&json!({"email": "?"}), "a-2").await.is_problem(422, "ana@example.com");
    assert_eq!(form.keyed(&json!({"email": "a@beta.example"}), "a-2").await.status, 202);
    form.ends().await;
}

#[tokio::test]
async fn a_key_is_known_after_a_restart() {
    let mut form = Form::on(On::Local).await;
    let first = form.keyed(&novo(), "a-1").await;
    form.team.idle().await;
    for name in ["Ana", "Bogdan", "Elena"] {
        form.team.person(name).screen();
    }
    form.team.restarts().await;
    assert_eq!(form.keyed(&novo(), "a-1").await.body, first.body);
    assert_eq!(form.leads().await, 1);
    form.ends().await;
}

#[tokio::test]
async fn a_signed_token_takes_what_is_signed_lately_and_once() {
    let form = Form::with(On::Local, Setup::default(), true).await;
    let secret = form.shown.secret.clone().expect("it has a secret");
    let (body, now) = (novo().to_string(), form.team.clock.now().timestamp());
    let send = async |(at, signature): (String, String), key: Option<&str>| {
        let mut headers = vec![("x-panout-timestamp", at.as_str()), ("x-panout-signature", signature.as_str())];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        form.sends(&form.shown.token, body.clone(), &headers).await
    };
    form.posts(&novo()).await.is_problem(401, "X-Panout-Signature");
    send(signed("sec_0", now, &body), None).await.is_problem(401, "not that of this body");
    send(signed(&secret, now, "{}"), None).await.is_problem(401, "not that of this body");
    send((now.to_string(), signed(&secret, now - 1, &body).1), None).await.is_problem(401, "not that of this body");
    send((now.to_string(), "sha256=".into()), None).await.is_problem(401, "not that of this body");
    send(("soon".into(), "sha256=00".into()), None).await.is_problem(401, "no number");
    for away in [-301, 301] {
        send(signed(&secret, now + away, &body), None).await.is_problem(401, "five minutes");
    }
    assert_eq!(form.leads().await, 0);
    let taken = send(signed(&secret, now - 300, &body), Some("a-1")).await;
    assert_eq!(taken.status, 202);
    assert_eq!(
        send(signed(&secret, now - 300, &body), Some("a-1")).await.body,
        taken.body,
        "the same is answered the same"
    );
    for key in [None, Some("a-2")] {
        send(signed(&secret, now - 300, &body), key).await.is_problem(409, "sign it anew");
    }
    let joined = send(signed(&secret, now, &body), None).await;
    assert_eq!(joined.body["leads"][0]["joined"], true, "signed anew it is another request");
    form.ends().await;
}

#[tokio::test]
async fn what_a_form_builder_sends_is_read_as_the_configuration_says() {
    let fields = [
        "email <- form_response.answers[field.ref=mail].email",
        "contact <- form_response.answers[field.ref=first].text",
        "contact <- form_response.answers[field.ref=last].text",
        "phone <- form_response.answers[field.ref=phone].number",
        "wants <- form_response.answers[field.ref=needs].choices.labels",
        "source <- form_response.hidden.utm_source",
    ];
    let fields = fields.map(|field| field.parse().expect("a field")).into();
    let site = IntakeForm { name: "site".into(), source: Some(Source::Webinar), fields };
    let leads = LeadRules { forms: vec![site], ..LeadRules::default() };
    let form = Form::with(On::Local, Setup { leads, ..Setup::default() }, false).await;
    let answer = |name: &str, kind: &str, value: Value| json!({"field": {"ref": name}, "type": kind, kind: value});
    let sent = |mail: &str| {
        let answers = json!([
            answer("first", "text", json!("Ioana")),
            answer("last", "text", json!("Marin")),
            answer("mail", "email", json!(mail)),
            answer("phone", "number", json!(40_722_000_111_i64)),
            answer("needs", "choices", json!({"labels": ["CRM", "Support"]})),
        ]);
        json!({"event_id": "e1", "form_response": {"answers": answers, "hidden": {"utm_source": "some_ad"}}})
    };
    let taken = form.posts(&sent("ioana@novo.example")).await;
    assert_eq!(taken.body, json!({"leads": [{"id": "L1", "joined": false}]}));
    let kept: Vec<(String, String, String, String, String)> =
        form.team.rows("SELECT contact, email, phone, wants, source FROM leads").await;
    let (contact, email, phone, wants, source) = kept[0].clone();
    assert_eq!([contact, email, phone], ["Ioana Marin", "ioana@novo.example", "40722000111"]);
    assert_eq!([wants, source], ["CRM, Support", "webinar"]);
    form.posts(&sent("nobody")).await.is_problem(422, "ana@example.com");
    form.ends().await;
}

/// Whether a value is as a schema of the description says; references are followed.
pub(super) fn fits(all: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(to) = schema["$ref"].as_str() {
        return fits(all, all.pointer(&to[1..]).expect("it is there"), value);
    }
    if let Some(ways) = schema["oneOf"].as_array() {
        return ways.iter().filter(|way| fits(all, way, value)).count() == 1;
    }
    if !schema["const"].is_null() {
        return schema["const"] == *value;
    }
    let is = |kind: &Value| match kind.as_str().unwrap_or_default() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        kind => panic!("{kind}"),
    };
    let required = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .all(|name| value.get(name.as_str().expect("a name")).is_some());
    let known = value.as_object().is_none_or(|fields| {
        fields.iter().all(|(name, one)| schema["properties"].get(name).is_some_and(|schema| fits(all, schema, one)))
    });
    let items = value.as_array().is_none_or(|items| items.iter().all(|item| fits(all, &schema["items"], item)));
    is(&schema["type"]) && required && known && items
}

#[rstest]
#[tokio::test]
async fn the_description_is_true(#[values(On::SlackHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let described = form.http.get(form.url("/openapi.json")).send().await.expect("it needs no token");
    assert_eq!(described.headers()["content-type"], "application/json");
    let all: Value = described.json().await.expect("it is JSON");
    assert_eq!(all["openapi"], "3.1.0");
    let post = &all["paths"]["/intake/leads"]["post"];
    let body = &post["requestBody"]["content"]["application/json"];
    let as_described = |answered: &Answered| {
        let mut response = &post["responses"][answered.status.to_string()];
        if let Some(to) = response["$ref"].as_str() {
            response = all.pointer(&to[1..]).expect("it is there");
        }
        let schema = &response["content"][&answered.kind]["schema"];
        assert!(fits(&all, schema, &answered.body), "{}: {}", answered.status, answered.body);
        answered.status
    };
    assert_eq!(as_described(&form.posts(&body["example"]).await), 202);
    let lead = &all["components"]["schemas"]["Lead"];
    let fields = lead["properties"].as_object().expect("it has fields");
    for (name, field) in fields {
        let mut with = json!({"account": "Novo"});
        with[name] = Value::Null;
        with["contact"] = json!("Ioana");
        assert_eq!(as_described(&form.posts(&with).await), 202, "{name} may be null");
        let Some(most) = field["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok()) else { continue };
        let text = |length: usize| {
            if name == "email" { format!("{}@b.example", "a".repeat(length - 10)) } else { "1".repeat(length) }
        };
        with[name] = json!(text(most + 1));
        let over = form.posts(&with).await;
        assert_eq!((as_described(&over), over.errors()[0].0.clone()), (422, format!("/{name}")));
        if name != "team" {
            with[name] = json!(text(most));
            assert_eq!(as_described(&form.posts(&with).await), 202, "{name} of {most}");
        }
        form.team.passes(TimeDelta::seconds(5)).await;
    }
    let examples = fields["source"]["examples"].as_array().expect("they are named");
    let named: BTreeSet<&str> = examples.iter().filter_map(Value::as_str).collect();
    assert_eq!(named, Source::ALL.map(Source::as_str).into());
    for one in lead["anyOf"].as_array().expect("one of them is needed") {
        let name = one["required"][0].as_str().expect("a field");
        assert_eq!(form.posts(&json!({name: "a1@b.example"})).await.status, 202, "{name} is enough");
    }
    let most = body["schema"]["oneOf"][1]["maxItems"].as_u64().expect("there is a most");
    let many = Value::Array((0..=most).map(|_| novo()).collect());
    assert_eq!(as_described(&form.posts(&many).await), 413);
    assert_eq!(as_described(&form.sends("pan_0", "{}", &[]).await), 401);
    assert_eq!(as_described(&form.sends(&form.shown.token, "{", &[]).await), 400);
    form.ends().await;
}
