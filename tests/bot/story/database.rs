//! A database of one's own for each test: a `SQLite` file, or a `PostgreSQL` schema if `TEST_DATABASE_URL` is set.

use std::path::Path;
use std::sync::Mutex;

use panout::store::Db;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tempfile::TempDir;

use super::door::Door;

/// A database that goes with its test.
pub(crate) struct Database {
    url: String,
    kept: Kept,
}

enum Kept {
    Folder { _until_dropped: TempDir },
    Schema { server: String, name: String },
}

/// Schemas of this process that another story may have: making and dropping one takes a server longer than a story.
static CLEAN: Mutex<Vec<(String, bool)>> = Mutex::new(Vec::new());

/// Empties every table of a schema, whatever refers to what, and counts from one again.
const EMPTY: &str = "DO $$ DECLARE one RECORD; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'SCHEMA' AND tablename <> '_sqlx_migrations' LOOP
        EXECUTE format('DELETE FROM %I.%I', 'SCHEMA', one.tablename);
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = 'SCHEMA' AND last_value IS NOT NULL;
END $$";

impl Database {
    /// A new one, empty.
    pub(crate) fn new() -> Self {
        Self::named(&format!("panout_{:016x}", fastrand::u64(..)))
    }

    /// One with empty tables, maybe that of a story before; whether everybody whom that one added had consented.
    pub(crate) fn ready(consents: bool) -> Self {
        let mut clean = CLEAN.lock().expect("no test panics here");
        match clean.iter().position(|(_, consented)| *consented == consents) {
            Some(at) => Self::named(&clean.swap_remove(at).0),
            None => Self::new(),
        }
    }

    fn named(name: &str) -> Self {
        match server() {
            Some(server) => {
                let joint = if server.contains('?') { '&' } else { '?' };
                // No test ends the server: what a process saw committed stays so without waiting for the disk. What is
                // measured waits for it.
                let hasty = if cfg!(test) { "%20-csynchronous_commit%3Doff" } else { "" };
                let options = format!("-csearch_path%3D{name}{hasty}");
                let url = format!("{server}{joint}options={options}");
                Self { url, kept: Kept::Schema { server, name: name.to_owned() } }
            }
            None => {
                let folder = TempDir::new().expect("a folder for the test");
                let url = format!("sqlite:{}", folder.path().join("panout.db").display());
                Self { url, kept: Kept::Folder { _until_dropped: folder } }
            }
        }
    }

    /// One as it was before a migration, with these rows; in them `LISTED`, `HAPPENED_ON` and `LOGGED_AT` stand for a
    /// truth, a day and an instant.
    pub(crate) async fn before(migration: i64, rows: &[&str]) -> Self {
        let database = Self::new();
        let engine = if database.is_postgres() { "postgres" } else { "sqlite" };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        let all = Migrator::new(folder).await.expect("the migrations are read");
        let earlier = all.iter().filter(|one| one.version < migration).cloned().collect();
        let (earlier, truth) = (Migrator::with_migrations(earlier), if database.is_postgres() { "TRUE" } else { "1" });
        let written = |sql: &&str| {
            let sql = sql.replace("LISTED", truth);
            let sql = sql.replace("LOGGED_AT", &database.typed("TIMESTAMPTZ", "2026-11-20T08:00:00+00:00"));
            AssertSqlSafe(sql.replace("HAPPENED_ON", &database.typed("DATE", "2026-11-20")))
        };
        if let Kept::Schema { server, name } = &database.kept {
            let mut server = PgConnection::connect(server).await.expect("the test's server answers");
            sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).execute(&mut server).await.expect("a schema");
            let mut db = PgConnection::connect(&database.url).await.expect("the test's server answers");
            earlier.run(&mut db).await.expect("the tables are made");
            for sql in rows.iter().map(written) {
                sqlx::query(sql).execute(&mut db).await.expect("a row");
            }
        } else {
            let options: SqliteConnectOptions = database.url.parse().expect("a URL");
            let mut db = options.create_if_missing(true).connect().await.expect("the test's file opens");
            earlier.run(&mut db).await.expect("the tables are made");
            for sql in rows.iter().map(written) {
                sqlx::query(sql).execute(&mut db).await.expect("a row");
            }
        }
        database
    }

    /// A value of a type, where the database has it; `SQLite` keeps text.
    fn typed(&self, name: &str, value: &str) -> String {
        if self.is_postgres() { format!("{name} '{value}'") } else { format!("'{value}'") }
    }

    /// Its URL, as in `PANOUT_DATABASE_URL`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Opens it.
    pub(crate) async fn open(&self) -> Db {
        Db::open(&self.url).await.expect("the test's database opens")
    }

    /// Opens it, from behind a door if there is one and it is on a server.
    pub(crate) async fn open_behind(&self, door: Option<&Door>) -> Db {
        match door {
            Some(door) if self.is_postgres() => Db::open(&door.before(&self.url)).await.expect("the database opens"),
            _ => self.open().await,
        }
    }

    /// Whether tests run on `PostgreSQL`.
    pub(crate) fn on_postgres() -> bool {
        server().is_some()
    }

    /// Whether it is on `PostgreSQL`.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.kept, Kept::Schema { .. })
    }

    /// The rows of a query.
    pub(crate) async fn rows<R>(&self, sql: &'static str) -> Vec<R>
    where
        R: Send + Unpin,
        R: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        if self.is_postgres() {
            let mut db = PgConnection::connect(&self.url).await.expect("the test's server answers");
            sqlx::query_as(sql).fetch_all(&mut db).await.expect("rows")
        } else {
            let mut db = sqlx::SqliteConnection::connect(&self.url).await.expect("the test's file opens");
            sqlx::query_as(sql).fetch_all(&mut db).await.expect("rows")
        }
    }

    /// From now on whoever is added has started their reminders. The tables must be there.
    pub(crate) async fn everybody_consents(&self) {
        if self.is_postgres() {
            let mut db = PgConnection::connect(&self.url).await.expect("the test's server answers");
            let sql = "ALTER TABLE people ALTER COLUMN reminders SET DEFAULT 'on'";
            sqlx::query(sql).execute(&mut db).await.expect("a default");
        } else {
            let mut db = sqlx::SqliteConnection::connect(&self.url).await.expect("the test's file opens");
            let sql = "CREATE TRIGGER IF NOT EXISTS everybody_consents AFTER INSERT ON people
                       BEGIN UPDATE people SET reminders = 'on' WHERE id = NEW.id; END";
            sqlx::query(sql).execute(&mut db).await.expect("a trigger");
        }
    }

    /// Leaves it to another story, emptied; nobody may be at it any more. (A `SQLite` file goes by itself.)
    pub(crate) async fn leave(self, consents: bool) {
        let Kept::Schema { name, .. } = &self.kept else { return };
        let mut db = PgConnection::connect(&self.url).await.expect("the test's server answers");
        let emptied = sqlx::raw_sql(AssertSqlSafe(EMPTY.replace("SCHEMA", name))).execute(&mut db).await;
        if emptied.is_ok() {
            CLEAN.lock().expect("no test panics here").push((name.clone(), consents));
        } else {
            // Who is no superuser may not.
            self.drop().await;
        }
    }

    /// Takes it away. (A `SQLite` file goes by itself.)
    pub(crate) async fn drop(self) {
        if let Kept::Schema { server, name } = self.kept {
            let mut server = PgConnection::connect(&server).await.expect("the test's server answers");
            let sql = format!("DROP SCHEMA IF EXISTS {name} CASCADE");
            sqlx::query(AssertSqlSafe(sql)).execute(&mut server).await.expect("the test's schema goes");
        }
    }
}

/// The server to test on, if it is not `SQLite`.
#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
pub(super) fn server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}
