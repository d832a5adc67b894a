//! Measurements, on the stand-ins of the tests: `cargo bench -- acknowledge`, `http`, `intake`, `lone`, `store`, `large`,
//! `figures`, `export`, `leads`, `start`; without a name, all.
//!
//! `TEST_DATABASE_URL` puts the database on `PostgreSQL`, as in the tests. The figures in the README come from here.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "what is measured is printed")]
#![expect(dead_code, unused_imports, reason = "the stand-ins serve the tests too")]

mod acknowledge;
mod bare;
#[path = "../bot/chaos/company.rs"]
mod company;
mod export;
#[path = "../bot/fake/mod.rs"]
mod fake;
mod figures;
mod http;
mod intake;
mod large;
mod leads;
#[path = "../bot/chaos/ledger.rs"]
mod ledger;
mod load;
#[path = "../bot/chaos/process.rs"]
mod process;
mod start;
mod store;
#[path = "../bot/story/mod.rs"]
mod story;

use panout::chat::Service;
use panout::flows::{DealRules, LeadRules, Rules};
use panout::words::Language;

#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    if is_wanted("start") {
        start::measure().await;
    }
    if is_wanted("acknowledge") {
        acknowledge::measure().await;
    }
    if is_wanted("http") {
        http::measure().await;
    }
    if is_wanted("intake") {
        intake::measure().await;
    }
    if is_wanted("lone") {
        intake::measure_lone().await;
    }
    if is_wanted("store") {
        store::measure().await;
    }
    if is_wanted("figures") {
        figures::measure().await;
    }
    if is_wanted("export") {
        export::measure();
    }
    if is_wanted("leads") {
        leads::measure().await;
    }
    if is_wanted("large") {
        large::measure().await;
    }
}

/// The name of the database, for a table's head.
pub(crate) fn database() -> &'static str {
    if story::Database::on_postgres() { "PostgreSQL" } else { "SQLite, synchronous FULL" }
}

/// What the organisation of a measurement decided: nothing that keeps anybody from anything.
pub(crate) fn rules() -> Rules {
    Rules {
        language: Language::En,
        head_card_above: None,
        services: vec![Service::Slack],
        messages_a_day: 1000,
        amounts_in_channel: Vec::new(),
        self_validation: None,
        schedules: std::collections::BTreeMap::new(),
        leads: LeadRules::default(),
        opportunities: DealRules::default(),
    }
}
