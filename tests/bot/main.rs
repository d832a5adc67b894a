//! One test binary: stories in the words of the people who use the bot, and the strict stand-ins they run on.

mod discord;
mod fake;
mod story;
