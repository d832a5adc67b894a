//! Pictures and files: enclosed in the message they belong to, on every way a message goes out.

use std::time::Duration;

use panout::chat::{Account, Block, Button, Card, Failure, MessageRef, Picture, Place, Reply, Service};
use rstest::rstest;
use tokio::time::timeout;

use super::desk::{Desk, action};
use crate::fake::files::{PNG, file, picture};
use crate::story::{ChatService as _, Trouble};

const SHOWN: &str = "Refusals\nBefore.\n[picture: Week 48 by rep: Ana 3, Bo 1]\nAna leads.";
const IN_WORDS: &str = "Refusals\nBefore.\nWeek 48 by rep: Ana 3, Bo 1\nAna leads.";
const FILE: &str = "[file: refusals.csv]";

fn matrix(week: &str) -> Card {
    let before = Card::titled("Refusals").with(Block::Text("Before.".into()));
    before.with(picture(week)).with(Block::Text("Ana leads.".into()))
}

fn export(key: &str) -> Card {
    Card::titled("Your export").with(file(key))
}

fn asks() -> Card {
    Card::titled("Choose").with(Block::Buttons(vec![Button::new(action("week:48"), "Show")]))
}

fn direct(desk: &Desk) -> Place {
    Place::Direct { account: Account::new(Service::Discord, desk.ana.clone()), or_in: None }
}

async fn found(desk: &Desk, marker: &str) -> Option<MessageRef> {
    let since = desk.ports.clock.now() - chrono::TimeDelta::minutes(1);
    desk.platform.find(&desk.channel(), marker, since).await.expect("the history can be read")
}

#[rstest]
#[case::whisper(Reply::Whisper(matrix("Week 48")), SHOWN)]
#[case::say(Reply::Say(matrix("Week 48")), SHOWN)]
#[tokio::test]
async fn an_answer_shows_its_picture_in_its_place(#[case] reply: Reply, #[case] shown: &str) {
    let desk = Desk::open().await;
    desk.bot.replies(reply);
    let took = desk.fake.types_and_times(&desk.ana, &desk.sales, "/refusals mine").await;
    assert!(took < crate::story::IN_TIME, "acknowledged after {took:?}");
    assert_eq!(desk.sees().await, [shown]);
    assert_eq!(desk.fake.pictures(), [PNG]);
    desk.end().await;
}

#[tokio::test]
async fn a_card_that_takes_the_place_of_another_brings_its_picture_and_takes_the_old_one_away() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Whisper(asks()));
    desk.bot.replies(Reply::Replace(matrix("Week 48").with(asks().blocks.remove(0))));
    desk.bot.replies(Reply::Replace(matrix("Week 49").with(asks().blocks.remove(0))));
    desk.bot.replies(Reply::Replace(Card::titled("No more")));
    desk.fake.types(&desk.ana, &desk.sales, "/refusals mine").await;
    assert_eq!(desk.sees().await, ["Choose\n[Show]"]);
    for week in ["48", "49"] {
        desk.fake.presses(&desk.ana, "Show").await;
        assert_eq!(desk.sees().await, [format!("(changed) {}\n[Show]", SHOWN.replace("48", week))]);
    }
    desk.fake.presses(&desk.ana, "Show").await;
    assert_eq!(desk.sees().await, ["(changed) No more"], "no file is left of the picture");
    desk.end().await;
}

#[tokio::test]
async fn a_late_answer_shows_its_picture_too() {
    for reply in [Reply::Whisper(matrix("Week 48")), Reply::Say(matrix("Week 48"))] {
        let desk = Desk::open().await;
        desk.bot.replies(reply);
        desk.bot.stalls();
        desk.fake.types(&desk.ana, &desk.sales, "/refusals mine").await;
        desk.bot.goes_on();
        let news = desk.sees().await;
        assert_eq!(news.last().map(String::as_str), Some(SHOWN), "{news:?}");
        desk.end().await;
    }
}

#[tokio::test]
async fn a_post_carries_its_picture_and_is_found_and_replaced() {
    let desk = Desk::open().await;
    let posted = desk.platform.post(&desk.channel(), &matrix("Week 48"), "digest").await.unwrap();
    assert_eq!(desk.sees().await, [SHOWN]);
    assert_eq!(found(&desk, "digest").await.as_ref(), Some(&posted));
    for _ in 0..2 {
        desk.platform.replace(&posted, &matrix("Week 49"), "digest").await.unwrap();
    }
    assert_eq!(desk.sees().await, [format!("(changed) {}", SHOWN.replace("48", "49"))]);
    assert_eq!(found(&desk, "digest").await, Some(posted.clone()));
    desk.platform.replace(&posted, &Card::titled("Done"), "digest").await.unwrap();
    assert_eq!(desk.sees().await, ["(changed) Done"]);
    desk.platform.post(&direct(&desk), &matrix("Week 48"), "direct").await.unwrap();
    desk.platform.post(&Place::Thread { under: posted }, &matrix("Week 48"), "thread").await.unwrap();
    assert_eq!(desk.sees().await, [SHOWN, SHOWN]);
    desk.end().await;
}

#[tokio::test]
async fn a_picture_with_nothing_before_it_and_two_in_one_card_keep_their_places() {
    let desk = Desk::open().await;
    let card = Card::titled("Refusals").with(picture("One")).with(picture("Two")).with(Block::Note("Small.".into()));
    let card = card.with(picture("One")).with(file("x.1"));
    desk.platform.post(&desk.channel(), &card, "m").await.unwrap();
    let shown = |name: &str| format!("[picture: {name} by rep: Ana 3, Bo 1]");
    let want = format!("Refusals\n{}\n{}\nSmall.\n{}", shown("One"), shown("Two"), shown("One"));
    assert_eq!(desk.sees().await, [want.as_str(), FILE]);
    assert_eq!(desk.fake.pictures().len(), 2, "the same one is sent once");
    desk.end().await;
}

#[tokio::test]
async fn many_pictures_go_on_in_the_next_message() {
    let desk = Desk::open().await;
    let card = (0..23).fold(Card::titled("Many"), |card, n| card.with(picture(&format!("P{n}"))));
    let posted = desk.platform.post(&desk.channel(), &card, "m").await.unwrap();
    let news = desk.sees().await;
    let all = news.join("\n");
    assert!((0..23).all(|n| all.contains(&format!("[picture: P{n} by"))), "{all}");
    assert_eq!((news.len(), found(&desk, "m").await), (3, Some(posted)));
    desk.end().await;
}

#[rstest]
#[case::lost(Trouble::LostAnswer { times: 1 })]
#[case::slow(Trouble::TooManyRequests { times: 1, retry_after: Some(1) })]
#[case::down(Trouble::Status { times: 2, status: 502 })]
#[tokio::test]
async fn a_post_that_fails_is_made_again_with_its_files(#[case] trouble: Trouble) {
    let desk = Desk::open().await;
    desk.fake.trouble(trouble);
    let posted = desk.platform.post(&desk.channel(), &matrix("Week 48").with(file("x.1")), "m").await;
    // An answer that is lost on its way is looked for by whoever posts.
    assert!(!matches!(posted, Err(Failure::Never { .. })), "{posted:?}");
    if found(&desk, "m").await.is_none() {
        desk.platform.post(&desk.channel(), &matrix("Week 48").with(file("x.1")), "m").await.unwrap();
    }
    assert_eq!(desk.sees().await, [SHOWN, FILE]);
    assert_eq!(desk.fake.file(&desk.ana, "refusals.csv").unwrap(), b"x.1");
    desk.end().await;
}

#[tokio::test]
async fn edits_and_follow_ups_that_fail_are_made_again_with_their_files() {
    for route in ["PATCH /webhooks", "POST /webhooks", "PATCH /channels"] {
        for trouble in
            [Trouble::Status { times: 1, status: 502 }, Trouble::TooManyRequests { times: 1, retry_after: Some(1) }]
        {
            let desk = Desk::open().await;
            let posted = desk.platform.post(&desk.channel(), &asks(), "m").await.unwrap();
            desk.sees().await;
            desk.fake.trouble_at(route, &trouble);
            match route {
                "PATCH /channels" => desk.platform.replace(&posted, &matrix("Week 48"), "m").await.unwrap(),
                "PATCH /webhooks" => {
                    desk.bot.replies(Reply::Replace(matrix("Week 48")));
                    desk.fake.presses(&desk.ana, "Show").await;
                }
                _ => {
                    desk.bot.replies(Reply::Say(matrix("Week 48")));
                    desk.fake.types(&desk.ana, &desk.sales, "/refusals mine").await;
                }
            }
            let news = desk.sees().await;
            assert!(news.len() == 1 && news[0].ends_with(SHOWN), "{route}: {news:?}");
            desk.end().await;
        }
    }
}

#[tokio::test]
async fn a_process_that_dies_while_posting_posts_once() {
    let desk = Desk::open().await;
    desk.fake.trouble(Trouble::Hang { times: 1 });
    let card = matrix("Week 48").with(file("x.1"));
    let dead = timeout(Duration::from_millis(500), desk.platform.post(&desk.channel(), &card, "m")).await;
    assert!(dead.is_err(), "{dead:?}");
    let desk = desk.restart().await;
    assert_eq!(found(&desk, "m").await, None);
    let first = desk.platform.post(&desk.channel(), &card, "m").await.unwrap();
    // And one that died after it was there: the nonce gives the same message back.
    let desk = desk.restart().await;
    assert_eq!(desk.platform.post(&desk.channel(), &card, "m").await.unwrap(), first);
    assert_eq!(desk.sees().await, [SHOWN, FILE]);
    desk.end().await;
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_any_more_brings_its_picture_by_mail() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Whisper(matrix("Week 48")));
    desk.fake.trouble(Trouble::TriggersExpire { times: 1 });
    desk.fake.types(&desk.ana, &desk.sales, "/refusals mine").await;
    assert_eq!(desk.sees().await, [SHOWN]);
    desk.end().await;
}

#[tokio::test]
async fn a_file_is_given_to_who_asked_and_what_cannot_be_given_is_said() {
    for (key, news) in [
        ("x.1", vec!["Your export", FILE]),
        ("gone.1", vec!["Your export\nThis file is gone."]),
        ("large.1", vec!["Your export\nThis file is too large."]),
        ("broken.1", vec!["Your export\nThe file was not sent."]),
    ] {
        let desk = Desk::open().await;
        let bo = desk.fake.add_person("Bo");
        desk.bot.replies(Reply::Whisper(export(key)));
        desk.fake.types(&desk.ana, &desk.sales, "/refusals mine").await;
        assert_eq!(desk.sees().await, news);
        let given = desk.fake.file(&desk.ana, "refusals.csv");
        assert_eq!(given.as_deref(), (key == "x.1").then_some(b"x.1".as_slice()));
        assert_eq!(desk.fake.file(&bo, "refusals.csv"), None);
        desk.end().await;
    }
}

#[tokio::test]
async fn a_picture_that_cannot_be_drawn_or_sent_is_said_in_words() {
    let desk = Desk::open().await;
    let broken = Block::Picture(Picture { svg: "nothing".into(), alt: "Ana 3, Bo 1".into() });
    desk.platform.post(&desk.channel(), &Card::titled("Refusals").with(broken), "m").await.unwrap();
    assert_eq!(desk.sees().await, ["Refusals\nAna 3, Bo 1"]);
    desk.fake.forbids("ATTACH_FILES");
    desk.platform.post(&desk.channel(), &matrix("Week 48"), "n").await.unwrap();
    assert_eq!(desk.sees().await, [IN_WORDS]);
    desk.end().await;
}
