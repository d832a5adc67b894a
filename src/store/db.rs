//! The two databases behind one door.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use chrono::{DateTime, Utc};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgPool, SqlitePool};
use tokio::sync::Notify;

use super::tx::{Closure, Conn, Tx, asks_for_another_run};
use super::writer::Writer;
use crate::clock;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How long SQLite waits for a lock somebody else holds on the file.
const BUSY: Duration = Duration::from_secs(10);
/// How long a caller waits for a free connection before it is told that the database is not there.
const ACQUIRE: Duration = Duration::from_secs(5);
/// How long a PostgreSQL transaction may take: a server that went away without a word never says so.
const ANSWER: Duration = Duration::from_secs(10);
/// How often a PostgreSQL transaction is run when it collides with another, or loses its connection.
const RUNS: u32 = 8;

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
    Postgres(PgPool),
}

/// What came of one run of a closure on PostgreSQL.
enum Run<T, E> {
    Done(T),
    /// Another run may do better; otherwise this is why.
    Again(E),
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
        let engine = if url.starts_with("sqlite:") { open_sqlite(url).await? } else { open_postgres(url).await? };
        // One organisation per database for now; its row is made by `Tx::list`.
        Ok(Self { engine, organisation: 1, planned: Arc::new(Notify::new()) })
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

    /// Opens a SQLite file that another process has, as it is and to read it only: a write fails.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn inspect(url: &str) -> anyhow::Result<Self> {
        let options = sqlite_options(url)?.create_if_missing(false).read_only(true);
        let read = SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE).connect_with(options).await;
        let read = read.context("cannot look into the SQLite file")?;
        let engine = Engine::Sqlite { write: Writer::start(read.clone()), read, lock: None };
        Ok(Self { engine, organisation: 1, planned: Arc::new(Notify::new()) })
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
        let (value, planned) = match &self.engine {
            Engine::Sqlite { write, .. } => write.run(self.organisation, closure).await?,
            Engine::Postgres(pool) => self.write_postgres(pool, closure).await?,
        };
        if planned {
            self.planned.notify_one();
        }
        Ok(value)
    }

    /// Runs it until it is committed, fails by itself, or the server stays away. An answer that got lost may be that of
    /// a commit, so a run may come after one that was kept.
    async fn write_postgres<T, E>(&self, pool: &PgPool, closure: impl Closure<T, E>) -> Result<(T, bool), E>
    where
        E: From<anyhow::Error>,
    {
        for run in 1.. {
            let once = tokio::time::timeout(ANSWER, self.write_postgres_once(pool, &closure)).await;
            match once.unwrap_or_else(|_| Err(anyhow!("the database did not answer in time").into())) {
                Ok(Run::Done(done)) => return Ok(done),
                Ok(Run::Again(error)) if run >= RUNS => return Err(error),
                Ok(Run::Again(_)) => step_aside(run).await,
                Err(error) => return Err(error),
            }
        }
        unreachable!("the loop returns")
    }

    async fn write_postgres_once<T, E>(
        &self,
        pool: &PgPool,
        closure: &impl Closure<T, E>,
    ) -> Result<Run<(T, bool), E>, E>
    where
        E: From<anyhow::Error>,
    {
        let begun = pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await;
        let mut tx = Tx::new(Conn::Postgres(begun.context("the database did not answer")?), self.organisation);
        let result = closure(&mut tx).await;
        let (again, planned) = (tx.again, tx.planned);
        let Conn::Postgres(conn) = tx.conn else { unreachable!("begun on PostgreSQL") };
        if again || result.is_err() {
            // A failed rollback closes the connection, which rolls back.
            let _ = conn.rollback().await;
        } else if let Err(error) = conn.commit().await {
            let passing = asks_for_another_run(&error);
            let error = anyhow::Error::from(error).context("the change was not accepted by the database").into();
            return if passing { Ok(Run::Again(error)) } else { Err(error) };
        }
        match result {
            Ok(value) if !again => Ok(Run::Done((value, planned))),
            Ok(_) => Ok(Run::Again(anyhow!("the database asked for another run each time").into())),
            Err(error) if again => Ok(Run::Again(error)),
            Err(error) => Err(error),
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
            Engine::Postgres(pool) => {
                for run in 1.. {
                    let once = tokio::time::timeout(ANSWER, self.read_postgres_once(pool, &closure)).await;
                    match once.unwrap_or_else(|_| Err(anyhow!("the database did not answer in time").into())) {
                        Ok(Run::Done(value)) => return Ok(value),
                        Ok(Run::Again(error)) if run >= RUNS => return Err(error),
                        Ok(Run::Again(_)) => step_aside(run).await,
                        Err(error) => return Err(error),
                    }
                }
                unreachable!("the loop returns")
            }
        }
    }

    async fn read_sqlite<T, E>(&self, pool: &SqlitePool, closure: impl Closure<T, E>) -> Result<T, E>
    where
        E: From<anyhow::Error>,
    {
        let mut conn = pool.acquire().await.context("the database did not answer")?;
        sqlx::query("BEGIN").execute(&mut *conn).await.context("reading did not begin")?;
        let mut tx = Tx::new(Conn::Sqlite(conn), self.organisation);
        let result = closure(&mut tx).await;
        let Conn::Sqlite(mut conn) = tx.conn else { unreachable!("begun on SQLite") };
        if sqlx::query("ROLLBACK").execute(&mut *conn).await.is_err() {
            // A connection that is still in a transaction must not go back to the pool.
            drop(conn.detach());
        }
        result
    }

    async fn read_postgres_once<T, E>(&self, pool: &PgPool, closure: &impl Closure<T, E>) -> Result<Run<T, E>, E>
    where
        E: From<anyhow::Error>,
    {
        let begun = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
        let mut tx = Tx::new(Conn::Postgres(begun.context("the database did not answer")?), self.organisation);
        let result = closure(&mut tx).await;
        let again = tx.again;
        let Conn::Postgres(conn) = tx.conn else { unreachable!("begun on PostgreSQL") };
        let _ = conn.rollback().await;
        match result {
            Ok(value) => Ok(Run::Done(value)),
            Err(error) if again => Ok(Run::Again(error)),
            Err(error) => Err(error),
        }
    }

    /// Returns once a job was planned by a transaction of this process since the last call.
    pub async fn job_planned(&self) {
        self.planned.notified().await;
    }

    /// Whether this process alone uses the database: then a job left under way by an earlier process is nobody's.
    pub fn is_exclusive(&self) -> bool {
        matches!(self.engine, Engine::Sqlite { .. })
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
            Engine::Postgres(pool) => {
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
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

/// Waits a little longer after each collision, never two callers equally long.
async fn step_aside(run: u32) {
    clock::pause(Duration::from_millis(fastrand::u64(1..=4 << run.min(6)))).await;
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

async fn open_sqlite(url: &str) -> anyhow::Result<Engine> {
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
    Ok(Engine::Sqlite { write: Writer::start(writing), read, lock: Some(Arc::new(lock)) })
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

async fn open_postgres(url: &str) -> anyhow::Result<Engine> {
    let options = PgConnectOptions::from_str(url)
        .context("the database URL must begin with sqlite: or be a postgres:// URL")?
        .application_name("panout")
        .disable_statement_logging();
    let pool = PgPoolOptions::new().max_connections(8).acquire_timeout(ACQUIRE).after_release(|conn, _| {
        // What is still unfinished on it is waited for, but not for ever: a dead connection would keep its place.
        Box::pin(async move {
            tokio::time::timeout(ACQUIRE, conn.ping()).await.map_or(Ok(false), |pong| pong.map(|()| true))
        })
    });
    let pool = pool.connect_with(options).await.context("cannot reach the PostgreSQL server")?;
    // A schema of one's own is set in the URL (`options=-csearch_path=..`) and may not exist yet.
    let schema: Option<String> = sqlx::query_scalar("SELECT current_schema()").fetch_one(&pool).await?;
    if schema.is_none() {
        let wanted: String = sqlx::query_scalar("SHOW search_path").fetch_one(&pool).await?;
        let wanted = wanted.split(',').next().unwrap_or_default().trim().trim_matches('"').replace('"', "\"\"");
        sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS \"{wanted}\""))).execute(&pool).await?;
    }
    POSTGRES.run(&pool).await.context("the tables could not be brought up to date")?;
    Ok(Engine::Postgres(pool))
}
