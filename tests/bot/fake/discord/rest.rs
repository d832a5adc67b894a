//! The REST API's front: which routes exist, who may call them, how often, and what befalls a call.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::attachments::Arrived;
use super::limits::{Left, TooMany};
use super::troubles::FILES;
use super::world::{Mishap, World};
use super::{Shared, TOKEN, answers, attachments, channels, commands, socket};

/// Every route there is, with the query it takes.
pub(super) const ROUTES: &[(&str, &[&str])] = &[
    ("GET /gateway", &[]),
    ("GET /gateway/bot", &[]),
    ("GET /users/@me", &[]),
    ("GET /users/{}", &[]),
    ("POST /users/@me/channels", &[]),
    ("GET /applications/@me", &[]),
    ("GET /oauth2/applications/@me", &[]),
    ("GET /applications/{}/commands", &["with_localizations"]),
    ("PUT /applications/{}/commands", &[]),
    ("GET /channels/{}", &[]),
    ("PATCH /channels/{}", &[]),
    ("GET /channels/{}/messages", &["limit", "before", "after", "around"]),
    ("POST /channels/{}/messages", &[]),
    ("GET /channels/{}/messages/{}", &[]),
    ("PATCH /channels/{}/messages/{}", &[]),
    ("DELETE /channels/{}/messages/{}", &[]),
    ("POST /channels/{}/messages/{}/threads", &[]),
    ("POST /channels/{}/threads", &[]),
    ("PUT /channels/{}/thread-members/{}", &[]),
    ("GET /guilds/{}", &["with_counts"]),
    ("GET /guilds/{}/members/{}", &[]),
    ("POST /interactions/{}/{}/callback", &["with_response"]),
    ("POST /webhooks/{}/{}", &["wait"]),
    ("GET /webhooks/{}/{}/messages/{}", &[]),
    ("PATCH /webhooks/{}/{}/messages/{}", &["with_components"]),
    ("DELETE /webhooks/{}/{}/messages/{}", &[]),
];

/// A request that is well formed.
pub(super) struct Call {
    pub(super) route: &'static str,
    /// What stands for the `{}` of the route.
    pub(super) ids: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    /// Null if there was none.
    pub(super) body: Value,
    /// The files of a form.
    pub(super) files: Vec<Arrived>,
}

/// Why a call is refused, as Discord says it.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) says: String,
    /// What is complained of; nothing where an app may well come upon it.
    pub(super) wrong: Vec<String>,
}

/// What a call answers; null is 204.
pub(super) type Outcome = Result<Value, Refused>;

/// A refusal that an app may come upon.
pub(super) fn refused(status: u16, code: u32, says: &str) -> Refused {
    Refused { status, code, says: says.into(), wrong: vec![] }
}

/// A refusal that is the app's fault.
pub(super) fn fault(status: u16, code: u32, says: &str, why: impl Into<String>) -> Refused {
    Refused { status, code, says: says.into(), wrong: vec![why.into()] }
}

/// What is wrong with a body, if anything.
pub(super) fn form_body(wrong: Vec<String>) -> Result<(), Refused> {
    let empty = wrong.iter().any(|sentence| sentence.starts_with("50006"));
    let (code, says) = if empty { (50006, "Cannot send an empty message") } else { (50035, "Invalid Form Body") };
    if wrong.is_empty() { Ok(()) } else { Err(Refused { status: 400, code, says: says.into(), wrong }) }
}

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(enter).with_state(shared)
}

fn query_of(request: &Request) -> Vec<(String, String)> {
    let raw = request.uri().query().unwrap_or_default();
    let pairs = url::form_urlencoded::parse(raw.as_bytes()).filter(|(key, _)| !key.is_empty());
    pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

async fn enter(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let query = query_of(&request);
    let path = request.uri().path().to_owned();
    let Some(path) = path.strip_prefix("/api/v10/") else {
        let (mut parts, _) = request.into_parts();
        return match WebSocketUpgrade::from_request_parts(&mut parts, &shared).await {
            Ok(upgrade) if path == "/" => socket::connect(shared, &query, upgrade),
            _ => {
                shared.world().complain(format!("{} {path} is no route of version 10", parts.method));
                failure(&refused(404, 0, "404: Not Found"))
            }
        };
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 64 << 20).await else {
        return failure(&refused(400, 0, "400: Bad Request"));
    };
    let admitted = admit(&mut shared.world(), &parts, path, query, &body);
    match admitted {
        Ok(call) => befallen(&shared, &call).await,
        Err(why) => {
            let wrong = why.wrong.iter().map(|sentence| format!("{} /{path}: {sentence}", parts.method));
            wrong.for_each(|sentence| shared.world().complain(sentence));
            failure(&why)
        }
    }
}

/// Finds the route and checks what is the same for all of them.
fn admit(
    world: &mut World,
    parts: &Parts,
    path: &str,
    query: Vec<(String, String)>,
    body: &Bytes,
) -> Result<Call, Refused> {
    let headers = &parts.headers;
    let segments: Vec<&str> = path.split('/').collect();
    let found =
        ROUTES.iter().find_map(|(route, known)| Some((*route, ids(route, parts.method.as_str(), &segments)?, *known)));
    let Some((route, ids, known)) = found else { return Err(fault(404, 0, "404: Not Found", "no such route")) };
    *world.calls.entry(route.to_owned()).or_default() += 1;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !header("user-agent").starts_with("DiscordBot (") {
        world.complain(format!("{route} without a User-Agent like `DiscordBot (url, version)`"));
    }
    let open = route == "GET /gateway" || is_token_route(route);
    if !open && header("authorization") != format!("Bot {TOKEN}") {
        return Err(refused(401, 0, "401: Unauthorized"));
    }
    if let Some((key, _)) = query.iter().find(|(key, _)| !known.contains(&key.as_str())) {
        world.complain(format!("{route} with an unknown query parameter {key}"));
    }
    let snowflake = |id: &String| id.bytes().all(|b| b.is_ascii_digit()) && (1..=20).contains(&id.len());
    let numbered = if is_token_route(route) { 1 } else { ids.len() };
    if let Some(id) = ids.iter().take(numbered).find(|id| !snowflake(id)) {
        return Err(fault(400, 50035, "Invalid Form Body", format!("{id} is no snowflake")));
    }
    if body.is_empty() {
        return Ok(Call { route, ids, query, body: Value::Null, files: vec![] });
    }
    let kind = header("content-type");
    let (body, files) = match kind {
        _ if kind.starts_with("application/json") => (body.clone(), vec![]),
        _ if kind.starts_with("multipart/form-data") && takes_files(route) => attachments::read(kind, body)?,
        _ => return Err(fault(400, 50035, "Invalid Form Body", "a body that is not application/json")),
    };
    let read = serde_json::from_slice(&body);
    let body =
        read.map_err(|_| fault(400, 50109, "The request body contains invalid JSON.", "a body that is no JSON"))?;
    Ok(Call { route, ids, query, body, files })
}

/// Whether files may come: routes of messages.
fn takes_files(route: &str) -> bool {
    let with_messages =
        ["POST /channels/{}/messages", "PATCH /channels/{}/messages/{}", "PATCH /webhooks/{}/{}/messages/{}"];
    with_messages.contains(&route) || route == "POST /webhooks/{}/{}" || route.ends_with("/callback")
}

fn is_token_route(route: &str) -> bool {
    route.contains(" /interactions/") || route.contains(" /webhooks/")
}

fn ids(route: &str, method: &str, segments: &[&str]) -> Option<Vec<String>> {
    let (verb, template) = route.split_once(" /")?;
    let template: Vec<&str> = template.split('/').collect();
    let matches = verb == method
        && template.len() == segments.len()
        && template.iter().zip(segments).all(|(want, got)| *want == *got || (*want == "{}" && !got.is_empty()));
    let values = template.iter().zip(segments).filter(|(want, _)| **want == "{}");
    matches.then(|| values.map(|(_, got)| (*got).to_owned()).collect())
}

/// A call, and what befalls it.
async fn befallen(shared: &Arc<Shared>, call: &Call) -> Response {
    let mishap = {
        let mut world = shared.world();
        let mishaps = &mut world.mishaps;
        let befalls = |part: &str| call.route.contains(part) || (part == FILES && !call.files.is_empty());
        let at = mishaps.iter().position(|(part, _)| befalls(part));
        let mishap = at.and_then(|at| mishaps.remove(at)).map(|(_, mishap)| mishap);
        if mishap.is_some() && is_token_route(call.route) {
            answers::excuse(&mut world, &call.ids);
        }
        mishap
    };
    match mishap {
        None => act(shared, call),
        Some(Mishap::TooMany(after)) => too_many(after, false),
        Some(Mishap::TooManyEverywhere(after)) => too_many(Some(after), true),
        Some(Mishap::Status(status)) => {
            let status = StatusCode::from_u16(status).expect("a test names a status that exists");
            (status, "<html>upstream error</html>").into_response()
        }
        Some(Mishap::Lost) => {
            act(shared, call);
            // The connection closes in the middle of the answer.
            let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost")) });
            (StatusCode::OK, Body::from_stream(broken)).into_response()
        }
        Some(Mishap::Hang) => {
            std::future::pending::<()>().await;
            unreachable!("it hangs")
        }
    }
}

fn act(shared: &Arc<Shared>, call: &Call) -> Response {
    let mut world = shared.world();
    // Answers to interactions have buckets of their own, which no app that answers once can empty.
    let left = if is_token_route(call.route) || call.route == "GET /gateway" {
        None
    } else {
        let bucket = format!("{} {}", call.route, call.ids.first().map_or("", String::as_str));
        match world.limits.take(&bucket) {
            Ok(left) => Some(left),
            Err(why) => return limited(&mut world, call.route, &why),
        }
    };
    let outcome = called(&mut world, call);
    if let Err(why) = &outcome {
        let wrong: Vec<String> = why.wrong.iter().map(|sentence| format!("{}: {sentence}", call.route)).collect();
        world.complaints.extend(wrong);
    }
    drop(world);
    shared.changed.notify_waiters();
    let mut response = match outcome {
        Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
        Ok(value) => json_response(StatusCode::OK, &value),
        Err(why) => failure(&why),
    };
    if let Some(left) = left {
        tell(response.headers_mut(), call, left);
    }
    response
}

fn called(world: &mut World, call: &Call) -> Outcome {
    let (_, path) = call.route.split_once(' ').unwrap_or_default();
    match path.split('/').nth(1).unwrap_or_default() {
        "interactions" | "webhooks" => answers::called(world, call),
        "channels" => channels::called(world, call),
        _ => commands::called(world, call),
    }
}

fn json_response(status: StatusCode, value: &Value) -> Response {
    (status, [("content-type", "application/json")], value.to_string()).into_response()
}

fn failure(why: &Refused) -> Response {
    let status = StatusCode::from_u16(why.status).expect("statuses here exist");
    let mut body = json!({"message": why.says, "code": why.code});
    if why.code == 50035 {
        let errors: Vec<Value> = why.wrong.iter().map(|said| json!({"code": "INVALID", "message": said})).collect();
        body["errors"] = json!({"_errors": errors});
    }
    json_response(status, &body)
}

fn limited(world: &mut World, route: &str, why: &TooMany) -> Response {
    if why.knew {
        let which = if why.everywhere { "fifty requests a second" } else { "what its bucket said was left" };
        world.complain(format!("{route}: more than {which}"));
    }
    let mut response = too_many(None, why.everywhere);
    let seconds = why.wait.as_secs_f64();
    let body = json!({"message": "You are being rate limited.", "retry_after": seconds, "global": why.everywhere});
    *response.body_mut() = Body::from(body.to_string());
    header(response.headers_mut(), "retry-after", &why.wait.as_secs().max(1).to_string());
    header(response.headers_mut(), "x-ratelimit-reset-after", &format!("{seconds:.3}"));
    response
}

fn too_many(after: Option<u64>, everywhere: bool) -> Response {
    let mut body = json!({"message": "You are being rate limited.", "global": everywhere});
    if let Some(after) = after {
        body["retry_after"] = after.into();
    }
    let mut response = json_response(StatusCode::TOO_MANY_REQUESTS, &body);
    let headers = response.headers_mut();
    header(headers, "x-ratelimit-scope", if everywhere { "global" } else { "user" });
    if everywhere {
        header(headers, "x-ratelimit-global", "true");
    }
    if let Some(after) = after {
        header(headers, "retry-after", &after.to_string());
    }
    response
}

fn tell(headers: &mut HeaderMap, call: &Call, left: Left) {
    header(headers, "x-ratelimit-limit", &left.limit.to_string());
    header(headers, "x-ratelimit-remaining", &left.remaining.to_string());
    header(headers, "x-ratelimit-reset-after", &format!("{:.3}", left.resets_in.as_secs_f64()));
    #[expect(clippy::disallowed_methods, reason = "the service's own clock, which the app may not agree with")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    header(headers, "x-ratelimit-reset", &format!("{:.3}", (now + left.resets_in).as_secs_f64()));
    let bucket: u32 = call.route.bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    header(headers, "x-ratelimit-bucket", &format!("{bucket:08x}"));
}

fn header(headers: &mut HeaderMap, name: &'static str, value: &str) {
    headers.insert(name, HeaderValue::from_str(value).expect("figures and words are header values"));
}
