//! The disk is full: the real program may not make its files larger.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::chaos::{Company, Panout};
use crate::story::ChatService as _;

/// Allows a process files of so many bytes; the program that does it is part of every Linux.
async fn allows(panout: &Panout, bytes: &str) {
    let mut limit = Command::new("prlimit");
    limit.args(["--pid", &panout.id().to_string(), &format!("--fsize={bytes}:")]);
    let done = limit.stdout(Stdio::null()).status().await.expect("util-linux is installed");
    assert!(done.success());
}

/// The size of the database's larger file.
fn size(company: &Company) -> u64 {
    let file = company.database.url().strip_prefix("sqlite:").expect("a file");
    let size = |name: String| std::fs::metadata(name).map_or(0, |found| found.len());
    size(file.to_owned()).max(size(format!("{file}-wal")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_a_sentence_and_nothing_is_half_stored() {
    let company = Company::found(6).await;
    if company.database.is_postgres() {
        // The server's disk is not ours to fill.
        return company.database.drop().await;
    }
    // Without its signal, a write that would make a file too large fails as on a full disk.
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_panout")]);
    let mut panout = Panout::start_under(shell, &company.variables(), &company.log());
    company.connected(1).await;
    company.types().await;
    company.all_acknowledged().await;
    company.quiet().await;
    allows(&panout, &(size(&company) + 20_000).to_string()).await;
    let mut apologies = 0;
    for _ in 0..200 {
        company.types().await;
        company.all_acknowledged().await;
        panout::clock::pause(Duration::from_millis(20)).await;
        apologies = company.apologies();
        if apologies >= 3 {
            break;
        }
    }
    assert!(apologies >= 3, "the disk is not full. The program said:\n{}", company.said());
    assert!(panout.runs(), "the program ended:\n{}", company.said());
    allows(&panout, "unlimited").await;
    let before = company.stored().await;
    for _ in 0..4 {
        company.types().await;
    }
    company.all_acknowledged().await;
    company.quiet().await;
    assert_eq!(company.stored().await, before + 4, "it stores again");
    assert_eq!(company.database.rows::<(String,)>("PRAGMA integrity_check").await, [("ok".to_owned(),)]);
    assert!(company.slack.complaints().is_empty());
    panout.dies().await;
    company.forgets_what_failed().await;
    company.ends().await;
}
