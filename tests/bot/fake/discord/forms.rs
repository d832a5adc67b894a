//! Forms as people fill them: modals, and messages of menus with a button that leads on.
//!
//! A message belongs to a form if the ids of its components begin with `~`, which no action of the bot contains
//! ([`panout::chat::Action`]). Such a message lists the answers of the whole form as facts, and what is wrong with
//! them as a list. What a person means to fill in at a later step waits until they get there.

use std::sync::Arc;

use serde_json::{Value, json};

use super::gateway::deliver;
use super::markdown::Sort;
use super::screen;
use super::world::{Message, Modal, World};
use super::{FakeDiscord, acts};

/// More steps than this are no form.
const STEPS: usize = 20;

fn parts(message: &Message) -> impl Iterator<Item = &Value> {
    message.components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten())
}

fn belongs_to_form(part: &Value) -> bool {
    part["custom_id"].as_str().is_some_and(|id| id.starts_with('~'))
}

fn is_menu(part: &Value) -> bool {
    matches!(part["type"].as_u64(), Some(3 | 5))
}

/// The newest message of a form that somebody sees.
fn step(world: &World, who: &str) -> Option<Message> {
    let seen = world.visible(who);
    let mut standing = seen.into_iter().rev().filter(|message| !message.gone);
    standing.find(|message| parts(message).any(belongs_to_form)).cloned()
}

/// Labels and answers that a message of a form lists.
fn overview(world: &World, message: &Message) -> Vec<(String, String)> {
    let lines = screen::lines(world, message);
    let facts = lines.into_iter().filter(|line| line.sort == Sort::Plain).filter_map(|line| line.fact);
    facts.map(|(label, value)| (label, if value == "—" { String::new() } else { value })).collect()
}

fn faults(world: &World, message: &Message) -> Vec<String> {
    let lines = screen::lines(world, message).into_iter().filter(|line| line.sort == Sort::Item);
    lines.map(|line| line.fact.map_or(line.text, |(_, says)| says)).collect()
}

/// The label of a menu: what the message lists it as, otherwise its placeholder.
fn menu_label(menu: &Value, listed: &[(String, String)]) -> String {
    let shown = screen::placeholder(menu);
    let named = listed.iter().map(|(label, _)| label).filter(|label| shown == **label || shown.starts_with(&format!("{label} ")));
    named.max_by_key(|label| label.len()).map_or_else(|| shown.to_owned(), Clone::clone)
}

fn is_menu_of(menu: &Value, listed: &[(String, String)], label: &str) -> bool {
    is_menu(menu) && belongs_to_form(menu) && menu_label(menu, listed) == label
}

fn options(menu: &Value) -> Vec<Value> {
    menu["options"].as_array().cloned().unwrap_or_default()
}

/// What is chosen in a menu, as it reads.
fn chosen(world: &World, message: &Message, menu: &Value) -> String {
    let key = (message.id.clone(), menu["custom_id"].as_str().unwrap_or_default().to_owned());
    let beforehand = || {
        let of_options = options(menu).into_iter().filter(|option| option["default"] == true).map(|it| it["value"].clone());
        let of_people = menu["default_values"].as_array().cloned().unwrap_or_default().into_iter().map(|it| it["id"].clone());
        of_options.chain(of_people).filter_map(|value| value.as_str().map(str::to_owned)).collect()
    };
    let values = world.chosen.get(&key).cloned().unwrap_or_else(beforehand);
    let shown = values.iter().map(|value| {
        let option = options(menu).into_iter().find(|option| option["value"] == *value);
        option.map_or_else(|| format!("@{}", world.name_of(value)), |it| it["label"].as_str().unwrap_or_default().to_owned())
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The message of the form in front of somebody: a modal opened by a command has nothing to do with an older form.
fn current(world: &World, who: &str) -> Option<Message> {
    let modal = world.modals.get(who);
    step(world, who).filter(|step| modal.is_none_or(|modal| modal.message.as_ref() == Some(&step.id)))
}

/// Every field that can be seen of a form, with its answer.
fn fields(world: &World, who: &str) -> Vec<(String, String)> {
    let step = current(world, who);
    let modal = world.modals.get(who);
    let mut listed = step.as_ref().map(|step| overview(world, step)).unwrap_or_default();
    let mut set = |label: String, value: String| match listed.iter_mut().find(|(known, _)| *known == label) {
        Some((_, known)) => *known = value,
        None => listed.push((label, value)),
    };
    if let Some(step) = &step {
        let known = overview(world, step);
        for menu in parts(step).filter(|part| is_menu(part) && belongs_to_form(part)) {
            set(menu_label(menu, &known), chosen(world, step, menu));
        }
    }
    for input in modal.iter().flat_map(|modal| &modal.inputs) {
        set(text(&input["label"]), text(&input["value"]));
    }
    for (label, value) in world.pending.get(who).into_iter().flatten() {
        set(label.clone(), value.clone());
    }
    listed
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn is_open(world: &World, who: &str) -> bool {
    world.modals.contains_key(who) || step(world, who).is_some()
}

/// What an open form shows.
pub(super) fn drawn(world: &World, who: &str) -> String {
    assert!(is_open(world, who), "no form is open to {}", world.name_of(who));
    let mut lines: Vec<String> =
        fields(world, who).iter().map(|(label, value)| format!("{label}: {value}").trim_end().to_owned()).collect();
    let own = world.modals.get(who).map(|modal| modal.faults.clone()).filter(|faults| !faults.is_empty());
    let faults = own.unwrap_or_else(|| current(world, who).map(|step| faults(world, &step)).unwrap_or_default());
    lines.extend(faults.into_iter().map(|fault| format!("! {fault}")));
    lines.join("\n")
}

/// Types into an input, as far as Discord lets one.
fn type_in(modal: &mut Modal, label: &str, value: &str) -> bool {
    let Some(input) = modal.inputs.iter_mut().find(|input| input["label"] == label) else { return false };
    let most = input["max_length"].as_u64().unwrap_or(4000);
    let length = value.encode_utf16().count() as u64;
    assert!(length <= most, "Discord lets nobody type {length} characters in {label:?}, at most {most}");
    input["value"] = value.into();
    modal.faults.clear();
    true
}

/// What keeps a modal from being sent.
fn unfilled(modal: &Modal) -> Vec<String> {
    let lacking = modal.inputs.iter().filter(|input| {
        let length = input["value"].as_str().unwrap_or_default().encode_utf16().count() as u64;
        let least = input["min_length"].as_u64().unwrap_or_default();
        (input["required"] != false && length == 0) || (length > 0 && length < least)
    });
    lacking.map(|input| format!("{}: this field is required", text(&input["label"]))).collect()
}

impl FakeDiscord {
    /// Fills a field: at once if it is open, otherwise when its step is reached.
    pub(super) async fn fill(&self, who: &str, field: &str, value: &str) {
        {
            let mut world = self.0.world();
            assert!(is_open(&world, who), "no form is open to {}", world.name_of(who));
            let known: Vec<String> = fields(&world, who).into_iter().map(|(label, _)| label).collect();
            assert!(known.iter().any(|label| label == field), "no field {field:?} in the form, only {known:?}");
            if world.modals.get_mut(who).is_some_and(|modal| type_in(modal, field, value)) {
                return;
            }
        }
        if self.choose_in_step(who, field, value).await {
            return;
        }
        let mut world = self.0.world();
        let pending = world.pending.entry(who.to_owned()).or_default();
        pending.retain(|(label, _)| label != field);
        pending.push((field.to_owned(), value.to_owned()));
    }

    /// Chooses in a menu of the form's message, if it has such a menu and no modal is in front of it.
    async fn choose_in_step(&self, who: &str, field: &str, value: &str) -> bool {
        let found = {
            let world = self.0.world();
            let step = step(&world, who).filter(|_| !world.modals.contains_key(who));
            step.and_then(|step| {
                let listed = overview(&world, &step);
                let menu = parts(&step).find(|part| is_menu_of(part, &listed, field)).cloned()?;
                Some((menu, step))
            })
        };
        let Some((menu, step)) = found else { return false };
        let values = {
            let world = self.0.world();
            values(&world, &menu, value)
        };
        if values.is_empty() && chosen(&self.0.world(), &step, &menu).is_empty() {
            return true;
        }
        assert!(!values.is_empty() || menu["min_values"] == 0, "Discord lets nobody empty the menu {field:?}");
        self.use_part(who, &step, &menu, Some(&values)).await;
        true
    }

    /// Presses a button or chooses in a menu of a message, and waits for the answer.
    pub(super) async fn use_part(&self, who: &str, message: &Message, part: &Value, values: Option<&[String]>) {
        let id = {
            let mut world = self.0.world();
            if let Some(values) = values {
                let key = (message.id.clone(), text(&part["custom_id"]));
                world.chosen.insert(key, values.to_vec());
            }
            let data = acts::component(&world, part, values);
            acts::act(&mut world, 3, who, &message.channel, Some(&message.id), data)
        };
        self.acted(&id);
        deliver(&self.0, &id).await;
    }

    /// Goes through every step until the form is sent, or something is wrong with it.
    pub(super) async fn submit_form(&self, who: &str) {
        assert!(is_open(&self.0.world(), who), "no form is open to {}", self.0.world().name_of(who));
        let mut before = None;
        for _ in 0..STEPS {
            let open = self.0.world().modals.get(who).cloned();
            let stays = match open {
                Some(modal) => self.send_modal(who, modal).await,
                None => self.press_on(who, &mut before).await,
            };
            if !stays {
                break;
            }
        }
        let mut world = self.0.world();
        let left = world.pending.remove(who).unwrap_or_default();
        let faulty = is_open(&world, who);
        assert!(left.is_empty() || faulty, "the form was sent without {left:?}: no step had such a field");
        if !left.is_empty() {
            world.pending.insert(who.to_owned(), left);
        }
    }

    /// Sends the open modal; whether there may be more of the form.
    async fn send_modal(&self, who: &str, mut modal: Modal) -> bool {
        let id = {
            let mut world = self.0.world();
            let pending = world.pending.remove(who).unwrap_or_default();
            let left: Vec<(String, String)> =
                pending.into_iter().filter(|(label, value)| !type_in(&mut modal, label, value)).collect();
            world.pending.insert(who.to_owned(), left);
            modal.faults = unfilled(&modal);
            if !modal.faults.is_empty() {
                world.modals.insert(who.to_owned(), modal);
                return false;
            }
            world.modals.remove(who);
            let rows: Vec<Value> = modal
                .inputs
                .iter()
                .map(|input| {
                    let value = input["value"].as_str().unwrap_or_default();
                    json!({"type": 1, "id": 1, "components": [{"type": 4, "id": 2, "custom_id": input["custom_id"], "value": value}]})
                })
                .collect();
            let data = json!({"custom_id": modal.custom_id, "components": rows});
            acts::act(&mut world, 5, who, &modal.channel, modal.message.as_deref(), data)
        };
        let touched = self.touched(who);
        self.acted(&id);
        deliver(&self.0, &id).await;
        let world = self.0.world();
        let step = step(&world, who).filter(|step| step.touched > touched);
        step.is_some_and(|step| faults(&world, &step).is_empty())
    }

    /// How recent what somebody sees is.
    fn touched(&self, who: &str) -> u64 {
        self.0.world().visible(who).iter().map(|message| message.touched).max().unwrap_or_default()
    }

    /// Fills the menus of the form's message and presses the button that leads on; whether there is more to do.
    async fn press_on(&self, who: &str, before: &mut Option<String>) -> bool {
        let pending = self.0.world().pending.get(who).cloned().unwrap_or_default();
        for (label, value) in pending {
            if self.choose_in_step(who, &label, &value).await
                && let Some(pending) = self.0.world().pending.get_mut(who)
            {
                pending.retain(|(other, _)| *other != label);
            }
        }
        let found = {
            let world = self.0.world();
            step(&world, who).map(|step| (faults(&world, &step), step))
        };
        let Some((wrong, step)) = found else { return false };
        // Faults that were there when the person began are what they are mending.
        if !wrong.is_empty() && before.is_some() {
            return false;
        }
        *before = Some(step.id.clone());
        let buttons: Vec<&Value> = parts(&step).filter(|part| part["type"] == 2 && belongs_to_form(part)).collect();
        let main = buttons.iter().find(|button| button["style"] == 1).or(buttons.last());
        let Some(main) = main.map(|button| (*button).clone()) else { return false };
        let touched = self.touched(who);
        self.use_part(who, &step, &main, None).await;
        let world = self.0.world();
        let now = super::forms::step(&world, who);
        let moved = now.as_ref().is_some_and(|now| now.touched > touched && faults(&world, now).is_empty());
        world.modals.contains_key(who) || moved
    }

    /// The options of a menu of the form that contain what is typed.
    pub(super) fn offered(&self, who: &str, field: &str, typed: &str) -> Vec<String> {
        let world = self.0.world();
        let Some(step) = step(&world, who) else { panic!("no form is open to {}", world.name_of(who)) };
        let listed = overview(&world, &step);
        let menu = parts(&step).find(|part| is_menu_of(part, &listed, field)).cloned();
        let typed = typed.to_lowercase();
        let labels = menu.iter().flat_map(options).map(|option| text(&option["label"]));
        labels.filter(|label| label.to_lowercase().contains(&typed)).collect()
    }

    pub(super) fn acted(&self, id: &str) {
        *self.0.last_act.lock().expect("no test panics here") = Some(id.to_owned());
    }

    pub(super) async fn deliver(&self, id: &str) -> std::time::Duration {
        deliver(&Arc::clone(&self.0), id).await
    }
}

/// The values of a menu that read so.
pub(super) fn values(world: &World, menu: &Value, wanted: &str) -> Vec<String> {
    if wanted.is_empty() {
        return vec![];
    }
    if menu["type"] == 5 {
        let person = world.person_named(wanted.trim_start_matches('@'));
        return vec![person.unwrap_or_else(|| panic!("nobody is called {wanted:?}"))];
    }
    let known = options(menu);
    let option = known.iter().find(|option| option["label"] == wanted);
    vec![text(&option.unwrap_or_else(|| panic!("no choice {wanted:?} among {known:?}"))["value"])]
}
