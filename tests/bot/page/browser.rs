//! A real Chromium with one tab, driven over its own protocol (CDP), as a person drives it: by keys and clicks.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, MutexGuard};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// One browser at a time: each takes as much memory as all the other tests together.
static TURN: Mutex<()> = Mutex::const_new(());

/// A browser and its tab.
pub(super) struct Browser {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    calls: u64,
    /// What the console complained about: scripts that failed, and what the policy forbade.
    complaints: BTreeSet<String>,
    _process: Child,
    _profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// Where Chromium is installed.
fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut all = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    all.find(|program| program.is_file())
}

impl Browser {
    /// A tab that shows the page, this many pixels wide and high. `None`, said aloud, where no Chromium is installed;
    /// a failure there if `PANOUT_REQUIRE_BROWSER` is set.
    pub(super) async fn open(addr: SocketAddr, width: u32, height: u32) -> Option<Self> {
        let Some(program) = installed() else {
            assert!(std::env::var_os("PANOUT_REQUIRE_BROWSER").is_none(), "PANOUT_REQUIRE_BROWSER: no Chromium here");
            eprintln!("skipped: no Chromium is installed");
            return None;
        };
        let turn = TURN.lock().await;
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0", "--lang=en"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
        let url = tokio::time::timeout(PATIENCE, async {
            loop {
                let line = said.next_line().await.unwrap().expect("Chromium ended before it listened");
                if let Some(url) = line.strip_prefix("DevTools listening on ") {
                    return url.to_owned();
                }
            }
        })
        .await
        .expect("Chromium to listen");
        // Read on, or a talkative browser blocks on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
        let (socket, _) = connect_async(url).await.unwrap();
        let mut browser = Self {
            socket,
            session: String::new(),
            calls: 0,
            complaints: BTreeSet::new(),
            _process: process,
            _profile: profile,
            _turn: turn,
        };
        browser.attach().await;
        browser.resize(width, height).await;
        browser.prefer("light").await;
        browser.go(&format!("http://{addr}/")).await;
        Some(browser)
    }

    async fn attach(&mut self) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.call("Target.attachToTarget", attach).await;
        session["sessionId"].as_str().unwrap().clone_into(&mut self.session);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            self.call(domain, json!({})).await;
        }
    }

    /// One call of the protocol, and its result.
    pub(super) async fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut call = json!({ "id": self.calls, "method": method, "params": params });
        if !self.session.is_empty() {
            call["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(call.to_string())).await.unwrap();
        loop {
            let heard = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            let heard = heard.unwrap_or_else(|_| panic!("no answer to {method}")).expect("Chromium is gone").unwrap();
            let Message::Text(text) = heard else { continue };
            let heard: Value = serde_json::from_str(&text).unwrap();
            if heard["id"] == self.calls {
                assert!(heard["error"].is_null(), "{method}: {}", heard["error"]);
                return heard["result"].clone();
            }
            self.hear(&heard);
        }
    }

    fn hear(&mut self, event: &Value) {
        let params = &event["params"];
        match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => {
                self.complaints.insert(format!("{}", params["exceptionDetails"]));
            }
            // Refused requests are logged too; those the page shows in words, and tests look for the words.
            Some("Log.entryAdded") if params["entry"]["level"] == "error" && params["entry"]["source"] != "network" => {
                self.complaints.insert(params["entry"]["text"].to_string());
            }
            Some("Runtime.consoleAPICalled") if params["type"] == "error" => {
                self.complaints.insert(params["args"].to_string());
            }
            _ => {}
        }
    }

    /// What the console complained about so far.
    pub(super) async fn complaints(&mut self) -> Vec<String> {
        self.eval("0").await;
        self.complaints.iter().cloned().collect()
    }

    pub(super) async fn go(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
        self.until("document.readyState === 'complete' && document.getElementById('language')?.options.length").await;
    }

    pub(super) async fn reload(&mut self) {
        self.eval("window.before = true").await;
        self.call("Page.reload", json!({})).await;
        self.until("!window.before && document.getElementById('language')?.options.length").await;
    }

    pub(super) async fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Prefers `light` or `dark`, as the system would.
    pub(super) async fn prefer(&mut self, scheme: &str) {
        let set = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features =
            [set("prefers-color-scheme", scheme), set("prefers-reduced-motion", "reduce"), set("hover", "hover")];
        let features = json!({ "features": features });
        self.call("Emulation.setEmulatedMedia", features).await;
    }

    /// The value of an expression of JavaScript.
    pub(super) async fn eval(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", ask).await;
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(super) async fn until(&mut self, expression: &str) {
        let began = tokio::time::Instant::now();
        while began.elapsed() < PATIENCE {
            let wait = format!(
                "new Promise(done => {{ const end = Date.now() + 1000; const look = () => {{ \
                 let is = false; try {{ is = Boolean({expression}) }} catch {{}} \
                 is || Date.now() > end ? done(is) : setTimeout(look, 20) }}; look() }})"
            );
            // A navigation under way throws the waiting away: then look again.
            let ask = json!({ "expression": wait, "awaitPromise": true, "returnByValue": true });
            if self.call_lenient("Runtime.evaluate", ask).await["result"]["value"] == true {
                return;
            }
        }
        let page = self.eval("document.body.innerText").await;
        panic!("never became true: {expression}\nThe page shows:\n{}", page.as_str().unwrap_or_default());
    }

    async fn call_lenient(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let call = json!({ "id": self.calls, "method": method, "params": params, "sessionId": self.session });
        self.socket.send(Message::text(call.to_string())).await.unwrap();
        loop {
            let heard = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("an answer");
            let Message::Text(text) = heard.expect("Chromium is gone").unwrap() else { continue };
            let heard: Value = serde_json::from_str(&text).unwrap();
            if heard["id"] == self.calls {
                return heard["result"].clone();
            }
            self.hear(&heard);
        }
    }

    /// Waits until the page shows these words.
    pub(super) async fn sees(&mut self, words: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(words))).await;
    }

    /// Presses one key.
    pub(super) async fn key(&mut self, key: &str) {
        let (code, number, text) = match key {
            "Enter" => ("Enter", 13, "\r"),
            "Tab" => ("Tab", 9, ""),
            "Escape" => ("Escape", 27, ""),
            "ArrowDown" => ("ArrowDown", 40, ""),
            "ArrowUp" => ("ArrowUp", 38, ""),
            " " => ("Space", 32, " "),
            other => panic!("what number has the key {other}?"),
        };
        let mut press = json!({ "type": "rawKeyDown", "key": key, "code": code, "windowsVirtualKeyCode": number });
        if !text.is_empty() {
            press["type"] = json!("keyDown");
            press["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", press.clone()).await;
        press["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", press).await;
    }

    /// Types into whatever has the focus.
    pub(super) async fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text })).await;
    }

    /// Presses Tab until the focus is on something that matches, as someone without a mouse does.
    pub(super) async fn tab_to(&mut self, selector: &str) {
        for _ in 0..60 {
            if self.eval(&format!("document.activeElement.matches({})", json!(selector))).await == true {
                return;
            }
            self.key("Tab").await;
        }
        panic!("the focus never came to {selector}");
    }

    /// Clicks the last visible element that matches and contains these words.
    pub(super) async fn click(&mut self, selector: &str, words: &str) {
        let find = format!(
            "[...document.querySelectorAll({})].filter(e => e.textContent.includes({}) && e.checkVisibility()).at(-1)",
            json!(selector),
            json!(words)
        );
        self.until(&find).await;
        let at = self
            .eval(&format!(
                "(() => {{ const e = {find}; e.scrollIntoView({{ block: 'nearest' }}); \
                 const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] }})()"
            ))
            .await;
        for kind in ["mousePressed", "mouseReleased"] {
            let click = json!({ "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", click).await;
        }
    }

    /// Keeps a picture of the tab in the folder `PANOUT_SCREENSHOTS`, if that is set.
    pub(super) async fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("PANOUT_SCREENSHOTS") else { return };
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" })).await;
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), bytes).unwrap();
    }
}
