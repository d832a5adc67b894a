//! The forms that are being filled, in memory first: a stalled database must not keep a person waiting.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::draft::Draft;
use crate::chat::{Ports, Service};

/// How many forms are held in memory; the oldest give way and are read back when they are needed.
const HELD: usize = 500;

/// Forms on their way.
#[derive(Debug, Default)]
pub(super) struct Kept {
    state: Mutex<State>,
    /// One writes at a time, and always the newest state: what is written last is right.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    held: HashMap<String, Draft>,
    changed: BTreeSet<String>,
    /// Those accepted last: a second press on one of them finds its answer there, and leaves it.
    accepted: VecDeque<String>,
}

fn key(id: &str) -> String {
    format!("form.{id}")
}

impl Kept {
    /// Brings a form back into memory, if there is one.
    pub(super) async fn load(&self, ports: &Ports, id: &str) {
        if self.state().held.contains_key(id) {
            return;
        }
        let kept = match ports.drafts.kept(Service::Discord, &key(id)).await {
            Ok(kept) => kept,
            Err(error) => {
                tracing::error!(%error, "a form could not be read back");
                None
            }
        };
        if let Some(draft) = kept.and_then(|json| serde_json::from_str::<Draft>(&json).ok()) {
            self.state().held.entry(id.to_owned()).or_insert(draft);
        }
    }

    /// Does something with a form in memory. What it changes is written by the next [`Kept::save`].
    pub(super) fn with<T>(&self, id: &str, act: impl FnOnce(&mut Draft) -> T) -> Option<T> {
        let mut state = self.state();
        let done = act(state.held.get_mut(id)?);
        state.changed.insert(id.to_owned());
        Some(done)
    }

    /// Holds a new form.
    pub(super) fn put(&self, draft: Draft) {
        let mut state = self.state();
        let id = draft.id.clone();
        // The same interaction delivered twice must not empty what was typed meanwhile.
        if state.held.contains_key(&id) {
            return;
        }
        while state.held.len() >= HELD {
            // Ids are snowflakes of one length: the smallest is the oldest. Unwritten ones stay.
            let oldest = state.held.keys().filter(|id| !state.changed.contains(*id)).min().cloned();
            let Some(oldest) = oldest else { break };
            state.held.remove(&oldest);
        }
        state.changed.insert(id.clone());
        state.held.insert(id, draft);
    }

    /// Whether a form was accepted lately.
    pub(super) fn was_accepted(&self, id: &str) -> bool {
        self.state().accepted.iter().any(|other| other == id)
    }

    /// Lets go of a form that was accepted.
    pub(super) fn accept(&self, id: &str) {
        let mut state = self.state();
        state.held.remove(id);
        if state.accepted.len() >= HELD {
            state.accepted.pop_front();
        }
        state.accepted.push_back(id.to_owned());
        state.changed.insert(id.to_owned());
    }

    /// Writes what has changed since.
    pub(super) async fn save(&self, ports: &Ports) {
        if self.state().changed.is_empty() {
            return;
        }
        let _one = self.writing.lock().await;
        let changed = std::mem::take(&mut self.state().changed);
        for id in changed {
            let draft = self.state().held.get(&id).and_then(|draft| serde_json::to_string(draft).ok());
            let written = match draft {
                Some(json) => ports.drafts.keep(Service::Discord, &key(&id), json).await,
                None => ports.drafts.forget(Service::Discord, &key(&id)).await,
            };
            if let Err(error) = written {
                tracing::error!(%error, "a form could not be kept");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
