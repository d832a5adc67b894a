//! Who may talk to the page: browsers on this machine that show a page we served.
//!
//! Loopback alone is not enough. A page of the web can make its own name resolve to 127.0.0.1 (DNS rebinding): the
//! `Host` check stops that. It can post to us across origins: the `Origin` check and the JSON content type stop that.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Page;
use super::server::Refused;

/// Scripts, styles and pictures of our own only; nothing may frame the page, and no form leaves it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Headers of every answer that does not say otherwise itself.
const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

/// Lets a request through if it comes from our own page, and puts the safety headers on the answer.
pub(super) async fn only_our_page(State(page): State<Arc<Page>>, request: Request, next: Next) -> Response {
    let mut answer = match check(&request, page.addr.port()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    };
    for (name, value) in HEADERS {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

fn check(request: &Request, port: u16) -> Result<(), Refused> {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if !header(HOST.as_str()).is_some_and(|host| ours(host, port)) {
        return Err(Refused(StatusCode::MISDIRECTED_REQUEST, "error_address"));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let origin_is_ours = header(ORIGIN.as_str())
        .is_none_or(|origin| origin.strip_prefix("http://").is_some_and(|host| ours(host, port)));
    // A link to the page from elsewhere is fine (`none`, or a `cross-site` navigation); calling its API is not.
    let api = request.uri().path().starts_with("/api/");
    let from_elsewhere = header("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    if (!reads && !origin_is_ours) || (api && from_elsewhere) {
        return Err(Refused(StatusCode::FORBIDDEN, "error_address"));
    }
    Ok(())
}

fn ours(host: &str, port: u16) -> bool {
    let bare = host.strip_suffix(&format!(":{port}")).or_else(|| (port == 80).then_some(host));
    bare.is_some_and(|name| ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own)))
}
