//! Requests over HTTP, as many as are taken or so many a second.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use panout::clock::pause;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

pub(crate) const CONNECTIONS: usize = 32;
/// Lone requests a second.
pub(crate) const RATE: u32 = 200;
/// Unoptimised it only shows that it runs.
pub(crate) const LENGTH: Duration = Duration::from_secs(if cfg!(debug_assertions) { 1 } else { 10 });
/// How long a connection that nobody uses is believed to be open.
const IDLE: Duration = Duration::from_secs(2);
/// Before anything is measured.
const WARM: Duration = Duration::from_millis(if cfg!(debug_assertions) { 200 } else { 2000 });

/// Makes the next request, as it stands on the wire.
pub(crate) type Next = Arc<dyn Fn() -> Vec<u8> + Send + Sync>;

/// A connection that is kept, and no more than that: whoever measures shares the machine.
pub(crate) struct Kept {
    stream: TcpStream,
    said: Vec<u8>,
}

impl Kept {
    pub(crate) async fn to(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("somebody listens");
        stream.set_nodelay(true).expect("an option every system has");
        Self { stream, said: Vec::with_capacity(8192) }
    }

    /// Sends a request and reads its answer, which must say that it was taken; whether it is the answer itself, given once everything
    /// is on disk, and not a word that it comes later.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> bool {
        self.stream.write_all(request).await.expect("it is heard");
        self.said.clear();
        while !self.is_whole() {
            let read = self.stream.read_buf(&mut self.said).await.expect("it is answered");
            assert!(read > 0, "the connection is kept");
        }
        let said = String::from_utf8_lossy(&self.said);
        assert!(["HTTP/1.1 200 ", "HTTP/1.1 202 "].iter().any(|taken| said.starts_with(taken)), "{said}");
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
pub(crate) struct Taken {
    /// Those before the measuring, too.
    pub(crate) all: u64,
    measured: u64,
    length: Duration,
}

impl Taken {
    pub(crate) fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.measured).unwrap_or(u32::MAX)) / self.length.as_secs_f64()
    }
}

/// As many as are taken, over all connections at once.
pub(crate) async fn at_once(addr: SocketAddr, next: &Next) -> Taken {
    let (all, answered, began) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Instant::now());
    let mut running = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (all, answered, next) = (all.clone(), answered.clone(), next.clone());
        running.spawn(async move {
            let mut kept = Kept::to(addr).await;
            while began.elapsed() < WARM + LENGTH {
                let at_once = kept.exchange(&next()).await;
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
pub(crate) async fn one_by_one(addr: SocketAddr, next: &Next, length: Duration) -> Vec<Duration> {
    let free = Arc::new(Mutex::new(Vec::new()));
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    let (mut running, mut waits, began) = (JoinSet::new(), Vec::new(), Instant::now());
    while began.elapsed() < WARM + length {
        ticks.tick().await;
        let (free, next) = (free.clone(), next.clone());
        let counts = began.elapsed() >= WARM;
        running.spawn(async move {
            // One that nobody needed for long may be closed at any moment.
            let kept = free.lock().await.pop().filter(|(_, since): &(Kept, Instant)| since.elapsed() < IDLE);
            let mut kept = match kept {
                Some((kept, _)) => kept,
                None => Kept::to(addr).await,
            };
            let request = next();
            let sent = Instant::now();
            // One that only says that it comes later took a quarter of a second: it shows.
            kept.exchange(&request).await;
            let took = sent.elapsed();
            free.lock().await.push((kept, Instant::now()));
            counts.then_some(took)
        });
        while let Some(done) = running.try_join_next() {
            waits.extend(done.expect("no request fails"));
        }
    }
    waits.extend(running.join_all().await.into_iter().flatten());
    waits
}

pub(crate) fn print_waits(what: &str, mut waits: Vec<Duration>) {
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
