//! A strict stand-in for Discord over real HTTP and WebSocket on this machine.

mod forms;
mod gateway;
mod interactions;
mod limits;
mod people;
mod rest;
mod screen;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::timeout;
pub(crate) use world::PUBLIC_KEY;
use world::{Out, TOKEN, World};

/// How long anything is waited for before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The stand-in. It stops when it is dropped.
pub(crate) struct FakeDiscord {
    shared: Arc<Shared>,
    url: String,
    token: String,
    server: AbortHandle,
}

/// What its parts share.
pub(crate) struct Shared {
    world: Mutex<World>,
    /// Changes with every request and connection, for those who wait.
    stir: watch::Sender<u64>,
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stirred(&self) {
        self.stir.send_modify(|n| *n += 1);
    }

    /// Waits until something is so; `false` if it does not become so in time.
    pub(crate) async fn until(&self, most: Duration, mut so: impl FnMut(&mut World) -> bool) -> bool {
        let mut stir = self.stir.subscribe();
        let waiting = async {
            loop {
                stir.mark_unchanged();
                if so(&mut self.world()) {
                    return;
                }
                // The sender lives as long as `self`.
                let _ = stir.changed().await;
            }
        };
        timeout(most, waiting).await.is_ok()
    }
}

impl FakeDiscord {
    /// Starts it on a port of its own.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared { world: Mutex::new(World::new(url.clone())), stir: watch::Sender::new(0) });
        let app = Router::new().route("/", get(gateway::connect)).fallback(rest::serve).with_state(shared.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("serves until it is dropped");
        });
        Self { shared, url, token: TOKEN.to_owned(), server: server.abort_handle() }
    }

    /// Where it is, without a path.
    pub(crate) fn api_url(&self) -> String {
        self.url.clone()
    }

    /// The only token it takes.
    pub(crate) fn token(&self) -> String {
        self.token.clone()
    }

    /// Waits until a bot is connected.
    pub(crate) async fn connected(&self) {
        let up = self.shared.until(PATIENCE, |world| world.ready && world.socket.is_some()).await;
        assert!(up, "no bot connected; complaints: {:?}", self.shared.world().complaints);
    }

    /// Waits until commands are registered.
    pub(crate) async fn registered(&self) {
        let there = self.shared.until(PATIENCE, |world| !world.commands.is_empty()).await;
        assert!(there, "no commands were registered; complaints: {:?}", self.shared.world().complaints);
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, what: &str, so: impl FnMut(&mut World) -> bool) {
        let done = self.shared.until(PATIENCE, so).await;
        assert!(done, "waited in vain: {what}; complaints: {:?}", self.shared.world().complaints);
    }

    /// Sends an opcode: 7 (reconnect), or 9 (invalid session, resumable or not).
    pub(crate) fn opcode(&self, op: u64, data: &serde_json::Value) {
        let mut world = self.shared.world();
        if op == 9 && *data == false {
            world.session = None;
        }
        world.ready = false;
        let frame = serde_json::json!({"op": op, "d": data, "s": null, "t": null});
        world.socket.as_ref().expect("a bot is connected").send(Out::Frame(frame)).expect("its socket is served");
    }

    /// Closes the connection with a code.
    pub(crate) fn close(&self, code: u16) {
        self.tell(Out::Close(Some(code)));
    }

    /// Closes the connection with a close frame that holds no code.
    pub(crate) fn close_without_code(&self) {
        self.tell(Out::Close(None));
    }

    fn tell(&self, out: Out) {
        let mut world = self.shared.world();
        world.ready = false;
        world.socket.as_ref().expect("a bot is connected").send(out).expect("its socket is served");
    }

    /// Sets how often a client says it is alive, for connections from now on.
    pub(crate) fn heartbeat(&self, milliseconds: u64) {
        self.shared.world().heartbeat = milliseconds;
    }

    /// The gateway is away, or back.
    pub(crate) fn gateway_down(&self, down: bool) {
        self.shared.world().troubles.gateway_down = down;
    }

    /// Interactions from now on lack a field serenity insists on.
    pub(crate) fn leaves_out_fields(&self) {
        self.shared.world().fields_missing = true;
    }

    /// Forgets every nonce, as Discord does after a few minutes.
    pub(crate) fn forgets_nonces(&self) {
        self.shared.world().nonces.clear();
    }

    /// Takes a permission from the bot, by Discord's name.
    pub(crate) fn forbids(&self, permission: &str) {
        self.shared.world().permissions.remove(permission).expect("a permission of the invite link");
    }

    /// The person's language from now on.
    pub(crate) fn speaks(&self, who: &str, locale: &str) {
        let mut world = self.shared.world();
        locale.clone_into(&mut world.people.get_mut(who).expect("a person").locale);
    }

    /// How often a bot identified itself and resumed, and how often commands were registered.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let world = self.shared.world();
        (world.identified, world.resumed, world.registrations)
    }

    /// Who was notified by a mention, in order.
    pub(crate) fn pings(&self) -> Vec<String> {
        self.shared.world().pings.iter().map(|(who, _)| who.clone()).collect()
    }

    /// The body of the modal that is open to a person.
    pub(crate) fn modal(&self, who: &str) -> Option<serde_json::Value> {
        self.shared.world().modals.get(who).map(|modal| modal.body.clone())
    }

    /// The commands as they were registered.
    pub(crate) fn commands(&self) -> Vec<serde_json::Value> {
        self.shared.world().commands.clone()
    }
}

impl Drop for FakeDiscord {
    fn drop(&mut self) {
        self.server.abort();
    }
}
