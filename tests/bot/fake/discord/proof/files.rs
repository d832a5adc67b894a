//! Files, as the REST API takes them.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{App, server};
use crate::fake::files::PNG;
use crate::story::ChatService;

/// Posts a message with files as a form.
async fn posts(app: &App, channel: &str, body: &Value, files: &[(&str, &str, Vec<u8>)]) -> (u16, Value) {
    let mut form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
    )
    .into_bytes();
    for (field, name, content) in files {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--b--\r\n");
    app.form(Method::POST, &format!("/channels/{channel}/messages"), "b", form).await
}

fn listed(entries: &Value) -> Value {
    json!({"content": "x", "allowed_mentions": {"parse": []}, "attachments": entries})
}

fn shows(name: &str, entries: &Value) -> Value {
    let mut body = listed(entries);
    body["embeds"] = json!([{"image": {"url": format!("attachment://{name}")}}]);
    body
}

#[tokio::test]
async fn files_and_pictures_are_seen_and_an_edit_leaves_what_it_lists() {
    let (app, ana, sales) = server().await;
    let entries = json!([{"id": 0, "filename": "a.png", "description": "Ana 3"}, {"id": 1, "filename": "a.csv"}]);
    let files = [("files[0]", "a.png", PNG.to_vec()), ("files[1]", "a.csv", b"x".to_vec())];
    let (status, message) = posts(&app, &sales, &shows("a.png", &entries), &files).await;
    assert_eq!((status, message["attachments"][1]["filename"].as_str()), (200, Some("a.csv")));
    assert_eq!(app.discord.unread(&ana), ["x\n[picture: Ana 3]", "[file: a.csv]"]);
    assert_eq!((app.discord.file(&ana, "a.csv"), app.discord.pictures().len()), (Some(b"x".to_vec()), 1));
    let path = format!("/channels/{sales}/messages/{}", message["id"].as_str().unwrap());
    let kept = json!({"embeds": [], "attachments": [{"id": message["attachments"][1]["id"]}]});
    assert_eq!(app.call(Method::PATCH, &path, &kept).await.0, 200);
    assert_eq!(app.discord.unread(&ana), ["(changed) x"]);
    assert!(app.discord.file(&ana, "a.csv").is_some());
    assert_eq!(app.call(Method::PATCH, &path, &json!({"attachments": []})).await.0, 200);
    assert_eq!(app.discord.file(&ana, "a.csv"), None);
    app.is_content();
}

#[tokio::test]
async fn every_fault_of_a_file_is_a_complaint() {
    let png = || vec![("files[0]", "a.png", PNG.to_vec())];
    let entry = |id: u64, name: &str| json!([{"id": id, "filename": name, "description": "Ana 3"}]);
    for (of, body, files) in [
        ("neither in the form", listed(&entry(3, "a.png")), png()),
        ("is called a.png in the form", listed(&entry(0, "b.png")), png()),
        ("not listed", listed(&json!([])), png()),
        ("description is empty", listed(&json!([{"id": 0, "filename": "a.png"}])), png()),
        ("over 1024", listed(&json!([{"id": 0, "filename": "a.png", "description": "x".repeat(1025)}])), png()),
        ("unknown field", listed(&json!([{"id": 0, "filename": "a.png", "alt": "x", "description": "x"}])), png()),
        ("not attached", shows("b.png", &entry(0, "a.png")), png()),
        ("would be changed", listed(&entry(0, "a b.png")), vec![("files[0]", "a b.png", PNG.to_vec())]),
        ("a part", listed(&entry(0, "a.png")), vec![("file", "a.png", PNG.to_vec())]),
        ("bytes, over", listed(&entry(0, "a.csv")), vec![("files[0]", "a.csv", vec![0; (10 << 20) + 1])]),
    ] {
        let (app, _, sales) = server().await;
        app.discord.limits_buckets(100, Duration::from_secs(1));
        let (status, _) = posts(&app, &sales, &body, &files).await;
        assert!(status >= 400, "{of}: {status}");
        let complaints = app.discord.complaints();
        assert!(complaints.iter().any(|it| it.contains(of)), "not {of:?}: {complaints:#?}");
    }
    let (app, _, sales) = server().await;
    app.discord.forbids("ATTACH_FILES");
    assert_eq!(posts(&app, &sales, &listed(&entry(0, "a.png")), &png()).await.0, 403);
}
