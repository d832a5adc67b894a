//! The one writer: closures that fail hurt nobody, and who is waited for goes first.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use panout::store::Db;
use tokio::sync::Notify;

use super::{listed, now};
use crate::story::Database;

pub(super) async fn drafts(db: &Db) -> Vec<String> {
    let read = db.read(|tx| Box::pin(async { Ok::<_, anyhow::Error>(tx.drafts_under("slack", "").await?) }));
    read.await.expect("drafts are read").into_iter().map(|(name, _)| name).collect()
}

pub(super) async fn keep(db: &Db, name: &'static str, then: Then) -> anyhow::Result<()> {
    db.write(move |tx| {
        Box::pin(async move {
            tx.keep_draft("slack", name, "{}", now()).await?;
            match then {
                Then::Keep => Ok(()),
                Then::Fail => anyhow::bail!("on purpose"),
                Then::Panic => panic!("on purpose"),
            }
        })
    })
    .await
}

#[derive(Clone, Copy)]
pub(super) enum Then {
    Keep,
    Fail,
    Panic,
}

#[tokio::test]
async fn a_closure_that_fails_keeps_nothing_and_hurts_nobody() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let (one, two, three) =
        tokio::join!(keep(&db, "one", Then::Keep), keep(&db, "two", Then::Fail), keep(&db, "three", Then::Keep),);
    assert!(one.is_ok() && three.is_ok());
    assert_eq!(two.expect_err("it failed").to_string(), "on purpose");
    assert_eq!(drafts(&db).await, ["one", "three"]);
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn the_first_of_many_fails_and_the_others_stay() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let (one, two, three, four) = tokio::join!(
        keep(&db, "one", Then::Fail),
        keep(&db, "two", Then::Keep),
        keep(&db, "three", Then::Fail),
        keep(&db, "four", Then::Keep),
    );
    assert!(one.is_err() && two.is_ok() && three.is_err() && four.is_ok());
    assert_eq!(drafts(&db).await, ["four", "two"]);
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn who_is_waited_for_and_who_is_not_all_have_their_turn() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let (order, gate) = (Arc::new(Mutex::new(String::new())), Arc::new(Notify::new()));
    let held = gate.clone();
    // Nobody waits for it: whoever somebody waits for goes next, however many came before.
    let first = db.write_behind(move |_| {
        let held = held.clone();
        Box::pin(async move {
            held.notified().await;
            Ok::<_, anyhow::Error>(())
        })
    });
    let run = |name: char| {
        let (db, order) = (db.clone(), order.clone());
        async move {
            let note = move || order.lock().expect("nobody panics").push(name);
            let noted: anyhow::Result<()> = if name == 'a' {
                let write = db.write(move |_| {
                    note();
                    Box::pin(async { Ok(()) })
                });
                write.await
            } else {
                let write = db.write_behind(move |_| {
                    note();
                    Box::pin(async { Ok(()) })
                });
                write.await
            };
            noted
        }
    };
    let (behind, awaited) = (join_all(['b'; 4].map(run)), join_all(['a'; 6].map(run)));
    // All are handed over before the first one ends.
    let opens = async {
        panout::clock::pause(Duration::from_millis(50)).await;
        gate.notify_one();
    };
    let (held, behind, awaited, ()) = tokio::join!(first, behind, awaited, opens);
    assert!(held.is_ok() && behind.iter().chain(&awaited).all(Result::is_ok));
    assert_eq!(*order.lock().expect("nobody panics"), "aaaaaabbbb");
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn nobody_is_answered_later_because_of_what_nobody_waits_for() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let [runs, gate, answered] = [(); 3].map(|()| Arc::new(Notify::new()));
    let waits_for = |runs: &Arc<Notify>, until: &Arc<Notify>| {
        let (runs, until) = (runs.clone(), until.clone());
        db.write_behind(move |_| {
            let (runs, until) = (runs.clone(), until.clone());
            Box::pin(async move {
                runs.notify_one();
                until.notified().await;
                Ok::<_, anyhow::Error>(())
            })
        })
    };
    // One that runs, and one that waits with what is awaited. That one ends only once the answer is there: in one commit with
    // what is answered it would never end.
    let first = waits_for(&runs, &gate);
    let others = async {
        runs.notified().await;
        let awaited = async {
            let written = keep(&db, "awaited", Then::Keep).await;
            answered.notify_one();
            written
        };
        let opens = async {
            panout::clock::pause(Duration::from_millis(1)).await;
            gate.notify_one();
        };
        tokio::join!(waits_for(&Arc::default(), &answered), awaited, opens)
    };
    let all = async { tokio::join!(first, others) };
    let (first, (second, awaited, ())) =
        tokio::time::timeout(Duration::from_secs(5), all).await.expect("it is answered");
    assert!(first.is_ok() && second.is_ok() && awaited.is_ok());
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_closure_that_panics_hurts_nobody() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let (one, two, three) =
        tokio::join!(keep(&db, "one", Then::Keep), keep(&db, "two", Then::Panic), keep(&db, "three", Then::Keep),);
    assert!(one.is_ok() && two.is_err() && three.is_ok());
    assert_eq!(drafts(&db).await, ["one", "three"]);
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_reader_that_goes_away_leaves_nothing_behind() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    // More than there are connections to read by, each gone in the middle: as a client of HTTP that hangs up.
    for _ in 0..8 {
        let begun = Arc::new(Notify::new());
        let begins = begun.clone();
        let never = db.read(move |tx| {
            let begins = begins.clone();
            Box::pin(async move {
                tx.drafts_under("slack", "").await?;
                begins.notify_one();
                std::future::pending::<()>().await;
                Ok::<_, anyhow::Error>(())
            })
        });
        tokio::select! {
            read = never => panic!("it cannot read: {read:?}"),
            () = begun.notified() => {}
        }
    }
    for _ in 0..8 {
        keep(&db, "kept", Then::Keep).await.expect("it is kept");
        assert_eq!(drafts(&db).await, ["kept"], "and read: no connection still reads what stood before");
    }
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn whoever_asks_one_thing_asks_no_more() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    keep(&db, "kept", Then::Keep).await.expect("it is kept");
    for questions in [1, 2, 1] {
        let asked = db.ask(move |tx| {
            Box::pin(async move {
                for _ in 1..questions {
                    tx.drafts_under("slack", "").await?;
                }
                Ok::<_, anyhow::Error>(tx.drafts_under("slack", "").await?.len())
            })
        });
        // A server gives each a transaction.
        assert_eq!(asked.await.ok(), (questions == 1 || database.is_postgres()).then_some(1));
    }
    db.close().await;
    database.drop().await;
}
