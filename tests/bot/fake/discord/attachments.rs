//! Files that come with messages: the form they arrive in, what `attachments` must say of them, and what stays.

use axum::body::Bytes;
use serde_json::{Value, json};

use super::rest::{Refused, fault, refused};
use super::strict::{at_most, filled, only};
use super::world::{Message, World};

/// The largest file the server takes.
const LARGEST: usize = 10 << 20;

/// A file as it arrived: its number in the form.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    n: u64,
    name: String,
    bytes: Vec<u8>,
}

/// A file of a message.
#[derive(Clone, Debug)]
pub(super) struct Attachment {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) alt: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// A form of several parts: the message as JSON, and files.
pub(super) fn read(kind: &str, body: &Bytes) -> Result<(Bytes, Vec<Arrived>), Refused> {
    let wrong = |why: &str| fault(400, 50035, "Invalid Form Body", format!("multipart: {why}"));
    let border = kind.split_once("boundary=").map(|(_, border)| border.trim_matches('"'));
    let border = border.filter(|border| !border.is_empty()).ok_or_else(|| wrong("no boundary"))?;
    let (mut json, mut files) = (None, vec![]);
    for part in parts(body, border).ok_or_else(|| wrong("not ended by its boundary"))? {
        let end = find(part, b"\r\n\r\n").ok_or_else(|| wrong("a part without an end of its head"))?;
        let head = String::from_utf8_lossy(&part[..end]).into_owned();
        let content = &part[end + 4..];
        let quoted = |key: &str| head.split_once(&format!("; {key}=\"")).and_then(|(_, rest)| rest.split_once('"'));
        let Some((name, _)) = quoted("name") else { return Err(wrong("a part without a name")) };
        let number = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')?.parse().ok());
        match (number, quoted("filename")) {
            (None, _) if name == "payload_json" && json.is_none() => json = Some(Bytes::copy_from_slice(content)),
            (Some(n), Some((filename, _))) => {
                if content.len() > LARGEST {
                    let mut why = refused(413, 40005, "Request entity too large");
                    why.wrong.push(format!("a file of {} bytes, over {LARGEST}", content.len()));
                    return Err(why);
                }
                files.push(Arrived { n, name: filename.to_owned(), bytes: content.to_vec() });
            }
            _ => return Err(wrong(&format!("a part {name:?}, or a file without its name"))),
        }
    }
    Ok((json.ok_or_else(|| wrong("no payload_json"))?, files))
}

/// What stands between the borders.
fn parts<'a>(body: &'a [u8], border: &str) -> Option<Vec<&'a [u8]>> {
    let (first, next) = (format!("--{border}\r\n"), format!("\r\n--{border}"));
    let mut rest = body.strip_prefix(first.as_bytes())?;
    let mut found = vec![];
    loop {
        let end = find(rest, next.as_bytes())?;
        found.push(&rest[..end]);
        rest = &rest[end + next.len()..];
        if rest.starts_with(b"--") {
            return Some(found);
        }
        rest = rest.strip_prefix(b"\r\n")?;
    }
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

fn listed(body: &Value) -> Option<Vec<Value>> {
    body.get("attachments").map(|value| value.as_array().cloned().unwrap_or_default())
}

fn is_number(entry: &Value, n: u64) -> bool {
    entry["id"].as_u64() == Some(n) || entry["id"].as_str().is_some_and(|id| id == n.to_string())
}

/// What is wrong with the files of a message; `before`: those it has.
pub(super) fn wrong(body: &Value, arrived: &[Arrived], before: &[Attachment]) -> Vec<String> {
    let mut wrong = vec![];
    if !body["attachments"].is_null() && !body["attachments"].is_array() {
        wrong.push("attachments is no list".into());
    }
    let entries = listed(body).unwrap_or_default();
    if entries.len() > 10 || arrived.len() > 10 {
        wrong.push("over 10 attachments".into());
    }
    for entry in &entries {
        wrong.extend(only(entry, "attachment", &["id"], &["filename", "description"]));
        wrong.extend(at_most(&entry["description"], "attachment description", 1024));
        let stays = before.iter().any(|it| entry["id"] == it.id.as_str());
        match arrived.iter().find(|file| is_number(entry, file.n)) {
            None if !stays => {
                wrong.push(format!("attachment {} is neither in the form nor in the message", entry["id"]));
            }
            Some(file) if entry["filename"] != file.name.as_str() => {
                wrong.push(format!("attachment {} is called {} in the form", entry["id"], file.name));
            }
            Some(file) if file.bytes.starts_with(b"\x89PNG") => {
                wrong.extend(filled(&entry["description"], "a picture's description", 1024));
            }
            _ => {}
        }
    }
    for file in arrived {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if file.name.is_empty() || !file.name.chars().all(plain) {
            wrong.push(format!("the file name {:?} would be changed", file.name));
        }
        if !entries.iter().any(|entry| is_number(entry, file.n)) {
            wrong.push(format!("files[{}] is not listed in attachments", file.n));
        }
    }
    wrong.extend(shown(body, arrived, before));
    wrong
}

/// Pictures of embeds that are not there.
fn shown(body: &Value, arrived: &[Arrived], before: &[Attachment]) -> Vec<String> {
    let entries = listed(body);
    let stays = |it: &&Attachment| entries.as_ref().is_none_or(|all| all.iter().any(|e| e["id"] == it.id.as_str()));
    let names: Vec<&str> = arrived
        .iter()
        .map(|file| file.name.as_str())
        .chain(before.iter().filter(stays).map(|it| it.name.as_str()))
        .collect();
    let mut wrong = vec![];
    for embed in body["embeds"].as_array().into_iter().flatten().filter(|embed| !embed["image"].is_null()) {
        wrong.extend(only(&embed["image"], "embed image", &["url"], &[]));
        let url = embed["image"]["url"].as_str().unwrap_or_default();
        match url.strip_prefix("attachment://") {
            Some(name) if names.contains(&name) => {}
            Some(name) => wrong.push(format!("an embed shows {name:?}, which is not attached")),
            None => wrong.push(format!("an embed shows {url:?}, which is not the app's own")),
        }
    }
    wrong
}

/// Puts files into a message: those that are listed stay, or all if nothing is listed.
pub(super) fn apply(world: &mut World, message: &mut Message, body: &Value, arrived: &[Arrived]) {
    let entries = listed(body);
    if let Some(entries) = &entries {
        message.attachments.retain(|it| entries.iter().any(|entry| entry["id"] == it.id.as_str()));
    }
    for file in arrived {
        let entry = entries.iter().flatten().find(|entry| is_number(entry, file.n));
        let alt = entry.and_then(|entry| entry["description"].as_str()).map(str::to_owned);
        if message.shows(&file.name) || body["embeds"].to_string().contains(&format!("attachment://{}", file.name)) {
            world.pictures.push(file.bytes.clone());
        }
        let id = world.snowflake();
        message.attachments.push(Attachment { id, name: file.name.clone(), alt, bytes: file.bytes.clone() });
    }
}

/// The files of a message, as the service gives them back.
pub(super) fn wire(base: &str, message: &Message) -> Vec<Value> {
    let one = |it: &Attachment| {
        let url = format!("{base}/attachments/{}/{}/{}", message.channel, it.id, it.name);
        json!({
            "id": it.id, "filename": it.name, "size": it.bytes.len(), "url": url, "proxy_url": url,
            "description": it.alt, "ephemeral": message.to.is_some(),
        })
    };
    message.attachments.iter().map(one).collect()
}

impl Message {
    /// Whether an embed shows the attachment with this name.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.embeds.iter().any(|embed| embed["image"]["url"] == format!("attachment://{name}"))
    }

    /// What an embed shows, in words.
    pub(super) fn picture(&self, embed: &Value) -> Option<String> {
        let name = embed["image"]["url"].as_str()?.strip_prefix("attachment://")?;
        let shown = self.attachments.iter().find(|it| it.name == name);
        Some(format!("[picture: {}]", shown.and_then(|it| it.alt.as_deref()).unwrap_or("?")))
    }

    /// The files under it, which no embed shows.
    pub(super) fn files(&self) -> impl Iterator<Item = &Attachment> {
        self.attachments.iter().filter(|it| !self.shows(&it.name))
    }
}
