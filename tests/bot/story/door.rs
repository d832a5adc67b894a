//! A door before the `PostgreSQL` server of a test, so that it can go away without anybody else noticing.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use sqlx::{Connection as _, PgConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use super::database::server;

/// A door with an address of its own. Clones are the same door.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    address: SocketAddr,
    state: Arc<watch::Sender<State>>,
    /// Our ends of the connections to the server, by port: how the server tells them apart.
    ports: Arc<Mutex<Vec<i32>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// What comes goes through.
    Open,
    /// Nothing comes through, and nobody is told.
    Stuck,
    /// Connections are broken and refused.
    Shut,
}

impl Door {
    /// An open door before the test's server.
    pub(crate) async fn new() -> Self {
        let server: url::Url = server().expect("a test on PostgreSQL").parse().expect("the URL of a server");
        let server = format!("{}:{}", server.host_str().unwrap_or("127.0.0.1"), server.port().unwrap_or(5432));
        let socket = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let address = socket.local_addr().expect("a bound socket has an address");
        let state = Arc::new(watch::Sender::new(State::Open));
        let door = Self { address, state, ports: Arc::default() };
        let listener = socket.listen(64).expect("a bound socket listens");
        tokio::spawn(door.clone().serve(listener, server));
        tokio::task::yield_now().await;
        door
    }

    /// The URL of a database, through this door.
    pub(crate) fn before(&self, url: &str) -> String {
        let mut url: url::Url = url.parse().expect("the URL of a database");
        url.set_ip_host(self.address.ip()).expect("a server has a host");
        url.set_port(Some(self.address.port())).expect("a server has a port");
        url.into()
    }

    /// The server is as if gone.
    pub(crate) fn shuts(&self) {
        self.state.send_replace(State::Shut);
    }

    /// The server says nothing more.
    pub(crate) fn sticks(&self) {
        self.state.send_replace(State::Stuck);
    }

    /// The server is back.
    pub(crate) fn opens(&self) {
        self.state.send_replace(State::Open);
    }

    /// The server ends the connections that came through this door, as it does when it is restarted.
    pub(crate) async fn terminates(&self) {
        let ports = std::mem::take(&mut *self.ports.lock().expect("no test panics here"));
        let mut admin = PgConnection::connect(&server().expect("a server")).await.expect("the server answers");
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY($1)";
        sqlx::query(sql).bind(ports).execute(&mut admin).await.expect("connections are ended");
    }

    async fn serve(self, mut listener: TcpListener, server: String) {
        let mut state = self.state.subscribe();
        loop {
            let taken = tokio::select! {
                taken = listener.accept() => Some(taken),
                _ = state.wait_for(|state| *state == State::Shut) => None,
            };
            if let Some(taken) = taken {
                let Ok((client, _)) = taken else { continue };
                tokio::spawn(self.clone().lead_through(client, server.clone()));
            } else {
                // A socket that does not listen keeps the port, and refuses.
                drop(listener);
                let socket = bound(self.address);
                if state.wait_for(|state| *state != State::Shut).await.is_err() {
                    return;
                }
                listener = socket.listen(64).expect("a bound socket listens");
            }
        }
    }

    async fn lead_through(self, client: TcpStream, server: String) {
        let Ok(server) = TcpStream::connect(server).await else { return };
        let port = server.local_addr().expect("a connection has an address").port();
        self.ports.lock().expect("no test panics here").push(port.into());
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        let (there, back) = (self.state.subscribe(), self.state.subscribe());
        tokio::select! {
            () = carry(from_client, to_server, there) => {}
            () = carry(from_server, to_client, back) => {}
        }
    }
}

fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option every system has");
    socket.bind(address).expect("the port is free");
    socket
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read.unwrap_or_default(),
            _ = state.wait_for(|state| *state == State::Shut) => return,
        };
        if read == 0 {
            return;
        }
        let now = state.wait_for(|state| *state != State::Stuck).await.map_or(State::Shut, |state| *state);
        if now == State::Shut || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
