//! A transaction on either database.

use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{PgTransaction, Sqlite, SqliteConnection};

use super::known::Known;
use super::planned::Planned;

/// What [`super::Db::write`] and [`super::Db::read`] run: `|tx| Box::pin(async move { .. })`. It may run again
/// after a serialisation failure or a lost connection, so it only borrows or clones what it captures. The connection may
/// have been lost after the commit: what must happen once remembers in the same transaction that it did (an event that
/// was seen, a lease that was ended, a unique key).
pub trait Closure<T, E>: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static {}
impl<F, T, E> Closure<T, E> for F where F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static {}

/// The connection under a transaction.
pub(super) enum Conn {
    Sqlite(Held),
    Postgres(PgTransaction<'static>),
}

/// A SQLite connection in a transaction. Dropped before it is given back, as when whoever asked went away, it is closed once
/// what runs on it is over: in its transaction it would serve nobody else.
pub(super) struct Held {
    conn: PoolConnection<Sqlite>,
    begun: bool,
}

impl Held {
    pub(super) fn new(conn: PoolConnection<Sqlite>) -> Self {
        Self { conn, begun: true }
    }

    /// One in no transaction.
    pub(super) fn without_transaction(conn: PoolConnection<Sqlite>) -> Self {
        Self { conn, begun: false }
    }

    /// Gives it back: its transaction has ended.
    pub(super) fn give_back(mut self) {
        self.begun = false;
    }
}

impl Deref for Held {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.conn
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.begun {
            self.conn.close_on_drop();
        }
    }
}

/// A transaction of one organisation.
pub struct Tx {
    pub(super) conn: Conn,
    pub(super) organisation: i64,
    /// A job was planned: the worker is woken after the commit.
    pub(super) planned: bool,
    /// PostgreSQL asked for the transaction to be run again, or its connection was lost.
    pub(super) again: bool,
    /// PostgreSQL keeps nothing of a transaction in which a statement failed.
    pub(super) failed: bool,
    /// The jobs it planned that are not written yet.
    pub(super) unwritten: Planned,
    /// What it has read already.
    pub(super) known: Known,
    /// How many statements it ran.
    pub(super) statements: u64,
}

impl Tx {
    pub(super) fn new(conn: Conn, organisation: i64) -> Self {
        Self {
            conn,
            organisation,
            planned: false,
            again: false,
            failed: false,
            unwritten: Planned::new(),
            known: Known::default(),
            statements: 0,
        }
    }

    /// Remembers whether an error asks for another run, or has ended what PostgreSQL keeps, and passes it on.
    pub(super) fn noted<T>(&mut self, result: sqlx::Result<T>) -> sqlx::Result<T> {
        self.statements += 1;
        if let (Err(error), Conn::Postgres(_)) = (&result, &self.conn) {
            self.again |= asks_for_another_run(error);
            self.failed |= matches!(error, sqlx::Error::Database(_));
        }
        result
    }
}

/// Whether the same on another connection may do better: it collided with another transaction (SQLSTATE 40001, 40P01),
/// or the server ended the connection (25P03, class 57) or lost it.
pub(super) fn asks_for_another_run(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => {
            matches!(error.code().as_deref(), Some("40001" | "40P01" | "25P03" | "57P01" | "57P02" | "57P03"))
        }
        sqlx::Error::Io(_) => true,
        _ => false,
    }
}

/// Instants as the databases keep them: whole microseconds.
pub(super) fn instant(at: DateTime<Utc>) -> DateTime<Utc> {
    use chrono::SubsecRound as _;
    at.trunc_subsecs(6)
}

/// Runs one query on whichever database the transaction is on: `run!(tx, fetch_one, sqlx::query_as(..).bind(..))`.
macro_rules! run {
    ($tx:expr, $method:ident, $query:expr) => {{
        let result = match &mut $tx.conn {
            $crate::store::tx::Conn::Sqlite(conn) => $query.$method(&mut **conn).await,
            $crate::store::tx::Conn::Postgres(conn) => $query.$method(&mut **conn).await,
        };
        $tx.noted(result)
    }};
}

/// Runs one statement; gives the number of rows it changed.
macro_rules! change {
    ($tx:expr, $query:expr) => {{
        let result = match &mut $tx.conn {
            $crate::store::tx::Conn::Sqlite(conn) => $query.execute(&mut **conn).await.map(|done| done.rows_affected()),
            $crate::store::tx::Conn::Postgres(conn) => {
                $query.execute(&mut **conn).await.map(|done| done.rows_affected())
            }
        };
        $tx.noted(result)
    }};
}

pub(super) use {change, run};
