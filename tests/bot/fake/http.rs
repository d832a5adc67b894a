//! A service's way to an app's web server: requests as they stand on the wire, and answers it has no patience for.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use panout::clock::pause;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// How long a service waits for an answer.
pub(crate) const LATEST: Duration = Duration::from_secs(3);

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    /// Its type, if there is one.
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) took: Duration,
}

/// A request to send.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An app's web server, with connections that are kept.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    addr: SocketAddr,
    client: reqwest::Client,
}

impl Line {
    pub(crate) fn to(addr: SocketAddr) -> Self {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { addr, client: client.build().expect("a client") }
    }

    /// The same server, over new connections.
    pub(crate) fn anew(&self) -> Self {
        Self::to(self.addr)
    }

    /// Sends a request; `None` if nobody took it, and the answer after three seconds is none.
    pub(crate) async fn send(&self, letter: &Letter) -> Option<Answered> {
        let began = Instant::now();
        let mut request = self.client.post(format!("http://{}{}", self.addr, letter.path)).body(letter.body.clone());
        for (name, value) in &letter.headers {
            request = request.header(*name, value);
        }
        let exchange = async {
            let answer = request.send().await.ok()?;
            let status = answer.status().as_u16();
            let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let kind = kind.to_owned();
            Some((status, kind, answer.text().await.ok()?))
        };
        let (status, kind, body) = match timeout(LATEST, exchange).await {
            Ok(answered) => answered?,
            Err(_) => (0, String::new(), String::new()),
        };
        Some(Answered { status, kind, body, took: began.elapsed() })
    }

    /// Sends a request and waits for no answer.
    pub(crate) async fn begin(&self, letter: &Letter) -> TcpStream {
        let mut head = format!("POST {} HTTP/1.1\r\nhost: {}\r\n", letter.path, self.addr);
        for (name, value) in &letter.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "content-length: {}\r\n\r\n", letter.body.len());
        let whole = [head.as_bytes(), &letter.body].concat();
        let mut stream = TcpStream::connect(self.addr).await.expect("somebody listens");
        stream.write_all(&whole).await.expect("it is heard");
        stream
    }

    /// Sends a request and hangs up before anybody can answer.
    pub(crate) async fn hang_up_after(&self, letter: &Letter) {
        let _ = self.begin(letter).await.shutdown().await;
    }

    /// Returns once the app says that it is ready.
    pub(crate) async fn ready(&self) {
        let wait = async {
            loop {
                let asked = self.client.get(format!("http://{}/ready", self.addr)).send().await;
                if asked.is_ok_and(|answer| answer.status() == 200) {
                    return;
                }
                pause(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(20), wait).await.expect("the app is ready within 20 s");
    }

    /// What is wrong with an answer, whatever it says.
    pub(crate) fn faults(answered: &Answered) -> Option<String> {
        let Answered { status, kind, body, .. } = answered;
        match status {
            0 => Some("was not answered within 3 s".into()),
            200 if body.is_empty() => None,
            200 if !kind.starts_with("application/json") => Some(format!("was answered with {kind:?}, not JSON")),
            200 if serde_json::from_str::<serde_json::Value>(body).is_err() => {
                Some("was answered with what is no JSON".into())
            }
            200 => None,
            status => Some(format!("was answered with {status}")),
        }
    }
}
