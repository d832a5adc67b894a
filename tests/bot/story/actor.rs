//! Somebody in a story.

use panout::chat::{Account, Action, Event, Press, Submission};

use super::Team;

/// Somebody of the team, who types, presses and looks.
pub(crate) struct Actor<'t> {
    pub(super) team: &'t Team,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) channel: String,
}

impl Actor<'_> {
    /// The person's id on the service.
    pub(crate) fn id(&self) -> String {
        self.id.clone()
    }

    /// Types a line in the sales channel.
    pub(crate) async fn types(&self, line: &str) {
        self.team.service().types(&self.id, &self.channel, line).await;
        self.team.idle().await;
    }

    /// The same person, typing in another channel.
    pub(crate) fn in_channel(self, channel: &str) -> Self {
        Self { channel: channel.to_owned(), ..self }
    }

    /// Presses the newest button with this label.
    pub(crate) async fn presses(&self, button: &str) {
        self.team.service().presses(&self.id, button).await;
        self.team.idle().await;
    }

    /// Chooses in the newest menu with this label.
    pub(crate) async fn chooses(&self, menu: &str, choice: &str) {
        self.team.service().chooses(&self.id, menu, choice).await;
        self.team.idle().await;
    }

    /// Uses a shortcut on a message in the sales channel.
    pub(crate) async fn uses(&self, shortcut: &str, message: &str) {
        self.team.service().uses_shortcut(&self.id, &self.channel, shortcut, message).await;
        self.team.idle().await;
    }

    /// Fills fields of the open form, by label.
    pub(crate) async fn fills(&self, fields: &[(&str, &str)]) {
        for (field, value) in fields {
            self.team.service().fills(&self.id, field, value).await;
        }
    }

    /// Sends the open form.
    pub(crate) async fn submits(&self) {
        self.team.service().submits(&self.id).await;
        self.team.idle().await;
    }

    /// Sends a form as the service would, without having opened it; what the bot answers.
    pub(crate) async fn sends(&self, action: &str, values: &[(&str, &str)]) -> String {
        let action = Action::new(action).expect("it can be carried");
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let reply = self.team.app().bot.submit(self.event(), Submission { action, values }).await;
        format!("{reply:?}")
    }

    /// Presses a button or chooses in a menu that may not be on the screen; what the bot answers.
    pub(crate) async fn picks(&self, action: &str, value: &str) -> String {
        let action = Action::new(action).expect("it can be carried");
        let value = (!value.is_empty()).then(|| value.to_owned());
        let reply = self.team.app().bot.press(self.event(), Press { action, value }).await;
        format!("{reply:?}")
    }

    fn event(&self) -> Event {
        let who = Account::new(self.team.stage.kind(), self.id.as_str());
        let id = format!("made-up-{:016x}", fastrand::u64(..));
        Event { id, who, name: self.name.clone(), place: None, channel: None, language: None }
    }

    /// What the open form shows.
    pub(crate) fn form(&self) -> String {
        self.team.service().form(&self.id)
    }

    /// Whether a form is open.
    pub(crate) fn has_form(&self) -> bool {
        self.team.service().form_is_open(&self.id)
    }

    /// What is suggested for an option of a command.
    pub(crate) async fn is_suggested(&self, command: &str, option: &str, typed: &str) -> Vec<String> {
        self.team.service().suggestions(&self.id, command, option, typed).await
    }

    /// What is in the newest file of this name that the person can see.
    #[track_caller]
    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        let found = self.team.service().file(&self.id, name);
        found.unwrap_or_else(|| panic!("{} sees no file {name}", self.name))
    }

    /// Everything new on the person's screen, oldest first, an empty line between.
    pub(crate) fn screen(&self) -> String {
        self.team.service().unread(&self.id).join("\n\n")
    }

    /// The person sees exactly this, new since they last looked.
    #[track_caller]
    pub(crate) fn sees(&self, expected: &str) {
        let expected = dedent(expected);
        let seen = self.screen();
        assert!(seen == expected, "{} sees\n-----\n{seen}\n----- but should see\n{expected}\n-----", self.name);
    }

    /// The person sees something new that contains each of these.
    #[track_caller]
    pub(crate) fn sees_parts(&self, parts: &[&str]) -> String {
        let seen = self.screen();
        for part in parts {
            assert!(seen.contains(part), "{} sees\n-----\n{seen}\n----- without\n{part}", self.name);
        }
        seen
    }

    /// Nothing new is on the person's screen.
    #[track_caller]
    pub(crate) fn sees_nothing(&self) {
        let seen = self.screen();
        assert!(seen.is_empty(), "{} sees\n-----\n{seen}\n----- but should see nothing new", self.name);
    }
}

/// A text without the indentation its lines share, and without the empty lines around it.
fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').trim_end().lines().collect();
    let filled = lines.iter().filter(|line| !line.trim().is_empty());
    let margin = filled.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|line| line.get(margin..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}
