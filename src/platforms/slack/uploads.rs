//! Pictures that blocks show, and files sent into conversations.
//!
//! Slack takes both in three steps: an address is promised with the file's id, what is in it goes there, and the upload
//! is completed, without a conversation (then only the app knows it, and blocks may show it by its id) or into one. The
//! id is kept before anything is sent: after a crash or a lost answer, [`Uploads`] asks for that file before it uploads
//! another. A file that is not completed does not exist for `files.info`, so a crash leaves nothing that anybody sees.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tracing::warn;

use super::api::{Api, Effort};
use super::error::CallError;
use crate::chat::{Bot, Card, Drafts, File, Files, Phrase, Picture, Ports, Service};
use crate::clock::{Clock, pause};

/// What a card waits for a picture. An answer that somebody waits for then says the same in words; what the bot says by
/// itself is tried again.
const PICTURE: Duration = Duration::from_secs(5);
/// How long a file may take to appear in its conversation before it counts as not sent.
const SHARING: Duration = Duration::from_secs(5);
/// Between two questions about a file, doubled each time.
const POLL: Duration = Duration::from_millis(100);
/// After so many seconds an upload that never became usable is given up, and another begun.
const GIVEN_UP: i64 = 600;

/// Uploads once what is the same, as far as what is kept reaches.
pub(super) struct Uploads {
    api: Arc<Api>,
    bot: Arc<dyn Bot>,
    files: Arc<dyn Files>,
    drafts: Arc<dyn Drafts>,
    clock: Clock,
    /// Pictures on their way, so that two cards at once upload one.
    coming: Mutex<HashMap<String, Arc<OnceCell<String>>>>,
}

/// What goes with a card, as far as it can be had.
#[derive(Debug, Default)]
pub(super) struct Enclosed {
    /// Ids of pictures that blocks may show, by the picture's name.
    pub(super) pictures: BTreeMap<String, String>,
    /// What is said in the place of a file, by the file's key; those without an entry follow the card.
    pub(super) instead: BTreeMap<String, String>,
    /// The files that follow.
    pub(super) files: Vec<Loaded>,
    /// Why a picture is missing that may still come; whoever can wait asks again.
    pub(super) late: Option<Late>,
}

/// A picture is not there, and may be later.
#[derive(Clone, Debug)]
pub(super) struct Late {
    pub(super) why: String,
    /// How long Slack asked to wait.
    pub(super) after: Option<Duration>,
}

/// Why there is no picture.
enum Missing {
    Late(Late),
    Never(anyhow::Error),
}

impl From<CallError> for Missing {
    fn from(error: CallError) -> Self {
        let why = error.to_string();
        match error {
            CallError::Limited(after) => Self::Late(Late { why, after }),
            error if error.is_passing() => Self::Late(Late { why, after: None }),
            error => Self::Never(error.into()),
        }
    }
}

/// A file whose content Slack has.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    /// The key in the card.
    pub(super) key: String,
    name: String,
    /// Under what its upload is kept.
    draft: String,
    upload: Upload,
}

/// A conversation, and the thread in it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) channel: String,
    pub(super) thread: Option<String>,
}

/// An upload, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Upload {
    id: String,
    /// Whether a picture is usable, a file in its conversation.
    done: bool,
    /// When it began, in seconds since 1970.
    since: i64,
}

impl Uploads {
    pub(super) fn new(api: Arc<Api>, ports: &Ports) -> Self {
        Self {
            api,
            bot: ports.bot.clone(),
            files: ports.files.clone(),
            drafts: ports.drafts.clone(),
            clock: ports.clock.clone(),
            coming: Mutex::default(),
        }
    }

    /// Brings to Slack what goes with a card. `scope` names the message or the event the files belong to: with the same
    /// one, a file is sent once.
    ///
    /// # Errors
    /// When it is not known whether a file was sent before; pictures that cannot be had are only left out.
    pub(super) async fn enclose(
        &self,
        card: &Card,
        scope: &str,
        language: Option<&str>,
    ) -> Result<Enclosed, CallError> {
        let mut enclosed = Enclosed::default();
        for picture in card.pictures() {
            let name = picture.name();
            match self.picture(picture, &name).await {
                Ok(id) => drop(enclosed.pictures.insert(name, id)),
                Err(Missing::Late(late)) => {
                    warn!(why = late.why, "a picture of a card is not there yet");
                    enclosed.late = Some(late);
                }
                Err(Missing::Never(error)) => {
                    warn!(error = format!("{error:#}"), "a card is shown without its picture");
                }
            }
        }
        for file in card.files() {
            let instead = match self.load(file, scope).await {
                Ok(Some(loaded)) => {
                    enclosed.files.push(loaded);
                    continue;
                }
                Ok(None) => Phrase::FileGone,
                Err(CallError::Refused(code)) => {
                    warn!(code, "Slack does not take a file");
                    Phrase::FileNotSent
                }
                Err(error) => return Err(error),
            };
            enclosed.instead.insert(file.key.clone(), self.bot.phrase(language, instead));
        }
        Ok(enclosed)
    }

    /// The id by which blocks show a picture, if it is there in time.
    async fn picture(&self, picture: &Picture, name: &str) -> Result<String, Missing> {
        let lock = || self.coming.lock().expect("nothing panics while holding it");
        let cell = lock().entry(name.to_owned()).or_default().clone();
        let had = timeout(PICTURE, cell.get_or_try_init(|| self.uploaded(picture, name))).await;
        let id = match had {
            Ok(had) => had.cloned(),
            Err(_) => Err(Missing::Late(Late { why: "a picture did not come in time".into(), after: None })),
        };
        // What is kept knows it from here on; who waits for the same holds the cell.
        lock().remove(name);
        id
    }

    async fn uploaded(&self, picture: &Picture, name: &str) -> Result<String, Missing> {
        let draft = format!("picture:{name}");
        let mut upload = match self.kept(&draft).await? {
            Some(upload) if upload.done => return Ok(upload.id),
            Some(upload) if self.is_young(&upload) && self.look(&upload.id).await?.is_some() => upload,
            _ => {
                let png = self.files.png(&picture.svg).await.map_err(Missing::Never)?;
                let upload = self.begin(&draft, name, &png, Some(&picture.alt)).await?;
                self.complete(&upload.id, json!({"files": [{"id": upload.id, "title": name}]})).await?;
                upload
            }
        };
        self.until(&upload.id, |file| file["mimetype"].as_str().is_some_and(|kind| !kind.is_empty())).await?;
        upload.done = true;
        self.keep(&draft, &upload).await?;
        Ok(upload.id)
    }

    /// Brings what is in a file to Slack; `None` if it is no longer kept.
    async fn load(&self, file: &File, scope: &str) -> Result<Option<Loaded>, CallError> {
        let draft = format!("{}{}", sent_under(scope), file.key);
        let loaded = |upload| Loaded { key: file.key.clone(), name: file.name.clone(), draft: draft.clone(), upload };
        if let Some(mut upload) = self.kept(&draft).await? {
            if !upload.done && self.look(&upload.id).await?.is_some() {
                // It was completed, which nobody does without the conversation.
                upload.done =
                    timeout(SHARING, self.until(&upload.id, is_shared)).await.is_ok_and(|shared| shared.is_ok());
            }
            if upload.done {
                self.keep(&draft, &upload).await?;
                return Ok(Some(loaded(upload)));
            }
        }
        let content = self.files.file(&file.key).await.map_err(|error| {
            warn!(error = format!("{error:#}"), "a file could not be read");
            CallError::NotSent("a file could not be read")
        })?;
        let Some(content) = content else { return Ok(None) };
        Ok(Some(loaded(self.begin(&draft, &file.name, &content, None).await?)))
    }

    /// Sends a file into a conversation; one that was sent is not sent again.
    ///
    /// # Errors
    /// When it was not sent, or did not appear there in time: [`Uploads::enclose`] finds out.
    pub(super) async fn send(&self, loaded: &Loaded, to: &Spot) -> Result<(), CallError> {
        let Loaded { name, draft, upload, .. } = loaded;
        if upload.done {
            return Ok(());
        }
        let mut call = json!({"files": [{"id": upload.id, "title": name}], "channel_id": to.channel});
        if let Some(thread) = &to.thread {
            call["thread_ts"] = thread.as_str().into();
        }
        self.complete(&upload.id, call).await?;
        // Slack may say that it is done and never share it.
        let shared = timeout(SHARING, self.until(&upload.id, is_shared)).await;
        shared.map_err(|_| CallError::NotSent("a file did not appear in its conversation"))??;
        self.keep(draft, &Upload { done: true, ..upload.clone() }).await
    }

    /// How many files were sent for this scope.
    pub(super) async fn sent(&self, scope: &str) -> Result<usize, CallError> {
        let done = |(_, json): &(String, String)| serde_json::from_str::<Upload>(json).is_ok_and(|upload| upload.done);
        Ok(self.begun(scope).await?.iter().filter(|kept| done(kept)).count())
    }

    /// Whether a file was on its way for this scope before.
    pub(super) async fn tried(&self, scope: &str) -> Result<bool, CallError> {
        Ok(!self.begun(scope).await?.is_empty())
    }

    async fn begun(&self, scope: &str) -> Result<Vec<(String, String)>, CallError> {
        self.drafts.kept_under(Service::Slack, &sent_under(scope)).await.map_err(|_| UNKEPT)
    }

    /// Has an address promised, keeps the file's id, and sends what is in it there.
    async fn begin(&self, draft: &str, name: &str, content: &[u8], alt: Option<&str>) -> Result<Upload, CallError> {
        let mut fields = vec![("filename", name.to_owned()), ("length", content.len().to_string())];
        fields.extend(alt.map(|alt| ("alt_txt", alt.to_owned())));
        let promised = self.api.form("files.getUploadURLExternal", &fields).await?;
        let text = |key: &str| promised[key].as_str().ok_or(CallError::NotSent("no address for an upload"));
        let upload = Upload { id: text("file_id")?.to_owned(), done: false, since: self.clock.now().timestamp() };
        self.keep(draft, &upload).await?;
        self.api.upload(text("upload_url")?, content).await?;
        Ok(upload)
    }

    /// Completes an upload once: when it is not known whether it was, the file tells.
    async fn complete(&self, id: &str, call: Value) -> Result<(), CallError> {
        let complete = || self.api.call("files.completeUploadExternal", &call, Effort::ONCE);
        match complete().await {
            Err(error) if error.is_unknown() => match self.look(id).await? {
                Some(_) => Ok(()),
                None => complete().await.map(drop),
            },
            done => done.map(drop),
        }
    }

    /// What Slack says of a file; `None` if it was never completed, or deleted.
    async fn look(&self, id: &str) -> Result<Option<Value>, CallError> {
        match self.api.read("files.info", &[("file", id.to_owned())]).await {
            Ok(found) => Ok(Some(found["file"].clone())),
            Err(CallError::Refused(code)) if matches!(code.as_str(), "file_not_found" | "file_deleted") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns once something is so of a file: Slack goes on working on it after it was completed.
    async fn until(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Result<(), CallError> {
        let mut wait = POLL;
        loop {
            let file = self.look(id).await?.ok_or(CallError::NotSent("a file is gone again"))?;
            if is_so(&file) {
                return Ok(());
            }
            pause(wait).await;
            wait = (wait * 2).min(Duration::from_secs(1));
        }
    }

    fn is_young(&self, upload: &Upload) -> bool {
        self.clock.now().timestamp() - upload.since < GIVEN_UP
    }

    async fn kept(&self, draft: &str) -> Result<Option<Upload>, CallError> {
        let kept = self.drafts.kept(Service::Slack, draft).await.map_err(|_| UNKEPT)?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    async fn keep(&self, draft: &str, upload: &Upload) -> Result<(), CallError> {
        let json = json!(upload).to_string();
        self.drafts.keep(Service::Slack, draft, json).await.map_err(|_| UNKEPT)
    }
}

/// Uploading without keeping it would be uploading it twice.
const UNKEPT: CallError = CallError::NotSent("what is uploaded cannot be kept");

/// Begins the names under which the files of a message or an event are kept.
fn sent_under(scope: &str) -> String {
    format!("file:{scope}:")
}

/// Whether a file is in a conversation.
fn is_shared(file: &Value) -> bool {
    let listed = |kind: &str| file[kind].as_array().is_some_and(|them| !them.is_empty());
    ["channels", "groups", "ims"].into_iter().any(listed) || file["shares"].as_object().is_some_and(|it| !it.is_empty())
}
