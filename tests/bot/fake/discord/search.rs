//! Searching in a form, as people do: by the button under menus that do not show everything, and the modal it opens.

use serde_json::Value;

use super::FakeDiscord;
use super::sheet::{belongs_to_form, is_menu, options, parts, type_in};
use super::world::Message;

impl FakeDiscord {
    /// Searches for what a menu does not show, if one can; whether something was searched for.
    pub(super) async fn search_in_step(
        &self,
        who: &str,
        (menu, step): (&Value, &Message),
        field: &str,
        typed: &str,
    ) -> bool {
        let shown = menu["type"] != 3 || options(menu).iter().any(|option| option["label"] == typed);
        let searches = |part: &&Value| {
            // The only button of a form's menus that asks for words: its id says so.
            let id = part["custom_id"].as_str().unwrap_or_default();
            !is_menu(part) && belongs_to_form(part) && id.contains(":q.")
        };
        let button = parts(step).find(searches).cloned();
        let Some(button) = button.filter(|_| !shown) else { return false };
        self.use_part(who, step, &button, None).await;
        let mut modal = self.0.world().modals.get(who).cloned().expect("a search opens a modal");
        assert!(type_in(&mut modal, field, typed), "{field:?} cannot be searched");
        self.send_modal(who, modal).await;
        true
    }
}
