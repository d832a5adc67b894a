//! HTTP: what services send, whether the bot is well, and figures for whoever watches it.
//!
//! | path | answers |
//! |---|---|
//! | `GET /health` | 200 as long as the process runs |
//! | `GET /ready` | 200 once the database answers and every chat service is connected; otherwise 503, and what is missing |
//! | `GET /metrics` | figures as Prometheus reads them: numbers, never a name or a text |
//! | `POST /intake/leads` | leads from web forms, form builders and CRMs, each with a token; `GET /openapi.json` says how |
//! | `POST /intake/deals` | deals of a CRM, to be followed, with the same tokens |
//! | `POST /slack/..`, `/discord/..` | what the adapters answer, where their service comes over HTTP |
//!
//! There is no TLS here: a proxy in front has the certificate. Nothing is believed because of where it comes from, so it
//! does no harm to let everything through; only the paths of the services and the intake need to be.

mod intake;
mod metrics;
mod requests;
mod server;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::chat::{Intake, Service, Vitals};
use crate::flows::Desk;

/// Where to listen.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The address.
    pub addr: SocketAddr,
    /// Whether somebody needs it; otherwise the bot runs without, if the address is taken.
    pub needed: bool,
}

/// What the server asks of the rest of the bot.
#[async_trait]
pub trait House: Send + Sync + 'static {
    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    async fn database_answers(&self) -> anyhow::Result<()>;

    /// How many jobs are in which state.
    ///
    /// # Errors
    /// When the database does not answer.
    async fn jobs(&self) -> anyhow::Result<Jobs>;

    /// How many changes the database wrote together.
    fn batches(&self) -> Batches;
}

/// Jobs by what becomes of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jobs {
    /// For their time, or for a person.
    pub waiting: u64,
    /// Under way.
    pub running: u64,
    /// Tried without success, to be tried again.
    pub failed: u64,
    /// Given up.
    pub dead: u64,
    /// How long the one that is due for longest is due.
    pub oldest_due: Duration,
    /// Beside them, requests of forms that were taken and wait to be worked off.
    pub handed_in: u64,
}

/// How many changes were committed together, since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batches {
    /// Sizes, and how many commits had at most that many changes.
    pub at_most: Vec<(u64, u64)>,
    /// How many commits there were.
    pub count: u64,
    /// How many changes they had together.
    pub sum: u64,
}

/// What the server serves from.
pub struct Web {
    /// What is counted.
    pub vitals: Vitals,
    /// The services that are to be connected.
    pub services: Vec<Service>,
    /// The rest of the bot.
    pub house: Arc<dyn House>,
    /// Who takes what services send.
    pub intakes: Vec<Arc<dyn Intake>>,
    /// Where leads are handed in.
    pub desk: Option<Arc<Desk>>,
}

/// What leads are handed in through, to be served beside something else.
pub fn intake(desk: Arc<Desk>) -> axum::Router {
    intake::router(desk)
}

/// Listens; `None` if the address is taken and nobody needs the server.
///
/// # Errors
/// When it is needed and the address cannot be listened on.
pub async fn listen(settings: Settings) -> anyhow::Result<Option<TcpListener>> {
    let Settings { addr, needed } = settings;
    match TcpListener::bind(addr).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if !needed => {
            tracing::warn!("no /health, /ready, /metrics and /intake/leads: {addr} cannot be listened on ({error})");
            Ok(None)
        }
        Err(error) => {
            let mend = "choose another with PANOUT_HTTP_ADDR, or address under [http]";
            Err(error).with_context(|| format!("{addr} cannot be listened on: {mend}"))
        }
    }
}

/// Serves on `tasks` until `stop`; then takes no new connection and no new request, and answers those in flight.
///
/// # Errors
/// When the listener has no address.
pub fn serve(
    listener: TcpListener,
    web: Web,
    stop: CancellationToken,
    tasks: &TaskTracker,
) -> anyhow::Result<SocketAddr> {
    let addr = listener.local_addr().context("asking where the web server listens")?;
    let router = requests::router(Arc::new(web));
    tracing::info!("serving /health, /ready, /metrics and /intake/leads on http://{addr}");
    tasks.spawn(server::accept(listener, router, stop, tasks.clone()));
    Ok(addr)
}
