//! What a story needs from a stand-in chat service, the same for all of them.

use std::time::Duration;

use async_trait::async_trait;
use panout::chat::MessageRef;

/// An act that is acknowledged later than this waited for the bot. Slack and Discord wait 3 s; a test machine that does
/// many things at once needs part of that for itself.
pub(crate) const IN_TIME: Duration = Duration::from_millis(1500);

/// A chat service seen by the people in it.
///
/// Screens are plain text, the same on every service, so that one snapshot serves all:
///
/// ```text
/// Title of the card
/// A paragraph.
/// Label: value              (one line a fact)
/// > somebody's words        (each line of a quote)
/// Rep | CRM | Total         (each row of a table, head first)
/// ---                       (a divider)
/// [picture: Refusals by rep] (a picture, by its words)
/// {Choose a product}        (a pick, by its label)
/// [Undo] [Edit]             (each row of buttons)
/// ```
///
/// A file that comes with a message is a screen of its own right after it, `[file: refusals.csv]`: on Slack it is a
/// message of its own. Where Slack's whispers cannot carry it, it is in the direct conversation, and the whisper says so.
///
/// Strong words carry no mark, a mention is `@Name`, an instant is `@2026-11-23T09:00Z`, a link is its label, and
/// invisible marks do not show. What can be pressed stands at the end, wherever a service shows it: Discord has no
/// other place. Consecutive rows of buttons are joined into one line, and parts that an adapter had to
/// split (long quotes, many facts) are joined again; messages split in several are separate screens.
///
/// Every act returns once the service has its answer in time (the acknowledgement); a late or missing one is a
/// complaint. What the bot says later arrives later: the story waits for `App::idle`.
#[async_trait]
pub(crate) trait ChatService: Send + Sync {
    /// Adds a person; returns their id on this service.
    fn add_person(&self, name: &str) -> String;

    /// Adds a channel the bot is in; returns its id.
    fn add_channel(&self, name: &str) -> String;

    /// The person types a line, such as `/refusal Acme 12k price`, in a channel. On Discord what follows the command
    /// (and its subcommand) goes into its `Text` option, unless it is written `account:Acme reason:price`.
    async fn types(&self, who: &str, channel: &str, line: &str);

    /// The person presses the newest button with this label that they can see. Panics if there is none, listing what
    /// can be seen.
    async fn presses(&self, who: &str, button: &str);

    /// The person chooses in the newest menu with this label that they can see (outside forms).
    async fn chooses(&self, who: &str, menu: &str, choice: &str);

    /// The person uses a shortcut, by its label, on a message with this text.
    async fn uses_shortcut(&self, who: &str, channel: &str, shortcut: &str, message: &str);

    /// The person fills a field of the form that is open to them, by its label; for choices, by the choice's label;
    /// for a search, types and takes the first suggestion with that label. `""` empties it. Panics if there is no
    /// such field in any step. Nothing is sent before [`ChatService::submits`], except what the service itself sends
    /// while typing.
    async fn fills(&self, who: &str, field: &str, value: &str);

    /// The person sends the form, going through every step of it.
    async fn submits(&self, who: &str);

    /// Whether a form is open to the person.
    fn form_is_open(&self, who: &str) -> bool;

    /// What the open form shows: its intro, if it has one; a line `Label: value` per field (all steps), value empty if unanswered, choices by
    /// label; then a line `! fault` for each fault shown. Panics if no form is open.
    fn form(&self, who: &str) -> String;

    /// Choices suggested to the person typing in an option of a command or a search field: labels, best first.
    async fn suggestions(&self, who: &str, command_or_field: &str, option: &str, typed: &str) -> Vec<String>;

    /// Returns once what the methods below read is what the service shows now. Call it after `App::idle` and before
    /// them; a stand-in that lives in the test's own process has nothing to do.
    async fn settle(&self) {}

    /// Screens that became visible to the person since the last call: new messages and changed ones (changed ones
    /// are prefixed `(changed) `; deleted ones are `(gone) ` and the old title). Oldest first. A message that no
    /// longer differs from what was last read is not listed.
    fn unread(&self, who: &str) -> Vec<String>;

    /// Every message of the bot as it stands now: (where, marker if it carries one, screen).
    fn posted(&self) -> Vec<(MessageRef, Option<String>, String)>;

    /// What is in the newest file of this name that the person can see.
    fn file(&self, who: &str, name: &str) -> Option<Vec<u8>>;

    /// Every picture that was brought to the service to be shown, oldest first; on the local page those that were
    /// looked at, once each.
    fn pictures(&self) -> Vec<Vec<u8>>;

    /// Delivers the last act once more, `times` times at once, as a service that repeats itself (the same event id,
    /// the same trigger where it has one).
    async fn repeats_last_act(&self, times: usize);

    /// Makes things go wrong, from the next call on.
    fn trouble(&self, trouble: Trouble);

    /// What the real service would not have accepted, in sentences. Empty in a test that passes.
    fn complaints(&self) -> Vec<String>;
}

/// What can go wrong at a service.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// The next `times` posts are refused with 429; with a Retry-After of so many seconds if given.
    TooManyRequests {
        /// How often.
        times: usize,
        /// The header, in seconds.
        retry_after: Option<u64>,
    },
    /// The next `times` posts fail with this status and nothing is posted.
    Status {
        /// How often.
        times: usize,
        /// 500, 502, 503...
        status: u16,
    },
    /// The next `times` posts are done but their answer is lost (the connection closes).
    LostAnswer {
        /// How often.
        times: usize,
    },
    /// The next `times` posts hang for ever, nothing is posted.
    Hang {
        /// How often.
        times: usize,
    },
    /// This befalls the steps by which files and pictures come to the service, and nothing else; on the local page there
    /// are none.
    Uploads(Box<Trouble>),
    /// What was to go wrong from the next call on, and has not yet, does not any more.
    Over,
    /// Triggers expire before they can be used (Slack: `expired_trigger_id`; Discord: the first answer to an
    /// interaction gets 404 Unknown interaction), this many times.
    TriggersExpire {
        /// How often.
        times: usize,
    },
    /// Everybody refuses direct messages from the bot.
    DirectMessagesClosed,
    /// The bot is no longer in any channel, or may not write there.
    ChannelsClosed,
    /// The event connection drops now, without a close frame; it can be made again.
    SocketDrops,
    /// The event connection drops right after the next event was sent, before it is acknowledged; the service sends
    /// the event again on the next connection, as it does.
    SocketDropsBeforeAck,
}
