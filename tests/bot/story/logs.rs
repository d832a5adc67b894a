//! What the app logs while a story goes on, on the thread of that story.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Listens until it is dropped.
pub(crate) struct Logs {
    lines: Lines,
    _listening: DefaultGuard,
}

type Lines = Arc<Mutex<Vec<(Level, String)>>>;

struct Recorder(Lines);

impl Logs {
    /// Begins to listen. A story runs on one thread, so it hears only itself.
    pub(crate) fn listen() -> Self {
        let lines = Lines::default();
        let recorder = tracing_subscriber::registry().with(Recorder(lines.clone()));
        Self { lines, _listening: tracing::subscriber::set_default(recorder) }
    }

    /// The errors logged since the last call.
    pub(crate) fn take_errors(&self) -> Vec<String> {
        let mut lines = self.lines.lock().expect("no test panics here");
        let errors = lines.iter().filter(|(level, _)| *level == Level::ERROR).map(|(_, line)| line.clone()).collect();
        lines.retain(|(level, _)| *level != Level::ERROR);
        errors
    }

    /// Everything, for a failure's message.
    pub(crate) fn all(&self) -> String {
        let lines = self.lines.lock().expect("no test panics here");
        lines.iter().map(|(level, line)| format!("{level} {line}")).collect::<Vec<_>>().join("\n")
    }
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let target = event.metadata().target();
        if target.starts_with("panout") || *event.metadata().level() == Level::ERROR {
            let mut line = format!("{target}:");
            event.record(&mut Words(&mut line));
            self.0.lock().expect("no test panics here").push((*event.metadata().level(), line));
        }
    }
}

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
