//! Modals as people fill them.

use serde_json::{Value, json};

use super::world::{View, World, initial_state};
use super::{FakeSlack, acts, socket, strict};

fn inputs(view: &View) -> impl Iterator<Item = &Value> {
    view.sent["blocks"].as_array().into_iter().flatten().filter(|block| block["type"] == "input")
}

fn label(block: &Value) -> &str {
    block["label"]["text"].as_str().unwrap_or_default()
}

impl FakeSlack {
    fn top(&self, who: &str) -> View {
        let world = self.0.world();
        world.views.get(who).and_then(|stack| stack.last()).cloned().expect("a form is open")
    }

    fn change_top(&self, who: &str, change: impl FnOnce(&mut View)) {
        let mut world = self.0.world();
        let top = world.views.get_mut(who).and_then(|stack| stack.last_mut());
        change(top.expect("a form is open"));
    }

    fn field(&self, who: &str, field: &str) -> Value {
        let view = self.top(who);
        let known: Vec<&str> = inputs(&view).map(label).collect();
        let found = inputs(&view).find(|block| label(block) == field).cloned();
        found.unwrap_or_else(|| panic!("no field {field:?} in the form, only {known:?}"))
    }

    pub(super) async fn fill(&self, who: &str, field: &str, value: &str) {
        let block = self.field(who, field);
        let element = &block["element"];
        let kind = element["type"].as_str().unwrap_or_default().to_owned();
        let answer = match kind.as_str() {
            _ if value.is_empty() => Value::Null,
            "static_select" => chosen(&element["options"], value),
            "external_select" => chosen(&self.ask_suggestions(who, &block, value).await, value),
            "users_select" => {
                let person = self.0.world().person_named(value);
                person.unwrap_or_else(|| panic!("nobody is called {value:?}")).into()
            }
            "plain_text_input" => {
                let most = element["max_length"].as_u64().unwrap_or(3000);
                let length = value.encode_utf16().count() as u64;
                assert!(length <= most, "Slack lets nobody type {length} characters in {field:?}, at most {most}");
                value.into()
            }
            _ => value.into(),
        };
        let key = match kind.as_str() {
            "plain_text_input" => "value",
            "datepicker" => "selected_date",
            "users_select" => "selected_user",
            _ => "selected_option",
        };
        let id = block["block_id"].as_str().expect("inputs have ids").to_owned();
        self.change_top(who, |view| {
            view.state.insert(id, json!({"type": kind, key: answer}));
        });
    }

    /// Options for what is typed; too many or broken ones are complaints.
    pub(super) async fn ask_suggestions(&self, who: &str, block: &Value, typed: &str) -> Value {
        let view = self.top(who);
        let payload = acts::suggestion(&self.0.world(), who, &view, block, typed);
        let (answer, _) = socket::deliver(&self.0, "interactive", &payload).await;
        let wrong = strict::options(&answer["options"]);
        self.0.world().complain_all("suggestions", wrong);
        answer["options"].clone()
    }

    pub(super) async fn suggested(&self, who: &str, field: &str, typed: &str) -> Vec<String> {
        let block = self.field(who, field);
        let options = self.ask_suggestions(who, &block, typed).await;
        let options = options.as_array().cloned().unwrap_or_default();
        options.iter().filter_map(|option| option["text"]["text"].as_str().map(str::to_owned)).collect()
    }

    pub(super) async fn submit_form(&self, who: &str) {
        let view = self.top(who);
        let missing: Vec<String> =
            inputs(&view).filter(|block| is_missing(&view, block)).map(|b| label(b).into()).collect();
        if !missing.is_empty() {
            let faults = missing.iter().map(|label| format!("{label}: please complete this required field")).collect();
            return self.change_top(who, |view| view.faults = faults);
        }
        let payload = acts::submission(&mut self.0.world(), who, &view);
        self.0.acted("interactive", &payload);
        let (answer, _) = socket::deliver(&self.0, "interactive", &payload).await;
        answered(&mut self.0.world(), who, &view, &answer);
    }

    pub(super) fn draw_form(&self, who: &str) -> String {
        let view = self.top(who);
        let world = self.0.world();
        let blocks = view.sent["blocks"].as_array().into_iter().flatten();
        let said: Vec<Value> = blocks.filter(|block| block["type"] != "input").cloned().collect();
        let intro = super::screen::message(&said, "", &|id| world.name_of(id));
        let mut lines: Vec<String> = (!intro.is_empty()).then_some(intro).into_iter().collect();
        lines.extend(inputs(&view).map(|block| {
            let state = block["block_id"].as_str().and_then(|id| view.state.get(id));
            format!("{}: {}", label(block), state.map(|state| shown(&world, state)).unwrap_or_default())
                .trim_end()
                .to_owned()
        }));
        lines.extend(view.faults.iter().map(|fault| format!("! {fault}")));
        lines.join("\n")
    }
}

fn is_missing(view: &View, block: &Value) -> bool {
    let state = block["block_id"].as_str().and_then(|id| view.state.get(id));
    let answer =
        state.and_then(|state| state.as_object()?.iter().find(|(key, _)| *key != "type").map(|(_, it)| it.clone()));
    block["optional"] != true && answer.is_none_or(|answer| answer.is_null() || answer == "")
}

fn chosen(options: &Value, wanted: &str) -> Value {
    let options = options.as_array().cloned().unwrap_or_default();
    let found = options.iter().find(|option| option["text"]["text"] == wanted).cloned();
    found.unwrap_or_else(|| panic!("no choice {wanted:?} among {options:?}"))
}

fn shown(world: &World, state: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match state["type"].as_str().unwrap_or_default() {
        "plain_text_input" => text(&state["value"]),
        "datepicker" => text(&state["selected_date"]),
        "users_select" => state["selected_user"].as_str().map(|user| world.name_of(user)).unwrap_or_default(),
        _ => text(&state["selected_option"]["text"]["text"]),
    }
}

/// What the app's answer does to the modal.
fn answered(world: &mut World, who: &str, submitted: &View, answer: &Value) {
    let stack = world.views.entry(who.to_owned()).or_default();
    match answer["response_action"].as_str() {
        None if answer.is_null() => drop(stack.pop()),
        Some("clear") => stack.clear(),
        Some("errors") => {
            let errors = answer["errors"].as_object().cloned().unwrap_or_default();
            let known: Vec<String> = inputs(submitted).filter_map(|b| b["block_id"].as_str().map(Into::into)).collect();
            let ordered = known.iter().filter_map(|id| errors.get(id)?.as_str().map(str::to_owned));
            if let Some(top) = stack.last_mut() {
                top.faults = ordered.collect();
            }
            if errors.is_empty() || errors.keys().any(|id| !known.contains(id)) {
                world.complain("errors for no field, or for one that is not in the view");
            }
        }
        Some(action @ ("update" | "push")) => {
            let wrong = strict::view(&answer["view"]);
            if action == "update" {
                stack.pop();
            }
            world.complain_all("response_action", wrong);
            world.show(who, answer["view"].clone());
            // An updated view keeps its id and gets a new hash.
            if let (true, Some(top)) = (action == "update", world.views.get_mut(who).and_then(|stack| stack.last_mut()))
            {
                top.id.clone_from(&submitted.id);
                top.state = initial_state(&top.sent);
            }
        }
        _ => world.complain("an answer to a form that means nothing"),
    }
}
