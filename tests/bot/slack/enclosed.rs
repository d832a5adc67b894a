//! Pictures and files: uploaded once, shown where they belong, and what happens when Slack is late or fails.

use std::time::Duration;

use panout::chat::{Block, Card, MessageRef, Picture, Reply};
use rstest::rstest;
use tokio::time::{Instant, timeout};

use super::rig::{Rig, Script, button, now};
use crate::fake::files::{PNG, file, picture};
use crate::story::{ChatService as _, IN_TIME, Trouble};

const SHOWN: &str = "Refusals\n[picture: Week 48 by rep: Ana 3, Bo 1]\nAna leads.";
const IN_WORDS: &str = "Refusals\nWeek 48 by rep: Ana 3, Bo 1\nAna leads.";
const FILE: &str = "[file: refusals.csv]";

fn matrix(week: &str) -> Card {
    Card::titled("Refusals").with(picture(week)).with(Block::Text("Ana leads.".into()))
}

fn export(key: &str) -> Card {
    Card::titled("Your export").with(file(key))
}

async fn found(rig: &Rig, marker: &str) -> Option<MessageRef> {
    let since = now() - chrono::TimeDelta::minutes(1);
    rig.platform.find(&rig.direct(), marker, since).await.expect("it can be found out")
}

#[tokio::test]
async fn a_picture_is_shown_in_every_kind_of_message_and_uploaded_once() {
    let press = |_| Reply::Replace(matrix("Week 48"));
    let first = Card::titled("Choose").with(Block::Buttons(vec![button("week:48", "Show")]));
    let mut script = Script::replying(Reply::Whisper(matrix("Week 48")));
    script.press = Box::new(press);
    let rig = Rig::start(script).await;
    rig.types("/refusals week").await;
    assert_eq!(rig.news().await, [SHOWN]);
    let posted = rig.platform.post(&rig.direct(), &matrix("Week 48"), "digest").await.unwrap();
    rig.platform.post(&rig.direct(), &first, "choose").await.unwrap();
    rig.news().await;
    rig.slack.presses(&rig.ana, "Show").await;
    assert_eq!(rig.news().await, [format!("(changed) {SHOWN}")]);
    assert_eq!(rig.slack.pictures(), [PNG]);
    rig.platform.replace(&posted, &matrix("Week 49"), "digest").await.unwrap();
    assert_eq!(rig.news().await, ["(changed) ".to_owned() + &SHOWN.replace("48", "49")]);
    assert_eq!(rig.slack.pictures().len(), 2);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_picture_in_what_is_said_to_all_is_seen_by_all() {
    let rig = Rig::start(Script::replying(Reply::Say(matrix("Week 48")))).await;
    let bo = rig.slack.add_person("Bo");
    rig.types("/refusals").await;
    assert_eq!(rig.news().await, [SHOWN]);
    assert_eq!(rig.slack.unread(&bo), [SHOWN]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn two_cards_at_once_upload_one_picture() {
    let rig = Rig::start(Script::default()).await;
    let (place, card) = (rig.direct(), matrix("Week 48"));
    let (one, two) = tokio::join!(rig.platform.post(&place, &card, "one"), rig.platform.post(&place, &card, "two"));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    assert_eq!(rig.slack.calls("files.getUploadURLExternal"), 1);
    assert_eq!(rig.news().await, [SHOWN, SHOWN]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_picture_that_slack_takes_too_long_over_is_said_in_words_and_later_shown() {
    let rig = Rig::start(Script::replying(Reply::Whisper(matrix("Week 48")))).await;
    rig.slack.files_are_ready_after(10_000);
    let (began, took) = (Instant::now(), rig.slack.types_and_times(&rig.ana, &rig.sales, "/refusals").await);
    assert!(took < IN_TIME, "acknowledged after {took:?}");
    assert_eq!(rig.news().await, [IN_WORDS]);
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    rig.slack.files_are_ready_after(0);
    rig.types("/refusals").await;
    assert_eq!(rig.news().await, [SHOWN]);
    assert_eq!(rig.slack.pictures(), [PNG], "it went on with the one it had");
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_picture_that_cannot_be_drawn_is_said_in_words() {
    let rig = Rig::start(Script::default()).await;
    let broken = Block::Picture(Picture { svg: "nothing".into(), alt: "Ana 3, Bo 1".into() });
    rig.platform.post(&rig.direct(), &Card::titled("Refusals").with(broken), "m").await.unwrap();
    assert_eq!(rig.news().await, ["Refusals\nAna 3, Bo 1"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_picture_that_was_deleted_in_slack_is_said_in_words() {
    let mut script = Script::replying(Reply::Say(matrix("Week 48")));
    let ask = || Card::titled("Choose").with(Block::Buttons(vec![button("week:48", "Show")]));
    script.shortcut = Box::new(move |_| Reply::Whisper(ask()));
    script.press = Box::new(|_| Reply::Replace(matrix("Week 48")));
    let rig = Rig::start(script).await;
    let posted = rig.platform.post(&rig.direct(), &matrix("Week 48"), "m").await.unwrap();
    rig.slack.deletes_files();
    rig.news().await;
    rig.types("/refusals").await;
    assert_eq!(rig.news().await, [IN_WORDS]);
    rig.slack.uses_shortcut(&rig.ana, &rig.sales, "Log as refusal", "no").await;
    assert_eq!(rig.news().await, ["Choose\n[Show]"]);
    rig.slack.presses(&rig.ana, "Show").await;
    assert_eq!(rig.news().await, [format!("(changed) {IN_WORDS}")]);
    rig.platform.replace(&posted, &matrix("Week 48"), "m").await.unwrap();
    assert_eq!(rig.news().await, [format!("(changed) {IN_WORDS}")]);
    rig.has_no_complaints();
}

#[rstest]
#[tokio::test]
async fn a_step_that_fails_is_made_again_and_the_picture_is_there_once(
    #[values("files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info")] step: &str,
    #[values(
        Trouble::LostAnswer { times: 1 },
        Trouble::TooManyRequests { times: 1, retry_after: Some(1) },
        Trouble::Status { times: 1, status: 503 }
    )]
    trouble: Trouble,
) {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble_at(step, &trouble);
    rig.platform.post(&rig.direct(), &matrix("Week 48"), "m").await.unwrap();
    assert_eq!(rig.news().await, [SHOWN]);
    assert_eq!(rig.slack.pictures(), [PNG]);
    rig.has_no_complaints();
}

/// Where a process dies: before the method is done, or after it with nobody to hear of it.
const DEATHS: [(&str, bool); 6] = [
    ("files.getUploadURLExternal", false),
    ("upload", false),
    ("upload", true),
    ("files.completeUploadExternal", false),
    ("files.completeUploadExternal", true),
    ("files.info", false),
];

/// Posts, and dies there.
async fn dies(rig: Rig, card: &Card, (step, done): (&str, bool)) -> Rig {
    if done {
        rig.slack.trouble_at(step, &Trouble::LostAnswer { times: 1 });
        rig.slack.trouble_at(if step == "upload" { step } else { "files.info" }, &Trouble::Hang { times: 1 });
    } else {
        rig.slack.trouble_at(step, &Trouble::Hang { times: 1 });
    }
    let place = rig.direct();
    let before = rig.slack.calls(step);
    let dead = timeout(Duration::from_millis(1200), rig.platform.post(&place, card, "m")).await;
    assert!(dead.is_err() && rig.slack.calls(step) > before, "{step}: {dead:?}");
    rig.restart(Script::default()).await
}

#[tokio::test]
async fn a_process_that_dies_on_the_way_leaves_no_second_picture() {
    for death in DEATHS {
        let rig = dies(Rig::start(Script::default()).await, &matrix("Week 48"), death).await;
        rig.platform.post(&rig.direct(), &matrix("Week 48"), "m").await.unwrap();
        rig.platform.post(&rig.direct(), &matrix("Week 48"), "n").await.unwrap();
        assert_eq!(rig.news().await, [SHOWN, SHOWN], "{death:?}");
        assert_eq!(rig.slack.pictures(), [PNG], "{death:?}");
        rig.has_no_complaints();
        rig.stop().await;
    }
}

#[tokio::test]
async fn a_file_follows_its_message() {
    let rig = Rig::start(Script::default()).await;
    let posted = rig.platform.post(&rig.direct(), &export("x.1"), "m").await.unwrap();
    assert_eq!(rig.news().await, ["Your export", FILE]);
    assert_eq!(rig.slack.file(&rig.ana, "refusals.csv").unwrap(), b"x.1");
    assert_eq!(found(&rig, "m").await.as_ref(), Some(&posted));
    // Another attempt, and the same card drawn again, send nothing more.
    assert_eq!(rig.platform.post(&rig.direct(), &export("x.1"), "m").await.unwrap(), posted);
    rig.platform.replace(&posted, &export("x.1"), "m").await.unwrap();
    assert_eq!(rig.news().await, Vec::<String>::new());
    rig.platform.replace(&posted, &export("x.2"), "m").await.unwrap();
    assert_eq!(rig.news().await, [FILE]);
    assert_eq!(rig.slack.file(&rig.ana, "refusals.csv").unwrap(), b"x.2");
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_process_that_dies_on_the_way_sends_card_and_file_once() {
    for death in DEATHS {
        let rig = dies(Rig::start(Script::default()).await, &export("x.1"), death).await;
        assert_eq!(found(&rig, "m").await, None, "{death:?}");
        let posted = rig.platform.post(&rig.direct(), &export("x.1"), "m").await.unwrap();
        let mut news = rig.news().await;
        news.sort();
        assert_eq!(news, ["Your export", FILE], "{death:?}");
        assert_eq!(found(&rig, "m").await, Some(posted), "{death:?}");
        rig.has_no_complaints();
        rig.stop().await;
    }
}

#[rstest]
#[tokio::test]
async fn a_step_that_fails_is_made_again_and_the_file_is_sent_once(
    #[values("files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info")] step: &str,
    #[values(Trouble::LostAnswer { times: 1 }, Trouble::TooManyRequests { times: 1, retry_after: Some(1) })]
    trouble: Trouble,
) {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble_at(step, &trouble);
    rig.platform.post(&rig.direct(), &export("x.1"), "m").await.unwrap();
    assert_eq!(rig.news().await, ["Your export", FILE]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_whisper_says_that_its_file_is_in_the_direct_conversation() {
    let rig = Rig::start(Script::replying(Reply::Whisper(export("x.1")))).await;
    let bo = rig.slack.add_person("Bo");
    rig.types("/refusals export csv").await;
    assert_eq!(rig.news().await, [FILE, "Your export\nFileInDirect"]);
    assert_eq!(rig.slack.file(&rig.ana, "refusals.csv").unwrap(), b"x.1");
    assert_eq!(rig.slack.file(&bo, "refusals.csv"), None);
    assert_eq!(rig.slack.unread(&bo), Vec::<String>::new());
    rig.has_no_complaints();
}

#[tokio::test]
async fn an_event_that_comes_again_after_a_restart_sends_its_file_once() {
    let rig = Rig::start(Script::replying(Reply::Whisper(export("x.1")))).await;
    rig.types("/refusals export csv").await;
    rig.news().await;
    let rig = rig.restart(Script::replying(Reply::Whisper(export("x.1")))).await;
    rig.slack.repeats_last_act(1).await;
    assert_eq!(rig.news().await, ["Your export\nFileInDirect"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_card_whose_file_is_gone_says_so_and_is_whole() {
    let rig = Rig::start(Script::default()).await;
    let posted = rig.platform.post(&rig.direct(), &export("gone.1"), "m").await.unwrap();
    assert_eq!(rig.news().await, ["Your export\nFileGone"]);
    assert_eq!(found(&rig, "m").await, Some(posted));
    assert_eq!(rig.slack.calls("conversations.history"), 1, "only looking for it reads what was said");
    rig.has_no_complaints();
}

#[tokio::test]
async fn what_became_of_a_file_that_cannot_be_sent_is_said() {
    for (key, says) in [("gone.1", "FileGone"), ("broken.1", "FileNotSent")] {
        let rig = Rig::start(Script::replying(Reply::Whisper(export(key)))).await;
        rig.types("/refusals export csv").await;
        assert_eq!(rig.news().await, [format!("Your export\n{says}")]);
        rig.has_no_complaints();
    }
    let rig = Rig::start(Script::replying(Reply::Whisper(export("x.1")))).await;
    rig.slack.trouble(Trouble::DirectMessagesClosed);
    rig.types("/refusals export csv").await;
    assert_eq!(rig.news().await, ["Your export\nFileNotSent"]);
}

#[tokio::test]
async fn a_file_said_to_all_follows_in_the_channel_or_goes_to_who_asked() {
    let rig = Rig::start(Script::replying(Reply::Say(export("x.1")))).await;
    let bo = rig.slack.add_person("Bo");
    rig.types("/refusals export csv").await;
    assert_eq!(rig.news().await, ["Your export", FILE]);
    assert_eq!(rig.slack.unread(&bo), ["Your export", FILE]);
    let elsewhere = rig.slack.add_channel_without_bot("elsewhere");
    rig.slack.types(&rig.ana, &elsewhere, "/refusals export csv").await;
    assert_eq!(rig.news().await, ["Your export", FILE, "FileInDirect"]);
    assert_eq!(rig.slack.unread(&bo), ["Your export"]);
    rig.has_no_complaints();
}
