//! The least that verifies a request and stores it before it answers: what the bot is measured against.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use ring::signature::{ED25519, UnparsedPublicKey};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// The most rows in one commit, as in the bot.
const GROUP: usize = 64;

/// A bare server that runs.
pub(crate) struct Bare {
    pub(crate) addr: SocketAddr,
    _folder: TempDir,
}

type Row = (String, String, oneshot::Sender<()>);

struct Shared {
    key: UnparsedPublicKey<Vec<u8>>,
    rows: mpsc::Sender<Row>,
}

impl Bare {
    pub(crate) async fn serve(public_key: String) -> Self {
        let folder = TempDir::new().expect("a folder");
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("bare.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .disable_statement_logging();
        let mut db = options.connect().await.expect("a file");
        let table = "CREATE TABLE requests (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT";
        sqlx::query(table).execute(&mut db).await.expect("a table");
        let (rows, waiting) = mpsc::channel(4096);
        tokio::spawn(write(db, waiting));
        let shared = Arc::new(Shared { key: UnparsedPublicKey::new(&ED25519, unhex(&public_key)), rows });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let router = Router::new().route("/discord/interactions", post(take)).with_state(shared);
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { addr, _folder: folder }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<&'static str, StatusCode> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signed = [header("x-signature-timestamp").as_bytes(), &body].concat();
    let signature = unhex(header("x-signature-ed25519"));
    shared.key.verify(&signed, &signature).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let read: serde_json::Value = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let id = read["id"].as_str().unwrap_or_default().to_owned();
    let (stored, answer) = oneshot::channel();
    let row = (id, String::from_utf8_lossy(&body).into_owned(), stored);
    shared.rows.send(row).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    answer.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok("{}")
}

/// Inserts what waits, commits once, then answers all.
async fn write(mut db: SqliteConnection, mut waiting: mpsc::Receiver<Row>) {
    while let Some(mut next) = waiting.recv().await {
        let mut answers = Vec::new();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut db).await.expect("it begins");
        loop {
            let (id, body, stored) = next;
            let insert = sqlx::query("INSERT INTO requests (id, body) VALUES ($1, $2)").bind(id).bind(body);
            insert.execute(&mut db).await.expect("a row");
            answers.push(stored);
            match (answers.len() < GROUP).then(|| waiting.try_recv().ok()).flatten() {
                Some(row) => next = row,
                None => break,
            }
        }
        sqlx::query("COMMIT").execute(&mut db).await.expect("it is on disk");
        for stored in answers {
            let _ = stored.send(());
        }
    }
}
