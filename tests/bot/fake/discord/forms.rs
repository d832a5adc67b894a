//! Filling a form as a person does: choosing in the menus of a message, going on, typing in the modal, sending it.

use serde_json::{Value, json};

use super::FakeDiscord;
use super::screen;
use super::world::{Message, Modal, World};

/// More steps than any form has.
const STEPS: usize = 24;

/// One field as it is known: its label, and its value as a person reads it.
struct Shown {
    label: String,
    value: String,
}

/// What a person looks at while filling a form.
enum View {
    Modal(Modal),
    Message(Message),
    Nothing,
}

/// The newest message of a form a person sees.
fn form_message(world: &World, who: &str) -> Option<Message> {
    let theirs = world.messages.iter().filter(|m| !m.gone && world.sees(who, m) && screen::is_form(&m.body));
    theirs.max_by_key(|message| message.changed).cloned()
}

fn view(world: &World, who: &str) -> View {
    match (world.modals.get(who), form_message(world, who)) {
        (Some(modal), _) => View::Modal(modal.clone()),
        (None, Some(message)) => View::Message(message),
        (None, None) => View::Nothing,
    }
}

fn inputs(modal: &Modal) -> impl Iterator<Item = &Value> {
    modal.body["components"].as_array().into_iter().flatten().map(|row| &row["components"][0])
}

fn button<'a>(message: &'a Message, wanted: &str) -> Option<&'a Value> {
    screen::components(&message.body)
        .find(|component| screen::verb(component).is_some_and(|verb| verb.split('.').next() == Some(wanted)))
}

fn label(component: &Value) -> &str {
    component["placeholder"].as_str().unwrap_or_default()
}

/// Whether a menu is that of a field: its placeholder is the label, perhaps with words for "optional" after it.
fn is_menu_of(component: &Value, field: &str) -> bool {
    let rest = label(component).strip_prefix(field);
    component["type"] != 2 && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
}

/// Fields and faults listed in a message of a form.
fn listed(world: &World, message: &Message) -> (Vec<Shown>, Vec<String>) {
    let (mut fields, mut faults): (Vec<Shown>, Vec<String>) = (vec![], vec![]);
    let embeds = message.body["embeds"].as_array().into_iter().flatten();
    let marked = embeds.flat_map(|embed| embed["description"].as_str().unwrap_or_default().split('\n'));
    let mut read = screen::lines(world, &message.body).into_iter().skip(1);
    for line in marked {
        let plain = read.next().unwrap_or_default();
        if let Some(fault) = plain.strip_prefix("- ") {
            faults.push(fault.split_once(": ").map_or(fault, |(_, says)| says).to_owned());
        } else if line.starts_with("**")
            && let Some((label, value)) = plain.split_once(": ")
        {
            let value = if value == "—" { "" } else { value };
            fields.push(Shown { label: label.to_owned(), value: value.to_owned() });
        } else if let Some(last) = fields.last_mut() {
            last.value.push('\n');
            last.value.push_str(&plain);
        }
    }
    (fields, faults)
}

impl FakeDiscord {
    /// What is known of the open form: its fields, its faults, and whether those are all fields.
    fn known(&self, who: &str) -> (Vec<Shown>, Vec<String>, bool) {
        let world = self.shared.world();
        let message = form_message(&world, who);
        let (mut fields, faults) = message.as_ref().map(|m| listed(&world, m)).unwrap_or_default();
        let Some(modal) = world.modals.get(who) else { return (fields, faults, true) };
        let all = !fields.is_empty();
        for input in inputs(modal) {
            let label = input["label"].as_str().unwrap_or_default();
            let value = input["value"].as_str().unwrap_or_default();
            match fields.iter_mut().find(|field| field.label == label) {
                Some(field) => value.clone_into(&mut field.value),
                None => fields.push(Shown { label: label.to_owned(), value: value.to_owned() }),
            }
        }
        (fields, faults, all)
    }

    pub(crate) fn is_filling(&self, who: &str) -> bool {
        !matches!(view(&self.shared.world(), who), View::Nothing)
    }

    pub(crate) fn shown_form(&self, who: &str) -> String {
        assert!(self.is_filling(who), "{who} has no form open; complaints: {:?}", self.shared.world().complaints);
        let (fields, faults, _) = self.known(who);
        let world = self.shared.world();
        let typed = world.typed.get(who).cloned().unwrap_or_default();
        let line = |field: &Shown| {
            let now = typed.iter().rev().find(|(label, _)| *label == field.label).map_or(&field.value, |(_, v)| v);
            format!("{}: {now}", field.label).trim_end().to_owned()
        };
        let faults = faults.iter().map(|fault| format!("! {fault}"));
        fields.iter().map(line).chain(faults).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn fill(&self, who: &str, field: &str, value: &str) {
        assert!(self.is_filling(who), "{who} has no form open; complaints: {:?}", self.shared.world().complaints);
        let (fields, _, all) = self.known(who);
        let labels: Vec<&str> = fields.iter().map(|field| field.label.as_str()).collect();
        assert!(!all || labels.contains(&field), "the form has no field {field:?}, but {labels:?}");
        let mut world = self.shared.world();
        if let Some(message) = form_message(&world, who)
            && let Some(menu) = screen::components(&message.body).find(|c| is_menu_of(c, field) && c["type"] == 3)
            && !value.is_empty()
        {
            let options = menu["options"].as_array().into_iter().flatten();
            let offered: Vec<&str> = options.filter_map(|option| option["label"].as_str()).collect();
            assert!(offered.contains(&value), "{field:?} offers no {value:?}, but {offered:?}");
        }
        let typed = world.typed.entry(who.to_owned()).or_default();
        typed.retain(|(label, _)| label != field);
        typed.push((field.to_owned(), value.to_owned()));
    }

    /// What the menu of a search field offers for something typed.
    pub(crate) fn menu_options(&self, who: &str, field: &str, typed: &str) -> Vec<String> {
        let world = self.shared.world();
        let message = form_message(&world, who).unwrap_or_else(|| panic!("{who} has no form with menus open"));
        let menu = screen::components(&message.body).find(|c| is_menu_of(c, field));
        let menu = menu.unwrap_or_else(|| panic!("the form has no menu {field:?}"));
        let options = menu["options"].as_array().into_iter().flatten();
        let labels = options.filter_map(|option| option["label"].as_str().map(str::to_owned));
        labels.filter(|label| label.to_lowercase().contains(&typed.to_lowercase())).collect()
    }

    /// Goes through the form until it is accepted or refused.
    pub(crate) async fn submit(&self, who: &str) {
        assert!(self.is_filling(who), "{who} has no form open; complaints: {:?}", self.shared.world().complaints);
        let mut sent = false;
        for _ in 0..STEPS {
            let view = view(&self.shared.world(), who);
            match view {
                View::Nothing => break,
                View::Modal(modal) => {
                    self.send_modal(who, &modal).await;
                    sent = true;
                }
                View::Message(message) => match button(&message, "f") {
                    Some(_) if sent => break,
                    Some(fix) => self.settled(&self.touch(who, &message, fix, None).await).await,
                    None => {
                        let (again, last) = self.send_message(who, message).await;
                        sent |= last;
                        if !again {
                            break;
                        }
                    }
                },
            }
        }
        let left = self.shared.world().typed.remove(who).unwrap_or_default();
        let left: Vec<String> = left.into_iter().map(|(label, _)| label).collect();
        assert!(left.is_empty() || self.is_filling(who), "no step of the form has a field {left:?}");
    }

    /// Sends the modal that is open and no more.
    pub(crate) async fn sends_one_step(&self, who: &str) {
        let modal = self.shared.world().modals.get(who).cloned().expect("a modal is open");
        self.send_modal(who, &modal).await;
    }

    /// Presses the way on in the form of somebody else.
    pub(crate) async fn presses_in_the_form_of(&self, who: &str, owner: &str) {
        let message = form_message(&self.shared.world(), owner).expect("a form is open");
        let next = button(&message, "n").expect("it goes on").clone();
        self.touch(who, &message, &next, None).await;
    }

    /// Takes what was typed for a field.
    fn take(&self, who: &str, field: impl Fn(&str) -> bool) -> Option<String> {
        let mut world = self.shared.world();
        let typed = world.typed.get_mut(who)?;
        let at = typed.iter().position(|(label, _)| field(label))?;
        Some(typed.remove(at).1)
    }

    async fn send_modal(&self, who: &str, modal: &Modal) {
        let mut rows = vec![];
        for input in inputs(modal) {
            let label = input["label"].as_str().unwrap_or_default();
            let typed = self.take(who, |field| field == label);
            let value = typed.unwrap_or_else(|| input["value"].as_str().unwrap_or_default().to_owned());
            let most = input["max_length"].as_u64().unwrap_or(4000);
            let length = value.encode_utf16().count() as u64;
            assert!(length <= most, "{label:?} takes {most} characters");
            assert!(!value.is_empty() || input["required"] != true, "Discord does not send the form without {label:?}");
            rows.push(json!({"type": 1, "components": [{"type": 4, "custom_id": input["custom_id"], "value": value}]}));
        }
        self.shared.world().modals.remove(who);
        let data = json!({"custom_id": modal.body["custom_id"], "components": rows, "resolved": {}});
        let id = self.act(who, &modal.channel, modal.message.as_deref(), 5, data).await;
        self.settled(&id).await;
    }

    /// Chooses in the menus of a message, then goes on or sends. Whether to look again, and whether it was sent.
    async fn send_message(&self, who: &str, mut message: Message) -> (bool, bool) {
        let menus: Vec<Value> = screen::components(&message.body).filter(|c| c["type"] != 2).cloned().collect();
        for menu in menus {
            let Some(choice) = self.take(who, |field| is_menu_of(&menu, field)) else { continue };
            let values = if choice.is_empty() {
                assert!(menu["min_values"] == 0, "{:?} cannot be emptied", label(&menu));
                vec![]
            } else {
                vec![self.value_of(&menu, &choice)]
            };
            let id = self.touch(who, &message, &menu, Some(values)).await;
            self.settled(&id).await;
            message = form_message(&self.shared.world(), who).expect("the message of the form stands");
        }
        let more = self.shared.world().typed.get(who).is_some_and(|typed| !typed.is_empty());
        let (next, last) = (button(&message, "n"), button(&message, "x"));
        let (pressed, is_last) = match (next, last) {
            (Some(next), None) => (next, false),
            (Some(next), Some(_)) if more => (next, false),
            (_, Some(last)) => (last, true),
            (None, None) => panic!("a message of a form without a button to go on"),
        };
        let id = self.touch(who, &message, pressed, None).await;
        self.settled(&id).await;
        let world = self.shared.world();
        let stuck = form_message(&world, who).is_some_and(|now| {
            now.id == message.id && !listed(&world, &now).1.is_empty() && button(&now, "f").is_none()
        });
        (world.modals.contains_key(who) || !stuck, is_last)
    }

    fn value_of(&self, menu: &Value, choice: &str) -> String {
        if menu["type"] == 5 {
            let world = self.shared.world();
            let found = world.people.iter().find(|(_, person)| person.name == choice);
            return found.unwrap_or_else(|| panic!("nobody is called {choice:?}")).0.clone();
        }
        let options = menu["options"].as_array().cloned().unwrap_or_default();
        let option = options.iter().find(|option| option["label"] == choice);
        let option = option.unwrap_or_else(|| panic!("{:?} offers no {choice:?}", label(menu)));
        option["value"].as_str().expect("a value").to_owned()
    }
}
