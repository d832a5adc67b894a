//! Commands, presses, shortcuts, suggestions, and answers that come late.

use std::time::Instant;

use panout::chat::{Block, Button, Card, Choice, Pick, Place, Reply, Service, Tone};

use super::desk::{Asked, Desk, action};
use crate::story::{ChatService as _, IN_TIME, Trouble};

fn card() -> Card {
    let buttons = vec![Button::new(action("undo:1"), "Undo"), Button::new(action("edit:1"), "Edit")];
    Card::titled("Logged #1").tone(Tone::Good).with(Block::Buttons(buttons))
}

#[tokio::test]
async fn a_command_is_answered_for_its_person_only() {
    let desk = Desk::open().await;
    let elena = desk.fake.add_person("Elena");
    desk.bot.replies(Reply::Whisper(card()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal Acme 12k").await;
    assert_eq!(desk.sees().await, ["Logged #1\n[Undo] [Edit]"]);
    assert!(desk.fake.unread(&elena).is_empty());
    let [Asked::Command(event, command)] = &desk.bot.asked()[..] else { panic!("{:?}", desk.bot.asked()) };
    assert_eq!((command.name.as_str(), command.text.as_str()), ("refusal", "Acme 12k"));
    assert_eq!((event.name.as_str(), event.language.as_deref()), ("Ana", Some("en-US")));
    assert_eq!(event.place, Some(desk.channel()));
    desk.end().await;
}

#[tokio::test]
async fn typed_options_and_subcommands_reach_the_bot() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Whisper(Card::titled("Fine")));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal account:Acme Corp outcome:silent text:they said no").await;
    desk.fake.types(&desk.ana, &desk.sales, "/refusals mine").await;
    let [Asked::Command(_, first), Asked::Command(_, second)] = &desk.bot.asked()[..] else { panic!() };
    let options: Vec<_> = first.options.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!((options.join(" ").as_str(), first.text.as_str()), ("account=Acme Corp outcome=silent", "they said no"));
    assert_eq!((second.name.as_str(), second.text.as_str()), ("refusals", "mine"));
    desk.end().await;
}

#[tokio::test]
async fn a_press_replaces_the_card_and_a_pick_carries_its_value() {
    let desk = Desk::open().await;
    let pick =
        Pick { action: action("reason:1"), label: "Choose a reason".into(), choices: vec![Choice::new("p", "Price")] };
    desk.bot.replies(Reply::Whisper(card().with(Block::Pick(pick))));
    desk.bot.replies(Reply::Replace(Card::titled("Undone")));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.sees().await, ["Logged #1\n[Undo] [Edit]\n{Choose a reason}"]);
    desk.fake.chooses(&desk.ana, "Choose a reason", "Price").await;
    assert_eq!(desk.sees().await, ["(changed) Undone"]);
    let Some(Asked::Press(_, press)) = desk.bot.asked().pop() else { panic!() };
    assert_eq!((press.action.as_str(), press.value.as_deref()), ("reason:1", Some("p")));
    desk.end().await;
}

#[tokio::test]
async fn nothing_to_show_leaves_nothing_behind() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Done);
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.sees().await, Vec::<String>::new());
    desk.end().await;
}

#[tokio::test]
async fn what_is_said_is_seen_by_everyone() {
    let desk = Desk::open().await;
    let elena = desk.fake.add_person("Elena");
    desk.bot.replies(Reply::Say(Card::titled("Well done, all")));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.idle().await;
    assert_eq!(desk.fake.unread(&elena), ["Well done, all"]);
    desk.end().await;
}

#[tokio::test]
async fn a_message_menu_hands_over_the_message() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Whisper(Card::titled("Fine")));
    desk.fake.uses_shortcut(&desk.ana, &desk.sales, "Noter un refus", "Too *dear* for us").await;
    let [Asked::Shortcut(_, shortcut)] = &desk.bot.asked()[..] else { panic!() };
    assert_eq!((shortcut.name.as_str(), shortcut.text.as_str()), ("log", "Too *dear* for us"));
    desk.end().await;
}

#[tokio::test]
async fn options_suggest_while_they_are_typed() {
    let desk = Desk::open().await;
    desk.bot.suggests(&["Acme", "Globex", "Pacme"]);
    assert_eq!(desk.fake.suggestions(&desk.ana, "/refusal", "account", "acm").await, ["Acme", "Pacme"]);
    let [Asked::Suggest(_, query)] = &desk.bot.asked()[..] else { panic!() };
    assert_eq!((query.source.as_str(), query.typed.as_str()), ("account", "acm"));
    desk.end().await;
}

#[tokio::test]
async fn suggestions_that_take_too_long_are_an_empty_list_in_time() {
    let desk = Desk::open().await;
    desk.bot.suggests(&["Acme"]);
    desk.bot.stalls();
    assert!(desk.fake.suggestions(&desk.ana, "/refusal", "account", "a").await.is_empty());
    desk.bot.goes_on();
    desk.end().await;
}

#[tokio::test]
async fn a_late_answer_is_acknowledged_at_once_and_edited_in() {
    let desk = Desk::open().await;
    let elena = desk.fake.add_person("Elena");
    desk.bot.replies(Reply::Whisper(card()));
    desk.bot.replies(Reply::Replace(Card::titled("Undone")));
    desk.bot.replies(Reply::Say(Card::titled("For all")));
    desk.bot.replies(Reply::Done);
    for step in 0..4 {
        desk.bot.stalls();
        let before = Instant::now();
        match step {
            1 => desk.fake.presses(&desk.ana, "Undo").await,
            _ => desk.fake.types(&desk.ana, &desk.sales, "/refusal").await,
        }
        // The stand-in returns with the acknowledgement, while the bot still stalls.
        assert!(before.elapsed() < IN_TIME, "{:?}", before.elapsed());
        assert_eq!(desk.fake.unread(&desk.ana), Vec::<String>::new());
        desk.bot.goes_on();
        let seen: &[&str] = [&["Logged #1\n[Undo] [Edit]"][..], &["(changed) Undone"], &["For all"], &[]][step];
        assert_eq!(desk.sees().await, seen);
    }
    assert_eq!(desk.fake.unread(&elena), ["For all"]);
    desk.end().await;
}

#[tokio::test]
async fn the_same_act_delivered_three_times_has_one_id_and_one_answer() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Whisper(card()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.fake.repeats_last_act(2).await;
    desk.idle().await;
    let ids: Vec<String> = desk.bot.asked().iter().map(|asked| asked.event().id.clone()).collect();
    assert_eq!((ids.len(), &ids[0], &ids[0]), (3, &ids[1], &ids[2]));
    assert_eq!(desk.sees().await, ["Logged #1\n[Undo] [Edit]"]);
    desk.end().await;
}

#[tokio::test]
async fn an_expired_interaction_is_answered_by_direct_message() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Whisper(card()));
    desk.fake.trouble(Trouble::TriggersExpire { times: 1 });
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.sees().await, ["Logged #1\n[Undo] [Edit]"]);
    desk.fake.presses(&desk.ana, "Edit").await;
    let Some(Asked::Press(event, _)) = desk.bot.asked().pop() else { panic!() };
    assert!(matches!(event.place, Some(Place::Direct { account, .. }) if account.service == Service::Discord));
    desk.end().await;
}

#[tokio::test]
async fn an_interaction_serenity_cannot_read_is_answered_all_the_same() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Whisper(card()));
    desk.fake.leaves_out_fields();
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.fake.presses(&desk.ana, "Undo").await;
    assert_eq!(desk.bot.asked().len(), 2);
    desk.end().await;
}

#[tokio::test]
async fn a_card_in_several_messages_is_whispered_whole() {
    let desk = Desk::open().await;
    let quote = "They said no. ".repeat(700);
    desk.bot.replies(Reply::Whisper(Card::titled("Long").with(Block::Quote(quote.trim().into()))));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    let seen = desk.sees().await.join("\n");
    let words = seen.replace("> ", "").replace('\n', "");
    assert_eq!(words.matches("They said no.").count(), 700);
    desk.end().await;
}

#[tokio::test]
async fn the_adapter_speaks_the_language_of_the_person() {
    let desk = Desk::open().await;
    desk.fake.speaks(&desk.ana, "fr");
    desk.bot.replies(Reply::Whisper(Card::titled("Old").with(Block::Buttons(vec![Button::new(action("a"), "A")]))));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    let Some(Asked::Command(event, _)) = desk.bot.asked().pop() else { panic!() };
    assert_eq!(event.language.as_deref(), Some("fr"));
    desk.end().await;
}
