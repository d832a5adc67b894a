//! The page itself, in a real browser.

use std::sync::Arc;

use panout::chat::{
    Account, Block, Button, Card, Choice, Fault, Faults, Look, Pick, Reply, Service, Span, Text, Tone, WhenStyle,
};

use super::bot::{Did, ScriptedBot};
use super::browser::Browser;
use super::{Demo, action, card, direct, form, sales};

/// What must never become markup.
const HOSTILE: &str =
    "<img src=x onerror=\"document.title='stolen'\"></script><b>bold</b> <!channel> @everyone \u{202e}abc";

/// Logs refusals as the real bot would, wants a budget, and undoes.
fn bot() -> Arc<ScriptedBot> {
    ScriptedBot::new(|_, did| match did {
        Did::Submit(s) if s.values.contains_key("budget") => Ok(Reply::Whisper(logged(&s.values["account"]))),
        Did::Submit(_) => {
            Err(Faults(vec![Fault { field: "budget".into(), says: "Write an amount, such as 12k.".into() }]))
        }
        Did::Press(press) if press.action.as_str().starts_with("undo") => Ok(Reply::Replace(card("Undone: #214"))),
        _ => Ok(Reply::Ask(form())),
    })
}

fn logged(account: &str) -> Card {
    Card::titled(Text::plain("Logged #214: ").then(Text::strong(account)))
        .tone(Tone::Good)
        .with(Block::Facts(vec![
            ("Budget".into(), "12 000 €".into()),
            ("Reason".into(), "Price, above the alternative".into()),
        ]))
        .with(Block::Quote("They only pay at 90 days, and we are 30 % too dear.".into()))
        .with(Block::Buttons(vec![
            Button::new(action("edit:214"), "Edit"),
            Button::new(action("undo:214"), "Undo").look(Look::Danger),
        ]))
        .with(Block::Note("Undo works for 10 minutes.".into()))
}

fn for_the_head(account: &str) -> Card {
    let when = Span::When {
        at: "2026-11-23T07:00:00Z".parse().unwrap(),
        style: WhenStyle::DateTime,
        fallback: "Monday at 9".into(),
    };
    let who = Span::Mention { account: Account::new(Service::Local, "ana"), name: "Ana".into() };
    let row = |cells: [&str; 4]| cells.map(Text::plain).to_vec();
    Card::titled(Text::strong(account).then(" said no: price"))
        .tone(Tone::Attention)
        .with(Block::Text(Text(vec![
            who,
            Span::Plain(" logged it. Talk to them before ".into()),
            when,
            Span::Plain(".".into()),
        ])))
        .with(Block::Quote("Prea scump cu 30 %.\nPoate la anul.".into()))
        .with(Block::Table {
            head: ["Rep", "CRM Suite", "Support", "Total"].map(str::to_owned).to_vec(),
            rows: vec![row(["Ana", "3", "1", "4"]), row(["Ștefan", "1", "—", "1"])],
        })
        .with(Block::Divider)
        .with(Block::Pick(Pick {
            action: action("product:214"),
            label: "Choose a product".into(),
            choices: vec![Choice::new("crm", "CRM Suite"), Choice::new("support", "Support")],
        }))
        .with(Block::Buttons(vec![
            Button::new(action("seen:214"), "Seen").look(Look::Primary),
            Button::new(action("ask:214"), "Ask the rep"),
        ]))
}

/// Writes a line and sends it.
async fn say(browser: &mut Browser, line: &str) {
    browser.eval("document.getElementById('line').focus()").await;
    browser.write(line).await;
    browser.key("Enter").await;
}

const NO_SIDEWAYS: &str = "document.documentElement.scrollWidth <= innerWidth && \
                           document.getElementById('scroll').scrollWidth <= document.getElementById('scroll').clientWidth";

#[tokio::test]
async fn a_refusal_is_logged_by_keyboard_alone_with_a_fault_on_the_way() {
    let demo = Demo::start(bot()).await;
    let Some(mut page) = Browser::open(demo.addr, 1180, 820).await else { return };
    page.sees("Who are you?").await;
    page.picture("people").await;
    page.tab_to(".people button").await;
    page.key("Enter").await;
    page.until("document.activeElement.id === 'line'").await;
    page.write("/").await;
    page.sees("Log a refusal").await;
    page.picture("commands").await;
    page.key("ArrowDown").await;
    page.key("Enter").await;
    page.until("document.getElementById('line').value === '/refusal '").await;
    page.sees("The company that refused").await;
    page.write("ac").await;
    page.sees("Acme România").await;
    page.picture("arguments").await;
    page.key("Tab").await;
    page.until("document.getElementById('line').value === '/refusal acme '").await;
    page.key("Enter").await;
    page.sees("What did they say?").await;
    page.until("document.activeElement.id === 'field-account'").await;
    page.write("Ac").await;
    page.until("document.querySelectorAll('#field-account-list li').length === 2").await;
    page.key("ArrowDown").await;
    page.key("Enter").await;
    page.until("document.getElementById('field-account').value === 'Acme'").await;
    page.tab_to("#field-reason").await;
    page.key("ArrowDown").await;
    page.tab_to("#field-verbatim").await;
    page.write("too dear").await;
    page.tab_to("#form-submit").await;
    page.key("Enter").await;
    page.sees("Write an amount, such as 12k.").await;
    page.until("document.activeElement.id === 'field-budget'").await;
    let kept = "document.getElementById('field-verbatim').value === 'too dear'";
    assert_eq!(page.eval(kept).await, true, "what was typed is kept");
    page.picture("form").await;
    page.write("12k").await;
    page.key("Enter").await;
    page.until("!document.getElementById('form').open").await;
    page.sees("Logged #214: acme").await;
    page.sees("Only you can see this").await;
    page.picture("whisper").await;
    page.tab_to(".button.danger").await;
    page.key("Enter").await;
    page.sees("Undone: #214").await;
    page.until("document.activeElement.classList.contains('message')").await;
    assert_eq!(page.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_happens_elsewhere_arrives_without_a_reload() {
    let demo = Demo::start(bot()).await;
    let Some(mut page) = Browser::open(demo.addr, 1180, 820).await else { return };
    page.click(".people button", "Ana").await;
    page.until("document.getElementById('place').textContent === '#sales'").await;
    demo.platform.post(&direct("elena"), &for_the_head("Acme"), "m-1").await.unwrap();
    page.sees("News for others").await;
    page.picture("news").await;
    page.click("#me", "Ana").await;
    page.click(".people button", "Elena").await;
    page.until("document.querySelector('#places .count:not([hidden])')?.textContent.endsWith('1')").await;
    page.click("#places button", "Panout").await;
    page.sees("said no: price").await;
    page.until("!document.querySelector('#places .count:not([hidden])')").await;
    page.sees("November 23, 2026 at 9:00").await;
    page.picture("head").await;
    let posted = demo.platform.post(&direct("elena"), &card("A second one"), "m-2").await.unwrap();
    page.sees("A second one").await;
    demo.platform.replace(&posted, &card("Seen by Elena"), "m-2").await.unwrap();
    page.until(
        "!document.body.innerText.includes('A second one') && document.body.innerText.includes('Seen by Elena')",
    )
    .await;
    page.click(".button", "Next Monday").await;
    page.until("document.getElementById('clock-now').dateTime.startsWith('2026-11-23T07:0')").await;
    page.reload().await;
    page.sees("Seen by Elena").await;
    assert_eq!(page.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn hostile_words_are_shown_as_they_were_typed() {
    let hostile = ScriptedBot::new(|_, did| match did {
        Did::Command(_) => Ok(Reply::Say(for_the_head(HOSTILE).with(Block::Text(Text(vec![Span::Link {
            label: "a trap".into(),
            url: "javascript:document.title='stolen'".into(),
        }]))))),
        _ => Ok(Reply::Done),
    });
    let demo = Demo::start(hostile).await;
    let Some(mut page) = Browser::open(demo.addr, 1180, 820).await else { return };
    page.click(".people button", "Ana").await;
    page.until("document.activeElement.id === 'line'").await;
    say(&mut page, HOSTILE).await;
    say(&mut page, "/refusal x").await;
    page.until(&format!(
        "[...document.querySelectorAll('.words, .title strong')].filter(e => e.textContent === {}).length === 2",
        serde_json::json!(HOSTILE)
    ))
    .await;
    assert_eq!(page.eval("document.querySelectorAll('#river img[src=x], #river b b, #river a').length").await, 0);
    assert_eq!(page.eval("document.title.includes('stolen')").await, false);
    assert_eq!(page.eval(NO_SIDEWAYS).await, true);
    assert_eq!(page.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_command_that_does_not_exist_comes_back_with_a_sentence() {
    let demo = Demo::start(bot()).await;
    let Some(mut page) = Browser::open(demo.addr, 1180, 820).await else { return };
    page.click(".people button", "Ana").await;
    page.until("document.activeElement.id === 'line'").await;
    say(&mut page, "/refuse Acme").await;
    page.sees("There is no such command.").await;
    page.until("document.getElementById('line').value === '/refuse Acme'").await;
}

#[tokio::test]
async fn a_half_typed_form_survives_a_reload_and_escape_closes_it() {
    let demo = Demo::start(bot()).await;
    let Some(mut page) = Browser::open(demo.addr, 1180, 820).await else { return };
    page.click(".people button", "Ana").await;
    page.until("document.activeElement.id === 'line'").await;
    say(&mut page, "they said it is too dear").await;
    page.click(".quiet", "Log as refusal").await;
    page.until("document.activeElement.id === 'field-account'").await;
    page.write("Glo").await;
    page.until("document.querySelectorAll('#field-account-list li').length === 1").await;
    page.key("Escape").await;
    page.until("document.getElementById('field-account-list').hidden").await;
    assert_eq!(page.eval("document.getElementById('form').open").await, true, "Escape closed the list, not the form");
    page.tab_to("#form-submit").await;
    page.key("Enter").await;
    page.sees("Choose one of the list.").await;
    page.tab_to("#field-verbatim").await;
    page.write("too dear").await;
    page.reload().await;
    page.until("document.getElementById('field-verbatim')?.value === 'too dear'").await;
    page.until("document.getElementById('field-account').value === 'Glo'").await;
    page.key("Escape").await;
    page.until("!document.getElementById('form').open").await;
    page.reload().await;
    page.sees("they said it is too dear").await;
    assert_eq!(page.eval("document.getElementById('form').open").await, false);
    assert_eq!(page.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_open_page_goes_on_by_itself_after_the_bot_was_restarted() {
    let demo = Demo::start(bot()).await;
    let Some(mut page) = Browser::open(demo.addr, 1180, 820).await else { return };
    page.click(".people button", "Ana").await;
    page.until("document.activeElement.id === 'line'").await;
    say(&mut page, "/refusal").await;
    page.until("document.activeElement.id === 'field-account'").await;
    page.tab_to("#field-verbatim").await;
    page.write("too dear").await;
    demo.stop().await;
    page.sees("The connection was lost.").await;
    let demo = demo.restart_here().await;
    demo.platform.post(&sales(), &card("After the restart"), "m-1").await.unwrap();
    page.sees("After the restart").await;
    page.until("document.getElementById('banner').hidden").await;
    assert_eq!(page.eval("document.getElementById('field-verbatim').value").await, "too dear");
    assert_eq!(page.eval("document.getElementById('form').open").await, true);
    assert_eq!(page.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_page_fits_a_phone_in_light_and_dark_and_in_three_languages() {
    let demo = Demo::start(bot()).await;
    let Some(mut page) = Browser::open(demo.addr, 360, 740).await else { return };
    page.picture("phone-people").await;
    page.click(".people button", "Elena").await;
    page.until("document.activeElement.id === 'line'").await;
    demo.platform.post(&sales(), &for_the_head(&"Interprofessional".repeat(6)), "m-1").await.unwrap();
    page.sees("Ask the rep").await;
    page.picture("phone").await;
    assert_eq!(page.eval(NO_SIDEWAYS).await, true);
    assert_eq!(page.eval("document.getElementById('rail').checkVisibility({ visibilityProperty: true })").await, false);
    page.click("#menu", "").await;
    page.until("document.activeElement.id === 'me'").await;
    page.picture("phone-drawer").await;
    page.key("Escape").await;
    page.until("document.activeElement.id === 'menu' && !document.body.classList.contains('drawn')").await;
    let paper = "getComputedStyle(document.body).backgroundColor";
    let light = page.eval(paper).await;
    page.prefer("dark").await;
    assert_ne!(page.eval(paper).await, light);
    page.picture("phone-dark").await;
    say(&mut page, "/refusal").await;
    page.sees("What did they say?").await;
    page.picture("phone-form").await;
    assert_eq!(page.eval(NO_SIDEWAYS).await, true);
    page.key("Escape").await;
    page.until("!document.getElementById('form').open").await;
    for (tag, word) in [("fr", "Canaux"), ("ro", "Canale"), ("en", "Channels")] {
        let choose =
            "(e => { e.value = 'XX'; e.dispatchEvent(new Event('change')) })(document.getElementById('language'))";
        page.eval(&choose.replace("XX", tag)).await;
        page.until(&format!("document.documentElement.lang === '{tag}'")).await;
        page.until(&format!("document.getElementById('places').textContent.includes('{word}')")).await;
        assert_eq!(page.eval(NO_SIDEWAYS).await, true, "{tag}");
        page.picture(&format!("phone-{tag}")).await;
    }
    say(&mut page, "/refusal").await;
    page.until("document.getElementById('form').open").await;
    assert_eq!(demo.bot.asked().last().unwrap().0.language.as_deref(), Some("en"));
    assert_eq!(page.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_desk_in_the_dark_looks_as_calm() {
    let demo = Demo::start(bot()).await;
    let Some(mut page) = Browser::open(demo.addr, 1180, 900).await else { return };
    page.prefer("dark").await;
    page.click(".people button", "Elena").await;
    page.until("document.activeElement.id === 'line'").await;
    let root = demo.platform.post(&sales(), &for_the_head("Acme"), "m-1").await.unwrap();
    let under = panout::chat::Place::Thread { under: root };
    demo.platform.post(&under, &card("Ana answered: they pay at 90 days."), "m-2").await.unwrap();
    page.until("document.querySelector('.thread .card')").await;
    say(&mut page, "Thanks, I will call them.").await;
    page.sees("I will call them.").await;
    let dim = "(() => { const rgb = c => c.match(/[\\d.]+/g).slice(0, 3).map(Number); \
               const sum = c => rgb(c).reduce((a, b) => a + b); const s = getComputedStyle(document.body); \
               return sum(s.color) > sum(s.backgroundColor) })()";
    assert_eq!(page.eval(dim).await, true, "light words on a dark ground");
    page.picture("dark").await;
    assert_eq!(page.complaints().await, Vec::<String>::new());
}
