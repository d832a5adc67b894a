//! Opportunities over HTTP: followed, changed, never twice, and whose they are.

use rstest::rstest;
use serde_json::{Value, json};

use super::intake::{Answered, Form, fits};
use crate::story::On;

const HOSTILE: &str = "<!channel> <@U1> @everyone '; DROP TABLE opportunities; --";

async fn posts(form: &Form, deals: &Value, key: Option<&str>) -> Answered {
    let headers: Vec<(&str, &str)> = key.map(|key| ("idempotency-key", key)).into_iter().collect();
    form.sends_to("/intake/deals", &form.shown.token, (deals.to_string(), &headers)).await
}

#[rstest]
#[tokio::test]
async fn deals_of_a_crm_are_followed_and_go_dark_by_their_own_last_touch(
    #[values(On::SlackHttp, On::DiscordHttp, On::Local)] on: On,
) {
    let form = Form::on(on).await;
    let deals = json!([
        {"account": "Delta", "stage": "Negotiation", "amount": 40000, "owner": "Ana", "touched_at": "2026-11-02",
         "note": HOSTILE, "colour": "red"},
        {"account": "Gamma", "stage": "propunere", "amount": "12,5k RON", "owner": "Nobody"},
    ]);
    let taken = posts(&form, &deals, Some("one")).await;
    let said = json!({"deals": [{"id": "D1", "joined": false, "ignored": ["colour"]},
                                {"id": "D2", "joined": false, "ignored": ["owner"]}]});
    assert_eq!((taken.status, &taken.body), (202, &said));
    assert_eq!(posts(&form, &deals, Some("one")).await.body, said, "the same again is done once");
    posts(&form, &json!({"account": "Other"}), Some("one")).await.is_problem(422, "Another body");
    let again = posts(&form, &json!({"account": "DELTA srl", "owner": "Ana", "touched_at": "2026-11-03"}), None).await;
    assert_eq!(again.body, json!({"deals": [{"id": "D1", "joined": true}]}));
    let older = posts(&form, &json!({"account": "Delta", "owner": "Ana", "touched_at": "2026-01-03"}), None).await;
    assert_eq!(older.body, json!({"deals": [{"id": "D1", "joined": true}]}));
    let rows: Vec<(String, String, Option<i64>, Option<String>)> = form
        .team
        .rows("SELECT p.name, o.stage, o.amount_minor, o.amount_currency FROM opportunities o JOIN people p ON p.id = o.owner_id ORDER BY o.number")
        .await;
    let row = |name: &str, stage: &str, minor, code: &str| (name.into(), stage.into(), Some(minor), Some(code.into()));
    assert_eq!(rows, [row("Ana", "negotiation", 4_000_000, "EUR"), row("Elena", "proposal", 1_250_000, "RON")]);
    form.team.it_is("2026-11-24T07:00:00Z").await;
    form.team.person("Ana").sees_parts(&["D1 Delta: No touch since 3 November 2026. Right person? Real reason?"]);
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_kept(#[values(On::SlackHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    for (deal, pointer, says) in [
        (json!({"stage": "proposal"}), "/account", "the client's company"),
        (json!({"account": "Delta", "stage": "moon"}), "/stage", "first_contact, qualification"),
        (json!({"account": "Delta", "amount": "much"}), "/amount", "40k EUR"),
        (json!({"account": "Delta", "touched_at": "yesterday"}), "/touched_at", "2026-11-23"),
        (json!({"account": "Delta", "team": "Nowhere"}), "/team", "no such team"),
        (json!({"account": ["Delta"]}), "/account", "no text"),
        (json!({"account": "D".repeat(121)}), "/account", "at most 120"),
    ] {
        let answered = posts(&form, &json!([{"account": "Fine"}, deal]), None).await;
        assert_eq!(answered.status, 422, "{}", answered.body);
        let (at, detail) = answered.errors()[0].clone();
        assert!(at == format!("/1{pointer}") && detail.contains(says), "{at}: {detail}");
    }
    posts(&form, &json!(7), None).await.is_problem(400, "It is no deal.");
    posts(&form, &json!([]), None).await.is_problem(400, "Send at least one deal.");
    let many = Value::Array((0..251).map(|n| json!({"account": format!("Client {n}")})).collect());
    posts(&form, &many, None).await.is_problem(413, "251 deals are too many");
    let unknown = form.sends_to("/intake/deals", "pan_0", ("{}", &[])).await;
    unknown.is_problem(401, "The token is missing");
    let kept: Vec<(i64,)> = form.team.rows("SELECT COUNT(*) FROM opportunities").await;
    assert_eq!(kept, [(0,)]);
    form.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_description_of_deals_is_true(#[values(On::SlackHttp, On::Local)] on: On) {
    let form = Form::on(on).await;
    let described = form.http.get(form.url("/openapi.json")).send().await.expect("it needs no token");
    let all: Value = described.json().await.expect("it is JSON");
    let post = &all["paths"]["/intake/deals"]["post"];
    let taken = posts(&form, &post["requestBody"]["content"]["application/json"]["example"], None).await;
    assert_eq!(taken.status, 202, "{}", taken.body);
    let schema = &post["responses"]["202"]["content"]["application/json"]["schema"];
    assert!(fits(&all, schema, &taken.body), "{}", taken.body);
    let deal = &all["components"]["schemas"]["Deal"]["properties"];
    for (name, field) in deal.as_object().expect("it has fields") {
        let mut with = json!({"account": "Delta"});
        if name != "account" {
            with[name] = Value::Null;
            assert_eq!(posts(&form, &with, None).await.status, 202, "{name} may be null");
        }
        for example in field["examples"].as_array().into_iter().flatten() {
            with[name] = example.clone();
            assert_eq!(posts(&form, &with, None).await.status, 202, "{example}");
        }
        let Some(most) = field["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok()) else { continue };
        with[name] = json!("1".repeat(most + 1));
        assert_eq!(posts(&form, &with, None).await.errors()[0].0, format!("/{name}"));
    }
    form.ends().await;
}
