//! What goes with an answer: its pictures, and its files.
//!
//! | answer | its files |
//! |---|---|
//! | for everyone | follow it where it stands; where the bot is not, the direct conversation |
//! | for one person | Slack's ephemeral messages carry none: the direct conversation, and the answer says so |

use tracing::warn;

use super::act::Desk;
use super::error::CallError;
use super::inbound::Origin;
use super::uploads::{Enclosed, Loaded, Spot};
use crate::chat::{Card, Phrase};

impl Desk {
    /// What goes with a card that answers an event; nothing of it is seen yet.
    pub(super) async fn enclose(&self, card: &Card, origin: &Origin) -> Enclosed {
        let enclosed = self.uploads().enclose(card, &origin.event, origin.language.as_deref()).await;
        enclosed.unwrap_or_else(|error| {
            warn!(%error, "an answer goes out without its files");
            let not_sent = || self.phrase(origin, Phrase::FileNotSent);
            Enclosed {
                instead: card.files().map(|file| (file.key.clone(), not_sent())).collect(),
                ..Enclosed::default()
            }
        })
    }

    /// Sends the files of a card that only one person sees to that person, and has the card say what became of them.
    pub(super) async fn send_aside(&self, enclosed: &mut Enclosed, origin: &Origin) {
        for file in std::mem::take(&mut enclosed.files) {
            let phrase = self.phrase(origin, self.sent_to_person(&file, origin).await);
            enclosed.instead.insert(file.key, phrase);
        }
    }

    /// Sends the files of a card that everyone sees after it.
    pub(super) async fn send_after(&self, enclosed: Enclosed, origin: &mut Origin) {
        for file in enclosed.files {
            let spot = origin.channel.clone().map(|channel| Spot { channel, thread: origin.thread.clone() });
            let sent = match &spot {
                Some(spot) => self.uploads().send(&file, spot).await,
                None => Err(CallError::NotSent("no channel")),
            };
            if let Err(error) = sent {
                warn!(%error, "a file did not reach its channel");
                let phrase = self.sent_to_person(&file, origin).await;
                self.whisper_drawn(
                    &Self::drawn(&Card::titled(self.phrase(origin, phrase)), &Enclosed::default()),
                    origin,
                )
                .await;
            }
        }
    }

    /// Sends a file to the person; what to say of it.
    async fn sent_to_person(&self, file: &Loaded, origin: &Origin) -> Phrase {
        let sent = match self.api().direct(&origin.user).await {
            Ok(channel) => self.uploads().send(file, &Spot { channel, thread: None }).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => Phrase::FileInDirect,
            Err(error) => {
                warn!(%error, "a file did not reach its person");
                Phrase::FileNotSent
            }
        }
    }
}
