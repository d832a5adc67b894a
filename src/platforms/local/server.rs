//! The page's HTTP: its files and its API.

use std::sync::Arc;

use anyhow::Context;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::{Value, json};

use super::jump::Jump;
use super::{Channel, Page, Someone, acts, enclosed, guard, live, views};
use crate::chat::{self, Account, Choice, Event, Service};

/// The most bytes of a request's body.
const BODY: usize = 256 * 1024;
/// The most people, and the most channels.
const CROWD: usize = 500;
/// The longest name, in characters.
const NAME: usize = 80;

/// The page's files: path, type, text.
const FILES: [(&str, &str, &str); 11] = [
    ("/", "text/html; charset=utf-8", include_str!("page/page.html")),
    ("/page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
    ("/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("/page.js", "text/javascript; charset=utf-8", include_str!("page/page.js")),
    ("/dom.js", "text/javascript; charset=utf-8", include_str!("page/dom.js")),
    ("/wire.js", "text/javascript; charset=utf-8", include_str!("page/wire.js")),
    ("/cards.js", "text/javascript; charset=utf-8", include_str!("page/cards.js")),
    ("/clock.js", "text/javascript; charset=utf-8", include_str!("page/clock.js")),
    ("/river.js", "text/javascript; charset=utf-8", include_str!("page/river.js")),
    ("/forms.js", "text/javascript; charset=utf-8", include_str!("page/forms.js")),
    ("/composer.js", "text/javascript; charset=utf-8", include_str!("page/composer.js")),
];

/// A request that was refused: the status, and the key of the sentence the page shows.
#[derive(Debug)]
pub(super) struct Refused(pub(super) StatusCode, pub(super) &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

/// Everything that is served.
pub(super) fn router(page: Arc<Page>) -> Router {
    let mut router = Router::new()
        .route("/api/room", get(views::room))
        .route("/api/live", get(live::live))
        .route("/api/suggest", get(suggest))
        .route(enclosed::ROUTE, get(enclosed::enclosed))
        .route("/api/act", post(acts::act))
        .route("/api/clock", post(jump))
        .route("/api/people", post(add_person))
        .route("/api/channels", post(add_channel));
    for (path, kind, text) in FILES {
        router = router.route(path, get(async move || ([(CONTENT_TYPE, kind)], text)));
    }
    // Said here, so that it is guarded too when other routes stand beside these.
    router
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(page.clone(), guard::only_our_page))
        .with_state(page)
}

#[derive(Deserialize)]
struct Suggest {
    #[serde(rename = "as")]
    who: String,
    language: Option<String>,
    source: String,
    typed: String,
}

async fn suggest(State(page): State<Arc<Page>>, Query(asked): Query<Suggest>) -> Result<Json<Vec<Choice>>, Refused> {
    let name = page.room.seen().person(&asked.who).map(|p| p.name.clone()).ok_or(NOBODY)?;
    let event = Event {
        id: "suggest".into(),
        who: Account::new(Service::Local, asked.who),
        name,
        place: None,
        channel: None,
        language: Some(page.language(asked.language.as_deref()).into()),
    };
    let query = chat::Query { source: asked.source, typed: asked.typed };
    Ok(Json(page.ports.bot.suggest(event, query).await))
}

/// Somebody who is not on the page acts on it.
pub(super) const NOBODY: Refused = Refused(StatusCode::NOT_FOUND, "error_nobody");

#[derive(Deserialize)]
struct Jumped {
    jump: Jump,
}

async fn jump(State(page): State<Arc<Page>>, Json(Jumped { jump }): Json<Jumped>) -> Result<Json<Value>, Refused> {
    if !page.settings.jumps {
        return Err(Refused(StatusCode::FORBIDDEN, "error_refused"));
    }
    let clock = &page.ports.clock;
    clock.set(jump.from(clock.now(), page.settings.time_zone));
    if let Some(tell) = &page.settings.on_shift {
        tell(clock.shift());
    }
    page.room.change(|seen| seen.jumps += 1);
    Ok(Json(json!({ "now": clock.now() })))
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

async fn add_person(State(page): State<Arc<Page>>, Json(named): Json<Named>) -> Result<Json<Value>, Refused> {
    let name = named.checked()?;
    let known: Vec<Someone> = page.room.seen().people.clone();
    if let Some(there) = known.iter().find(|p| p.name == name) {
        return Ok(Json(json!({ "id": there.id })));
    }
    let id = free_id(&name, &known.iter().map(|p| p.id.as_str()).collect::<Vec<_>>())?;
    let person = Someone { id: id.clone(), name, note: String::new() };
    kept(page.room.add_person(person).await)?;
    Ok(Json(json!({ "id": id })))
}

/// Channels are added by stories and scripts; the page itself offers to add people only.
async fn add_channel(State(page): State<Arc<Page>>, Json(named): Json<Named>) -> Result<Json<Value>, Refused> {
    let name = named.checked()?.trim_start_matches('#').to_owned();
    let known: Vec<Channel> = page.room.seen().channels.clone();
    if let Some(there) = known.iter().find(|c| c.name == name) {
        return Ok(Json(json!({ "id": there.id })));
    }
    let id = free_id(&name, &known.iter().map(|c| c.id.as_str()).collect::<Vec<_>>())?;
    kept(page.room.add_channel(Channel { id: id.clone(), name }).await)?;
    Ok(Json(json!({ "id": id })))
}

impl Named {
    fn checked(&self) -> Result<String, Refused> {
        let name = self.name.trim();
        let fits = !name.is_empty() && name.chars().count() <= NAME && !name.contains(char::is_control);
        if fits { Ok(name.into()) } else { Err(Refused(StatusCode::UNPROCESSABLE_ENTITY, "error_name")) }
    }
}

/// An id made of a name (`Ștefan Pop` is `stefan-pop`) that nobody has yet.
fn free_id(name: &str, taken: &[&str]) -> Result<String, Refused> {
    use unicode_normalization::UnicodeNormalization;
    if taken.len() >= CROWD {
        return Err(Refused(StatusCode::UNPROCESSABLE_ENTITY, "error_full"));
    }
    let plain: String = name.nfkd().filter(char::is_ascii).map(|c| c.to_ascii_lowercase()).collect();
    let words: Vec<&str> = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let id: String = words.join("-").chars().take(40).collect();
    let id = if id.is_empty() { "x".to_owned() } else { id };
    let numbered = (2..).map(|n| format!("{id}-{n}"));
    let free = std::iter::once(id.clone()).chain(numbered).find(|id| !taken.contains(&id.as_str()));
    Ok(free.expect("there are more numbers than people"))
}

fn kept(done: anyhow::Result<()>) -> Result<(), Refused> {
    done.context("adding to the page").map_err(|error| {
        tracing::error!(error = format!("{error:#}"), "the page could not keep an addition");
        Refused(StatusCode::SERVICE_UNAVAILABLE, "error_not_kept")
    })
}

#[cfg(test)]
mod tests {
    use super::free_id;

    #[test]
    fn an_id_is_made_of_the_name_without_its_marks_and_is_never_taken() {
        assert_eq!(free_id("Ștefan Pop", &[]).unwrap(), "stefan-pop");
        assert_eq!(free_id("Ștefan Pop", &["stefan-pop", "stefan-pop-2"]).unwrap(), "stefan-pop-3");
        assert_eq!(free_id("محمد", &[]).unwrap(), "x");
    }
}
