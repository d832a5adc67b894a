//! What people see through [`LocalPage`], the driver that every story uses.

use chrono::TimeDelta;
use panout::chat::{
    Account, Block, Button, Card, Choice, Fault, Faults, Look, Pick, Place, Reply, Service, Span, Text, WhenStyle,
};

use super::bot::{Did, ScriptedBot};
use super::{Demo, action, card, direct, form, sales};
use crate::fake::local::LocalPage;
use crate::story::{ChatService, Trouble};

async fn page(demo: &Demo) -> LocalPage {
    let page = LocalPage::new();
    page.add_person("Ana");
    page.add_person("Elena");
    page.add_channel("sales");
    page.open_at(demo.addr);
    page.settle().await;
    page
}

fn rich() -> Card {
    let at = "2026-11-23T09:00:00Z".parse().unwrap();
    let when = Span::When { at, style: WhenStyle::DateTime, fallback: "23 November, 11:00".into() };
    let who = Span::Mention { account: Account::new(Service::Local, "ana"), name: "Ana".into() };
    let site = Span::Link { label: "their site".into(), url: "https://acme.example".into() };
    let row = |cells: [&str; 2]| cells.map(Text::plain).to_vec();
    Card::titled(Text::strong("#214").then(" Acme"))
        .with(Block::Text(Text(vec![
            who,
            Span::Plain(" meets them ".into()),
            when,
            Span::Plain(", see ".into()),
            site,
        ])))
        .with(Block::Facts(vec![("Budget".into(), "12 000 €".into()), ("Reason".into(), "Price".into())]))
        .with(Block::Quote("too dear\nby far".into()))
        .with(Block::Table {
            head: vec!["Rep".into(), "Total".into()],
            rows: vec![row(["Ana", "3"]), row(["Dan", "5"])],
        })
        .with(Block::Divider)
        .with(Block::Pick(Pick {
            action: action("product:214"),
            label: "Choose a product".into(),
            choices: vec![Choice::new("crm", "CRM Suite")],
        }))
        .with(Block::Buttons(vec![Button::new(action("undo:214"), "Undo")]))
        .with(Block::Buttons(vec![Button::new(action("edit:214"), "Edit").look(Look::Primary)]))
        .with(Block::Note("Undo works for 10 minutes.".into()))
}

const RICH: &str = "#214 Acme
@Ana meets them @2026-11-23T09:00Z, see their site
Budget: 12 000 €
Reason: Price
> too dear
> by far
Rep | Total
Ana | 3
Dan | 5
---
Undo works for 10 minutes.
{Choose a product}
[Undo] [Edit]";

#[tokio::test]
async fn a_card_is_read_as_every_service_shows_it() {
    let demo = Demo::start(ScriptedBot::new(|_, _| Ok(Reply::Done))).await;
    let page = page(&demo).await;
    let posted = demo.platform.post(&sales(), &rich(), "card-1").await.unwrap();
    page.settle().await;
    assert_eq!(page.unread("ana"), [RICH]);
    assert_eq!(page.unread("ana"), Vec::<String>::new());
    assert_eq!(page.posted(), [(posted.clone(), Some("card-1".into()), RICH.into())]);
    demo.platform.replace(&posted, &card("Decided"), "card-1").await.unwrap();
    page.settle().await;
    assert_eq!((page.unread("ana"), page.unread("elena")), (vec!["(changed) Decided".into()], vec!["Decided".into()]));
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_person_types_fills_mends_and_sends_a_form() {
    let demo = Demo::start(ScriptedBot::new(|_, did| match did {
        Did::Submit(s) if s.values.contains_key("budget") => Ok(Reply::Say(card(&format!("{:?}", s.values)))),
        Did::Submit(_) => Err(Faults(vec![Fault { field: "budget".into(), says: "How much?".into() }])),
        _ => Ok(Reply::Ask(form())),
    }))
    .await;
    let page = page(&demo).await;
    assert!(!page.form_is_open("ana"));
    page.types("ana", "sales", "/refusal").await;
    assert!(page.form_is_open("ana") && !page.form_is_open("elena"));
    assert_eq!(page.suggestions("ana", "Account", "", "ac").await, ["Acme", "Acme România"]);
    assert_eq!(page.suggestions("ana", "refusal", "account", "glo").await, ["Globex"]);
    assert_eq!(page.suggestions("ana", "refusal", "reason", "pr").await, ["Price"]);
    page.fills("ana", "Account", "Acme").await;
    page.fills("ana", "Reason", "Price").await;
    page.fills("ana", "Owner", "Elena").await;
    page.fills("ana", "In their words", "too dear").await;
    page.fills("ana", "In their words", "").await;
    page.submits("ana").await;
    let faulty = "What did they say?\nAccount: acme\nReason: Price\nBudget: \nUnder contract until: \nOwner: local:elena\nIn their words: \n! How much?";
    assert_eq!(
        page.form("ana").replace("Account: Acme", "Account: acme").replace("Owner: Elena", "Owner: local:elena"),
        faulty
    );
    page.fills("ana", "Budget", "12k").await;
    page.submits("ana").await;
    assert!(!page.form_is_open("ana"));
    let sent = r#"{"account": "acme", "budget": "12k", "owner": "local:elena", "reason": "price"}"#;
    assert_eq!(page.unread("elena"), [sent]);
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_person_presses_chooses_and_uses_a_shortcut() {
    let demo = Demo::start(ScriptedBot::new(|_, did| {
        Ok(match did {
            Did::Press(press) => Reply::Whisper(card(&format!("{} {:?}", press.action, press.value))),
            Did::Shortcut(shortcut) => Reply::Whisper(card(&format!("{} {}", shortcut.name, shortcut.text))),
            _ => Reply::Done,
        })
    }))
    .await;
    let page = page(&demo).await;
    demo.platform.post(&direct("ana"), &rich(), "card-1").await.unwrap();
    page.presses("ana", "Undo").await;
    page.chooses("ana", "Choose a product", "CRM Suite").await;
    page.uses_shortcut("ana", "sales", "Log as refusal", "they said no").await;
    page.repeats_last_act(3).await;
    let seen = page.unread("ana");
    assert_eq!(seen[1..], ["undo:214 None", "product:214 Some(\"crm\")", "log_refusal they said no"]);
    assert_eq!(demo.bot.asked().len(), 6);
    assert_eq!(page.unread("elena"), Vec::<String>::new());
    page.trouble(Trouble::SocketDrops);
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn what_goes_past_the_limits_of_the_chat_model_is_complained_about() {
    let demo = Demo::start(ScriptedBot::new(|_, _| Ok(Reply::Done))).await;
    let page = page(&demo).await;
    let primary = |label: &str| Button::new(action("a:1"), label).look(Look::Primary);
    let bad = card("").with(Block::Buttons(vec![primary("x"), primary(&"x".repeat(41))]));
    demo.platform.post(&sales(), &bad, "card-1").await.unwrap();
    page.types("ana", "sales", "/nothing").await;
    let complaints = page.complaints().join("\n");
    for sentence in ["no title", "label is not 1 to 40", "more than one primary", "refused an act of ana with 422"] {
        assert!(complaints.contains(sentence), "{sentence} is not in\n{complaints}");
    }
}

#[tokio::test]
async fn people_and_channels_can_be_added_while_the_page_is_open() {
    let demo = Demo::start(ScriptedBot::new(|_, _| Ok(Reply::Say(card("Said"))))).await;
    let page = page(&demo).await;
    let (dan, market) = (page.add_person("Dan Ionescu"), page.add_channel("Market news"));
    page.types(&dan, &market, "/refusal").await;
    assert_eq!((page.unread(&dan), page.unread("ana")), (vec!["Said".into()], vec!["Said".into()]));
    let (event, _) = demo.bot.asked().remove(0);
    assert_eq!(event.place, Some(Place::Channel { service: Service::Local, id: "market-news".into() }));
    let later = demo.ports.clock.now() + TimeDelta::days(1);
    demo.ports.clock.set(later);
    let posted = demo.platform.post(&direct(&dan), &card("Later"), "m-1").await.unwrap();
    page.settle().await;
    assert_eq!(page.unread(&dan), ["Later"]);
    assert_eq!(posted.channel, "dm:dan-ionescu");
}
