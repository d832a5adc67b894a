//! What each path answers, and how a request is read before anybody looks at it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::timeout;

use super::{Web, intake, metrics};
use crate::chat::{self, Intake};

/// The most bytes of a body, looked at before its signature.
const BODY: usize = 1024 * 1024;
/// Whoever sends a little more is heard out, so that they hear why it was too much.
const HEARD_OUT: usize = 8 * BODY;
/// How long a body may take: services wait no longer for the answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the database may take to say that it is there.
const LOOK: Duration = Duration::from_secs(2);

/// Everything that is served.
pub(super) fn router(web: Arc<Web>) -> Router {
    let mut router = Router::new()
        .route("/health", get(async || "ok\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(figures));
    for intake in &web.intakes {
        for path in intake.paths() {
            let intake = intake.clone();
            router = router.route(path, any(async move |request: Request| take(&*intake, path, request).await));
        }
    }
    let desk = web.desk.clone();
    let router = router.with_state(web);
    match desk {
        Some(desk) => router.merge(intake::router(desk)),
        None => router,
    }
}

/// What is not as it should be: `database`, or the name of a service.
async fn missing(web: &Web) -> Vec<&'static str> {
    let answers = timeout(LOOK, web.house.database_answers()).await;
    let database = (!matches!(answers, Ok(Ok(())))).then_some("database");
    let services = web.services.iter().filter(|service| web.vitals.connections(**service) == 0);
    database.into_iter().chain(services.map(|service| service.as_str())).collect()
}

async fn ready(State(web): State<Arc<Web>>) -> Response {
    let missing = missing(&web).await;
    let status = if missing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let said = json!({"ready": missing.is_empty(), "missing": missing});
    (status, [(CACHE_CONTROL, "no-store")], Json(said)).into_response()
}

async fn figures(State(web): State<Arc<Web>>) -> Response {
    let jobs = timeout(LOOK, web.house.jobs()).await.ok().and_then(Result::ok);
    ([(CONTENT_TYPE, metrics::TYPE), (CACHE_CONTROL, "no-store")], metrics::written(&web, jobs)).into_response()
}

/// Reads a request whole and hands it to whom it is for.
async fn take(intake: &dyn Intake, path: &str, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST && parts.method != Method::GET {
        return answered(chat::Answer::WRONG_METHOD);
    }
    let body = match whole(body).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let header = header_of(|name| parts.headers.get(name).and_then(|value| value.to_str().ok()));
    let request = chat::Request {
        method: parts.method.as_str(),
        path,
        query: parts.uri.query().unwrap_or_default(),
        header: &header,
        body: &body,
    };
    answered(intake.take(request).await)
}

/// Says of a closure what it lends; the compiler does not see it by itself.
fn header_of<'a, F: Fn(&str) -> Option<&'a str> + Sync>(read: F) -> F {
    read
}

/// The whole body, in time and not too much of it.
pub(super) async fn whole(body: Body) -> Result<Vec<u8>, StatusCode> {
    let promised = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if promised > HEARD_OUT {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let mut parts = body.into_data_stream();
    let read = async {
        let (mut whole, mut length) = (Vec::with_capacity(promised.min(BODY)), 0);
        while let Some(part) = parts.next().await {
            let part = part.map_err(|_| StatusCode::BAD_REQUEST)?;
            length += part.len();
            if length > HEARD_OUT {
                break;
            }
            if length <= BODY {
                whole.extend_from_slice(&part);
            }
        }
        if length > BODY { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(whole) }
    };
    timeout(PATIENCE, read).await.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

fn answered(answer: chat::Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match answer.json {
        Some(json) => (status, [(CONTENT_TYPE, "application/json")], json).into_response(),
        None => status.into_response(),
    };
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}
