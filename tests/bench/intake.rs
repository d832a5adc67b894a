//! Leads over HTTP: as many as are taken, then so many a second for a minute while somebody presses; and as many as are taken
//! with `Prefer: respond-async`, until the last one has an owner.
//!
//! Each lead is of another client and comes with the token of another form, as a token is allowed sixty at once and one
//! more a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use panout::clock::{Clock, pause};
use panout::domain::Source;
use panout::flows::{NewToken, Shown, make_token};
use panout::store::Db;
use tokio::time::Instant;

use crate::bare::Bare;
use crate::fake::discord::FakeDiscord;
use crate::http::{Bot, House, presses};
use crate::load::{CONNECTIONS, LENGTH, Next, RATE, at_once, one_by_one, print_waits};
use crate::story::{ChatService as _, Database};

/// How many forms there are.
const TOKENS: u64 = if cfg!(debug_assertions) { 100 } else { 4000 };
/// How long leads come while somebody presses.
const MINUTE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 2 } else { 60 });

/// As many as are taken.
pub(crate) async fn measure() {
    if Database::on_postgres() {
        return println!("\nintake: its baseline is SQLite, so is what is measured");
    }
    let (presses, leads, later, bot) = forms().await;
    println!("\nintake, each lead of another client ({})", crate::database());
    let bare = Bare::serve(FakeDiscord::start().await.public_key()).await;
    let baseline = at_once(bare.addr, &presses).await;
    let taken = at_once(bot.addr, &leads).await;
    let share = 100.0 * taken.rate() / baseline.rate();
    println!("  bare axum and sqlx, one row, {CONNECTIONS} connections      {:>7.0} /s", baseline.rate());
    println!("  leads, {CONNECTIONS} connections                          {:>7.0} /s   {share:.0} %", taken.rate());
    let accepted = at_once(bot.addr, &later).await;
    let share = 100.0 * accepted.rate() / baseline.rate();
    println!("  respond-async, {CONNECTIONS} connections                  {:>7.0} /s   {share:.0} %", accepted.rate());
    let (began, waited) = (Instant::now(), bot.leads_that_wait().await);
    while bot.leads_that_wait().await > 0 {
        pause(Duration::from_millis(200)).await;
    }
    let rate = f64::from(u32::try_from(waited).unwrap_or_default()) / began.elapsed().as_secs_f64();
    println!("    of {} the last {waited} given to their owners       {rate:>7.0} /s", accepted.all);
    assert_eq!(bot.leads_that_came_later().await, accepted.all, "each that was taken is a lead, once");
    bot.ends().await;
}

/// So many a second, each by itself.
pub(crate) async fn measure_lone() {
    let (presses, leads, later, bot) = forms().await;
    println!("\nlone leads, each of another client ({})", crate::database());
    if !Database::on_postgres() {
        let bare = Bare::serve(FakeDiscord::start().await.public_key()).await;
        print_waits("bare axum and sqlx", one_by_one(bare.addr, &presses, LENGTH).await);
    }
    print_waits("respond-async, 200 a second", one_by_one(bot.addr, &later, LENGTH).await);
    print_waits("leads, 200 a second", one_by_one(bot.addr, &leads, LENGTH).await);
    let (slow, meanwhile) = tokio::join!(one_by_one(bot.addr, &leads, MINUTE), one_by_one(bot.addr, &presses, MINUTE));
    println!("  {RATE} leads and {RATE} presses a second, {} s", MINUTE.as_secs());
    print_waits("leads", slow);
    print_waits("presses", meanwhile);
    bot.ends().await;
}

/// What is pressed, what is sent to be answered when it is done and what to be worked off later, and the bot it goes to.
async fn forms() -> (Next, Next, Next, Bot) {
    let (presses, database) = (presses(), Database::new());
    database.open().await.close().await;
    let house = House::with(database).await;
    // Its first start lists the team that the forms belong to.
    house.starts_healthy().await.0.dies().await;
    let db = house.database.open().await;
    let tokens = Arc::new(tokens(&db).await);
    let (leads, later) = (leads(tokens.clone(), "x", ""), leads(tokens, "later", "prefer: respond-async\r\n"));
    db.close().await;
    let bot = Bot::moves_in(house, &presses).await;
    (presses, leads, later, bot)
}

/// What forms send with.
async fn tokens(db: &Db) -> Vec<String> {
    let mut tokens = Vec::new();
    for n in 0..TOKENS {
        let shown = Shown::new(false).expect("random numbers");
        let (kept, now) = (shown.clone(), Clock::system().now());
        let made = db.write(move |tx| {
            let shown = kept.clone();
            Box::pin(async move {
                let new = NewToken { name: format!("form{n}"), source: Source::Website, team: Some("Field".into()) };
                make_token(tx, &new, &shown, now).await
            })
        });
        assert_eq!(made.await.expect("it is kept"), Ok(()));
        tokens.push(shown.token);
    }
    tokens
}

/// Leads of clients whose names begin so, with one header more.
fn leads(tokens: Arc<Vec<String>>, from: &'static str, header: &'static str) -> Next {
    let sent = AtomicU64::new(0);
    Arc::new(move || {
        let n = sent.fetch_add(1, Ordering::Relaxed);
        let token = &tokens[usize::try_from(n % TOKENS).expect("some hundreds")];
        let body = format!(
            r#"{{"account":"{from} {n}","contact":"Buyer {n}","email":"buyer{n}@{from}{n}.example","wants":"a demo for {n} seats","place":"Cluj"}}"#
        );
        let length = body.len();
        format!(
            "POST /intake/leads HTTP/1.1\r\nhost: panout\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\nidempotency-key: {from}-{n}\r\n{header}content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    })
}
