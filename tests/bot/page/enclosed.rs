//! Pictures and files on the page: given to those who see the message, and looked at in a real browser.

use panout::chat::{Block, Card, Picture, Reply};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::bot::ScriptedBot;
use super::browser::Browser;
use super::{Demo, direct, sales};
use crate::fake::files::{file, picture};
use crate::fake::local::LocalPage;
use crate::story::ChatService;

const SHOWN: &str = "Refusals\n[picture: Week 48 by rep: Ana 3, Bo 1]\nAna leads.";
const FILE: &str = "[file: refusals.csv]";

fn matrix(week: &str, key: &str) -> Card {
    let card = Card::titled("Refusals").with(picture(week)).with(Block::Text("Ana leads.".into()));
    card.with(file(key))
}

fn quiet() -> std::sync::Arc<ScriptedBot> {
    ScriptedBot::new(|_, _| Ok(Reply::Whisper(matrix("Week 48", "x.1"))))
}

async fn page(demo: &Demo) -> LocalPage {
    let page = LocalPage::new();
    page.add_person("Ana");
    page.add_person("Elena");
    page.add_channel("sales");
    page.open_at(demo.addr);
    page.settle().await;
    page
}

/// Where the last message that somebody sees has its picture, or its file.
async fn address(demo: &Demo, who: &str, kind: &str, key: &str) -> String {
    let room: Value =
        reqwest::get(format!("http://{}/api/room?as={who}", demo.addr)).await.unwrap().json().await.unwrap();
    assert!(!room.to_string().contains("<svg"), "no drawing is in the page's events");
    let last = room["messages"].as_array().unwrap().last().unwrap();
    let blocks = last["card"]["blocks"].as_array().unwrap();
    let found = blocks.iter().find_map(|block| block[kind][key].as_str()).unwrap();
    format!("http://{}{found}", demo.addr)
}

async fn get(url: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let answer = reqwest::get(url).await.unwrap();
    (answer.status(), answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn pictures_and_files_are_read_as_every_service_shows_them() {
    let demo = Demo::start(quiet()).await;
    let page = page(&demo).await;
    let posted = demo.platform.post(&sales(), &matrix("Week 48", "x.1"), "m").await.unwrap();
    page.settle().await;
    for who in ["ana", "elena"] {
        assert_eq!(page.unread(who), [SHOWN, FILE]);
        assert_eq!(page.file(who, "refusals.csv").unwrap(), b"x.1");
    }
    assert_eq!(page.pictures().len(), 1);
    demo.platform.replace(&posted, &matrix("Week 49", "x.1"), "m").await.unwrap();
    page.settle().await;
    assert_eq!(page.unread("ana"), [format!("(changed) {}", SHOWN.replace("48", "49"))]);
    assert_eq!(page.pictures().len(), 2);
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn only_who_sees_a_message_gets_what_is_in_it() {
    let demo = Demo::start(quiet()).await;
    let page = page(&demo).await;
    page.types("ana", "sales", "/refusal").await;
    for (kind, key) in [("Picture", "src"), ("File", "href")] {
        let own = address(&demo, "ana", kind, key).await;
        assert_eq!(get(&own).await.0, StatusCode::OK);
        for other in ["as=elena", "as=nobody", ""] {
            let (status, _, body) = get(&own.replace("as=ana", other)).await;
            assert!(status.is_client_error() && body.len() < 100, "{other}: {status}");
        }
        for wrong in [own.replace("/0/", "/2/"), own.replace("/2/", "/9/"), own.replace(".png", ".gif")] {
            assert!(wrong == own || get(&wrong).await.0 == StatusCode::NOT_FOUND, "{wrong}");
        }
        let elsewhere = reqwest::Client::new().get(&own).header("sec-fetch-site", "cross-site").send().await.unwrap();
        assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
    }
    // Replaced, the old picture is no longer given.
    let own = address(&demo, "ana", "Picture", "src").await;
    let posted = demo.platform.post(&direct("ana"), &matrix("Week 48", "x.1"), "m").await.unwrap();
    let old = address(&demo, "ana", "Picture", "src").await;
    demo.platform.replace(&posted, &matrix("Week 49", "x.1"), "m").await.unwrap();
    assert_eq!((get(&old).await.0, get(&own).await.0), (StatusCode::NOT_FOUND, StatusCode::OK));
}

#[tokio::test]
async fn pictures_and_files_carry_what_a_browser_needs_to_know() {
    let demo = Demo::start(quiet()).await;
    demo.platform.post(&direct("ana"), &matrix("Week 48", "x.1"), "m").await.unwrap();
    let (_, headers, png) = get(&address(&demo, "ana", "Picture", "src").await).await;
    let header = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header(&headers, "content-type"), "image/png");
    assert_eq!(header(&headers, "cache-control"), "private, max-age=31536000, immutable");
    // Twice the size of the drawing.
    assert_eq!((&png[16..20], &png[20..24]), (&1280_u32.to_be_bytes()[..], &640_u32.to_be_bytes()[..]));
    let (_, headers, content) = get(&address(&demo, "ana", "File", "href").await).await;
    assert_eq!(header(&headers, "content-disposition"), "attachment; filename=\"refusals.csv\"");
    assert_eq!((header(&headers, "cache-control").as_str(), content.as_slice()), ("no-store", b"x.1".as_slice()));
    for name in ["x-content-type-options", "content-security-policy"] {
        assert!(headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn what_is_no_longer_there_is_said() {
    let demo = Demo::start(quiet()).await;
    for (key, status, says) in [
        ("gone.1", StatusCode::NOT_FOUND, "no longer kept"),
        ("broken.1", StatusCode::INTERNAL_SERVER_ERROR, "error_broken"),
    ] {
        demo.platform.post(&direct("ana"), &matrix("Week 48", key), key).await.unwrap();
        let (given, _, body) = get(&address(&demo, "ana", "File", "href").await).await;
        assert_eq!(given, status);
        assert!(String::from_utf8_lossy(&body).contains(says), "{body:?}");
    }
    let broken = Block::Picture(Picture { svg: "nothing".into(), alt: "Ana 3".into() });
    demo.platform.post(&direct("ana"), &Card::titled("Refusals").with(broken), "m").await.unwrap();
    let (given, ..) = get(&address(&demo, "ana", "Picture", "src").await).await;
    assert_eq!(given, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn pictures_are_there_after_a_restart() {
    let demo = Demo::start(quiet()).await;
    demo.platform.post(&sales(), &matrix("Week 48", "x.1"), "m").await.unwrap();
    let demo = demo.restart().await;
    let page = page(&demo).await;
    assert_eq!(page.unread("ana"), [SHOWN, FILE]);
    assert_eq!(page.complaints(), Vec::<String>::new());
}

/// A drawing with words and colours, as wide as those of the product.
fn chart() -> Block {
    let bar = |n: usize, name: &str| {
        let (y, width) = (60 + 44 * n, 520 - 110 * n);
        format!(
            "<text x=\"20\" y=\"{}\" font-size=\"16\" fill=\"#1b2a2f\">{name}</text>\
             <rect x=\"120\" y=\"{y}\" width=\"{width}\" height=\"28\" rx=\"4\" fill=\"#0f5c63\"/>",
            y + 19
        )
    };
    let bars: String = ["Ana", "Ștefan", "Élise"].iter().enumerate().map(|(n, name)| bar(n, name)).collect();
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"680\" height=\"210\"><rect width=\"680\" height=\"210\" fill=\"#fff\"/>\
         <text x=\"20\" y=\"34\" font-size=\"20\" font-weight=\"600\">Refusals by rep, week 48</text>{bars}</svg>"
    );
    Block::Picture(Picture { svg, alt: "Refusals by rep, week 48: Ana 5, Ștefan 4, Élise 3".into() })
}

#[tokio::test]
async fn a_picture_is_as_wide_as_the_screen_at_most_and_opens_large() {
    let demo = Demo::start(quiet()).await;
    let Some(mut browser) = Browser::open(demo.addr, 1180, 820).await else { return };
    browser.sees("Who are you?").await;
    browser.click(".people button", "Ana").await;
    browser.until("document.activeElement.id === 'line'").await;
    let card = Card::titled("12 refusals this week").with(chart()).with(Block::Text("Ana 5, Ștefan 4, Élise 3".into()));
    demo.platform.post(&direct("ana"), &card.with(file("x.1")), "m").await.unwrap();
    browser.click(".rail nav button", "Panout").await;
    let drawn = "[...document.querySelectorAll('.picture img')].some(i => i.complete && i.naturalWidth === 1360)";
    browser.until(drawn).await;
    browser.picture("picture").await;
    assert_eq!(browser.eval("document.querySelector('.picture img').alt").await, card_alt());
    assert_eq!(browser.eval("document.querySelector('.picture img').clientWidth").await, 680);
    browser.resize(360, 740).await;
    let fits = "(() => { const i = document.querySelector('.picture img'); const w = i.clientWidth; \
                return w > 200 && w <= 340 && Math.abs(i.clientHeight - w * 210 / 680) < 2 })()";
    browser.until(fits).await;
    assert_eq!(browser.eval("document.documentElement.scrollWidth <= innerWidth").await, true);
    browser.picture("picture-on-a-phone").await;
    let large = browser.eval("document.querySelector('.picture').href").await;
    assert_eq!(browser.eval("document.querySelector('.picture').target").await, "_blank");
    let saved =
        browser.eval("document.querySelector('.file').download + document.querySelector('.file').textContent").await;
    assert_eq!(saved, "refusals.csvrefusals.csv");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.resize(1180, 820).await;
    browser.call("Page.navigate", serde_json::json!({ "url": large })).await;
    browser.until("document.images.length === 1 && document.images[0].naturalWidth === 1360").await;
    browser.picture("picture-large").await;
}

fn card_alt() -> String {
    let Block::Picture(picture) = chart() else { unreachable!("it is a picture") };
    picture.alt
}
