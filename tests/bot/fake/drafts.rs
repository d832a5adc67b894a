//! Drafts in memory, which outlive an adapter as a database does, and may be told to fail.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use panout::chat::{Drafts, Service};

/// Keeps drafts as long as the test keeps it.
#[derive(Default)]
pub(crate) struct MemoryDrafts {
    kept: Mutex<BTreeMap<(Service, String), String>>,
    fails: AtomicBool,
}

impl MemoryDrafts {
    /// From now on nothing can be kept or forgotten.
    pub(crate) fn fail(&self) {
        self.fails.store(true, Ordering::SeqCst);
    }

    /// Everything works again.
    pub(crate) fn mend(&self) {
        self.fails.store(false, Ordering::SeqCst);
    }

    /// Whether nothing is kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.open().is_empty()
    }

    /// Throws everything kept away.
    pub(crate) fn clear(&self) {
        self.open().clear();
    }

    /// Whether something is kept that contains this.
    pub(crate) fn holds(&self, words: &str) -> bool {
        self.open().values().any(|value| value.contains(words))
    }

    /// Keeps a copy of what is under one key under another, as a process that died in between may have left it.
    pub(crate) fn repeat(&self, from: &str, to: &str, change: impl Fn(&str) -> String) {
        let mut kept = self.open();
        let found = kept.iter().find(|((_, key), _)| key == from);
        let ((service, _), value) = found.unwrap_or_else(|| panic!("nothing is kept under {from}"));
        let (key, copy) = ((*service, to.to_owned()), change(value));
        kept.insert(key, copy);
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<(Service, String), String>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(!self.fails.load(Ordering::SeqCst), "the disk is full");
        Ok(())
    }
}

#[async_trait]
impl Drafts for MemoryDrafts {
    async fn keep(&self, service: Service, key: &str, value: String) -> anyhow::Result<()> {
        self.check()?;
        self.open().insert((service, key.to_owned()), value);
        Ok(())
    }

    async fn kept(&self, service: Service, key: &str) -> anyhow::Result<Option<String>> {
        Ok(self.open().get(&(service, key.to_owned())).cloned())
    }

    async fn kept_under(&self, service: Service, prefix: &str) -> anyhow::Result<Vec<(String, String)>> {
        let all = self.open().clone().into_iter();
        let under = all.filter(|((of, key), _)| *of == service && key.starts_with(prefix));
        Ok(under.map(|((_, key), value)| (key, value)).collect())
    }

    async fn forget(&self, service: Service, key: &str) -> anyhow::Result<()> {
        self.check()?;
        self.open().remove(&(service, key.to_owned()));
        Ok(())
    }
}
