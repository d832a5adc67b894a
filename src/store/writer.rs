//! The one writer of a SQLite file.
//!
//! It takes the closures that wait, runs them one after another inside one `BEGIN IMMEDIATE`, each in its own savepoint,
//! commits once, then answers all. A closure alone commits at once. One that fails, or panics, rolls back to its
//! savepoint and hurts nobody. Nobody is answered before the commit is on disk.

use std::panic::AssertUnwindSafe;

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use futures_util::FutureExt as _;
use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use super::tx::{Closure, Conn, Tx};

/// The most closures in one commit: enough to share the cost of the disk, few enough that nobody waits long.
const GROUP: usize = 256;

/// Hands closures to the writer.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Box<dyn Work>>, SqlitePool);

/// A closure with its way to answer, whatever its types.
#[async_trait]
trait Work: Send {
    /// Runs it; whether its changes are to be kept.
    async fn run(&mut self, tx: &mut Tx) -> bool;

    /// Tells the caller, once the fate of the group is known.
    fn answer(self: Box<Self>, committed: Result<(), String>);
}

struct Waiting<F, T, E> {
    organisation: i64,
    closure: F,
    result: Option<Result<(T, bool), E>>,
    caller: oneshot::Sender<Result<(T, bool), E>>,
}

#[async_trait]
impl<F: Closure<T, E>, T: Send, E: From<anyhow::Error> + Send> Work for Waiting<F, T, E> {
    async fn run(&mut self, tx: &mut Tx) -> bool {
        tx.organisation = self.organisation;
        tx.planned = false;
        let ran = AssertUnwindSafe((self.closure)(tx)).catch_unwind().await;
        let result = ran.unwrap_or_else(|_| Err(anyhow!("a closure on the database panicked").into()));
        let keep = result.is_ok();
        self.result = Some(result.map(|value| (value, tx.planned)));
        keep
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

impl Writer {
    /// Starts the writer on a pool of one connection.
    pub(super) fn start(pool: SqlitePool) -> Self {
        let (sender, receiver) = mpsc::channel(4096);
        tokio::spawn(serve(pool.clone(), receiver));
        Self(sender, pool)
    }

    /// Runs a closure; returns its value and whether it planned a job.
    pub(super) async fn run<T, E>(&self, organisation: i64, closure: impl Closure<T, E>) -> Result<(T, bool), E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let work = Box::new(Waiting { organisation, closure, result: None, caller });
        self.0.send(work).await.map_err(|_| anyhow!("the database is closed"))?;
        answer.await.map_err(|_| anyhow!("the database was closed meanwhile"))?
    }

    /// Waits until everything handed over before is on disk, and takes nothing any more.
    pub(super) async fn close(&self) {
        let _: anyhow::Result<_> = self.run(0, |_| Box::pin(async { Ok(()) })).await;
        self.1.close().await;
    }
}

async fn serve(pool: SqlitePool, mut waiting: mpsc::Receiver<Box<dyn Work>>) {
    while let Some(first) = waiting.recv().await {
        let mut group = vec![first];
        let committed = match begin(&pool).await {
            Ok(mut tx) => match run_group(&mut tx, &mut group, &mut waiting).await {
                Ok(()) => Ok(()),
                Err(error) => {
                    give_up(tx).await;
                    Err(error)
                }
            },
            Err(error) => Err(error),
        };
        if committed.is_err() {
            // Whoever waited meanwhile meets the same fault: tell them now rather than after one more timeout each.
            while let Ok(next) = waiting.try_recv() {
                group.push(next);
            }
        }
        let committed = committed.map_err(|error| format!("{error:#}"));
        for work in group {
            work.answer(committed.clone());
        }
    }
    pool.close().await;
}

async fn begin(pool: &SqlitePool) -> anyhow::Result<Tx> {
    let mut conn: PoolConnection<Sqlite> = pool.acquire().await.context("no connection to the database file")?;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *conn).await.context("the database file is locked")?;
    Ok(Tx::new(Conn::Sqlite(conn), 0))
}

/// Runs the first closure, then those that came meanwhile, and commits.
async fn run_group(
    tx: &mut Tx,
    group: &mut Vec<Box<dyn Work>>,
    waiting: &mut mpsc::Receiver<Box<dyn Work>>,
) -> anyhow::Result<()> {
    let mut done = 0;
    loop {
        statement(tx, "SAVEPOINT one").await?;
        if group[done].run(tx).await {
            statement(tx, "RELEASE one").await?;
        } else {
            // A full disk rolls the whole transaction back by itself; then this fails, and so does the group.
            statement(tx, "ROLLBACK TO one").await?;
            statement(tx, "RELEASE one").await?;
        }
        done += 1;
        if done >= GROUP {
            break;
        }
        match waiting.try_recv() {
            Ok(next) => group.push(next),
            Err(_) => break,
        }
    }
    statement(tx, "COMMIT").await.context("the commit failed")
}

async fn statement(tx: &mut Tx, sql: &'static str) -> anyhow::Result<()> {
    let Conn::Sqlite(conn) = &mut tx.conn else { unreachable!("the writer serves SQLite") };
    sqlx::query(sql).execute(&mut **conn).await?;
    Ok(())
}

/// Rolls back; a connection that cannot is closed, and the pool makes a new one.
async fn give_up(tx: Tx) {
    let Conn::Sqlite(mut conn) = tx.conn else { return };
    if sqlx::query("ROLLBACK").execute(&mut *conn).await.is_err() {
        drop(conn.detach());
    }
}
