//! Forms that could not be opened in time, or came back with faults too late: kept with what was typed, until the
//! person presses the button that opens them again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::chat::{Busy, Drafts, Ports, Service};

/// How many are also kept in memory: the database may be the very reason why a form was late.
const IN_MEMORY: usize = 256;
/// The longest a person's trigger may wait for the database.
const READ: Duration = Duration::from_millis(1500);

/// Views by key.
pub(super) struct Kept {
    memory: Mutex<VecDeque<(String, Value)>>,
    drafts: Arc<dyn Drafts>,
    tasks: TaskTracker,
    busy: Busy,
}

impl Kept {
    pub(super) fn new(ports: &Ports) -> Self {
        Self {
            memory: Mutex::default(),
            drafts: ports.drafts.clone(),
            tasks: ports.tasks.clone(),
            busy: ports.busy.clone(),
        }
    }

    /// Keeps a view and says its key; the database is written behind.
    pub(super) fn keep(&self, view: &Value) -> String {
        let key = format!("{:016x}", fastrand::u64(..));
        {
            let mut memory = self.memory.lock().expect("nothing panics while holding it");
            memory.push_back((key.clone(), view.clone()));
            if memory.len() > IN_MEMORY {
                memory.pop_front();
            }
        }
        let (drafts, name, json, busy) = (self.drafts.clone(), name(&key), view.to_string(), self.busy.begin());
        self.tasks.spawn(async move {
            if let Err(error) = drafts.keep(Service::Slack, &name, json).await {
                warn!(%error, "a form is kept in memory only");
            }
            drop(busy);
        });
        key
    }

    /// The view kept under this key.
    pub(super) async fn kept(&self, key: &str) -> Option<Value> {
        let in_memory = |(known, view): &(String, Value)| (known == key).then(|| view.clone());
        let held = self.memory.lock().expect("nothing panics while holding it").iter().find_map(in_memory);
        if held.is_some() {
            return held;
        }
        let stored = timeout(READ, self.drafts.kept(Service::Slack, &name(key))).await.ok()?;
        let stored = stored.inspect_err(|error| warn!(%error, "a kept form could not be read")).ok()??;
        serde_json::from_str(&stored).ok()
    }
}

fn name(key: &str) -> String {
    format!("form:{key}")
}
