//! The figures, in Prometheus' text format.
//!
//! How many lines there are depends on nothing but which services run: labels are of kinds known beforehand.
//! Source of the format: `prometheus.io/docs/instrumenting/exposition_formats`, version 0.0.4.

use std::fmt::{Display, Write as _};
use std::time::Duration;

use super::{Jobs, Web};
use crate::chat::Service;
use crate::chat::vitals::{Act, Outcome, Posted, Waits};

/// The type of what is written.
pub(super) const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is written.
#[derive(Default)]
struct Page(String);

impl Page {
    /// Begins a family of figures: `counter`, `gauge` or `histogram`.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn figure(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, of)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"{of}\"", if at == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

/// Everything that is told; without `jobs` the database did not answer.
pub(super) fn written(web: &Web, jobs: Option<Jobs>) -> String {
    let mut page = Page::default();
    page.family("panout_build_info", "gauge", "Which version runs.");
    page.figure("panout_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    page.family("panout_connections", "gauge", "Connections to each chat service; over HTTP one that lasts.");
    for service in &web.services {
        page.figure("panout_connections", &[("service", service.as_str())], web.vitals.connections(*service));
    }
    events(&mut page, web);
    waits(&mut page, web);
    posts(&mut page, web);
    of_database(&mut page, web, jobs);
    page.0
}

fn events(page: &mut Page, web: &Web) {
    const NAME: &str = "panout_events_total";
    page.family(NAME, "counter", "What people did, by what came of it.");
    for service in &web.services {
        for act in Act::ALL {
            for outcome in Outcome::ALL {
                let labels = [("service", service.as_str()), ("kind", act.as_str()), ("outcome", outcome.as_str())];
                page.figure(NAME, &labels, web.vitals.acts(*service, act, outcome));
            }
        }
    }
}

fn waits(page: &mut Page, web: &Web) {
    const NAME: &str = "panout_acknowledgement_seconds";
    page.family(NAME, "histogram", "From the arrival of an event to its acknowledgement.");
    // The page answers by itself: nothing is acknowledged there.
    for service in web.services.iter().filter(|service| **service != Service::Local) {
        let (waits, service) = (web.vitals.waits(*service), service.as_str());
        // Counted while it is read: a sum that is behind its parts would be no histogram.
        let at_most = waits.at_most();
        let all = waits.count().max(at_most.last().copied().unwrap_or_default());
        for (bound, count) in Waits::BOUNDS.iter().zip(at_most) {
            let bound = Duration::from_millis((*bound).into()).as_secs_f64().to_string();
            page.figure(&format!("{NAME}_bucket"), &[("service", service), ("le", &bound)], count);
        }
        page.figure(&format!("{NAME}_bucket"), &[("service", service), ("le", "+Inf")], all);
        page.figure(&format!("{NAME}_sum"), &[("service", service)], waits.sum().as_secs_f64());
        page.figure(&format!("{NAME}_count"), &[("service", service)], all);
    }
}

fn posts(page: &mut Page, web: &Web) {
    const NAME: &str = "panout_posts_total";
    page.family(NAME, "counter", "What the bot said or changed by itself, by what came of it.");
    for service in &web.services {
        for outcome in Posted::ALL {
            let labels = [("service", service.as_str()), ("outcome", outcome.as_str())];
            page.figure(NAME, &labels, web.vitals.posts(*service, outcome));
        }
    }
}

fn of_database(page: &mut Page, web: &Web, jobs: Option<Jobs>) {
    const BATCH: &str = "panout_write_batch_changes";
    page.family("panout_database_up", "gauge", "Whether the database answered just now.");
    page.figure("panout_database_up", &[], u8::from(jobs.is_some()));
    if let Some(jobs) = jobs {
        page.family("panout_jobs", "gauge", "Jobs by state: failed ones are tried again, dead ones are given up.");
        let states =
            [("waiting", jobs.waiting), ("running", jobs.running), ("failed", jobs.failed), ("dead", jobs.dead)];
        for (state, count) in states {
            page.figure("panout_jobs", &[("state", state)], count);
        }
        page.family("panout_oldest_due_job_seconds", "gauge", "For how long the oldest due job is due.");
        page.figure("panout_oldest_due_job_seconds", &[], jobs.oldest_due.as_secs_f64());
        page.family("panout_intake_waiting", "gauge", "Requests of forms that were taken and wait to be worked off.");
        page.figure("panout_intake_waiting", &[], jobs.handed_in);
    }
    let batches = web.house.batches();
    page.family(BATCH, "histogram", "How many changes the database wrote in one commit.");
    for (size, count) in &batches.at_most {
        page.figure(&format!("{BATCH}_bucket"), &[("le", &size.to_string())], count);
    }
    page.figure(&format!("{BATCH}_bucket"), &[("le", "+Inf")], batches.count);
    page.figure(&format!("{BATCH}_sum"), &[], batches.sum);
    page.figure(&format!("{BATCH}_count"), &[], batches.count);
}
