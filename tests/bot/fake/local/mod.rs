//! People at the local page: they do over its HTTP what its scripts do, and read what its scripts read.
//!
//! The page itself is not faked: it runs inside the app. So nothing stands between the bot and the people that could
//! be troubled ([`Trouble`] does nothing here), and strictness is about what the page is given to show.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use panout::chat::{MessageRef, Service};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::story::{ChatService, Trouble};

mod enclosed;
mod screen;

use screen::{card_faults, form_faults, screen, tagged};

/// How long an act may go without an answer.
const IN_TIME: Duration = Duration::from_secs(3);

/// The page, seen by everyone on it.
pub(crate) struct LocalPage {
    http: reqwest::Client,
    /// Where it is served: elsewhere after each start of the app.
    addr: Mutex<Option<SocketAddr>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Names still to be added, with the ids they were given.
    people: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    eyes: BTreeMap<String, Eyes>,
    menu: Value,
    last_act: Value,
    acts: usize,
    /// What the page gave at an address.
    enclosed: BTreeMap<String, Vec<u8>>,
    pictures: Vec<Vec<u8>>,
    /// What the page's language switch says; English if nobody moved it.
    language: Option<String>,
    complaints: BTreeSet<String>,
}

/// What one person sees.
#[derive(Default)]
struct Eyes {
    /// Messages as the page sends them, oldest first.
    messages: Vec<Value>,
    /// Screens as last read, by number.
    read: BTreeMap<u64, String>,
    /// Files they know of, by address.
    files: BTreeSet<String>,
    form: Value,
    /// What is filled in and not sent: value and what is shown, by field name.
    typed: BTreeMap<String, (String, String)>,
}

impl LocalPage {
    /// A page that is not open yet. People and channels may be added before [`LocalPage::open_at`].
    pub(crate) fn new() -> Self {
        Self { http: reqwest::Client::new(), addr: Mutex::default(), state: Mutex::default() }
    }

    /// The app serves the page here from now on. Everybody's screen is as they left it: the page keeps what was said.
    pub(crate) fn open_at(&self, addr: SocketAddr) {
        *self.addr.lock().expect("no test panics here") = Some(addr);
    }

    fn addr(&self) -> Option<SocketAddr> {
        *self.addr.lock().expect("no test panics here")
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the state")
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr().expect("the page is not open yet"))
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        self.http.get(self.url(path)).query(query).send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Posts, and answers with the status and the body.
    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let began = Instant::now();
        let answer = self.http.post(self.url(path)).json(body).send().await.expect("an answer");
        if began.elapsed() > IN_TIME {
            self.complain(format!("the page took {:?} to answer", began.elapsed()));
        }
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    fn complain(&self, sentence: String) {
        self.state().complaints.insert(sentence);
    }

    /// Adds those who came before the page was open.
    async fn add_waiting(&self) {
        let (people, channels) = {
            let mut state = self.state();
            (std::mem::take(&mut state.people), std::mem::take(&mut state.channels))
        };
        if people.is_empty() && channels.is_empty() {
            return;
        }
        let here = self.get("/api/room", &[]).await["around"].clone();
        let new = |list: &str, id: &String| {
            !here[list].as_array().expect("a list").iter().any(|one| one["id"] == id.as_str())
        };
        let people = people.into_iter().filter(|(_, id)| new("people", id));
        let channels = channels.into_iter().filter(|(_, id)| new("channels", id));
        let people = people.map(|added| ("/api/people", added));
        let channels = channels.map(|added| ("/api/channels", added));
        for (path, (name, id)) in people.chain(channels) {
            let (_, answer) = self.post(path, &json!({ "name": name })).await;
            assert_eq!(answer["id"], id.as_str(), "the page gave {name} another id");
        }
    }

    async fn act(&self, who: &str, at: &str, what: Value) {
        self.add_waiting().await;
        let mut body = json!({ "id": self.next_act(), "as": who, "language": self.language(), "at": at });
        body.as_object_mut().expect("an object").extend(what.as_object().expect("an object").clone());
        self.state().last_act = body.clone();
        let (status, answer) = self.post("/api/act", &body).await;
        if status != 200 {
            self.complain(format!("the page refused an act of {who} with {status}: {}", answer["error"]));
        }
        self.settle().await;
    }

    fn language(&self) -> String {
        self.state().language.clone().unwrap_or_else(|| "en".into())
    }

    /// Somebody moves the page's language switch.
    pub(crate) fn speaks(&self, language: &str) {
        self.state().language = Some(language.into());
    }

    fn next_act(&self) -> String {
        let mut state = self.state();
        state.acts += 1;
        format!("{:016x}-{}", fastrand::u64(..), state.acts)
    }

    /// Something about the person's newest message that has it.
    fn newest<T>(&self, who: &str, wanted: &str, of: impl Fn(&Value) -> Option<T>) -> T {
        let state = self.state();
        let messages = &state.eyes.get(who).unwrap_or_else(|| panic!("{who} is not on the page")).messages;
        messages.iter().rev().find_map(of).unwrap_or_else(|| {
            let seen: Vec<_> = cards(messages).map(|(_, _, screen)| screen).collect();
            panic!("{who} sees no {wanted}, but:\n{}", seen.join("\n\n"))
        })
    }

    /// The open form, and what it would send.
    fn open_form(&self, who: &str) -> (Value, BTreeMap<String, (String, String)>) {
        let state = self.state();
        let eyes = state.eyes.get(who).filter(|eyes| !eyes.form.is_null());
        let eyes = eyes.unwrap_or_else(|| panic!("no form is open to {who}"));
        let mut answers = BTreeMap::new();
        for field in eyes.form["form"]["fields"].as_array().expect("fields") {
            let name = field["name"].as_str().expect("a name");
            let given = eyes.form["values"][name].as_str().or(field["value"].as_str()).unwrap_or_default();
            let answer = eyes.typed.get(name).cloned();
            answers.insert(name.to_owned(), answer.unwrap_or_else(|| (given.into(), label_of(field, given))));
        }
        (eyes.form.clone(), answers)
    }

    async fn suggested(&self, who: &str, source: &str, typed: &str) -> Vec<(String, String)> {
        let language = self.language();
        let asked = [("as", who), ("language", &language), ("source", source), ("typed", typed)];
        let found = self.get("/api/suggest", &asked).await;
        let pair = |choice: &Value| (string(&choice["value"]), string(&choice["label"]));
        found.as_array().expect("choices").iter().map(pair).collect()
    }

    async fn look(&self, who: &str) -> Value {
        let room = self.get("/api/room", &[("as", who), ("language", "en")]).await;
        self.opens_enclosed(room["messages"].as_array().expect("messages")).await;
        let mut state = self.state();
        state.menu = room["menu"].clone();
        let messages = room["messages"].as_array().expect("messages").clone();
        let faults = messages.iter().filter(|m| !m["card"].is_null()).flat_map(|m| card_faults(&m["card"]));
        state.complaints.extend(faults);
        if !room["form"].is_null() {
            state.complaints.extend(form_faults(&room["form"]["form"]));
        }
        let eyes = state.eyes.entry(who.into()).or_default();
        if eyes.form["id"] != room["form"]["id"] {
            eyes.typed.clear();
        }
        eyes.form = room["form"].clone();
        eyes.messages = messages;
        room
    }
}

#[async_trait]
impl ChatService for LocalPage {
    fn add_person(&self, name: &str) -> String {
        let (mut state, id) = (self.state(), slug(name));
        state.people.push((name.into(), id.clone()));
        state.eyes.entry(id.clone()).or_default();
        id
    }

    fn add_channel(&self, name: &str) -> String {
        let id = slug(name);
        self.state().channels.push((name.into(), id.clone()));
        id
    }

    async fn types(&self, who: &str, channel: &str, line: &str) {
        let command = line.starts_with('/');
        let what =
            if command { json!({ "kind": "command", "line": line }) } else { json!({ "kind": "say", "words": line }) };
        self.act(who, channel, what).await;
    }

    async fn presses(&self, who: &str, button: &str) {
        self.settle().await;
        let what = self.newest(who, &format!("button [{button}]"), |message| {
            let found = parts(message, "Buttons").into_iter().flat_map(|row| row.as_array().expect("buttons"));
            let found = found.clone().find(|b| b["label"] == button)?;
            Some(json!({ "kind": "press", "message": message["n"], "action": found["action"], "at": message["at"] }))
        });
        self.act(who, "", what).await;
    }

    async fn chooses(&self, who: &str, menu: &str, choice: &str) {
        self.settle().await;
        let what = self.newest(who, &format!("menu {{{menu}}} with {choice}"), |message| {
            let pick = parts(message, "Pick").into_iter().find(|pick| pick["label"] == menu)?;
            let value = &pick["choices"].as_array()?.iter().find(|c| c["label"] == choice)?["value"];
            let (n, at, action) = (&message["n"], &message["at"], &pick["action"]);
            Some(json!({ "kind": "choose", "message": n, "action": action, "value": value, "at": at }))
        });
        self.act(who, "", what).await;
    }

    async fn uses_shortcut(&self, who: &str, channel: &str, shortcut: &str, message: &str) {
        let there = |m: &Value| (m["at"] == channel && m["words"] == message).then(|| m["n"].clone());
        self.settle().await;
        if self.state().eyes[who].messages.iter().find_map(there).is_none() {
            self.types(who, channel, message).await;
        }
        let n = self.newest(who, "such message", there);
        let name = {
            let state = self.state();
            let known = state.menu["shortcuts"].as_array().expect("shortcuts");
            let found = known.iter().find(|s| s["label"] == shortcut);
            found.unwrap_or_else(|| panic!("no shortcut {shortcut} in {known:?}"))["name"].clone()
        };
        self.act(who, channel, json!({ "kind": "shortcut", "message": n, "name": name })).await;
    }

    async fn fills(&self, who: &str, field: &str, value: &str) {
        self.settle().await;
        let (form, _) = self.open_form(who);
        let fields = form["form"]["fields"].as_array().expect("fields").clone();
        let found = fields.iter().find(|f| f["label"] == field);
        let found = found.unwrap_or_else(|| panic!("{who}'s form has no field {field}: {fields:?}"));
        let offered = match tagged(&found["kind"]) {
            _ if value.is_empty() => vec![(String::new(), String::new())],
            ("Search", search) => self.suggested(who, search["source"].as_str().expect("a source"), value).await,
            ("Choice", choices) => choices
                .as_array()
                .expect("choices")
                .iter()
                .map(|c| (string(&c["value"]), string(&c["label"])))
                .collect(),
            ("Person", _) => self.people().await,
            _ => vec![(value.into(), value.into())],
        };
        let chosen = offered.iter().find(|(_, label)| label == value);
        let chosen = chosen.unwrap_or_else(|| panic!("{field} offers no {value}, but {offered:?}")).clone();
        let name = string(&found["name"]);
        self.state().eyes.get_mut(who).expect("they have a form").typed.insert(name, chosen);
    }

    async fn submits(&self, who: &str) {
        self.settle().await;
        let (form, answers) = self.open_form(who);
        let values: BTreeMap<_, _> =
            answers.into_iter().map(|(name, (value, _))| (name, value)).filter(|(_, v)| !v.trim().is_empty()).collect();
        let what = json!({ "kind": "submit", "form": form["id"], "values": values });
        self.act(who, form["at"].as_str().expect("a place"), what).await;
    }

    fn form_is_open(&self, who: &str) -> bool {
        self.state().eyes.get(who).is_some_and(|eyes| !eyes.form.is_null())
    }

    fn form(&self, who: &str) -> String {
        let (form, answers) = self.open_form(who);
        let fields = form["form"]["fields"].as_array().expect("fields").iter();
        let lines = fields.map(|f| format!("{}: {}", string(&f["label"]), answers[&string(&f["name"])].1));
        let faults = form["faults"].as_array().expect("faults").iter().map(|f| format!("! {}", string(&f["says"])));
        let intro = Some(&form["form"]["intro"]).filter(|intro| !intro.is_null()).map(screen::text);
        intro.into_iter().chain(lines).chain(faults).collect::<Vec<_>>().join("\n")
    }

    async fn suggestions(&self, who: &str, command_or_field: &str, option: &str, typed: &str) -> Vec<String> {
        self.settle().await;
        let found = {
            let state = self.state();
            let fields = state.eyes[who].form["form"]["fields"].as_array().into_iter().flatten();
            let field = fields.clone().find(|f| f["label"] == command_or_field);
            let typed_name = command_or_field.trim_start_matches('/');
            let (name, sub) = typed_name.split_once(' ').unwrap_or((typed_name, ""));
            let command = state.menu["commands"].as_array().into_iter().flatten().find(|c| c["name"] == name);
            let subcommand = command.and_then(|c| c["subcommands"].as_array()?.iter().find(|s| s["name"] == sub));
            let options = subcommand.or(command).and_then(|c| c["options"].as_array()).into_iter().flatten();
            let spec = { options }.find(|o| o["name"] == option).cloned();
            match field {
                Some(field) => json!({ "source": field["kind"]["Search"]["source"], "choices": [] }),
                None => spec.unwrap_or_else(|| panic!("no option {option} of {command_or_field}")),
            }
        };
        if let Some(source) = found["source"].as_str() {
            return self.suggested(who, source, typed).await.into_iter().map(|(_, label)| label).collect();
        }
        let labels = found["choices"].as_array().expect("choices").iter().map(|c| string(&c["label"]));
        labels.filter(|label| label.to_lowercase().contains(&typed.to_lowercase())).collect()
    }

    async fn settle(&self) {
        if self.addr().is_none() {
            return;
        }
        self.add_waiting().await;
        for (account, _) in self.people().await {
            self.look(account.strip_prefix("local:").expect("an account of the page")).await;
        }
    }

    fn unread(&self, who: &str) -> Vec<String> {
        let mut state = self.state();
        let Some(eyes) = state.eyes.get_mut(who) else { return vec![] };
        let mut news = vec![];
        for (n, message, screen) in cards(&eyes.messages) {
            match eyes.read.insert(n, screen.clone()) {
                None => news.push(screen),
                Some(before) if before != screen => news.push(format!("(changed) {screen}")),
                Some(_) => {}
            }
            for file in parts(message, "File").into_iter().rev() {
                if eyes.files.insert(string(&file["href"])) {
                    news.push(format!("[file: {}]", string(&file["name"])));
                }
            }
        }
        news
    }

    fn posted(&self) -> Vec<(MessageRef, Option<String>, String)> {
        let state = self.state();
        let mut posted = BTreeMap::new();
        for eyes in state.eyes.values() {
            for (n, message, screen) in cards(&eyes.messages).filter(|(_, m, _)| m["only_you"] == false) {
                let at = MessageRef { service: Service::Local, channel: string(&message["at"]), id: n.to_string() };
                posted.insert(n, (at, message["marker"].as_str().map(str::to_owned), screen));
            }
        }
        posted.into_values().collect()
    }

    fn file(&self, who: &str, name: &str) -> Option<Vec<u8>> {
        let state = self.state();
        let files = state.eyes.get(who)?.messages.iter().rev().flat_map(|message| parts(message, "File"));
        let mut addresses = files.filter(|file| file["name"] == name).filter_map(|file| file["href"].as_str());
        addresses.find_map(|address| state.enclosed.get(address).cloned())
    }

    fn pictures(&self) -> Vec<Vec<u8>> {
        self.state().pictures.clone()
    }

    async fn repeats_last_act(&self, times: usize) {
        let act = self.state().last_act.clone();
        futures_util::future::join_all((0..times).map(|_| self.post("/api/act", &act))).await;
        self.settle().await;
    }

    fn trouble(&self, _: Trouble) {}

    fn complaints(&self) -> Vec<String> {
        self.state().complaints.iter().cloned().collect()
    }
}

impl LocalPage {
    /// Everyone on the page: account and name.
    async fn people(&self) -> Vec<(String, String)> {
        let room = self.get("/api/room", &[]).await;
        let people = room["around"]["people"].as_array().expect("people").clone();
        people.iter().map(|p| (format!("local:{}", string(&p["id"])), string(&p["name"]))).collect()
    }
}

/// The bot's messages: number, JSON and screen.
fn cards(messages: &[Value]) -> impl Iterator<Item = (u64, &Value, String)> {
    let cards = messages.iter().filter(|message| message["by"].is_null());
    cards.map(|message| (message["n"].as_u64().expect("a number"), message, screen(&message["card"])))
}

/// The blocks of a kind in a message, newest first.
fn parts<'a>(message: &'a Value, kind: &str) -> Vec<&'a Value> {
    let blocks = message["card"]["blocks"].as_array().into_iter().flatten();
    blocks.map(tagged).filter(|(name, _)| *name == kind).map(|(_, value)| value).rev().collect()
}

fn label_of(field: &Value, value: &str) -> String {
    let label = match tagged(&field["kind"]) {
        ("Choice", choices) => {
            choices.as_array().expect("choices").iter().find(|c| c["value"] == value).map(|c| &c["label"])
        }
        ("Search", search) => Some(&search["shown"]).filter(|shown| !shown.is_null() && field["value"] == value),
        _ => None,
    };
    label.map_or_else(|| value.to_owned(), string)
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// The id the page makes of a name.
fn slug(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain: String = name.nfkd().filter(char::is_ascii).collect::<String>().to_lowercase();
    plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}
