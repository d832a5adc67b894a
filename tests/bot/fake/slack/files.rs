//! Files: addresses that were promised, what came there, and where it was completed to.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::strict::only;
use super::web::{befallen_with, refused};
use super::world::{Message, World};
use super::{FakeSlack, Mishap, Shared};
use crate::story::Trouble;

/// The step between the two methods, for [`FakeSlack::trouble_at`].
pub(super) const UPLOAD: &str = "upload";

/// A file, from the moment its address was promised.
#[derive(Clone, Debug, Default)]
pub(super) struct Upload {
    pub(super) id: String,
    pub(super) name: String,
    length: usize,
    alt: Option<String>,
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) completed: bool,
    /// The conversation it is in.
    pub(super) channel: Option<String>,
    /// How often it was asked about since it was completed.
    looks: usize,
}

impl Upload {
    /// Slack goes on working on a file after it was completed.
    fn is_ready(&self, after: usize) -> bool {
        self.completed && self.looks >= after
    }

    fn is_picture(&self) -> bool {
        self.bytes.as_ref().is_some_and(|bytes| bytes.starts_with(b"\x89PNG"))
    }
}

fn text<'a>(arguments: &'a Value, key: &str) -> &'a str {
    arguments[key].as_str().unwrap_or_default()
}

/// Promises an address.
pub(super) fn promise(world: &mut World, arguments: &Value) -> Value {
    let length = text(arguments, "length").parse::<usize>().unwrap_or_default();
    let name = text(arguments, "filename").to_owned();
    let alt = arguments["alt_txt"].as_str().map(str::to_owned);
    if length == 0 || name.is_empty() {
        world.complain("files.getUploadURLExternal: no length or no filename");
        return refused("missing_argument");
    }
    if alt.as_ref().is_some_and(|alt| alt.chars().count() > 1000) {
        world.complain("files.getUploadURLExternal: an alt_txt of over 1000 characters");
        return refused("alt_txt_too_large");
    }
    let is_picture = std::path::Path::new(&name).extension().is_some_and(|extension| extension == "png");
    if is_picture && alt.as_ref().is_none_or(|alt| alt.trim().is_empty()) {
        world.complain("files.getUploadURLExternal: a picture without alt_txt");
    }
    let id = format!("F{:08}", world.next());
    let upload = Upload { id: id.clone(), name, length, alt, ..Upload::default() };
    world.uploads.push(upload);
    json!({"ok": true, "upload_url": format!("{}/upload/{id}", world.base), "file_id": id})
}

/// Takes what is in a file.
pub(super) async fn upload(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    *shared.world().calls.entry(UPLOAD.into()).or_default() += 1;
    let mishap = shared.world().takes_mishap(UPLOAD);
    let took = |world: &mut World| {
        let Some(upload) = world.uploads.iter_mut().find(|upload| upload.id == id) else {
            world.complain("an upload to an address that was never promised");
            return (StatusCode::NOT_FOUND, "no such upload").into_response();
        };
        if upload.length != body.len() {
            let sentence = format!("an upload of {} bytes, of {} that were said", body.len(), upload.length);
            world.complain(sentence);
            return (StatusCode::BAD_REQUEST, "wrong length").into_response();
        }
        upload.bytes = Some(body.to_vec());
        (StatusCode::OK, format!("OK - {}", body.len())).into_response()
    };
    befallen_with(&shared, mishap, took).await
}

/// Completes uploads, into a conversation if one is named.
pub(super) fn complete(world: &mut World, arguments: &Value) -> Value {
    let channel = arguments["channel_id"].as_str().map(str::to_owned);
    if let Some(channel) = &channel
        && !world.bot_is_in(channel)
    {
        return refused(if world.has_channel(channel) { "not_in_channel" } else { "channel_not_found" });
    }
    let thread = arguments["thread_ts"].as_str().map(str::to_owned);
    let is_reply = |root: &String| world.messages.iter().any(|it| it.ts == *root && it.thread.is_some());
    if thread.as_ref().is_some_and(is_reply) {
        world.complain("files.completeUploadExternal: thread_ts is a reply's");
    }
    let files = arguments["files"].as_array().cloned().unwrap_or_default();
    if files.is_empty() {
        world.complain("files.completeUploadExternal: no files");
        return refused("invalid_arguments");
    }
    for file in &files {
        world.complain_all("files.completeUploadExternal", only(file, "a file", &["id"], &["title"]));
        let found = world.uploads.iter_mut().find(|upload| file["id"] == upload.id.as_str());
        let fault = match found {
            None => Some("a file that was never promised"),
            Some(upload) if upload.bytes.is_none() => Some("a file of which nothing came"),
            Some(upload) if upload.completed => Some("a file that was completed before"),
            Some(upload) => {
                upload.completed = true;
                upload.channel.clone_from(&channel);
                None
            }
        };
        if let Some(fault) = fault {
            world.complain(format!("files.completeUploadExternal: {fault}"));
            return refused("file_not_found");
        }
        if let Some(channel) = &channel {
            let file = file["id"].as_str().map(str::to_owned);
            world.put(Message { channel: channel.clone(), thread: thread.clone(), file, ..Message::default() });
        }
    }
    json!({"ok": true, "files": files})
}

/// What is known of a file: after it was completed, more from question to question.
pub(super) fn info(world: &mut World, arguments: &Value) -> Value {
    let after = world.ready_after;
    let found = world.uploads.iter_mut().find(|upload| upload.completed && upload.id == text(arguments, "file"));
    let Some(upload) = found else { return refused("file_not_found") };
    upload.looks += 1;
    let ready = upload.is_ready(after);
    let kind = if upload.is_picture() { "image/png" } else { "application/octet-stream" };
    let within = |begins: char| upload.channel.iter().filter(|it| ready && it.starts_with(begins)).collect::<Vec<_>>();
    json!({"ok": true, "file": {
        "id": upload.id, "name": upload.name, "mimetype": if ready { kind } else { "" }, "size": upload.length,
        "alt_txt": upload.alt, "ims": within('D'), "channels": within('C'), "groups": [],
    }})
}

/// What is wrong with the pictures of a message; `Err` if Slack would refuse it.
pub(super) fn pictures(world: &World, blocks: &[Value]) -> Vec<String> {
    let pictures = blocks.iter().filter(|block| block["type"] == "image");
    let wrong = pictures.filter_map(|block| {
        let id = text(&block["slack_file"], "id");
        match world.uploads.iter().find(|upload| upload.id == id) {
            None => Some(format!("invalid slack file: {id:?} is none")),
            Some(upload) if !upload.completed => Some(format!("invalid slack file: {id} was not completed")),
            Some(upload) if !upload.is_picture() => Some(format!("invalid slack file: {id} is no picture")),
            Some(upload) if !upload.is_ready(world.ready_after) => {
                Some(format!("invalid slack file: {id} is not ready"))
            }
            Some(_) => None,
        }
    });
    wrong.collect()
}

impl FakeSlack {
    /// From now on a file is ready after it was asked about so often.
    pub(crate) fn files_are_ready_after(&self, looks: usize) {
        self.0.world().ready_after = looks;
    }

    /// Somebody deletes every file in Slack. What showed them before is no fault of the app's.
    pub(crate) fn deletes_files(&self) {
        let mut world = self.0.world();
        world.uploads.clear();
        world.files_deleted = true;
    }

    /// What was to befall calls does not.
    pub(super) fn recovers(&self) {
        let mut world = self.0.world();
        world.mishaps.clear();
        world.file_mishaps.clear();
    }

    /// As `trouble`, for the next calls of a method, or of `upload` between two of them.
    pub(crate) fn trouble_at(&self, method: &str, trouble: &Trouble) {
        let (mishap, times) = match trouble {
            Trouble::TooManyRequests { times, retry_after } => (Mishap::TooMany(*retry_after), *times),
            Trouble::Status { times, status } => (Mishap::Status(*status), *times),
            Trouble::LostAnswer { times } => (Mishap::Lost, *times),
            Trouble::Hang { times } => (Mishap::Hang, *times),
            other => panic!("{other:?} befalls no single method"),
        };
        self.0.world().file_mishaps.extend(std::iter::repeat_n((method.to_owned(), mishap), times));
    }
}
