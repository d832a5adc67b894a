//! Forms as people fill them: modals, and messages of menus with a button that leads on. What a person means to fill
//! in at a later step waits until they get there.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::acts::Scene;
use super::gateway::deliver;
use super::sheet::{
    belongs_to_form, chosen, faults, fields, is_menu_of, is_open, is_settled, more_may_come, options, overview, parts,
    step, text, type_in, unfilled, values,
};
use super::world::{Message, Modal};
use super::{FakeDiscord, acts};

/// How long a person looks at something that is on its way.
const ATTENTION: Duration = Duration::from_secs(4);
/// More steps than this are no form.
const STEPS: usize = 20;

impl FakeDiscord {
    /// Fills a field: at once if it is open, otherwise when its step is reached.
    pub(super) async fn fill(&self, who: &str, field: &str, value: &str) {
        {
            let mut world = self.0.world();
            assert!(is_open(&world, who), "no form is open to {}", world.name_of(who));
            let known: Vec<String> = fields(&world, who).into_iter().map(|(label, _)| label).collect();
            let may_come = more_may_come(&world, who);
            assert!(
                may_come || known.iter().any(|label| label == field),
                "no field {field:?} in the form, only {known:?}"
            );
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

    /// The menu of a field in the form's message, if it has such a menu and no modal is in front of it.
    pub(super) fn menu_in_step(&self, who: &str, field: &str) -> Option<(Value, Message)> {
        let world = self.0.world();
        let step = step(&world, who).filter(|_| !world.modals.contains_key(who))?;
        let listed = overview(&world, &step);
        let menu = parts(&step).find(|part| is_menu_of(part, &listed, field)).cloned()?;
        Some((menu, step))
    }

    /// Chooses in a menu of the form's message, if it has such a menu and no modal is in front of it. What it does not
    /// show is searched for.
    async fn choose_in_step(&self, who: &str, field: &str, value: &str) -> bool {
        let Some((mut menu, mut step)) = self.menu_in_step(who, field) else { return false };
        if !value.is_empty() && self.search_in_step(who, (&menu, &step), field, value).await {
            (menu, step) = self.menu_in_step(who, field).expect("what was found is shown in its menu");
        }
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
    pub(super) async fn use_part(
        &self,
        who: &str,
        message: &Message,
        part: &Value,
        values: Option<&[String]>,
    ) -> String {
        let id = {
            let mut world = self.0.world();
            if let Some(values) = values {
                let key = (message.id.clone(), text(&part["custom_id"]));
                world.chosen.insert(key, values.to_vec());
            }
            let data = acts::component(&world, part, values);
            let at = Scene { who, channel: &message.channel, message: Some(&message.id) };
            acts::act(&mut world, 3, at, &data)
        };
        self.acted(&id);
        deliver(&self.0, &id).await;
        id
    }

    /// Waits for what was put off when the interaction was answered, as long as a person would look at it.
    pub(super) async fn settled(&self, id: &str, touched: u64) {
        let began = Instant::now();
        while began.elapsed() < ATTENTION {
            let news = self.0.changed.notified();
            if is_settled(&self.0.world(), id, touched) {
                return;
            }
            let _ = timeout(Duration::from_millis(20), news).await;
        }
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

    /// Sends the open modal and goes no further.
    pub(crate) async fn sends_one_step(&self, who: &str) {
        let modal = self.0.world().modals.get(who).cloned().expect("a modal is open");
        self.send_modal(who, modal).await;
    }

    /// Sends the open modal; whether there may be more of the form.
    pub(super) async fn send_modal(&self, who: &str, mut modal: Modal) -> bool {
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
            let at = Scene { who, channel: &modal.channel, message: modal.message.as_deref() };
            acts::act(&mut world, 5, at, &data)
        };
        let touched = self.touched(who);
        self.acted(&id);
        deliver(&self.0, &id).await;
        self.settled(&id, touched).await;
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
        let id = self.use_part(who, &step, &main, None).await;
        self.settled(&id, touched).await;
        let world = self.0.world();
        let now = super::sheet::step(&world, who);
        let moved = now.as_ref().is_some_and(|now| now.touched > touched && faults(&world, now).is_empty());
        world.modals.contains_key(who) || moved
    }

    /// The options of a menu of the form that contain what is typed; if it can be searched, those that are found.
    pub(super) async fn offered(&self, who: &str, field: &str, typed: &str) -> Vec<String> {
        assert!(is_open(&self.0.world(), who), "no form is open to {}", self.0.world().name_of(who));
        let mut menu = self.menu_in_step(who, field);
        if let Some((part, step)) = &menu
            && !typed.is_empty()
            && self.search_in_step(who, (part, step), field, typed).await
        {
            menu = self.menu_in_step(who, field);
        }
        let menu = menu.map(|(menu, _)| menu);
        let typed = typed.to_lowercase();
        let labels = menu.iter().flat_map(options).map(|option| text(&option["label"]));
        labels.filter(|label| label.to_lowercase().contains(&typed)).collect()
    }

    pub(super) fn acted(&self, id: &str) {
        *self.0.last_act.lock().expect("no test panics here") = Some(id.to_owned());
    }
}
