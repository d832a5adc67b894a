//! Slack's rules for blocks and views, as documented at docs.slack.dev/reference/block-kit: what the real service
//! would refuse becomes a sentence.

use std::collections::BTreeSet;

use serde_json::Value;

/// What is wrong with the blocks of a message.
pub(super) fn message_blocks(blocks: &[Value]) -> Vec<String> {
    let mut rules = Rules::default();
    if blocks.len() > 50 {
        rules.wrong(format!("{} blocks in a message, over 50", blocks.len()));
    }
    if blocks.iter().filter(|block| block["type"] == "table").count() > 1 {
        rules.wrong("only_one_table_allowed");
    }
    rules.blocks(blocks, false);
    if rules.said > 13_200 {
        rules.wrong(format!("msg_blocks_too_long: {} characters", rules.said));
    }
    rules.wrong
}

/// What is wrong with a modal.
pub(super) fn view(view: &Value) -> Vec<String> {
    let mut rules = Rules::default();
    let optional =
        ["submit", "close", "private_metadata", "callback_id", "clear_on_close", "notify_on_close", "external_id"];
    rules.fields(view, "view", &["type", "title", "blocks"], &optional);
    if view["type"] != "modal" {
        rules.wrong("a view that is no modal");
    }
    for key in ["title", "submit", "close"] {
        if view.get(key).is_some() {
            rules.plain(&view[key], key, 24);
        }
    }
    rules.length(&view["private_metadata"], "private_metadata", 3000);
    rules.length(&view["callback_id"], "callback_id", 255);
    let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
    if blocks.is_empty() || blocks.len() > 100 {
        rules.wrong(format!("{} blocks in a modal, not 1 to 100", blocks.len()));
    }
    if blocks.iter().any(|block| block["type"] == "input") && view.get("submit").is_none() {
        rules.wrong("inputs without a submit button");
    }
    rules.blocks(&blocks, true);
    rules.wrong
}

/// What is wrong with suggestions.
pub(super) fn options(options: &Value) -> Vec<String> {
    let mut rules = Rules::default();
    rules.options(options, 0);
    rules.wrong
}

#[derive(Default)]
struct Rules {
    wrong: Vec<String>,
    block_ids: BTreeSet<String>,
    said: usize,
}

/// Fields that are missing, and fields that do not exist.
pub(super) fn only(value: &Value, what: &str, required: &[&str], optional: &[&str]) -> Vec<String> {
    let Some(fields) = value.as_object() else { return vec![format!("{what} is no object")] };
    let lacks = required.iter().filter(|key| !fields.contains_key(**key));
    let mut wrong: Vec<String> = lacks.map(|key| format!("{what} without {key}")).collect();
    let unknown = fields.keys().filter(|key| !required.contains(&key.as_str()) && !optional.contains(&key.as_str()));
    wrong.extend(unknown.map(|key| format!("{what} with an unknown field {key}")));
    wrong
}

fn units(value: &Value) -> usize {
    value.as_str().unwrap_or_default().encode_utf16().count()
}

impl Rules {
    fn wrong(&mut self, sentence: impl Into<String>) {
        self.wrong.push(sentence.into());
    }

    fn fields(&mut self, value: &Value, what: &str, required: &[&str], optional: &[&str]) {
        self.wrong.extend(only(value, what, required, optional));
    }

    fn length(&mut self, value: &Value, what: &str, most: usize) {
        if units(value) > most {
            self.wrong(format!("{what} of {} characters, over {most}", units(value)));
        }
    }

    fn filled(&mut self, value: &Value, what: &str, most: usize) {
        self.length(value, what, most);
        if value.as_str().is_none_or(str::is_empty) {
            self.wrong(format!("{what} is empty"));
        }
    }

    fn plain(&mut self, value: &Value, what: &str, most: usize) {
        self.fields(value, what, &["type", "text"], &["emoji"]);
        if value["type"] != "plain_text" {
            self.wrong(format!("{what} is not plain_text"));
        }
        self.filled(&value["text"], what, most);
        self.said += units(&value["text"]);
    }

    fn blocks(&mut self, blocks: &[Value], modal: bool) {
        for block in blocks {
            if let Some(id) = block["block_id"].as_str() {
                self.length(&block["block_id"], "block_id", 255);
                if !self.block_ids.insert(id.to_owned()) {
                    self.wrong(format!("block_id {id} twice"));
                }
            }
            match block["type"].as_str().unwrap_or_default() {
                "rich_text" => self.rich_text(block),
                "context" => self.context(block),
                "divider" => self.fields(block, "divider", &["type"], &["block_id"]),
                "actions" => self.actions(block),
                "table" if !modal => self.table(block),
                "image" if !modal => self.image(block),
                "input" if modal => self.input(block),
                other => self.wrong(format!("a block of type {other:?} here")),
            }
        }
    }

    fn rich_text(&mut self, block: &Value) {
        self.fields(block, "rich_text", &["type", "elements"], &["block_id"]);
        let before = self.said;
        for part in block["elements"].as_array().into_iter().flatten() {
            let kind = part["type"].as_str().unwrap_or_default();
            if !["rich_text_section", "rich_text_quote", "rich_text_preformatted"].contains(&kind) {
                self.wrong(format!("{kind:?} in rich_text"));
            }
            self.fields(part, kind, &["type", "elements"], &[]);
            let elements = part["elements"].as_array().cloned().unwrap_or_default();
            if elements.is_empty() {
                self.wrong(format!("{kind} without elements"));
            }
            for element in &elements {
                self.rich_element(element);
            }
        }
        if self.said - before > 3000 {
            self.wrong(format!("a rich_text of {} characters, over 3000", self.said - before));
        }
    }

    fn rich_element(&mut self, element: &Value) {
        if let Some(style) = element.get("style") {
            self.fields(style, "style", &[], &["bold", "italic", "strike", "code"]);
        }
        match element["type"].as_str().unwrap_or_default() {
            "text" => {
                self.fields(element, "text", &["type", "text"], &["style"]);
                self.filled(&element["text"], "text", 3000);
                self.said += units(&element["text"]);
            }
            "link" => {
                self.fields(element, "link", &["type", "url"], &["text", "style", "unsafe"]);
                self.filled(&element["url"], "url", 3000);
            }
            "user" => self.fields(element, "user", &["type", "user_id"], &["style"]),
            "emoji" => self.fields(element, "emoji", &["type", "name"], &["unicode"]),
            "date" => {
                self.fields(element, "date", &["type", "timestamp", "format"], &["fallback", "url", "style"]);
                if !element["timestamp"].is_i64() {
                    self.wrong("a date whose timestamp is no number");
                }
            }
            other => self.wrong(format!("a rich text element {other:?}")),
        }
    }

    fn context(&mut self, block: &Value) {
        self.fields(block, "context", &["type", "elements"], &["block_id"]);
        let elements = block["elements"].as_array().cloned().unwrap_or_default();
        if elements.is_empty() || elements.len() > 10 {
            self.wrong("a context with no or over 10 elements");
        }
        for element in &elements {
            self.plain(element, "context text", 3000);
        }
    }

    fn image(&mut self, block: &Value) {
        self.fields(block, "image", &["type", "slack_file", "alt_text"], &["block_id", "title"]);
        self.fields(&block["slack_file"], "slack_file", &["id"], &[]);
        self.filled(&block["alt_text"], "alt_text", 2000);
    }

    fn actions(&mut self, block: &Value) {
        self.fields(block, "actions", &["type", "elements"], &["block_id"]);
        let elements = block["elements"].as_array().cloned().unwrap_or_default();
        if elements.is_empty() || elements.len() > 25 {
            self.wrong("actions with no or over 25 elements");
        }
        let mut ids = BTreeSet::new();
        for element in &elements {
            if !ids.insert(element["action_id"].clone().to_string()) {
                self.wrong(format!("action_id {} twice", element["action_id"]));
            }
            self.filled(&element["action_id"], "action_id", 255);
            match element["type"].as_str().unwrap_or_default() {
                "button" => self.button(element),
                "static_select" => {
                    self.fields(element, "static_select", &["type", "action_id", "options", "placeholder"], &[]);
                    self.plain(&element["placeholder"], "placeholder", 150);
                    self.options(&element["options"], 1);
                }
                other => self.wrong(format!("{other:?} in actions")),
            }
        }
    }

    fn button(&mut self, button: &Value) {
        let optional = ["value", "style", "url", "confirm", "accessibility_label"];
        self.fields(button, "button", &["type", "action_id", "text"], &optional);
        self.plain(&button["text"], "button text", 75);
        self.length(&button["value"], "button value", 2000);
        if button.get("style").is_some_and(|style| style != "primary" && style != "danger") {
            self.wrong("a button's style");
        }
    }

    fn options(&mut self, options: &Value, least: usize) {
        let options = options.as_array().cloned().unwrap_or_default();
        if options.len() < least || options.len() > 100 {
            self.wrong(format!("{} options, not {least} to 100", options.len()));
        }
        for option in &options {
            self.option(option);
        }
    }

    fn option(&mut self, option: &Value) {
        self.fields(option, "option", &["text", "value"], &["description"]);
        self.plain(&option["text"], "option text", 75);
        self.filled(&option["value"], "option value", 150);
    }

    fn table(&mut self, block: &Value) {
        self.fields(block, "table", &["type", "rows"], &["block_id", "column_settings"]);
        let rows = block["rows"].as_array().cloned().unwrap_or_default();
        if rows.is_empty() || rows.len() > 100 {
            self.wrong(format!("a table of {} rows", rows.len()));
        }
        for row in &rows {
            let cells = row.as_array().cloned().unwrap_or_default();
            if cells.is_empty() || cells.len() > 20 {
                self.wrong(format!("a table row of {} cells", cells.len()));
            }
            for cell in &cells {
                if cell["type"] == "rich_text" {
                    self.rich_text(cell);
                } else {
                    self.fields(cell, "raw_text", &["type", "text"], &[]);
                    self.filled(&cell["text"], "a cell", 2000);
                    self.said += units(&cell["text"]);
                }
            }
        }
        for column in block["column_settings"].as_array().into_iter().flatten() {
            self.fields(column, "column_settings", &[], &["align", "is_wrapped"]);
        }
    }

    fn input(&mut self, block: &Value) {
        let optional = ["block_id", "optional", "hint", "dispatch_action"];
        self.fields(block, "input", &["type", "label", "element"], &optional);
        self.plain(&block["label"], "label", 2000);
        if block.get("hint").is_some() {
            self.plain(&block["hint"], "hint", 2000);
        }
        self.input_element(&block["element"]);
    }

    fn input_element(&mut self, element: &Value) {
        let kind = element["type"].as_str().unwrap_or_default();
        self.filled(&element["action_id"], "action_id", 255);
        let optional: &[&str] = match kind {
            "plain_text_input" => &["multiline", "min_length", "max_length", "initial_value", "placeholder"],
            "static_select" => &["options", "initial_option", "placeholder"],
            "external_select" => &["min_query_length", "initial_option", "placeholder"],
            "datepicker" => &["initial_date", "placeholder"],
            "users_select" => &["initial_user", "placeholder"],
            other => return self.wrong(format!("an input of type {other:?}")),
        };
        self.fields(element, kind, &["type", "action_id"], optional);
        if element.get("placeholder").is_some() {
            self.plain(&element["placeholder"], "placeholder", 150);
        }
        if element.get("initial_option").is_some() {
            self.option(&element["initial_option"]);
        }
        if kind == "static_select" {
            self.options(&element["options"], 1);
            let options = element["options"].as_array().cloned().unwrap_or_default();
            if element.get("initial_option").is_some_and(|initial| !options.contains(initial)) {
                self.wrong("an initial_option that is none of the options");
            }
        }
        if kind == "plain_text_input" {
            let most = element["max_length"].as_u64().unwrap_or(3000);
            if !(1..=3000).contains(&most) {
                self.wrong(format!("max_length {most}"));
            }
            self.length(&element["initial_value"], "initial_value", usize::try_from(most).unwrap_or(3000));
        }
    }
}

/// What is wrong with a fallback text: it is mrkdwn, so everything of a person's must be escaped.
pub(super) fn fallback(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if text.encode_utf16().count() > 40_000 {
        wrong.push("a text of over 40,000 characters".to_owned());
    }
    if text.contains(['<', '>']) {
        wrong.push("an unescaped < or > in text: it could page somebody".to_owned());
    }
    let mut ampersands = text.split('&').skip(1);
    if !ampersands.all(|after| ["amp;", "lt;", "gt;"].iter().any(|entity| after.starts_with(entity))) {
        wrong.push("an unescaped & in text".to_owned());
    }
    wrong
}

/// Whom a message would page: users by id, and `!channel` and its like.
pub(super) fn pings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| pings(value, found)),
        Value::Object(fields) => {
            match fields.get("type").and_then(Value::as_str) {
                Some("user") => found.extend(fields.get("user_id").and_then(Value::as_str).map(str::to_owned)),
                Some("broadcast") => found.push("!broadcast".to_owned()),
                Some("mrkdwn") => {
                    let text = fields.get("text").and_then(Value::as_str).unwrap_or_default();
                    found.extend(
                        ["<!", "<@"].iter().filter(|mark| text.contains(**mark)).map(|mark| (*mark).to_owned()),
                    );
                }
                _ => {}
            }
            fields.values().for_each(|value| pings(value, found));
        }
        _ => {}
    }
}
