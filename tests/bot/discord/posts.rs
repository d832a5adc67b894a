//! The bot speaks first.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use panout::chat::{Account, Block, Button, Card, Failure, MessageRef, Place, Service, Span, Text, Tone, WhenStyle};

use super::desk::{Desk, action};
use crate::story::{ChatService as _, Trouble};

fn card(title: &str) -> Card {
    Card::titled(title).with(Block::Buttons(vec![Button::new(action("seen:1"), "Seen")]))
}

fn direct(desk: &Desk, or_in: bool) -> Place {
    let account = Account::new(Service::Discord, desk.ana.clone());
    Place::Direct { account, or_in: or_in.then(|| desk.sales.clone()) }
}

async fn found(desk: &Desk, place: &Place, marker: &str) -> Option<MessageRef> {
    let since = desk.ports.clock.now() - TimeDelta::minutes(1);
    desk.platform.find(place, marker, since).await.expect("the history can be read")
}

#[tokio::test]
async fn a_post_is_found_again_by_its_marker_and_replaced() {
    let desk = Desk::open().await;
    for (place, marker) in [(desk.channel(), "job-1"), (direct(&desk, true), "job-2")] {
        assert_eq!(found(&desk, &place, marker).await, None);
        let posted = desk.platform.post(&place, &card("A refusal"), marker).await.unwrap();
        assert_eq!(desk.sees().await, ["A refusal\n[Seen]"]);
        assert_eq!(found(&desk, &place, marker).await.as_ref(), Some(&posted));
        assert_eq!(found(&desk, &place, &marker[..4]).await, None, "another job's marker");
        for _ in 0..2 {
            desk.platform.replace(&posted, &Card::titled("Seen by Elena"), marker).await.unwrap();
        }
        assert_eq!(desk.sees().await, ["(changed) Seen by Elena"]);
        assert_eq!(found(&desk, &place, marker).await, Some(posted), "a card without buttons keeps its marker");
    }
    let markers: Vec<_> = desk.fake.posted().into_iter().map(|(_, marker, _)| marker.unwrap()).collect();
    assert_eq!(markers, ["job-1", "job-2"]);
    desk.end().await;
}

#[tokio::test]
async fn a_clock_set_forward_still_finds_what_was_posted() {
    let desk = Desk::open().await;
    desk.ports.clock.set(desk.ports.clock.now() + TimeDelta::days(90));
    desk.platform.post(&desk.channel(), &card("Later"), "job-1").await.unwrap();
    assert!(found(&desk, &desk.channel(), "job-1").await.is_some());
    desk.end().await;
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_seen_and_not_doubled() {
    let desk = Desk::open().await;
    desk.fake.trouble(Trouble::LostAnswer { times: 1 });
    let lost = desk.platform.post(&desk.channel(), &card("Once"), "job-1").await;
    assert!(matches!(lost, Err(Failure::Unknown { .. })), "{lost:?}");
    let seen = found(&desk, &desk.channel(), "job-1").await.expect("it is there");
    assert_eq!(
        desk.platform.post(&desk.channel(), &card("Once"), "job-1").await.unwrap(),
        seen,
        "the nonce is enforced"
    );
    assert_eq!(desk.sees().await, ["Once\n[Seen]"]);
    desk.end().await;
}

#[tokio::test]
async fn a_post_that_hangs_is_given_up_as_unknown() {
    let desk = Desk::open().await;
    desk.fake.trouble(Trouble::Hang { times: 1 });
    let hung = desk.platform.post(&desk.channel(), &card("Stuck"), "job-1").await;
    assert!(matches!(hung, Err(Failure::Unknown { .. })), "{hung:?}");
    assert_eq!(found(&desk, &desk.channel(), "job-1").await, None);
    desk.end().await;
}

#[tokio::test]
async fn too_many_requests_are_waited_out_or_handed_back() {
    let desk = Desk::open().await;
    desk.fake.trouble(Trouble::TooManyRequests { times: 1, retry_after: Some(1) });
    desk.platform.post(&desk.channel(), &card("One"), "job-1").await.unwrap();
    desk.fake.trouble(Trouble::TooManyRequests { times: 1, retry_after: None });
    desk.platform.post(&desk.channel(), &card("Two"), "job-2").await.unwrap();
    desk.fake.trouble(Trouble::TooManyRequests { times: 1, retry_after: Some(90) });
    let refused = desk.platform.post(&desk.channel(), &card("Three"), "job-3").await;
    let Err(Failure::NotNow { after, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(after, Some(Duration::from_secs(90)));
    assert_eq!(desk.sees().await, ["One\n[Seen]", "Two\n[Seen]"]);
    desk.end().await;
}

#[tokio::test]
async fn a_bad_gateway_is_tried_again_and_posts_once() {
    let desk = Desk::open().await;
    desk.fake.trouble(Trouble::Status { times: 2, status: 502 });
    desk.platform.post(&desk.channel(), &card("One"), "job-1").await.unwrap();
    desk.fake.trouble(Trouble::Status { times: 3, status: 500 });
    let down = desk.platform.post(&desk.channel(), &card("Two"), "job-2").await;
    assert!(matches!(down, Err(Failure::Unknown { .. })), "{down:?}");
    assert_eq!(desk.sees().await, ["One\n[Seen]"]);
    desk.end().await;
}

#[tokio::test]
async fn closed_direct_messages_lead_to_a_private_thread_that_is_remembered() {
    let desk = Desk::open().await;
    let elena = desk.fake.add_person("Elena");
    desk.fake.trouble(Trouble::DirectMessagesClosed);
    let alone = desk.platform.post(&direct(&desk, false), &card("One"), "job-0").await;
    let Err(Failure::Never { why }) = alone else { panic!("{alone:?}") };
    assert!(why.contains("50007"), "{why}");
    let place = direct(&desk, true);
    let first = desk.platform.post(&place, &card("One"), "job-1").await.unwrap();
    let second = desk.platform.post(&place, &card("Two"), "job-2").await.unwrap();
    assert_eq!(first.channel, second.channel);
    assert_eq!(desk.sees().await, ["One\n[Seen]", "Two\n[Seen]"]);
    assert!(desk.fake.unread(&elena).is_empty(), "nobody else is in the thread");
    assert_eq!(found(&desk, &place, "job-2").await, Some(second));
    let desk = desk.restart().await;
    let third = desk.platform.post(&direct(&desk, true), &card("Three"), "job-3").await.unwrap();
    assert_eq!(third.channel, first.channel, "remembered over a restart");
    desk.end().await;
}

#[tokio::test]
async fn a_missing_permission_is_final_and_says_why() {
    let desk = Desk::open().await;
    desk.fake.forbids("SEND_MESSAGES");
    let refused = desk.platform.post(&desk.channel(), &card("One"), "job-1").await;
    let Err(Failure::Never { why }) = refused else { panic!("{refused:?}") };
    assert_eq!(why, "Discord refused: 403, code 50013, Missing Permissions");
    desk.end().await;
}

#[tokio::test]
async fn details_go_into_the_thread_of_a_message() {
    let desk = Desk::open().await;
    let root = desk.platform.post(&desk.channel(), &card("Digest"), "job-1").await.unwrap();
    let under = Place::Thread { under: root.clone() };
    assert_eq!(found(&desk, &under, "job-2").await, None);
    let first = desk.platform.post(&under, &card("Matrix"), "job-2").await.unwrap();
    let second = desk.platform.post(&under, &card("Reasons"), "job-3").await.unwrap();
    assert_eq!((first.channel.as_str(), second.channel.as_str()), (root.id.as_str(), root.id.as_str()));
    assert_eq!(found(&desk, &under, "job-3").await, Some(second));
    let letter = desk.platform.post(&direct(&desk, false), &card("A question"), "job-4").await.unwrap();
    let answer = Place::Thread { under: letter.clone() };
    let posted = desk.platform.post(&answer, &card("An answer"), "job-5").await.unwrap();
    assert_eq!(posted.channel, letter.channel, "direct messages have no threads");
    assert_eq!(found(&desk, &answer, "job-5").await, Some(posted));
    desk.end().await;
}

#[tokio::test]
async fn a_long_card_takes_several_messages_and_is_one_post() {
    let desk = Desk::open().await;
    let quote = "n*o ".repeat(3_500);
    let long = card("Long").with(Block::Quote(quote.trim().into()));
    desk.fake.trouble(Trouble::LostAnswer { times: 1 });
    assert!(desk.platform.post(&desk.channel(), &long, "job-1").await.is_err());
    assert_eq!(found(&desk, &desk.channel(), "job-1").await, None, "one part is not the whole");
    desk.fake.forgets_nonces();
    let posted = desk.platform.post(&desk.channel(), &long, "job-1").await.unwrap();
    assert_eq!(found(&desk, &desk.channel(), "job-1").await.as_ref(), Some(&posted));
    let seen = desk.sees().await;
    assert!(seen.len() > 2, "{} messages", seen.len());
    assert_eq!(seen.join("").matches("n*o").count(), 3_500, "nothing is lost or doubled");
    desk.platform.replace(&posted, &card("Short"), "job-1").await.unwrap();
    assert_eq!(desk.fake.posted().len(), 1);
    desk.end().await;
}

#[tokio::test]
async fn fifty_one_blocks_and_3001_characters_are_all_there() {
    let desk = Desk::open().await;
    let mut many = Card::titled("Many");
    for n in 0..51 {
        many = many.with(Block::Text(format!("Block number {n}.").into()));
    }
    desk.platform.post(&desk.channel(), &many, "job-1").await.unwrap();
    let words = format!("{}!", "x".repeat(3_000));
    let long = Card::titled("Words").with(Block::Quote(words.clone()));
    desk.platform.post(&desk.channel(), &long, "job-2").await.unwrap();
    let seen = desk.sees().await;
    assert!((0..51).all(|n| seen[0].contains(&format!("Block number {n}."))));
    assert_eq!(seen[1], format!("Words\n> {words}"));
    desk.end().await;
}

#[tokio::test]
async fn rows_of_buttons_beyond_five_go_on_in_another_message() {
    let desk = Desk::open().await;
    let buttons = (0..27).map(|n| Button::new(action(&format!("b:{}", n % 9)), format!("B{n}"))).collect();
    desk.platform.post(&desk.channel(), &Card::titled("Many").with(Block::Buttons(buttons)), "job-1").await.unwrap();
    let seen = desk.sees().await.join("\n");
    assert!((0..27).all(|n| seen.contains(&format!("[B{n}]"))), "{seen}");
    desk.end().await;
}

#[tokio::test]
async fn whatever_a_client_is_called_pages_nobody_and_reads_as_written() {
    let desk = Desk::open().await;
    let elena = desk.fake.add_person("Elena");
    let names = [
        "@everyone <!channel> <@U1>",
        "`code` ```block``` **bold** __x__ ~~y~~ ||z||",
        "<t:1:R> <#1> <:a:1> [a](https://b.c) https://evil.example/x",
        "# big",
        "> quoted",
        "- item",
        "1. first",
        "'; DROP TABLE refusals; --",
        "=1+1",
        "مرحبا \u{202e}abc e\u{301}\u{301} 🧑‍🤝‍🧑 ţ",
        "back\\slash \\*",
    ];
    for (n, name) in names.into_iter().map(str::to_owned).chain([format!("<@{elena}>")]).enumerate() {
        let head = vec!["Client".into(), "n".into()];
        let all = Card::titled(name.as_str())
            .with(Block::Text(name.as_str().into()))
            .with(Block::Facts(vec![(name.clone(), Text::strong(name.as_str()))]))
            .with(Block::Quote(name.clone()))
            .with(Block::Table { head, rows: vec![vec![name.as_str().into(), "3".into()]] })
            .with(Block::Note(name.as_str().into()));
        desk.platform.post(&desk.channel(), &all, &format!("job-{n}")).await.unwrap();
        let cell = name.replace("```", "`\u{200b}`\u{200b}`").replace('|', " | ");
        let cell = cell.split(" | ").map(str::trim).collect::<Vec<_>>().join(" | ");
        let want = format!("{name}\n{name}\n{name}: {name}\n> {name}\nClient | n\n{cell} | 3\n{name}");
        let seen = desk.sees().await;
        if name.contains('|') {
            assert!(seen[0].starts_with(&format!("{name}\n{name}\n{name}: {name}\n> {name}\n")), "{}", seen[0]);
        } else {
            assert_eq!(seen, [want]);
        }
    }
    assert_eq!(desk.fake.pings(), Vec::<String>::new());
    desk.end().await;
}

#[tokio::test]
async fn only_someone_mentioned_on_purpose_is_notified() {
    let desk = Desk::open().await;
    let at = "2026-11-23T09:00:00Z".parse::<chrono::DateTime<Utc>>().unwrap();
    let account = Account::new(Service::Discord, desk.ana.clone());
    let title = Text(vec![
        Span::Mention { account, name: "Ana".into() },
        Span::Plain(" has until ".into()),
        Span::When { at, style: WhenStyle::DateTime, fallback: "Monday".into() },
    ]);
    let card = Card::titled(title)
        .tone(Tone::Attention)
        .with(Block::Divider)
        .with(Block::Text(Text(vec![Span::Link { label: "the offer".into(), url: "https://a.example/x".into() }])));
    desk.platform.post(&desk.channel(), &card, "job-1").await.unwrap();
    assert_eq!(desk.sees().await, ["@Ana has until @2026-11-23T09:00Z\n---\nthe offer"]);
    assert_eq!(desk.fake.pings(), std::slice::from_ref(&desk.ana));
    desk.end().await;
}
