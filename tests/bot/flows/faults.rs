//! The database or the chat service fails: people get a sentence with a reference, nothing is half-stored, the bot
//! stays up, and what was to be said is said once.

mod database;
mod full;
mod platform;
mod repeats;
