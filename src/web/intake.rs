//! `POST /intake/leads`, `POST /intake/deals` and `/openapi.json`: leads and deals from web forms, form builders and CRMs.
//!
//! Problems are answered as `application/problem+json` (RFC 9457), with what to send instead. A page of another site may
//! call it: the token is all it takes, and no cookie means anything here.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use serde_json::{Value, json};

use super::requests::whole;
use crate::flows::{Declined, Desk, Intake, MOST_LEADS, Posted, Wrong};

/// How all of this is called: the description of it that programs read.
const OPENAPI: &str = include_str!("openapi.json");
/// What another site's page may send beside the body.
const HEADERS: &str = "authorization, content-type, idempotency-key, x-panout-timestamp, x-panout-signature";
/// How many wrong fields are told of at once.
const TOLD: usize = 50;

/// What is served, by itself or beside something else.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let described = async || ([(CONTENT_TYPE, "application/json"), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")], OPENAPI);
    let sent = |what: Intake, desk: Arc<Desk>| {
        any(async move |request: Request| {
            let mut response = answer(&desk, what, request).await;
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            response
        })
    };
    Router::new()
        .route("/openapi.json", get(described))
        .route("/intake/deals", sent(Intake::Deals, desk.clone()))
        .route("/intake/leads", sent(Intake::Leads, desk))
}

async fn answer(desk: &Desk, what: Intake, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        let allowed = [(ACCESS_CONTROL_ALLOW_METHODS, "POST"), (ACCESS_CONTROL_ALLOW_HEADERS, HEADERS)];
        return (StatusCode::NO_CONTENT, allowed, [(ACCESS_CONTROL_MAX_AGE, "86400")]).into_response();
    }
    if parts.method != Method::POST {
        let detail = match what {
            Intake::Leads => "Leads are sent with POST.",
            Intake::Deals => "Deals are sent with POST.",
        };
        let mut response = Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).answered();
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, OPTIONS"));
        return response;
    }
    // Read whole before anything is answered: whoever still sends hears nothing.
    let body = match whole(body).await {
        Ok(body) => body,
        Err(status) => return unread(what, status).answered(),
    };
    match take(desk, what, &parts.headers, &body).await {
        Ok(kept) => {
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
            (StatusCode::ACCEPTED, headers, kept).into_response()
        }
        Err(problem) => problem.answered(),
    }
}

async fn take(desk: &Desk, what: Intake, headers: &HeaderMap, body: &[u8]) -> Result<String, Problem> {
    let header = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let sent = header(AUTHORIZATION.as_str()).unwrap_or_default();
    let token = sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let kind = header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if token.is_some() && kind != "application/json" && !kind.ends_with("+json") {
        let detail = "The body is no JSON. Send it with Content-Type: application/json.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let (key, timestamp) = (header("idempotency-key"), header("x-panout-timestamp"));
    let signature = header("x-panout-signature");
    let posted = Posted {
        token: token.map(|(_, token)| token.trim()),
        key: key.as_deref(),
        timestamp: timestamp.as_deref(),
        signature: signature.as_deref(),
        body,
    };
    desk.take(what, posted).await.map_err(|why| declined(what, why))
}

/// What is wrong with a request, and what to send instead.
struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<Value>,
    header: Option<(axum::http::HeaderName, HeaderValue)>,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), header: None }
    }

    fn answered(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let mut said = json!({ "title": title, "status": self.status.as_u16(), "detail": self.detail });
        if !self.errors.is_empty() {
            said["errors"] = Value::Array(self.errors);
        }
        let headers = [(CONTENT_TYPE, "application/problem+json"), (CACHE_CONTROL, "no-store")];
        let mut response = (self.status, headers, said.to_string()).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Why a body was not read.
fn unread(what: Intake, status: StatusCode) -> Problem {
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            format!("The body is larger than 1 MiB. Send at most {MOST_LEADS} {} at once.", what.name())
        }
        StatusCode::REQUEST_TIMEOUT => "The body did not come in time. Send it again.".to_owned(),
        _ => "The body could not be read. Send it again.".to_owned(),
    };
    Problem::new(status, detail)
}

/// Too many requests: when to come back.
fn too_often(what: Intake, seconds: u64) -> Problem {
    let detail =
        format!("Too many requests with this token. Wait {seconds} s, or send several {} in one.", what.name());
    let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail);
    problem.header = Some((RETRY_AFTER, HeaderValue::from(seconds)));
    problem
}

/// Fields that are wrong: the first in a sentence, all of them by place.
fn fields(wrong: Vec<Wrong>) -> Problem {
    let first = wrong.first().map(|wrong| format!("{}: {}", wrong.pointer, wrong.says)).unwrap_or_default();
    let detail = format!("Nothing was kept. {}", first.trim_start_matches([':', ' ']));
    let told = wrong.into_iter().take(TOLD);
    let errors = told.map(|wrong| json!({ "pointer": wrong.pointer, "detail": wrong.says })).collect();
    Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
}

fn declined(what: Intake, declined: Declined) -> Problem {
    let unauthorized = |detail: &str| {
        let mut problem = Problem::new(StatusCode::UNAUTHORIZED, detail);
        problem.header = Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        problem
    };
    match declined {
        Declined::Unknown => unauthorized(
            "The token is missing, wrong or revoked. Send Authorization: Bearer and a token of `panout token create`.",
        ),
        Declined::Unsigned(why) => unauthorized(why),
        Declined::Replayed => Problem::new(
            StatusCode::CONFLICT,
            "This very request was taken before. To send it again, keep its Idempotency-Key or sign it anew.",
        ),
        Declined::TooOften(seconds) => too_often(what, seconds),
        Declined::Unreadable(why) => Problem::new(StatusCode::BAD_REQUEST, why),
        Declined::TooMany(sent) => {
            let all = what.name();
            let detail = format!("{sent} {all} are too many for one request. Send at most {MOST_LEADS} in each.");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        }
        Declined::Wrong(wrong) => fields(wrong),
        Declined::OtherBody => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Another body came under this Idempotency-Key. Give each request a key of its own.",
        ),
        Declined::Broken(error) => {
            tracing::error!("{} over HTTP were not kept: {error:#}", what.name());
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Nothing was kept, by our fault. Send it again, later.")
        }
    }
}
