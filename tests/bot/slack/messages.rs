//! What people see of the bot's cards.

use chrono::{TimeZone, Utc};
use panout::chat::{Account, Block, Card, Choice, Look, Pick, Place, Reply, Service, Span, Text, Tone, WhenStyle};

use super::rig::{Did, Rig, Script, action, button, now, whisper};
use crate::story::ChatService as _;

fn full_card() -> Card {
    let at = Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap();
    let when = Span::When { at, style: WhenStyle::DateTime, fallback: "23 November, 11:00".into() };
    Card::titled(Text::plain("Refusal ").then(Text::strong("#214")))
        .tone(Tone::Good)
        .with(Block::Text(Text(vec![Span::Plain("Seen ".into()), when])))
        .with(Block::Facts(vec![("Account".into(), "Acme".into()), ("Budget".into(), Text::strong("12,000 €"))]))
        .with(Block::Quote("they only pay\nat 90 days".into()))
        .with(Block::Table {
            head: vec!["Rep".into(), "CRM".into()],
            rows: vec![vec!["Ana".into(), "3".into()], vec!["Bo".into(), Text::default()]],
        })
        .with(Block::Divider)
        .with(Block::Note("Only you see this.".into()))
        .with(Block::Pick(Pick {
            action: action("product:214"),
            label: "Choose a product".into(),
            choices: vec![Choice::new("crm", "CRM Suite")],
        }))
        .with(Block::Buttons(vec![
            button("undo:214", "Undo").look(Look::Danger),
            button("edit:214", "Edit").look(Look::Primary),
        ]))
}

#[tokio::test]
async fn a_card_shows_every_part() {
    let rig = Rig::start(Script::replying(Reply::Whisper(full_card()))).await;
    rig.types("/refusal Acme 12k").await;
    let screen = "Refusal #214\nSeen @2026-11-23T09:00Z\nAccount: Acme\nBudget: 12,000 €\n> they only pay\n> at 90 \
                  days\nRep | CRM\nAna | 3\nBo |\n---\nOnly you see this.\n{Choose a product}\n[Undo] [Edit]";
    assert_eq!(rig.news().await, [screen]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_command_arrives_as_it_was_typed() {
    let rig = Rig::start(Script::replying(whisper("Logged"))).await;
    rig.types("/refusal A&B <script> \"30% trop cher\" ș €").await;
    rig.idle().await;
    let (event, did) = rig.bot.last();
    let Did::Command(command) = did else { panic!("{did:?}") };
    assert_eq!((command.name.as_str(), command.text.as_str()), ("refusal", "A&B <script> \"30% trop cher\" ș €"));
    assert_eq!(event.who, Account::new(Service::Slack, rig.ana.as_str()));
    assert_eq!(event.name, "Ana");
    assert_eq!(event.place, Some(Place::Channel { service: Service::Slack, id: rig.sales.clone() }));
}

#[tokio::test]
async fn a_command_typed_to_the_bot_itself_is_answered_there() {
    let rig = Rig::start(Script::replying(Reply::Say(Card::titled("Hello")))).await;
    let direct = rig.slack.direct(&rig.ana);
    rig.slack.types(&rig.ana, &direct, "/panout").await;
    rig.idle().await;
    assert_eq!(rig.bot.last().0.place, Some(rig.direct()));
    let posted = rig.slack.posted();
    assert_eq!((posted[0].0.channel.as_str(), posted[0].2.as_str()), (direct.as_str(), "Hello"));
}

#[tokio::test]
async fn a_press_in_a_thread_says_so_and_is_answered_there() {
    let press = |_| Reply::Say(Card::titled("Because."));
    let rig = Rig::start(Script { press: Box::new(press), ..Script::default() }).await;
    let root = rig.platform.post(&rig.direct(), &Card::titled("Acme"), "root").await.unwrap();
    let thread = Place::Thread { under: root };
    let why = Card::titled("Why?").with(Block::Buttons(vec![button("why:1", "Answer")]));
    rig.platform.post(&thread, &why, "why").await.unwrap();
    rig.slack.presses(&rig.ana, "Answer").await;
    rig.idle().await;
    assert_eq!(rig.bot.last().0.place, Some(thread));
    assert_eq!(rig.news().await, ["Acme", "Why?\n[Answer]", "Because."]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_whisper_is_seen_by_its_person_alone() {
    let rig = Rig::start(Script::replying(whisper("Logged"))).await;
    let bo = rig.slack.add_person("Bo");
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
    assert_eq!(rig.slack.unread(&bo), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_said_is_seen_by_everyone() {
    let rig = Rig::start(Script::replying(Reply::Say(Card::titled("Well done")))).await;
    let bo = rig.slack.add_person("Bo");
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Well done"]);
    assert_eq!(rig.slack.unread(&bo), ["Well done"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn what_is_said_where_the_bot_is_not_goes_through_the_commands_own_address() {
    let rig = Rig::start(Script::replying(Reply::Say(Card::titled("Well done")))).await;
    let elsewhere = rig.slack.add_channel_without_bot("elsewhere");
    rig.slack.types(&rig.ana, &elsewhere, "/refusal").await;
    assert_eq!(rig.news().await, ["Well done"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_pressed_whisper_is_replaced_in_place() {
    let undo = Card::titled("Logged").with(Block::Buttons(vec![button("undo:214", "Undo")]));
    let mut script = Script::replying(Reply::Whisper(undo));
    script.press = Box::new(|_| Reply::Replace(Card::titled("Undone")));
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.news().await;
    rig.slack.presses(&rig.ana, "Undo").await;
    assert_eq!(rig.news().await, ["(changed) Undone"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_pressed_card_is_replaced_and_keeps_its_marker() {
    let rig =
        Rig::start(Script { press: Box::new(|_| Reply::Replace(Card::titled("Seen by Ana"))), ..Script::default() })
            .await;
    let card = Card::titled("Acme said no").with(Block::Buttons(vec![button("seen:1", "Seen")]));
    let posted = rig.platform.post(&rig.direct(), &card, "card-1").await.unwrap();
    rig.slack.presses(&rig.ana, "Seen").await;
    assert_eq!(rig.news().await, ["Seen by Ana"]);
    assert_eq!(rig.slack.posted(), [(posted, Some("card-1".into()), "Seen by Ana".into())]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_choice_in_a_menu_is_a_press_with_its_value() {
    let choices = vec![Choice::new("a&b", "A & B"), Choice::new("crm", "CRM")];
    let pick = Pick { action: action("product:1"), label: "Choose".into(), choices };
    let rig = Rig::start(Script::replying(Reply::Whisper(Card::titled("Which?").with(Block::Pick(pick))))).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.slack.chooses(&rig.ana, "Choose", "A & B").await;
    rig.idle().await;
    let Did::Press(press) = rig.bot.last().1 else { panic!() };
    assert_eq!((press.action.as_str(), press.value.as_deref()), ("product:1", Some("a&b")));
}

#[tokio::test]
async fn the_same_action_twice_in_a_card_still_means_the_same() {
    let card = Card::titled("Two").with(Block::Buttons(vec![button("go:1", "This"), button("go:1", "That")]));
    let rig = Rig::start(Script::replying(Reply::Whisper(card))).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.slack.presses(&rig.ana, "That").await;
    rig.idle().await;
    let Did::Press(press) = rig.bot.last().1 else { panic!() };
    assert_eq!(press.action.as_str(), "go:1");
    rig.has_no_complaints();
}

/// What people could be called, or say.
const NASTY: [&str; 14] = [
    "*bold*",
    "_it_ ~no~ `code`",
    "<!channel>",
    "<@U00001>",
    "@everyone",
    "<https://x.y|click>",
    "a & b &amp; c",
    ":x: :+1:",
    "> quoted",
    "```\nblock\n```",
    "'; DROP TABLE refusals; --",
    "=HYPERLINK(\"x\")",
    "שלום עולם \u{202e}abc",
    "e\u{301}\u{327} 👩🏽‍💻 z̷̢̛͎a̵l̷g̶o̸",
];

#[tokio::test]
async fn what_people_write_shows_as_typed_and_pages_nobody() {
    for words in NASTY {
        let card = Card::titled(words)
            .with(Block::Text(Text::plain(words).then(Text::strong(words))))
            .with(Block::Facts(vec![(words.into(), words.into())]))
            .with(Block::Quote(words.into()))
            .with(Block::Table { head: vec![words.into()], rows: vec![vec![words.into()]] })
            .with(Block::Note(words.into()));
        let rig = Rig::start(Script::replying(Reply::Whisper(card))).await;
        rig.types("/refusal").await;
        let quoted = words.split('\n').map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n");
        let screen = format!("{words}\n{words}{words}\n{words}: {words}\n{quoted}\n{words}\n{words}\n{words}");
        assert_eq!(rig.news().await, [screen]);
        assert_eq!(rig.slack.pings(), Vec::<String>::new(), "{words}");
        rig.has_no_complaints();
    }
}

#[tokio::test]
async fn only_a_mention_pages_and_only_on_its_own_service() {
    let mention =
        |service, id: &str, name: &str| Span::Mention { account: Account::new(service, id), name: name.into() };
    let rig = Rig::start(Script::default()).await;
    let text = Text(vec![
        mention(Service::Slack, &rig.ana, "Ana"),
        Span::Plain(" and ".into()),
        mention(Service::Discord, "1000", "Bo"),
    ]);
    rig.platform.post(&rig.direct(), &Card::titled("Hello").with(Block::Text(text)), "m-1").await.unwrap();
    assert_eq!(rig.news().await, ["Hello\n@Ana and Bo"]);
    assert_eq!(rig.slack.pings(), std::slice::from_ref(&rig.ana));
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_quote_of_3001_characters_is_shown_whole() {
    for words in ["word ".repeat(600) + "!", "x".repeat(3001), "e\u{301}".repeat(4000), "👩🏽‍💻".repeat(1500)]
    {
        let rig =
            Rig::start(Script::replying(Reply::Whisper(Card::titled("Long").with(Block::Quote(words.clone()))))).await;
        rig.types("/refusal").await;
        assert_eq!(rig.news().await, [format!("Long\n> {words}")]);
        rig.has_no_complaints();
    }
}

#[tokio::test]
async fn a_card_of_120_blocks_is_split_with_its_buttons_on_the_first_message() {
    let mut card = Card::titled("Many");
    for n in 0..120 {
        card = card.with(Block::Text(format!("line {n}").into()));
    }
    card = card.with(Block::Buttons(vec![button("seen:1", "Seen")]));
    let rig = Rig::start(Script::default()).await;
    let posted = rig.platform.post(&rig.direct(), &card, "many").await.unwrap();
    let screens: Vec<String> = rig.slack.posted().into_iter().map(|(_, _, screen)| screen).collect();
    assert_eq!(screens.len(), 3);
    assert!(screens[0].starts_with("Many\nline 0\n") && screens[0].ends_with("\n[Seen]"), "{}", screens[0]);
    let lines =
        screens.join("\n").lines().filter(|line| line.starts_with("line ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines, (0..120).map(|n| format!("line {n}")).collect::<Vec<_>>());
    assert_eq!(rig.platform.find(&rig.direct(), "many", now()).await.unwrap(), Some(posted));
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_table_too_large_for_slack_is_drawn_as_lines() {
    let rows: Vec<Vec<Text>> = (0..150).map(|n| vec![format!("Rep {n}").into(), n.to_string().into()]).collect();
    let table = Block::Table { head: vec!["Rep".into(), "Total".into()], rows };
    let rig = Rig::start(Script::replying(Reply::Whisper(Card::titled("All").with(table)))).await;
    rig.types("/refusal").await;
    let news = rig.news().await.join("\n");
    assert!(news.starts_with("All\nRep | Total\nRep 0 | 0\n") && news.ends_with("\nRep 149 | 149"), "{news}");
    rig.has_no_complaints();
}
