//! Sessions of the gateway: what is sent to them, kept for a resume, and lost.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, timeout};

use super::world::{First, World};
use super::{Shared, http};

/// How long an app may take for its first answer to an interaction.
pub(super) const LATEST: Duration = Duration::from_secs(3);
/// How long a delivery is tried before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is written to a connection.
#[derive(Clone, Debug)]
pub(super) enum Out {
    /// A frame, and the interaction it delivers.
    Frame(String, Option<String>),
    /// A frame after which the connection breaks before anything is read.
    LastFrame(String, Option<String>),
    /// A close frame with this code.
    Close(u16),
    /// A close frame without a code.
    CloseWithoutCode,
    /// The connection breaks.
    Drop,
}

#[derive(Debug)]
struct Logged {
    seq: u64,
    frame: String,
    interaction: Option<String>,
}

/// A session: it outlives its connections as long as it may be resumed.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) seq: u64,
    log: Vec<Logged>,
    /// The connection it is on.
    pub(super) connection: Option<(u64, UnboundedSender<Out>)>,
}

impl Session {
    fn is_live(&self) -> bool {
        self.connection.as_ref().is_some_and(|(_, out)| !out.is_closed())
    }
}

/// All sessions, and what is to go wrong with them.
#[derive(Debug, Default)]
pub(super) struct Gateway {
    pub(super) sessions: Vec<Session>,
    /// Between heartbeats; 41.25 s if nothing is said.
    pub(super) beat: Option<Duration>,
    pub(super) drop_before_ack: bool,
    pub(super) drop_unsent: bool,
    /// Connections over which nothing goes any more, though they stay open: numbers up to this one.
    pub(super) dead_until: u64,
    /// The next requests to identify are closed with this code.
    pub(super) refuses_with: Option<u16>,
    /// Whether two requests to identify must be five seconds apart, as they must at Discord.
    pub(super) spaces_identifies: bool,
    pub(super) identified: Option<Instant>,
    pub(super) identifies: usize,
    pub(super) resumes: usize,
}

impl Gateway {
    pub(super) fn session_on(&mut self, connection: u64) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|it| it.connection.as_ref().is_some_and(|(id, _)| *id == connection))
    }

    /// Sends to every live connection.
    pub(super) fn broadcast(&self, out: &Out) {
        for (_, connection) in self.sessions.iter().filter_map(|session| session.connection.as_ref()) {
            let _ = connection.send(out.clone());
        }
    }

    pub(super) fn is_live(&self) -> bool {
        let mut connections = self.sessions.iter().filter_map(|session| session.connection.as_ref());
        connections.any(|(id, out)| *id > self.dead_until && !out.is_closed())
    }

    /// Adds an event to a session and sends it, as the present troubles allow.
    fn event(&mut self, index: usize, kind: &str, data: &Value, interaction: Option<&str>) {
        let session = &mut self.sessions[index];
        session.seq += 1;
        let frame = json!({"t": kind, "s": session.seq, "op": 0, "d": data}).to_string();
        let interaction = interaction.map(str::to_owned);
        session.log.push(Logged { seq: session.seq, frame: frame.clone(), interaction: interaction.clone() });
        let Some((_, connection)) = &session.connection else { return };
        if interaction.is_some() && std::mem::take(&mut self.drop_unsent) {
            let _ = connection.send(Out::Drop);
            session.connection = None;
        } else if interaction.is_some() && std::mem::take(&mut self.drop_before_ack) {
            let _ = connection.send(Out::LastFrame(frame, interaction));
            session.connection = None;
        } else {
            let _ = connection.send(Out::Frame(frame, interaction));
        }
    }

    /// A new session on a connection.
    pub(super) fn begin(&mut self, id: &str, connection: (u64, UnboundedSender<Out>), ready: &Value) {
        let session = Session { id: id.to_owned(), seq: 0, log: vec![], connection: Some(connection) };
        self.sessions.push(session);
        self.event(self.sessions.len() - 1, "READY", ready, None);
    }

    /// Goes on with a session over another connection: everything after `seq` is sent again.
    pub(super) fn resume(&mut self, id: &str, seq: u64, connection: (u64, UnboundedSender<Out>)) -> Result<(), u16> {
        let Some(index) = self.sessions.iter().position(|session| session.id == id) else { return Err(0) };
        let session = &mut self.sessions[index];
        if seq > session.seq {
            return Err(4007);
        }
        for missed in session.log.iter().filter(|logged| logged.seq > seq) {
            let _ = connection.1.send(Out::Frame(missed.frame.clone(), missed.interaction.clone()));
        }
        if let Some((_, old)) = session.connection.replace(connection) {
            let _ = old.send(Out::Drop);
        }
        self.event(index, "RESUMED", &json!({"_trace": []}), None);
        Ok(())
    }

    /// Whether the sessions an event was sent to took it along: they ended, or are silent while another one is live.
    /// The person tries again then.
    fn took_along(&self, sent_to: &[String]) -> bool {
        let sent = |session: &&Session| sent_to.contains(&session.id);
        let known: Vec<&Session> = self.sessions.iter().filter(sent).collect();
        let other = self.sessions.iter().any(|session| session.is_live() && !sent_to.contains(&session.id));
        known.is_empty() || (other && !known.iter().any(|session| session.is_live()))
    }

    /// Sends an interaction to every live session, otherwise keeps it in the newest. Whether there was one.
    fn interaction(&mut self, id: &str, payload: &Value) -> Vec<String> {
        let mut to: Vec<usize> = (0..self.sessions.len()).filter(|n| self.sessions[*n].is_live()).collect();
        if to.is_empty() {
            to.extend(self.sessions.len().checked_sub(1));
        }
        for index in &to {
            self.event(*index, "INTERACTION_CREATE", payload, Some(id));
        }
        to.into_iter().map(|index| self.sessions[index].id.clone()).collect()
    }
}

/// Delivers an interaction and waits for its first answer; how long that took. A late answer is a complaint.
pub(super) async fn deliver(shared: &Arc<Shared>, id: &str) -> Duration {
    if shared.line().is_some() {
        return http::deliver(shared, id).await;
    }
    let began = Instant::now();
    let mut sent_to: Vec<String> = vec![];
    while began.elapsed() < PATIENCE {
        let news = shared.changed.notified();
        if let Some(took) = look(&mut shared.world(), id, &mut sent_to) {
            return took;
        }
        let _ = timeout(Duration::from_millis(20), news).await;
    }
    panic!("nobody took the interaction: no session of the gateway for {PATIENCE:?}");
}

/// One look at an interaction under way.
fn look(world: &mut World, id: &str, sent_to: &mut Vec<String>) -> Option<Duration> {
    let about = world.interaction_mut(id)?.clone();
    if about.first.is_some() {
        let both = about.delivered.zip(about.answered);
        return Some(both.map_or(Duration::ZERO, |(from, to)| to.saturating_duration_since(from)));
    }
    let took = about.delivered.map(|at| at.elapsed());
    if took.is_some_and(|took| took > LATEST) {
        world.complain(format!("an interaction ({}) was not answered within 3 s", named(&about.payload)));
        let late = world.interaction_mut(id)?;
        late.first = Some(First::TooLate);
        return took;
    }
    if took.is_none() && world.gateway.took_along(sent_to) {
        let again = !sent_to.is_empty();
        sent_to.extend(world.gateway.interaction(id, &about.payload));
        if again || sent_to.len() > 1 {
            world.interaction_mut(id)?.repeated = true;
        }
    }
    None
}

fn named(payload: &Value) -> String {
    let data = &payload["data"];
    data["name"].as_str().or(data["custom_id"].as_str()).unwrap_or_default().to_owned()
}

/// Delivers an interaction once more, as it was: how many sessions got it.
pub(super) fn repeat(world: &mut World, id: &str) {
    let Some(about) = world.interaction_mut(id) else { return };
    about.repeated = true;
    let payload = about.payload.clone();
    world.gateway.interaction(id, &payload);
}
