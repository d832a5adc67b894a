//! Transactions on PostgreSQL, run again when that may help.

use std::str::FromStr as _;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgPool, PgTransaction};
use tokio::time::Instant;

use super::db::ACQUIRE;
use super::tx::{Closure, Conn, Tx};
use crate::clock;

static TABLES: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a PostgreSQL transaction may take: a server that went away without a word never says so.
pub(super) const ANSWER: Duration = Duration::from_secs(10);
/// How long one may take while nobody else is there.
const LENGTH: Duration = Duration::from_mins(2);
/// For how long a PostgreSQL transaction is run again when it collides with another, or loses its connection.
pub(super) const AGAIN: Duration = Duration::from_secs(5);

/// What came of one run of a closure.
enum Run<T, E> {
    Done(T),
    /// Another run may do better; otherwise this is why.
    Again(E),
}

/// Connects, and brings the tables up to date.
pub(super) async fn open(url: &str) -> anyhow::Result<PgPool> {
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
        create_schema(&pool, &wanted).await.context("the schema could not be created")?;
    }
    TABLES.run(&pool).await.context("the tables could not be brought up to date")?;
    Ok(pool)
}

/// Creates a schema unless it is there. `IF NOT EXISTS` alone fails for all but one of several processes that start at
/// once, so they take turns.
async fn create_schema(pool: &PgPool, quoted: &str) -> sqlx::Result<()> {
    let mut turn = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('panout: create schema'))").execute(&mut *turn).await?;
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS \"{quoted}\""))).execute(&mut *turn).await?;
    turn.commit().await
}

/// Begins a transaction that no other of a panout writes beside. Waiting for the lock comes before the first query, so
/// what the transaction reads is what the one before it left. The server ends one whose
/// process was suspended, before the others lose patience ([`ANSWER`]).
pub(super) async fn begin_turn(pool: &PgPool) -> sqlx::Result<PgTransaction<'static>> {
    // By itself: only what has begun is rolled back when the lock does not come.
    let mut begun = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    let turn = "SET LOCAL idle_in_transaction_session_timeout = '4s';
                LOCK TABLE organisations IN SHARE ROW EXCLUSIVE MODE";
    sqlx::raw_sql(turn).execute(&mut *begun).await?;
    Ok(begun)
}

/// Runs a closure in a turn that may take as long as [`LENGTH`].
pub(super) async fn write_at_length<T, E>(pool: &PgPool, organisation: i64, closure: impl Closure<T, E>) -> Result<T, E>
where
    E: From<anyhow::Error>,
{
    let run = async {
        let begun = begin_turn(pool).await.context("the database did not answer")?;
        let mut tx = Tx::new(Conn::Postgres(begun), organisation);
        let value = closure(&mut tx).await?;
        tx.write_planned().await.context("the database did not keep the jobs")?;
        let Conn::Postgres(conn) = tx.conn else { unreachable!("begun on PostgreSQL") };
        conn.commit().await.context("the database did not keep the change")?;
        Ok(value)
    };
    tokio::time::timeout(LENGTH, run)
        .await
        .unwrap_or_else(|_| Err(anyhow!("the database did not answer in time").into()))
}

/// Runs a closure on one consistent state.
pub(super) async fn read<T, E>(pool: &PgPool, organisation: i64, closure: impl Closure<T, E>) -> Result<T, E>
where
    E: From<anyhow::Error>,
{
    again_and_again(|| read_once(pool, organisation, &closure)).await
}

async fn again_and_again<T, E, F>(once: impl Fn() -> F) -> Result<T, E>
where
    E: From<anyhow::Error>,
    F: Future<Output = Result<Run<T, E>, E>>,
{
    let began = Instant::now();
    for run in 1.. {
        let answered = tokio::time::timeout(ANSWER, once()).await;
        match answered.unwrap_or_else(|_| Err(anyhow!("the database did not answer in time").into()))? {
            Run::Done(value) => return Ok(value),
            Run::Again(error) if began.elapsed() >= AGAIN => return Err(error),
            Run::Again(_) => step_aside(run).await,
        }
    }
    unreachable!("the loop returns")
}

async fn read_once<T, E>(pool: &PgPool, organisation: i64, closure: &impl Closure<T, E>) -> Result<Run<T, E>, E>
where
    E: From<anyhow::Error>,
{
    let begun = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
    let mut tx = Tx::new(Conn::Postgres(begun.context("the database did not answer")?), organisation);
    let result = closure(&mut tx).await.and_then(|value| tx.planned_nothing().map(|()| value).map_err(E::from));
    let again = tx.again;
    let Conn::Postgres(conn) = tx.conn else { unreachable!("begun on PostgreSQL") };
    let _ = conn.rollback().await;
    match result {
        Ok(value) => Ok(Run::Done(value)),
        Err(error) if again => Ok(Run::Again(error)),
        Err(error) => Err(error),
    }
}

/// Waits a little longer after each collision, never two callers equally long.
pub(super) async fn step_aside(run: u32) {
    clock::pause(Duration::from_millis(fastrand::u64(1..=4 << run.min(6)))).await;
}
