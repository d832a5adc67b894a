//! What goes with a message: pictures its embeds show, and files.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Adapter;
use super::markdown;
use super::render::SMALL;
use crate::chat::{Card, Phrase, Text};

/// The largest file that any server takes. Source: Discord's reference of uploading files.
const LARGEST: usize = 10 << 20;

/// A message as it is sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    /// What it says, as JSON; its `attachments` list what is enclosed and nothing else, so that an edit takes away what
    /// the message had before.
    pub(super) says: Value,
    /// In the order of `attachments`, whose ids are their places.
    pub(super) enclosed: Vec<Enclosure>,
}

/// One file of a message.
#[derive(Clone, Debug)]
pub(super) struct Enclosure {
    pub(super) name: String,
    /// What a picture shows, in words.
    pub(super) alt: Option<String>,
    pub(super) content: Arc<[u8]>,
}

/// What goes with a card, as far as it can be had.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// By the picture's name; one that cannot be drawn has none, and its words stand there.
    pub(super) pictures: BTreeMap<String, Arc<[u8]>>,
    /// By the file's key: what is in it, or what is said instead.
    pub(super) files: BTreeMap<String, Result<Arc<[u8]>, String>>,
}

impl From<Value> for Body {
    fn from(says: Value) -> Self {
        Self { says, enclosed: vec![] }
    }
}

impl Body {
    /// The same for one person only.
    pub(super) fn quiet(&self, flag: u64) -> Self {
        let mut body = self.clone();
        body.says["flags"] = flag.into();
        body
    }

    /// The same with the words of its pictures; `None` if it has no pictures only.
    pub(super) fn in_words(&self) -> Option<Self> {
        if self.enclosed.is_empty() || self.enclosed.iter().any(|file| file.alt.is_none()) {
            return None;
        }
        let mut says = self.says.clone();
        says["attachments"] = json!([]);
        for embed in says["embeds"].as_array_mut().into_iter().flatten() {
            let shown = embed.as_object_mut().and_then(|embed| embed.remove("image"));
            let Some(name) = shown.as_ref().and_then(|image| image["url"].as_str()?.strip_prefix(SCHEME)) else {
                continue;
            };
            let alt = self.enclosed.iter().find(|file| file.name == name).and_then(|file| file.alt.as_deref());
            let words = embed["description"].as_str().map(|words| format!("{words}\n")).unwrap_or_default();
            embed["description"] = format!("{words}{}", small_print(alt.unwrap_or_default())).into();
        }
        Some(says.into())
    }

    /// Its parts as one form, with what stands between them.
    ///
    /// Source: Discord's reference of uploading files (`payload_json`, `files[n]`).
    pub(super) fn form(&self) -> (String, Vec<u8>) {
        let border = format!("panout{:032x}", fastrand::u128(..));
        let mut form = Vec::new();
        let mut part = |head: &str, content: &[u8]| {
            form.extend_from_slice(format!("--{border}\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
            form.extend_from_slice(content);
            form.extend_from_slice(b"\r\n");
        };
        part("name=\"payload_json\"\r\nContent-Type: application/json", self.says.to_string().as_bytes());
        for (n, Enclosure { name, alt, content }) in self.enclosed.iter().enumerate() {
            let kind = if alt.is_some() { "image/png" } else { "application/octet-stream" };
            part(&format!("name=\"files[{n}]\"; filename=\"{name}\"\r\nContent-Type: {kind}"), content);
        }
        form.extend_from_slice(format!("--{border}--\r\n").as_bytes());
        (border, form)
    }
}

/// Before the name of an enclosed file in an embed.
pub(super) const SCHEME: &str = "attachment://";

/// Words as small print.
pub(super) fn small_print(words: &str) -> String {
    let lines = markdown::lines(&Text::plain(words)).into_iter();
    lines.map(|line| format!("{SMALL}{}", line.text)).collect::<Vec<_>>().join("\n")
}

/// What `attachments` says of what is enclosed.
pub(super) fn listed(enclosed: &[Enclosure]) -> Value {
    let one = |(n, file): (usize, &Enclosure)| {
        let mut one = json!({"id": n, "filename": file.name});
        if let Some(alt) = &file.alt {
            one["description"] = alt.as_str().into();
        }
        one
    };
    enclosed.iter().enumerate().map(one).collect()
}

impl Adapter {
    /// Gets what goes with a card; `language` is its reader's, if known.
    pub(super) async fn contents(&self, card: &Card, language: Option<&str>) -> Contents {
        let mut contents = Contents::default();
        for picture in card.pictures() {
            match self.ports.files.png(&picture.svg).await {
                Ok(png) => drop(contents.pictures.insert(picture.name(), png.into())),
                Err(error) => tracing::error!(error = format!("{error:#}"), "a card is shown without its picture"),
            }
        }
        for file in card.files() {
            let content = self.ports.files.file(&file.key).await.map_err(|error| {
                tracing::error!(error = format!("{error:#}"), "a file could not be read");
                Phrase::FileNotSent
            });
            let content = match content {
                Ok(None) => Err(Phrase::FileGone),
                Ok(Some(content)) if content.len() > LARGEST => Err(Phrase::FileTooLarge),
                Ok(Some(content)) => Ok(content.into()),
                Err(phrase) => Err(phrase),
            };
            let said = content.map_err(|phrase| self.ports.bot.phrase(language, phrase));
            contents.files.insert(file.key.clone(), said);
        }
        contents
    }
}
