//! Panout: refusals logged, looked at, and brought back.
//!
//! # The map
//!
//! | module | what it is |
//! |---|---|
//! | [`domain`] | the rules: pure, no waiting, no reading or writing |
//! | [`chat`] | what people do and see, on any platform; the ports between the bot and the platforms |
//! | [`words`] | every text, in three languages |
//! | [`store`] | SQL, for `SQLite` and `PostgreSQL` at once |
//! | [`report`] | what the refusals say together: figures, pictures, files |
//! | [`flows`] | one business process a file; the tables of commands, buttons, forms |
//! | [`jobs`] | what happens later: the worker, and saying a thing exactly once |
//! | [`platforms`] | Slack, Discord, and the page on this machine |
//! | [`web`] | HTTP: what services send, whether the bot is well, figures |
//! | [`config`], [`app`], [`clock`] | every setting; the parts put together; the only source of time |
//! | [`command_line`], [`commands`], [`demo`] | what is typed in a shell; the sample team |
//!
//! Who may use whom is held by `tests/bot/layers.rs`.
//!
//! # The life of one `/refusal`
//!
//! 1. Ana types `/refusal Acme 12k price "too dear"` in Slack. A frame arrives on the socket, or a signed request at the
//!    web server ([`platforms::slack`]); the adapter makes an [`chat::Event`] and a [`chat::Command`] of it and calls
//!    [`chat::Bot::command`]. It is acknowledged when that has answered, or after a quarter of a second.
//! 2. [`flows::Assistant`] opens one write transaction ([`store::Db::write`]). Was this event seen before? Then its
//!    reply is found and given again. Who is this? Then the command's process runs: the line is read
//!    ([`domain::parse_line`]), the refusal gets its number and is stored, counted in the sums of its week and
//!    month and found by its words from then on, the audit says who logged it, and a job is planned to tell the head, for
//!    when the head works. The reply is stored with the event. One commit, on disk.
//! 3. Only then the adapter draws the reply, for Ana's eyes only: stored as `#214`, with Undo, Edit, Add detail, and up
//!    to three earlier refusals like it, read after the commit so that no writer waits for them.
//! 4. The worker ([`jobs`]) claims the job, decides where the card goes and which mark it carries, and stores that.
//!    Then the adapter posts the card with the mark. If the answer is lost, nothing is sent again before the platform
//!    was asked whether the mark is there. When it is known to be posted, the job is done.
//!    Half an hour after logging, another job asks Ana how it went ([`domain::Questionnaire`]): what she answers stands on
//!    Elena's card.
//! 5. Elena presses *Revive*, and says with which terms. Who may do that is decided by [`domain::Refusal::revive`], from
//!    who she is and where the refusal is in its life ([`domain::Stage`]). The decision is stored, the refusal is put
//!    into a rep's hands with a date, and every card about it is drawn again from what stands.
//! 6. On that date the rep's message of the day asks how it went. Won back, it is over: what worked is a play, offered
//!    for the next, and the team's channel hears of it. Refused again, a new refusal says of which it is the second. Had
//!    Elena validated it instead, it would sleep until it is time to call again.

pub mod app;
pub mod chat;
pub mod clock;
pub mod command_line;
pub mod commands;
pub mod config;
pub mod demo;
pub mod domain;
pub mod flows;
pub mod jobs;
pub mod platforms;
pub mod report;
pub mod store;
pub mod web;
pub mod words;
