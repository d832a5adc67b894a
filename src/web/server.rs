//! Connections: how many, how slow they may be, and how they end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The most connections at once: a proxy keeps a few, services open some more.
const CONNECTIONS: usize = 512;
/// How long a connection may take to say what it wants, a kept-alive one to want something again.
const HEADERS: Duration = Duration::from_secs(30);
/// The most bytes of what stands before a body.
const BUFFER: usize = 64 * 1024;
/// How long to wait when the system gives no connection: it is out of something.
const BREATH: Duration = Duration::from_millis(100);

/// Takes connections until told to stop.
pub(super) async fn accept(listener: TcpListener, router: Router, stop: CancellationToken, tasks: TaskTracker) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            next = next => next,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else {
            let _ = timeout(BREATH, stop.cancelled()).await;
            continue;
        };
        let (router, stop) = (router.clone(), stop.clone());
        tasks.spawn(async move {
            serve(stream, router, stop).await;
            drop(place);
        });
    }
}

/// Serves one connection to its end; a stop ends it after the request under way.
async fn serve(stream: TcpStream, router: Router, stop: CancellationToken) {
    // An answer is small and somebody waits for it.
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(BUFFER);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    // Whoever breaks a connection knows: there is nobody to tell.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
