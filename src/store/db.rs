//! The two databases behind one door.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use chrono::{DateTime, Utc};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, PgPool, SqlitePool};
use tokio::sync::Notify;

use super::batches::Committed;
use super::postgres;
use super::share::Pace;
use super::tx::{Closure, Conn, Held, Tx};
use super::writer::{Base, Writer};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long SQLite waits for a lock somebody else holds on the file.
const BUSY: Duration = Duration::from_secs(10);
/// In how many refusals a segment is folded in one transaction.
const FOLDED_AT_ONCE: i64 = 5000;
/// How many refusals are counted in one transaction.
const COUNTED_AT_ONCE: i64 = 5000;
/// How long a caller waits for a free connection before it is told that the database is not there.
pub(super) const ACQUIRE: Duration = Duration::from_secs(5);

/// The database, as one organisation sees it. Clones share it.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    organisation: i64,
    planned: Arc<Notify>,
}

#[derive(Clone)]
enum Engine {
    /// Without a lock it only looks.
    Sqlite {
        write: Writer,
        read: SqlitePool,
        lock: Option<Arc<File>>,
    },
    Postgres {
        write: Writer,
        read: PgPool,
    },
}

/// What [`Db::health`] found.
#[derive(Clone, Debug)]
pub struct Health {
    /// `SQLite 3.51.0`, `PostgreSQL 15.20`.
    pub version: String,
    /// The database's own clock, where it has one.
    pub clock: Option<DateTime<Utc>>,
}

impl Db {
    /// Opens the database of a URL (`sqlite:panout.db`, `postgres://..`) and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be reached, when another process has the SQLite file, or when a migration does not apply.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let planned = Arc::new(Notify::new());
        let engine = if url.starts_with("sqlite:") {
            open_sqlite(url, planned.clone()).await?
        } else {
            let pool = postgres::open(url).await?;
            Engine::Postgres { write: Writer::start(Base::Postgres(pool.clone()), planned.clone()), read: pool }
        };
        // One organisation per database for now; its row is made by `Tx::list`.
        let db = Self { engine, organisation: 1, planned };
        db.fold_segments().await.context("the segments could not be folded")?;
        db.count_refusals().await.context("the refusals could not be counted")?;
        db.index_refusals().await.context("the words of the refusals could not be kept")?;
        Ok(db)
    }

    /// Brings up to date what SQL cannot; a database that is, is only looked at. In small transactions: none may take
    /// longer than the server has patience for.
    async fn fold_segments(&self) -> anyhow::Result<()> {
        loop {
            let fold = self
                .write(|tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.fold_a_segment(FOLDED_AT_ONCE).await?) }));
            if !fold.await? {
                return Ok(());
            }
        }
    }

    /// Counts the refusals of a version that did not, in small transactions too.
    async fn count_refusals(&self) -> anyhow::Result<()> {
        for counted in 0.. {
            let count = self
                .write(|tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.count_earlier(COUNTED_AT_ONCE).await?) }));
            if !count.await? {
                if counted > 0 {
                    self.write(|tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.measure_sums().await?) })).await?;
                }
                break;
            }
        }
        Ok(())
    }

    /// Keeps the words of the refusals of a version that did not, in small transactions too.
    async fn index_refusals(&self) -> anyhow::Result<()> {
        for indexed in 1u64.. {
            let index = self.write(|tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.index_earlier().await?) }));
            if !index.await? {
                break;
            }
            // Each time there is twice as much.
            if indexed.is_power_of_two() {
                self.write(|tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.measure_words().await?) })).await?;
            }
        }
        Ok(())
    }

    /// Whether another process has the SQLite file of a URL. Any number may share a PostgreSQL database.
    ///
    /// # Errors
    /// When the lock cannot be looked at.
    pub fn is_taken(url: &str) -> anyhow::Result<bool> {
        if !url.starts_with("sqlite:") {
            return Ok(false);
        }
        // A lock that was never taken is no file, and looking makes none. Ours, if we get it, ends with this function.
        let path = lock_of(sqlite_options(url)?.get_filename());
        let Ok(lock) = OpenOptions::new().write(true).open(&path) else { return Ok(false) };
        match lock.try_lock() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }

    /// Whether the URL is that of a SQLite file that is not there yet, in a folder that is. Looking makes none.
    pub fn is_missing(url: &str) -> bool {
        let missing =
            |file: &Path| !file.exists() && file.parent().is_some_and(|dir| dir.as_os_str().is_empty() || dir.is_dir());
        url.starts_with("sqlite:") && sqlite_options(url).is_ok_and(|options| missing(options.get_filename()))
    }

    /// Opens a SQLite file that another process has, as it is and to read it only: a write fails.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn inspect(url: &str) -> anyhow::Result<Self> {
        let options = sqlite_options(url)?.create_if_missing(false).read_only(true);
        let read = SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE).connect_with(options).await;
        let read = read.context("cannot look into the SQLite file")?;
        let planned = Arc::new(Notify::new());
        let write = Writer::start(Base::Sqlite(read.clone()), planned.clone());
        Ok(Self { engine: Engine::Sqlite { write, read, lock: None }, organisation: 1, planned })
    }

    /// Opens a SQLite file that another process has, for a small change: `SQLite` lets writers take turns. Its tables are as
    /// that process left them.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn beside(url: &str) -> anyhow::Result<Self> {
        let options = sqlite_options(url)?.create_if_missing(false);
        let open = || SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE);
        let write = open().connect_with(options.clone()).await.context("cannot open the SQLite file")?;
        let read = open().connect_with(options.read_only(true)).await.context("cannot look into the SQLite file")?;
        let planned = Arc::new(Notify::new());
        let write = Writer::start(Base::Sqlite(write), planned.clone());
        Ok(Self { engine: Engine::Sqlite { write, read, lock: None }, organisation: 1, planned })
    }

    /// Runs `closure` in a transaction that is on disk when this returns. It may run more than once, see [`Closure`].
    ///
    /// # Errors
    /// The closure's own, after which nothing of it is kept; or that the database refused.
    pub async fn write<T, E>(&self, closure: impl Closure<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        self.write_at(Pace::AwaitedBySomebody, closure).await
    }

    /// As [`Db::write`], for what nobody waits for: while there are both, those that somebody waits for have three quarters
    /// of the time, and nobody is more than 100 ms ahead.
    ///
    /// # Errors
    /// As those of [`Db::write`].
    pub async fn write_behind<T, E>(&self, closure: impl Closure<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        self.write_at(Pace::Behind, closure).await
    }

    async fn write_at<T, E>(&self, pace: Pace, closure: impl Closure<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        let (Engine::Sqlite { write, .. } | Engine::Postgres { write, .. }) = &self.engine;
        write.run(self.organisation, pace, closure).await
    }

    /// As [`Db::write`], for what may take a minute while nobody else is there: on PostgreSQL others wait for it, and are told
    /// that they waited too long.
    ///
    /// # Errors
    /// As those of [`Db::write`].
    pub async fn write_at_length<T, E>(&self, closure: impl Closure<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite { .. } => self.write(closure).await,
            Engine::Postgres { read, .. } => {
                let value = postgres::write_at_length(read, self.organisation, closure).await?;
                self.planned.notify_one();
                Ok(value)
            }
        }
    }

    /// Runs `closure` on one consistent state, without waiting for any writer. It must not write.
    ///
    /// # Errors
    /// The closure's own, or that the database refused.
    pub async fn read<T, E>(&self, closure: impl Closure<T, E>) -> Result<T, E>
    where
        E: From<anyhow::Error>,
    {
        match &self.engine {
            Engine::Sqlite { read, .. } => self.read_sqlite(read, closure).await,
            Engine::Postgres { read, .. } => postgres::read(read, self.organisation, closure).await,
        }
    }

    /// As [`Db::read`], for a closure that asks one thing: on `SQLite` that needs no transaction, whose beginning and end take
    /// as long as the question.
    ///
    /// # Errors
    /// As those of [`Db::read`]; and that it asked for more.
    pub async fn ask<T, E>(&self, closure: impl Closure<T, E>) -> Result<T, E>
    where
        E: From<anyhow::Error>,
    {
        let Engine::Sqlite { read, .. } = &self.engine else { return self.read(closure).await };
        let conn = Held::without_transaction(read.acquire().await.context("the database did not answer")?);
        let (result, tx) = self.run_reading(conn, closure).await;
        let once = tx.statements <= 1;
        let Conn::Sqlite(conn) = tx.conn else { unreachable!("begun on SQLite") };
        conn.give_back();
        if once { result } else { Err(anyhow!("more was asked than one thing").into()) }
    }

    async fn read_sqlite<T, E>(&self, pool: &SqlitePool, closure: impl Closure<T, E>) -> Result<T, E>
    where
        E: From<anyhow::Error>,
    {
        let mut conn = Held::new(pool.acquire().await.context("the database did not answer")?);
        sqlx::query("BEGIN").execute(&mut *conn).await.context("reading did not begin")?;
        let (result, tx) = self.run_reading(conn, closure).await;
        let Conn::Sqlite(mut conn) = tx.conn else { unreachable!("begun on SQLite") };
        if sqlx::query("ROLLBACK").execute(&mut *conn).await.is_ok() {
            conn.give_back();
        }
        result
    }

    async fn run_reading<T, E>(&self, conn: Held, closure: impl Closure<T, E>) -> (Result<T, E>, Tx)
    where
        E: From<anyhow::Error>,
    {
        let mut tx = Tx::new(Conn::Sqlite(conn), self.organisation);
        let result = closure(&mut tx).await.and_then(|value| tx.planned_nothing().map(|()| value).map_err(E::from));
        (result, tx)
    }

    /// Returns once a job was planned by a transaction of this process since the last call.
    pub async fn job_planned(&self) {
        self.planned.notified().await;
    }

    /// Whether this process alone uses the database: then a job left under way by an earlier process is nobody's.
    pub fn is_exclusive(&self) -> bool {
        matches!(self.engine, Engine::Sqlite { .. })
    }

    /// What was committed so far, by how many changes went together.
    pub fn committed(&self) -> Committed {
        let (Engine::Sqlite { write, .. } | Engine::Postgres { write, .. }) = &self.engine;
        write.committed()
    }

    /// Asks the database who and how it is.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn health(&self) -> anyhow::Result<Health> {
        Ok(match &self.engine {
            Engine::Sqlite { read, .. } => {
                let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(read).await?;
                Health { version: format!("SQLite {version}"), clock: None }
            }
            Engine::Postgres { read: pool, .. } => {
                let sql = "SELECT current_setting('server_version'), clock_timestamp()";
                let (version, clock): (String, DateTime<Utc>) = sqlx::query_as(sql).fetch_one(pool).await?;
                Health { version: format!("PostgreSQL {version}"), clock: Some(clock) }
            }
        })
    }

    /// Finishes what is being written and closes every connection.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { write, read, lock } => {
                write.close().await;
                read.close().await;
                // Clones of this handle may live on; the file is free all the same.
                let _ = lock.as_ref().map(|lock| lock.unlock());
            }
            Engine::Postgres { write, .. } => write.close().await,
        }
    }
}

fn sqlite_options(url: &str) -> anyhow::Result<SqliteConnectOptions> {
    let options = SqliteConnectOptions::from_str(url);
    let options = options.context("the database URL is not one of SQLite: write sqlite:panout.db")?;
    Ok(options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .disable_statement_logging())
}

async fn open_sqlite(url: &str, planned: Arc<Notify>) -> anyhow::Result<Engine> {
    let options = sqlite_options(url)?;
    let file = options.get_filename().to_owned();
    let lock = lock_beside(&file)?;
    let writing =
        SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE).idle_timeout(None).max_lifetime(None);
    let writing = writing.connect_with(options.clone()).await;
    let writing = writing.with_context(|| format!("cannot open the SQLite file {}", file.display()))?;
    SQLITE.run(&writing).await.context("the tables could not be brought up to date")?;
    let read = SqlitePoolOptions::new().max_connections(4).min_connections(1).acquire_timeout(ACQUIRE);
    let read = read.connect_with(options.read_only(true).create_if_missing(false)).await?;
    Ok(Engine::Sqlite { write: Writer::start(Base::Sqlite(writing), planned), read, lock: Some(Arc::new(lock)) })
}

/// The file whose lock stands for a SQLite file.
fn lock_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Takes the lock of a SQLite file, in a file of its own: SQLite's own locks are taken and dropped all the time.
fn lock_beside(file: &Path) -> anyhow::Result<File> {
    let path = lock_of(file);
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let lock = lock.with_context(|| format!("cannot write {}: is the folder there, and yours?", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!(
            "another panout uses {}: stop it first, or give this one another file with PANOUT_DATABASE_URL",
            file.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}
