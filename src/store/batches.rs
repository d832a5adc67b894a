//! How many changes are written together.

use std::sync::atomic::{AtomicU64, Ordering};

/// Sizes that are told apart: the writer takes no more than the last.
const SIZES: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Counts commits by how many changes they had.
#[derive(Debug, Default)]
pub(super) struct Batches {
    counts: [AtomicU64; SIZES.len()],
    changes: AtomicU64,
}

/// Commits since the start, by how many changes they had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Sizes, and how many commits had at most that many changes.
    pub at_most: Vec<(u64, u64)>,
    /// How many changes there were.
    pub changes: u64,
}

impl Batches {
    /// So many changes were committed together.
    pub(super) fn committed(&self, changes: usize) {
        let at = SIZES.iter().position(|size| changes <= *size).unwrap_or(SIZES.len() - 1);
        self.counts[at].fetch_add(1, Ordering::Relaxed);
        self.changes.fetch_add(changes as u64, Ordering::Relaxed);
    }

    pub(super) fn told(&self) -> Committed {
        let mut sum = 0;
        let at_most = SIZES.iter().zip(&self.counts).map(|(size, count)| {
            sum += count.load(Ordering::Relaxed);
            (*size as u64, sum)
        });
        Committed { at_most: at_most.collect(), changes: self.changes.load(Ordering::Relaxed) }
    }
}
