//! Who works in the office, and how they go about what lies in front of them.

use std::sync::Arc;

use panout::chat::{
    Account, Action, Block, Bot as _, Card, Command, Event, Form, Kind, Place, Press, Reply, Service, Submission,
};
use panout::flows::Assistant;

/// What somebody is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// Does everything the day it comes.
    Diligent,
    /// Does things every other day.
    Busy,
    /// Logs, and never looks at a message.
    Absent,
}

/// Somebody.
#[derive(Clone)]
pub(super) struct Worker {
    pub(super) id: String,
    pub(super) nature: Nature,
    pub(super) bot: Arc<Assistant>,
    acts: usize,
}

/// Which buttons are pressed, by the first word of what they mean: the first that somebody finds on a card.
const PRESSED: [&str; 16] = [
    "start",
    "won",
    "again",
    "more_time",
    "called",
    "all_questions",
    "debrief",
    "client_is_right",
    "revive",
    "validate",
    "letter_answered",
    "still_silent",
    "answer",
    "weekly",
    "arrivals_seen",
    "seen",
];

impl Worker {
    pub(super) fn new(id: &str, nature: Nature, bot: &Arc<Assistant>) -> Self {
        Self { id: id.to_owned(), nature, bot: bot.clone(), acts: 0 }
    }

    fn event(&mut self) -> Event {
        self.acts += 1;
        Event {
            id: format!("{}-{}", self.id, self.acts),
            who: Account::new(Service::Slack, self.id.as_str()),
            name: self.id.clone(),
            place: Some(Place::Direct { account: Account::new(Service::Slack, self.id.as_str()), or_in: None }),
            channel: None,
            language: None,
        }
    }

    /// Types a command.
    pub(super) async fn types(&mut self, name: &str, text: &str) -> Reply {
        let (bot, event) = (self.bot.clone(), self.event());
        bot.command(event, Command { name: name.into(), text: text.into(), ..Command::default() }).await
    }

    async fn presses(&mut self, action: &Action, value: Option<String>) -> Reply {
        let (bot, event) = (self.bot.clone(), self.event());
        let reply = bot.press(event, Press { action: action.clone(), value }).await;
        match reply {
            Reply::Ask(form) => self.fills(form).await,
            shown => shown,
        }
    }

    async fn fills(&mut self, form: Form) -> Reply {
        let values = form.fields.iter().filter_map(|field| {
            let value = field.value.clone().or_else(|| match &field.kind {
                Kind::Line { .. } | Kind::Paragraph { .. } => Some("As we said.".to_owned()),
                Kind::Choice(choices) if field.required || ["would_change", "lever"].contains(&field.name.as_str()) => {
                    Some(choices[self.acts % choices.len()].value.clone())
                }
                Kind::Search { source, .. } if source == "reason" => Some("price".to_owned()),
                Kind::Amount if field.required => Some("9k".to_owned()),
                _ => None,
            })?;
            Some((field.name.clone(), value))
        });
        let submission = Submission { action: form.action.clone(), values: values.collect() };
        let (bot, event) = (self.bot.clone(), self.event());
        bot.submit(event, submission).await.unwrap_or_else(|faults| panic!("{}: {faults:?}", form.action))
    }

    /// Does what a card asks for, and what the cards behind its menus ask for.
    pub(super) async fn works_on(&mut self, card: &Card) {
        for list in ["arrivals", "queue"] {
            // What lies behind a line of the message of the day.
            let Some(action) = buttons(card).find(|action| word(action) == list).cloned() else { continue };
            if let Reply::Whisper(card) = self.presses(&action, None).await {
                Box::pin(self.works_on(&card)).await;
            }
        }
        for block in &card.blocks {
            let Block::Pick(pick) = block else { continue };
            for choice in &pick.choices {
                let opened = self.presses(&pick.action, Some(choice.value.clone())).await;
                if let Reply::Whisper(card) | Reply::Replace(card) = opened {
                    Box::pin(self.presses_first(&card)).await;
                }
            }
        }
        self.presses_first(card).await;
    }

    /// Starts the reminders, if a card offers that.
    pub(super) async fn starts(&mut self, card: &Card) {
        let offered = card.blocks.iter().find_map(|block| match block {
            Block::Buttons(buttons) => buttons.iter().find(|button| button.action.as_str() == "start"),
            _ => None,
        });
        if let Some(button) = offered {
            self.presses(&button.action, None).await;
        }
    }

    async fn presses_first(&mut self, card: &Card) {
        let mut offered: Vec<&Action> =
            PRESSED.iter().filter_map(|wanted| buttons(card).find(|action| word(action) == *wanted)).collect();
        // Now and then a head asks before deciding.
        let asks = buttons(card).find(|action| word(action) == "ask").filter(|_| self.acts.is_multiple_of(7));
        if let (Some(ask), Some("revive")) = (asks, offered.first().map(|first| word(first))) {
            offered.insert(0, ask);
        }
        // Not always the same of what has a choice: won or not, revived or validated.
        if offered.len() > 1 && matches!(word(offered[0]), "won" | "again" | "revive") {
            offered.rotate_left(self.acts % 2);
        }
        if let Some(action) = offered.first() {
            let action = (*action).clone();
            self.presses(&action, None).await;
        }
    }
}

/// What the buttons of a card mean.
fn buttons(card: &Card) -> impl Iterator<Item = &Action> {
    let rows = card.blocks.iter().filter_map(|block| if let Block::Buttons(row) = block { Some(row) } else { None });
    rows.flatten().map(|button| &button.action)
}

/// The first word of what a button means; what stands on a message of the day itself is the same act.
fn word(action: &Action) -> &str {
    let act = action.as_str();
    act.strip_prefix("day.").unwrap_or(act).split('.').next().unwrap_or_default()
}
