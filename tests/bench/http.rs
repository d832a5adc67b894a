//! HTTP: requests signed afresh, each stored before its 200, against the least that could do so.
//!
//! The bot is the real program, in HTTP mode, as one process. What is sent is a press on Discord that changes a setting:
//! its answer is the body of the response, so nothing else goes over the wire. The baseline is a bare axum handler with
//! sqlx, in this process: it verifies the same signature and inserts one row, in commits that are shared by those who wait.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use panout::clock::{Clock, pause};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use crate::bare::Bare;
use crate::fake::discord::FakeDiscord;
use crate::fake::http::Line;
use crate::process::Panout;
use crate::story::{ChatService as _, Database};

const CONNECTIONS: usize = 32;
/// Lone requests a second.
const RATE: u32 = 200;
/// Unoptimised it only shows that it runs.
const LENGTH: Duration = Duration::from_secs(if cfg!(debug_assertions) { 1 } else { 10 });
/// Before anything is measured.
const WARM: Duration = Duration::from_millis(if cfg!(debug_assertions) { 200 } else { 2000 });

pub(crate) async fn measure() {
    if Database::on_postgres() {
        return println!("\nhttp: its baseline is SQLite, so is what is measured");
    }
    let presses = Arc::new(Presses::default());
    let bare = Bare::serve(FakeDiscord::start().await.public_key()).await;
    let baseline = at_once(bare.addr, &presses).await;
    let bot = Bot::starts(&presses).await;
    let before = bot.stored().await;
    let taken = at_once(bot.addr, &presses).await;
    bot.has_stored(before + i64::try_from(taken.all).unwrap_or_default()).await;
    println!("\nHTTP, {CONNECTIONS} kept-alive connections, each request signed afresh ({})", crate::database());
    println!("  bare axum and sqlx, one row, shared commits   {:>7.0} /s", baseline.rate());
    let share = 100.0 * taken.rate() / baseline.rate();
    println!("  the bot, a press that changes a setting       {:>7.0} /s   {share:.0} % of the baseline", taken.rate());
    println!("HTTP, {RATE} lone requests a second");
    print_waits("bare axum and sqlx", one_by_one(bare.addr, &presses).await);
    print_waits("the bot", one_by_one(bot.addr, &presses).await);
    bot.ends().await;
}

/// What is sent: another press each time.
#[derive(Default)]
struct Presses(AtomicU64);

impl Presses {
    /// The next one, signed now, as it stands on the wire.
    fn next(&self) -> Vec<u8> {
        let n = 1_000_000_000_000_000_000 + self.0.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"id":"{n}","application_id":"400000000000000001","type":3,"token":"t{n}","version":1,"locale":"en-US","guild_id":"200000000000000001","channel_id":"300000000000000001","channel":{{"id":"300000000000000001","type":0}},"member":{{"user":{{"id":"100000000000000001","username":"ana","global_name":"Ana"}},"permissions":"0","roles":[]}},"message":{{"id":"500000000000000001","flags":64,"channel_id":"300000000000000001"}},"data":{{"custom_id":"weekly","component_type":2}}}}"#
        );
        let signed: [_; 2] = FakeDiscord::signed(body.as_bytes(), Clock::system().now().timestamp())
            .try_into()
            .expect("a signature and its time");
        let headers = signed.map(|(name, value)| format!("{name}: {value}\r\n")).concat();
        let length = body.len();
        format!(
            "POST /discord/interactions HTTP/1.1\r\nhost: panout\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// A connection that is kept, and no more than that: whoever measures shares the machine.
struct Kept {
    stream: TcpStream,
    said: Vec<u8>,
}

impl Kept {
    async fn to(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("somebody listens");
        stream.set_nodelay(true).expect("an option every system has");
        Self { stream, said: Vec::with_capacity(8192) }
    }

    /// Sends a request and reads its answer, which must be a 200; whether it is the answer itself, given once everything
    /// is on disk, and not a word that it comes later.
    async fn exchange(&mut self, request: &[u8]) -> bool {
        self.stream.write_all(request).await.expect("it is heard");
        self.said.clear();
        while !self.is_whole() {
            let read = self.stream.read_buf(&mut self.said).await.expect("it is answered");
            assert!(read > 0, "the connection is kept");
        }
        let said = String::from_utf8_lossy(&self.said);
        assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
        !said.ends_with(r#"{"type":6}"#)
    }

    fn is_whole(&self) -> bool {
        let Some(end) = self.said.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
        let head = String::from_utf8_lossy(&self.said[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
        self.said.len() >= end + 4 + length.unwrap_or_default()
    }
}

/// How many were answered, and in how long.
struct Taken {
    /// Those before the measuring, too.
    all: u64,
    measured: u64,
    length: Duration,
}

impl Taken {
    fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.measured).unwrap_or(u32::MAX)) / self.length.as_secs_f64()
    }
}

/// As many as are taken, over all connections at once.
async fn at_once(addr: SocketAddr, presses: &Arc<Presses>) -> Taken {
    let (all, answered, began) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Instant::now());
    let mut running = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (all, answered, presses) = (all.clone(), answered.clone(), presses.clone());
        running.spawn(async move {
            let mut kept = Kept::to(addr).await;
            while began.elapsed() < WARM + LENGTH {
                let at_once = kept.exchange(&presses.next()).await;
                all.fetch_add(1, Ordering::Relaxed);
                // A word that it comes later promises nothing: it does not count.
                answered.fetch_add(u64::from(at_once), Ordering::Relaxed);
            }
        });
    }
    pause(WARM).await;
    let (from, since) = (answered.load(Ordering::Relaxed), Instant::now());
    pause(LENGTH).await;
    let (measured, length) = (answered.load(Ordering::Relaxed) - from, since.elapsed());
    running.join_all().await;
    Taken { all: all.load(Ordering::Relaxed), measured, length }
}

/// So many a second, whether or not those before are answered; how long each took.
async fn one_by_one(addr: SocketAddr, presses: &Arc<Presses>) -> Vec<Duration> {
    let free = Arc::new(Mutex::new(Vec::new()));
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    let (mut running, mut waits, began) = (JoinSet::new(), Vec::new(), Instant::now());
    while began.elapsed() < WARM + LENGTH {
        ticks.tick().await;
        let (free, presses) = (free.clone(), presses.clone());
        let counts = began.elapsed() >= WARM;
        running.spawn(async move {
            let kept = free.lock().await.pop();
            let mut kept = match kept {
                Some(kept) => kept,
                None => Kept::to(addr).await,
            };
            let request = presses.next();
            let sent = Instant::now();
            // One that only says that it comes later took a quarter of a second: it shows.
            kept.exchange(&request).await;
            let took = sent.elapsed();
            free.lock().await.push(kept);
            counts.then_some(took)
        });
        while let Some(done) = running.try_join_next() {
            waits.extend(done.expect("no request fails"));
        }
    }
    waits.extend(running.join_all().await.into_iter().flatten());
    waits
}

fn print_waits(what: &str, mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let at = |part: usize| waits[(waits.len() * part / 1000).min(waits.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "  {what:<20} {:>6} requests   p50 {:>6.2} ms   p99 {:>6.2} ms   max {:>6.2} ms",
        waits.len(),
        at(500),
        at(990),
        at(1000)
    );
}

/// What the program needs in HTTP mode: somebody on Discord, and a file that names them.
pub(crate) struct House {
    addr: SocketAddr,
    discord: FakeDiscord,
    folder: TempDir,
    database: Database,
}

impl House {
    /// One with this database, whose tables are there.
    pub(crate) async fn with(database: Database) -> Self {
        let discord = FakeDiscord::start().await;
        let (ana, sales) = (discord.add_person("Ana"), discord.add_channel("sales"));
        let folder = TempDir::new().expect("a folder");
        let file = format!(
            "[organisation]\nname = \"Acme\"\n[[team]]\nname = \"Field\"\nchannels = [\"discord:{sales}\"]\ndigest = \"off\"\ndaily = \"off\"\nfocus = \"off\"\n[[person]]\nname = \"Ana\"\naccounts = [\"discord:{ana}\"]\n"
        );
        std::fs::write(folder.path().join("panout.toml"), file).expect("a file is written");
        // Free a moment ago, and nobody else starts anything here.
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let addr = free.expect("a free port");
        Self { addr, discord, folder, database }
    }

    /// Starts the program.
    pub(crate) fn starts(&self) -> Panout {
        let variables = [
            ("PANOUT_CONFIG", self.folder.path().join("panout.toml").display().to_string()),
            ("PANOUT_DATABASE_URL", self.database.url().to_owned()),
            ("PANOUT_HTTP_ADDR", self.addr.to_string()),
            ("PANOUT_DISCORD_API_URL", self.discord.api_url()),
            ("PANOUT_DISCORD_TOKEN", self.discord.token()),
            ("PANOUT_DISCORD_PUBLIC_KEY", self.discord.public_key()),
            ("PANOUT_LOG", "warn".to_owned()),
        ];
        Panout::start(&variables, &self.folder.path().join("log"))
    }

    /// Starts the program; how long it took until it said that it runs.
    pub(crate) async fn starts_healthy(&self) -> (Panout, Duration) {
        let began = Instant::now();
        let process = self.starts();
        while TcpStream::connect(self.addr).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "it does not listen");
            pause(Duration::from_micros(500)).await;
        }
        Kept::to(self.addr).await.exchange(b"GET /health HTTP/1.1\r\nhost: panout\r\n\r\n").await;
        (process, began.elapsed())
    }

    /// Takes the database away.
    pub(crate) async fn ends(self) {
        self.database.drop().await;
    }
}

/// The program in HTTP mode, with a database of its own.
struct Bot {
    addr: SocketAddr,
    process: Panout,
    house: House,
}

impl Bot {
    async fn starts(presses: &Presses) -> Self {
        let database = Database::new();
        database.open().await.close().await;
        database.everybody_consents().await;
        let house = House::with(database).await;
        let (addr, process) = (house.addr, house.starts());
        Line::to(addr).ready().await;
        Kept::to(addr).await.exchange(&presses.next()).await;
        Self { addr, process, house }
    }

    /// How many presses are on disk.
    async fn stored(&self) -> i64 {
        self.house.database.rows::<(i64,)>("SELECT COUNT(*) FROM seen_events").await[0].0
    }

    /// Fails unless so many are: at once, but for those that were to come later.
    async fn has_stored(&self, wanted: i64) {
        let since = Instant::now();
        while self.stored().await < wanted && since.elapsed() < Duration::from_secs(10) {
            pause(Duration::from_millis(50)).await;
        }
        assert_eq!(self.stored().await, wanted, "each 200 is on disk, once");
    }

    async fn ends(self) {
        self.process.dies().await;
        self.house.ends().await;
    }
}
