//! Looks at the pictures and takes the files that the page shows, as a browser does.

use serde_json::Value;

use super::{LocalPage, parts};

impl LocalPage {
    /// Opens what is new in these messages.
    pub(super) async fn opens_enclosed(&self, messages: &[Value]) {
        for message in messages {
            for (kind, key) in [("Picture", "src"), ("File", "href")] {
                for part in parts(message, kind) {
                    let address = part[key].as_str().expect("an address");
                    if !self.state().enclosed.contains_key(address) {
                        self.opens(kind, address).await;
                    }
                }
            }
        }
    }

    async fn opens(&self, kind: &str, address: &str) {
        let answer = self.http.get(self.url(address)).send().await.expect("an answer");
        let header = |name: &str| answer.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let (content_type, safe) = (header("content-type").to_owned(), header("x-content-type-options") == "nosniff");
        let (cache, disposition) = (header("cache-control").to_owned(), header("content-disposition").to_owned());
        let status = answer.status().as_u16();
        let content = answer.bytes().await.expect("a body").to_vec();
        let good = match kind {
            "Picture" => content_type == "image/png" && content.starts_with(b"\x89PNG") && cache.contains("immutable"),
            _ if status == 404 => return,
            _ => disposition.starts_with("attachment; filename=\"") && cache == "no-store",
        };
        if status != 200 || !safe || !good {
            self.complain(format!("{address}: {status}, {content_type}, {cache}, {disposition}"));
        }
        let mut state = self.state();
        let name = |address: &str| address.split(['/', '?']).nth(5).unwrap_or_default().to_owned();
        let seen_before = state.enclosed.keys().any(|other| name(other) == name(address));
        if kind == "Picture" && !seen_before {
            state.pictures.push(content.clone());
        }
        state.enclosed.insert(address.to_owned(), content);
    }
}
