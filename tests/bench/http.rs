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
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::bare::Bare;
use crate::fake::discord::FakeDiscord;
use crate::fake::http::Line;
use crate::load::{CONNECTIONS, Kept, LENGTH, Next, RATE, at_once, one_by_one, print_waits};
use crate::process::Panout;
use crate::story::{ChatService as _, Database};

/// How many people a team has.
const REPS: usize = 15;

pub(crate) async fn measure() {
    if Database::on_postgres() {
        return println!("\nhttp: its baseline is SQLite, so is what is measured");
    }
    let presses = presses();
    let bare = Bare::serve(FakeDiscord::start().await.public_key()).await;
    let baseline = at_once(bare.addr, &presses).await;
    let database = Database::new();
    database.open().await.close().await;
    let bot = Bot::starts(database, &presses).await;
    let before = bot.stored().await;
    let taken = at_once(bot.addr, &presses).await;
    bot.has_stored(before + i64::try_from(taken.all).unwrap_or_default()).await;
    println!("\nHTTP, {CONNECTIONS} kept-alive connections, each request signed afresh ({})", crate::database());
    println!("  bare axum and sqlx, one row, shared commits   {:>7.0} /s", baseline.rate());
    let share = 100.0 * taken.rate() / baseline.rate();
    println!("  the bot, a press that changes a setting       {:>7.0} /s   {share:.0} % of the baseline", taken.rate());
    println!("HTTP, {RATE} lone requests a second");
    print_waits("bare axum and sqlx", one_by_one(bare.addr, &presses, LENGTH).await);
    print_waits("the bot", one_by_one(bot.addr, &presses, LENGTH).await);
    bot.ends().await;
}

/// What is sent: another press each time, signed when it is asked for, as it stands on the wire.
pub(crate) fn presses() -> Next {
    let sent = AtomicU64::new(0);
    Arc::new(move || {
        let n = 1_000_000_000_000_000_000 + sent.fetch_add(1, Ordering::Relaxed);
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
    })
}

/// What the program needs in HTTP mode: somebody on Discord, and a file that names them.
pub(crate) struct House {
    addr: SocketAddr,
    discord: FakeDiscord,
    folder: TempDir,
    pub(crate) database: Database,
}

impl House {
    /// One with this database, whose tables are there.
    pub(crate) async fn with(database: Database) -> Self {
        let discord = FakeDiscord::start().await;
        let (ana, sales) = (discord.add_person("Ana"), discord.add_channel("sales"));
        let colleague = |n: usize| {
            let account = discord.add_person(&format!("Rep {n}"));
            format!("[[person]]\nname = \"Rep {n}\"\naccounts = [\"discord:{account}\"]\n")
        };
        let colleagues: String = (1..REPS).map(colleague).collect();
        let folder = TempDir::new().expect("a folder");
        let file = format!(
            "[organisation]\nname = \"Acme\"\n[[team]]\nname = \"Field\"\nchannels = [\"discord:{sales}\"]\ndigest = \"off\"\ndaily = \"off\"\nfocus = \"off\"\n[[person]]\nname = \"Ana\"\naccounts = [\"discord:{ana}\"]\n{colleagues}"
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
pub(crate) struct Bot {
    pub(crate) addr: SocketAddr,
    process: Panout,
    house: House,
}

impl Bot {
    pub(crate) async fn starts(database: Database, presses: &Next) -> Self {
        Self::moves_in(House::with(database).await, presses).await
    }

    /// Starts it there.
    pub(crate) async fn moves_in(house: House, presses: &Next) -> Self {
        house.database.everybody_consents().await;
        let (addr, process) = (house.addr, house.starts());
        Line::to(addr).ready().await;
        Kept::to(addr).await.exchange(&presses()).await;
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

    /// How many requests were taken and wait to be worked off.
    pub(crate) async fn leads_that_wait(&self) -> i64 {
        self.house.database.rows::<(i64,)>("SELECT COUNT(*) FROM intake_inbox").await[0].0
    }

    /// How many leads those are that were worked off.
    pub(crate) async fn leads_that_came_later(&self) -> u64 {
        let sql = "SELECT COUNT(*) FROM leads WHERE account LIKE 'later %'";
        u64::try_from(self.house.database.rows::<(i64,)>(sql).await[0].0).unwrap_or_default()
    }

    pub(crate) async fn ends(self) {
        self.process.dies().await;
        self.house.ends().await;
    }
}
