//! The one writer of a process.
//!
//! It takes the closures that wait, runs them one after another inside one transaction, each after the first in its own
//! savepoint, commits once, then answers all. A closure alone commits at once, and one that somebody waits for is not
//! put off by those for which nobody does: they wait for the next commit. One that fails, or panics, is rolled back
//! and hurts nobody. Nobody is answered before the commit is on disk. A group whose connection was lost is run
//! again by halves: under a server that keeps ending connections a small one still comes to its commit.
//!
//! On SQLite a process has the file for itself. On PostgreSQL the writers of several processes take turns by a lock on
//! one table: serialisable transactions side by side collided so often that waiting for a turn is quicker. A process that
//! stops in its turn loses it, and what it had begun with it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use sqlx::{PgPool, SqlitePool};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::batches::{Batches, Committed};
use super::line::{Ends, Line, Work, waiting};
use super::postgres::{self, AGAIN, ANSWER};
use super::share::Pace;
use super::tx::{Closure, Conn, Held, Tx, asks_for_another_run};

/// The most closures in one commit: enough to share the cost of the disk, few enough that another process soon has its
/// turn.
const GROUP: usize = 64;
/// How long a commit waits for more closures while there are some: the first one to come waits for the last one. By then
/// the disk is a small part of what they cost.
const GATHERS: Duration = Duration::from_millis(4);

/// Hands closures to the writer.
#[derive(Clone)]
pub(super) struct Writer {
    ends: Ends,
    base: Base,
    batches: Arc<Batches>,
}

/// What is written to.
#[derive(Clone)]
pub(super) enum Base {
    /// A file, by a pool of one connection.
    Sqlite(SqlitePool),
    /// A server.
    Postgres(PgPool),
}

/// Why a group was not committed.
struct Lost {
    why: anyhow::Error,
    /// Another run may do better.
    again: bool,
}

impl From<sqlx::Error> for Lost {
    fn from(error: sqlx::Error) -> Self {
        Self { again: asks_for_another_run(&error), why: error.into() }
    }
}

impl Writer {
    /// Starts the writer; it tells `planned` of jobs that are on disk.
    pub(super) fn start(base: Base, planned: Arc<Notify>) -> Self {
        let ((line, ends), batches) = (Line::open(), Arc::new(Batches::default()));
        tokio::spawn(serve(base.clone(), line, batches.clone(), planned));
        Self { ends, base, batches }
    }

    /// Runs a closure. Handed over, it is run and kept also when whoever asked goes away.
    pub(super) async fn run<T, E>(&self, organisation: i64, pace: Pace, closure: impl Closure<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        let (work, answer) = waiting(organisation, pace, closure);
        self.ends.hand_over(work).await?;
        answer.await.map_err(|_| anyhow!("the database was closed meanwhile"))?
    }

    /// What was committed so far.
    pub(super) fn committed(&self) -> Committed {
        self.batches.told()
    }

    /// Waits until everything handed over before is on disk, and takes nothing any more.
    pub(super) async fn close(&self) {
        for pace in [Pace::AwaitedBySomebody, Pace::Behind] {
            let _: anyhow::Result<_> = self.run(0, pace, |_| Box::pin(async { Ok(()) })).await;
        }
        self.base.close().await;
    }
}

async fn serve(base: Base, mut line: Line, batches: Arc<Batches>, planned: Arc<Notify>) {
    while let Some(first) = line.next().await {
        let mut group = vec![first];
        let committed = base.carry_out(&mut group, &mut line).await;
        if committed.is_err() {
            // Whoever waited meanwhile meets the same fault: tell them now rather than after one more timeout each.
            while let Some(next) = line.next_if_any() {
                group.push(next);
            }
        }
        if committed.is_ok() {
            batches.committed(group.len());
            if group.iter().any(|work| work.planned()) {
                planned.notify_one();
            }
        }
        let committed = committed.map_err(|error| format!("{error:#}"));
        for work in group {
            work.answer(committed.clone());
        }
    }
    base.close().await;
}

impl Base {
    async fn close(&self) {
        match self {
            Base::Sqlite(pool) => pool.close().await,
            Base::Postgres(pool) => pool.close().await,
        }
    }

    /// Runs a group, and those that come meanwhile, until they are committed, or the server stays away. An answer that
    /// got lost may be that of a commit, so a run may come after one that was kept.
    async fn carry_out(&self, group: &mut Vec<Box<dyn Work>>, line: &mut Line) -> anyhow::Result<()> {
        let Base::Postgres(_) = self else {
            return self.attempt(group, (line, GROUP)).await.map_err(|lost| lost.why);
        };
        let (began, mut most) = (Instant::now(), GROUP);
        for run in 1.. {
            match tokio::time::timeout(ANSWER, self.attempt(group, (line, most))).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(lost)) if lost.again && began.elapsed() < AGAIN => {
                    line.halve(group);
                    most = group.len();
                    postgres::step_aside(run).await;
                }
                Ok(Err(lost)) => return Err(lost.why),
                Err(_) => return Err(anyhow!("the database did not answer in time")),
            }
        }
        unreachable!("the loop returns")
    }

    async fn attempt(&self, group: &mut Vec<Box<dyn Work>>, (line, most): (&mut Line, usize)) -> Result<(), Lost> {
        let (mut open, mut began, mut done, mut of) = (None, None, 0, Pace::Behind);
        loop {
            // Waiting for the database is nobody's time.
            let (tx, alone) = match open {
                Some(tx) => (tx, false),
                None => (self.begin().await?, true),
            };
            let (pace, since) = (group[done].pace(), Instant::now());
            let began = *began.get_or_insert(since);
            if pace == Pace::AwaitedBySomebody {
                of = pace;
            }
            open = run_one(tx, alone, group[done].as_mut()).await?;
            line.share.took(pace, since.elapsed());
            done += 1;
            if done < group.len() {
                continue;
            }
            let more = done < most && began.elapsed() < GATHERS;
            match if more { line.next_with(of) } else { None } {
                Some(next) => group.push(next),
                None => break,
            }
        }
        match open {
            Some(tx) => commit(tx).await,
            None => Ok(()),
        }
    }

    async fn begin(&self) -> Result<Tx, Lost> {
        let said = |error, says: &'static str| {
            let lost = Lost::from(error);
            Lost { why: lost.why.context(says), ..lost }
        };
        let conn = match self {
            Base::Sqlite(pool) => {
                let conn = pool.acquire().await;
                let mut conn = Held::new(conn.map_err(|error| said(error, "no connection to the database file"))?);
                if let Err(error) = sqlx::query("BEGIN IMMEDIATE").execute(&mut *conn).await {
                    conn.give_back();
                    return Err(said(error, "the database file is locked"));
                }
                Conn::Sqlite(conn)
            }
            Base::Postgres(pool) => {
                let begun = postgres::begin_turn(pool).await;
                Conn::Postgres(begun.map_err(|error| said(error, "the database did not answer"))?)
            }
        };
        Ok(Tx::new(conn, 0))
    }
}

/// Runs a closure in a transaction, alone or after others; the transaction, if anything in it is to be kept. Most come
/// alone: with nothing before it to be kept, a closure needs no savepoint.
async fn run_one(mut tx: Tx, alone: bool, work: &mut dyn Work) -> Result<Option<Tx>, Lost> {
    let ran = if alone { run_alone(&mut tx, work).await } else { run_beside(&mut tx, work).await.map(|()| true) };
    tx.forget_known();
    match ran {
        Ok(true) => return Ok(Some(tx)),
        Ok(false) => give_up(tx).await,
        Err(lost) => {
            give_up(tx).await;
            return Err(lost);
        }
    }
    Ok(None)
}

/// Runs the first closure of a transaction; whether its changes are to be kept.
async fn run_alone(tx: &mut Tx, work: &mut dyn Work) -> Result<bool, Lost> {
    let keep = work.run(tx).await;
    asked_again(tx).map(|()| keep)
}

/// Runs a closure after others, which stay whatever becomes of it.
async fn run_beside(tx: &mut Tx, work: &mut dyn Work) -> Result<(), Lost> {
    statement(tx, "SAVEPOINT one").await?;
    let keep = work.run(tx).await;
    asked_again(tx)?;
    if !keep {
        // A full disk rolls the whole transaction back by itself; then this fails, and so does the group.
        statement(tx, "ROLLBACK TO SAVEPOINT one").await?;
    }
    Ok(statement(tx, "RELEASE SAVEPOINT one").await?)
}

fn asked_again(tx: &Tx) -> Result<(), Lost> {
    if tx.again {
        return Err(Lost { why: anyhow!("the database asked for another run each time"), again: true });
    }
    Ok(())
}

async fn statement(tx: &mut Tx, sql: &'static str) -> sqlx::Result<()> {
    match &mut tx.conn {
        Conn::Sqlite(conn) => sqlx::query(sql).execute(&mut **conn).await.map(drop),
        Conn::Postgres(conn) => sqlx::raw_sql(sql).execute(&mut **conn).await.map(drop),
    }
}

async fn commit(mut tx: Tx) -> Result<(), Lost> {
    let committed = match tx.conn {
        Conn::Postgres(conn) => return Ok(conn.commit().await?),
        Conn::Sqlite(_) => statement(&mut tx, "COMMIT").await,
    };
    if let Err(error) = committed {
        give_up(tx).await;
        let lost = Lost::from(error);
        return Err(Lost { why: lost.why.context("the commit failed"), ..lost });
    }
    if let Conn::Sqlite(conn) = tx.conn {
        conn.give_back();
    }
    Ok(())
}

/// Rolls back; a connection that cannot is closed, and the pool makes a new one.
async fn give_up(tx: Tx) {
    match tx.conn {
        Conn::Postgres(conn) => {
            let _ = conn.rollback().await;
        }
        Conn::Sqlite(mut conn) => {
            if sqlx::query("ROLLBACK").execute(&mut *conn).await.is_ok() {
                conn.give_back();
            }
        }
    }
}
