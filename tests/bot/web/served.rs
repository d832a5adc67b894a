//! The web server before an adapter, and requests to it as bytes.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use panout::chat::{Intake, Ports, Service};
use panout::web::{self, Batches, House, Jobs, Web};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::fake::http::Letter;

/// A database that answers, or does not.
#[derive(Default)]
pub(crate) struct Still(AtomicBool);

impl Still {
    pub(crate) fn is_away(&self, away: bool) {
        self.0.store(away, Ordering::Relaxed);
    }
}

#[async_trait]
impl House for Still {
    async fn database_answers(&self) -> anyhow::Result<()> {
        anyhow::ensure!(!self.0.load(Ordering::Relaxed), "away");
        Ok(())
    }

    async fn jobs(&self) -> anyhow::Result<Jobs> {
        self.database_answers().await?;
        let oldest_due = Duration::from_millis(1500);
        Ok(Jobs { waiting: 3, running: 2, failed: 1, dead: 4, oldest_due, handed_in: 8 })
    }

    fn batches(&self) -> Batches {
        Batches { at_most: vec![(1, 5), (2, 6)], count: 6, sum: 7 }
    }
}

/// Serves what an adapter takes; where.
pub(crate) fn serve(intakes: Vec<Arc<dyn Intake>>, house: Arc<Still>, service: Service, ports: &Ports) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("an option every system has");
    let listener = TcpListener::from_std(listener).expect("it listens");
    let web = Web { vitals: ports.vitals.clone(), services: vec![service], house, intakes, desk: None };
    web::serve(listener, web, ports.stop.clone(), &ports.tasks).expect("it has an address")
}

/// A request as bytes, on a connection that is kept.
pub(super) fn bytes(method: &str, letter: &Letter) -> Vec<u8> {
    let mut head = format!("{method} {} HTTP/1.1\r\nhost: panout\r\n", letter.path);
    for (name, value) in &letter.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\n\r\n", letter.body.len());
    [head.as_bytes(), &letter.body].concat()
}

/// One answer from a connection: its status, and everything of it.
pub(super) async fn answer(stream: &mut TcpStream) -> (u16, String) {
    let (mut said, mut buffer) = (Vec::new(), [0; 4096]);
    let read = async {
        loop {
            let text = String::from_utf8_lossy(&said).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let lower = head.to_lowercase();
                let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                if body.len() >= length.unwrap_or(0_usize) {
                    return text;
                }
            }
            match stream.read(&mut buffer).await {
                Ok(read) if read > 0 => said.extend_from_slice(&buffer[..read]),
                _ => return text,
            }
        }
    };
    let text = timeout(Duration::from_secs(20), read).await.expect("an answer within 20 s");
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_default(), text)
}

/// Sends a request on a connection of its own; what is answered.
pub(super) async fn sends(addr: SocketAddr, method: &str, letter: &Letter) -> (u16, String) {
    let mut stream = TcpStream::connect(addr).await.expect("somebody listens");
    stream.write_all(&bytes(method, letter)).await.expect("it is heard out");
    answer(&mut stream).await
}

/// Asks for a page.
pub(super) async fn gets(addr: SocketAddr, path: &'static str) -> (u16, String) {
    sends(addr, "GET", &Letter { path, headers: vec![], body: vec![] }).await
}
