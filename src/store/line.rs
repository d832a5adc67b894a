//! Who waits for the writer: closures, whatever they give, in two lines.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;

use anyhow::anyhow;
use async_trait::async_trait;
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};

use super::share::{Pace, Share};
use super::tx::{Closure, Tx};

/// How many closures may wait in each before whoever hands over one more waits with it.
const WAITING: usize = 4096;

/// A closure with its way to answer, whatever its types.
#[async_trait]
pub(super) trait Work: Send {
    /// Whether somebody waits for it.
    fn pace(&self) -> Pace;

    /// Runs it; whether its changes are to be kept.
    async fn run(&mut self, tx: &mut Tx) -> bool;

    /// Whether it planned a job.
    fn planned(&self) -> bool;

    /// Tells the caller, once the fate of the group is known.
    fn answer(self: Box<Self>, committed: Result<(), String>);
}

struct Waiting<F, T, E> {
    organisation: i64,
    pace: Pace,
    closure: F,
    planned: bool,
    result: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

#[async_trait]
impl<F: Closure<T, E>, T: Send, E: From<anyhow::Error> + Send> Work for Waiting<F, T, E> {
    fn pace(&self) -> Pace {
        self.pace
    }

    async fn run(&mut self, tx: &mut Tx) -> bool {
        tx.organisation = self.organisation;
        (tx.planned, tx.failed) = (false, false);
        tx.unwritten.clear();
        let ran = AssertUnwindSafe((self.closure)(tx)).catch_unwind().await;
        let mut result = ran.unwrap_or_else(|_| Err(anyhow!("a closure on the database panicked").into()));
        if result.is_ok()
            && let Err(error) = tx.write_planned().await
        {
            result = Err(anyhow!(error).into());
        }
        if result.is_ok() && tx.failed {
            result = Err(anyhow!("a statement failed and nobody said so").into());
        }
        let keep = result.is_ok();
        self.planned = keep && tx.planned;
        self.result = Some(result);
        keep
    }

    fn planned(&self) -> bool {
        self.planned
    }

    fn answer(self: Box<Self>, committed: Result<(), String>) {
        let result = match (committed, self.result) {
            (Err(why), None | Some(Ok(_))) => Err(anyhow!(why).context("the database did not keep the change").into()),
            // What failed by itself says why, whatever became of the others.
            (_, Some(result)) => result,
            (Ok(()), None) => Err(anyhow!("the database did not reach this change").into()),
        };
        // A caller that went away has nobody to tell.
        let _ = self.caller.send(result);
    }
}

/// A closure of an organisation that waits at this pace, and where what came of it will be.
pub(super) fn waiting<T, E>(
    organisation: i64,
    pace: Pace,
    closure: impl Closure<T, E>,
) -> (Box<dyn Work>, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<anyhow::Error> + Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    (Box::new(Waiting { organisation, pace, closure, planned: false, result: None, caller }), answer)
}

/// Where closures are handed over.
#[derive(Clone)]
pub(super) struct Ends {
    awaited: mpsc::Sender<Box<dyn Work>>,
    behind: mpsc::Sender<Box<dyn Work>>,
}

impl Ends {
    /// Hands one over, once there is room.
    ///
    /// # Errors
    /// When nobody takes any more.
    pub(super) async fn hand_over(&self, work: Box<dyn Work>) -> anyhow::Result<()> {
        let line = if work.pace() == Pace::Behind { &self.behind } else { &self.awaited };
        line.send(work).await.map_err(|_| anyhow!("the database is closed"))
    }
}

/// Who waits: first those of a group that was too large.
pub(super) struct Line {
    put_back: VecDeque<Box<dyn Work>>,
    awaited: mpsc::Receiver<Box<dyn Work>>,
    behind: mpsc::Receiver<Box<dyn Work>>,
    /// How the writer's time is shared.
    pub(super) share: Share,
}

impl Line {
    /// A line with nobody in it, and where to join.
    pub(super) fn open() -> (Self, Ends) {
        let ((awaited, first), (behind, then)) = (mpsc::channel(WAITING), mpsc::channel(WAITING));
        let line = Self { put_back: VecDeque::new(), awaited: first, behind: then, share: Share::default() };
        (line, Ends { awaited, behind })
    }

    /// Who is next, once there is somebody; nobody, when everybody who could join has gone.
    pub(super) async fn next(&mut self) -> Option<Box<dyn Work>> {
        if let Some(work) = self.next_if_any() {
            return Some(work);
        }
        // Both may have got something by the time this is woken. Both ends are dropped together.
        tokio::select! {
            biased;
            work = self.awaited.recv() => work,
            work = self.behind.recv() => work,
        }
    }

    /// Who joins a group. One that somebody waits for is not put off by those for which nobody does: they begin the next one
    /// as soon as it is their turn.
    pub(super) fn next_with(&mut self, group: Pace) -> Option<Box<dyn Work>> {
        if group == Pace::Behind {
            return self.next_if_any();
        }
        let next = self.put_back.pop_front().or_else(|| self.awaited.try_recv().ok());
        if next.is_none() {
            self.share.forgive();
        }
        next
    }

    /// Who is next, if there is somebody.
    pub(super) fn next_if_any(&mut self) -> Option<Box<dyn Work>> {
        if let Some(work) = self.put_back.pop_front() {
            return Some(work);
        }
        let (first, then) = match self.share.first() {
            Pace::AwaitedBySomebody => (&mut self.awaited, &mut self.behind),
            Pace::Behind => (&mut self.behind, &mut self.awaited),
        };
        if let Ok(work) = first.try_recv() {
            return Some(work);
        }
        self.share.alone();
        then.try_recv().ok()
    }

    /// The second half of a group waits again, before all others.
    pub(super) fn halve(&mut self, group: &mut Vec<Box<dyn Work>>) {
        for work in group.drain(group.len().div_ceil(2)..).rev() {
            self.put_back.push_front(work);
        }
    }
}
