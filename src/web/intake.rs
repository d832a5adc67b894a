//! `POST /intake/leads`, `POST /intake/deals` and `/openapi.json`: leads and deals from web forms, form builders and CRMs.
//!
//! Leads that are sent with `Prefer: respond-async` (RFC 7240) are answered once they are on disk, and given to their owners
//! later; `GET /intake/requests/..` says what became of them.
//!
//! Problems are answered as `application/problem+json` (RFC 9457), with what to send instead. A page of another site may
//! call it: the token is all it takes, and no cookie means anything here.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, LOCATION,
    RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use serde_json::{Value, json};

use super::requests::whole;
use crate::flows::{Declined, Desk, Intake, MOST_LEADS, Posted, Progress, Wrong};

/// How all of this is called: the description of it that programs read.
const OPENAPI: &str = include_str!("openapi.json");
/// What another site's page may send beside the body.
const HEADERS: &str = "authorization, content-type, idempotency-key, prefer, x-panout-timestamp, x-panout-signature";
/// What it may read of the answer beside its body.
const EXPOSED: &str = "location, preference-applied, retry-after";
/// Whoever prefers it is answered before their leads are worked off.
const LATER: &str = "respond-async";
/// How many wrong fields are told of at once.
const TOLD: usize = 50;

/// What is served, by itself or beside something else.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let described = async || ([(CONTENT_TYPE, "application/json"), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")], OPENAPI);
    let sent = |what: Intake, desk: Arc<Desk>| {
        any(async move |request: Request| for_any_page(answer(&desk, what, request).await))
    };
    let asking = desk.clone();
    let asked = any(async move |Path(name): Path<String>, request: Request| {
        let parts = request.into_parts().0;
        for_any_page(told(&asking, &name, &parts).await)
    });
    Router::new()
        .route("/openapi.json", get(described))
        .route("/intake/requests/{request}", asked)
        .route("/intake/deals", sent(Intake::Deals, desk.clone()))
        .route("/intake/leads", sent(Intake::Leads, desk))
}

fn for_any_page(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    response
}

/// What is answered to whoever asks what they may do; nothing if they ask for what is done with `method`.
fn unless_method(request: &Method, method: &'static str, says: &'static str) -> Option<Response> {
    if request == Method::OPTIONS {
        let allowed = [(ACCESS_CONTROL_ALLOW_METHODS, method), (ACCESS_CONTROL_ALLOW_HEADERS, HEADERS)];
        return Some((StatusCode::NO_CONTENT, allowed, [(ACCESS_CONTROL_MAX_AGE, "86400")]).into_response());
    }
    (request != method).then(|| {
        let mut response = Problem::new(StatusCode::METHOD_NOT_ALLOWED, says).answered();
        let allowed = if method == "GET" { "GET, OPTIONS" } else { "POST, OPTIONS" };
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
        response
    })
}

async fn answer(desk: &Arc<Desk>, what: Intake, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let says = match what {
        Intake::Leads => "Leads are sent with POST.",
        Intake::Deals => "Deals are sent with POST.",
    };
    if let Some(response) = unless_method(&parts.method, "POST", says) {
        return response;
    }
    // Read whole before anything is answered: whoever still sends hears nothing.
    let body = match whole(body).await {
        Ok(body) => body,
        Err(status) => return unread(what, status).answered(),
    };
    // Read whole, it is carried out also when whoever sent it hangs up.
    let (desk, headers) = (desk.clone(), parts.headers);
    let taken = tokio::spawn(async move {
        match what {
            Intake::Leads if prefers(&headers, LATER) => accept(&desk, &headers, &body).await,
            _ => take(&desk, what, &headers, &body).await,
        }
    });
    let taken = taken.await.unwrap_or_else(|error| Err(declined(what, Declined::Broken(error.into()))));
    taken.unwrap_or_else(Problem::answered)
}

/// Whether a preference stands in a request.
fn prefers(headers: &HeaderMap, preference: &str) -> bool {
    let said = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    let mut preferences = said.flat_map(|value| value.split(',')).map(|one| one.split(';').next().unwrap_or(one));
    preferences.any(|one| one.trim().eq_ignore_ascii_case(preference))
}

/// The headers a request of ours has.
#[derive(Default)]
struct Headers {
    token: Option<String>,
    key: Option<String>,
    timestamp: Option<String>,
    signature: Option<String>,
}

impl Headers {
    fn of(headers: &HeaderMap) -> Self {
        let header = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let sent = header(AUTHORIZATION.as_str()).unwrap_or_default();
        let token = sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        Self {
            token: token.map(|(_, token)| token.trim().to_owned()),
            key: header("idempotency-key"),
            timestamp: header("x-panout-timestamp"),
            signature: header("x-panout-signature"),
        }
    }

    fn with<'p>(&'p self, body: &'p [u8]) -> Posted<'p> {
        Posted {
            token: self.token.as_deref(),
            key: self.key.as_deref(),
            timestamp: self.timestamp.as_deref(),
            signature: self.signature.as_deref(),
            body,
        }
    }
}

/// The headers of a request whose body is JSON.
fn of_json(headers: &HeaderMap) -> Result<Headers, Problem> {
    let kind = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes())).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let headers = Headers::of(headers);
    if headers.token.is_some() && kind != "application/json" && !kind.ends_with("+json") {
        let detail = "The body is no JSON. Send it with Content-Type: application/json.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    Ok(headers)
}

async fn take(desk: &Desk, what: Intake, headers: &HeaderMap, body: &[u8]) -> Result<Response, Problem> {
    let headers = of_json(headers)?;
    let kept = desk.take(what, headers.with(body)).await.map_err(|why| declined(what, why))?;
    Ok(answered(StatusCode::ACCEPTED, kept))
}

/// Takes leads that are worked off later.
async fn accept(desk: &Desk, headers: &HeaderMap, body: &[u8]) -> Result<Response, Problem> {
    let headers = of_json(headers)?;
    let request = desk.accept(headers.with(body)).await.map_err(|why| declined(Intake::Leads, why))?;
    let place = format!("/intake/requests/{request}");
    let mut response = answered(StatusCode::ACCEPTED, json!({ "request": request, "status": "waiting" }).to_string());
    let applied = HeaderName::from_static("preference-applied");
    response.headers_mut().insert(applied, HeaderValue::from_static(LATER));
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(LOCATION, place);
    }
    Ok(response)
}

/// What became of a request that was taken.
async fn told(desk: &Desk, name: &str, request: &Parts) -> Response {
    let says = "What became of a request is asked with GET.";
    if let Some(response) = unless_method(&request.method, "GET", says) {
        return response;
    }
    let headers = Headers::of(&request.headers);
    match desk.progress(name, headers.with(b"")).await {
        Ok(Progress::Waiting) => {
            let mut response = answered(StatusCode::OK, json!({ "status": "waiting" }).to_string());
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        Ok(Progress::Done(kept)) => {
            let mut said: Value = serde_json::from_str(&kept).unwrap_or_default();
            said["status"] = json!("done");
            answered(StatusCode::OK, said.to_string())
        }
        Err(Declined::Broken(error)) => {
            tracing::error!("what became of a request over HTTP is not known: {error:#}");
            let detail = "We do not know now, by our fault. Ask again, later.";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).answered()
        }
        Err(Declined::TooOften(seconds)) => {
            let detail = format!("This token asks too often. Wait {seconds} s.");
            Problem::again_in(seconds, detail).answered()
        }
        Err(why) => declined(Intake::Leads, why).answered(),
    }
}

fn answered(status: StatusCode, json: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], json).into_response()
}

/// What is wrong with a request, and what to send instead.
struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<Value>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), header: None }
    }

    /// Too much at once.
    fn again_in(seconds: u64, detail: String) -> Self {
        let header = Some(Box::new((RETRY_AFTER, HeaderValue::from(seconds))));
        Self { header, ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    fn answered(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let mut said = json!({ "title": title, "status": self.status.as_u16(), "detail": self.detail });
        if !self.errors.is_empty() {
            said["errors"] = Value::Array(self.errors);
        }
        let headers = [(CONTENT_TYPE, "application/problem+json"), (CACHE_CONTROL, "no-store")];
        let mut response = (self.status, headers, said.to_string()).into_response();
        if let Some((name, value)) = self.header.map(|header| *header) {
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
    Problem::again_in(seconds, detail)
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
        problem.header = Some(Box::new((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))));
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
        Declined::NoRequest => Problem::new(
            StatusCode::NOT_FOUND,
            "No request of this token has this name, or it is done for more than a week. Take the name of its answer.",
        ),
        Declined::Broken(error) => {
            tracing::error!("{} over HTTP were not kept: {error:#}", what.name());
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Nothing was kept, by our fault. Send it again, later.")
        }
    }
}
