//! What people do and see, on any platform.
//!
//! Nothing here knows Slack, Discord, a database or a rule of sales. A platform adapter turns its wire format into
//! [`Event`]s and what happened in them, hands them to the [`Bot`], and draws the [`Reply`] it gets back. When the
//! bot speaks first it goes through [`Platform`].
//!
//! ```text
//! person -> adapter -> Bot::{command, press, shortcut, submit, suggest} -> Reply -> adapter -> person
//!                      jobs -> Platform::{post, replace, find}          -> adapter -> person
//! service -> web -> Intake -> adapter                                             (where it comes over HTTP)
//! ```

mod card;
mod event;
mod form;
mod intake;
mod menu;
mod ports;
mod text;
pub mod vitals;

pub use card::{Block, Button, Card, File, Look, Pick, Picture, Tone};
pub use event::{Account, Command, Event, MessageRef, Place, Press, Query, Service, Shortcut, Submission};
pub use form::{Choice, Fault, Faults, Field, Form, Kind};
pub use intake::{Answer, Intake, Request};
pub use menu::{CommandSpec, Localized, Menu, OptionKind, OptionSpec, ShortcutSpec, SubcommandSpec};
pub use ports::{Bot, Busy, BusyGuard, Drafts, Failure, Files, Phrase, Platform, Ports, Reply};
pub use text::{Action, Span, Text, WhenStyle};
pub use vitals::Vitals;
