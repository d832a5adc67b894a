//! What somebody typed after `/deal`, and the form to follow an opportunity.
//!
//! Starts: `/deal Delta Negotiation 40k`. Acts: whoever has it, or leads who has it. Ends: it is followed, or the one that is
//! there is changed; what was not understood is asked in the form, with everything kept.

use super::{DealAct, Followed, Tracked, advance, card, cost, list, track};
use crate::args;
use crate::chat::{Block, Card, Choice, Command, Form, Kind, Reply, Text, Tone};
use crate::domain::{DealStage, Money, OpportunityNumber, Person, PersonId, Role, parse_deal};
use crate::flows::refusal::{amount_fault, typed_amount};
use crate::flows::reply::{self, Answers};
use crate::flows::{Act, Call, Result, Values, after, lead, tell};

/// The longest name of a client, in characters.
const NAME: u16 = 120;
/// The longest note, in characters.
const NOTE: u16 = 1000;

/// What `/deal` is asked for.
enum Asked<'a> {
    Mine,
    Team,
    Cost,
    One(&'a str),
    Follow(&'a str),
}

/// What was typed: a word of the menu alone is that, anything else is an opportunity.
fn asked(command: &Command) -> Asked<'_> {
    let text = command.text.trim();
    let first = text.split_whitespace().next().unwrap_or_default();
    let rest = after(command, first);
    let named = command.options.get("deal").map_or(rest, |named| named.trim());
    match first.to_lowercase().as_str() {
        "" if command.options.is_empty() => Asked::Mine,
        "mine" if rest.is_empty() => Asked::Mine,
        "team" if rest.is_empty() => Asked::Team,
        "cost" if rest.is_empty() => Asked::Cost,
        "check" | "show" => Asked::One(named),
        "track" => Asked::Follow(rest),
        _ if text.parse::<OpportunityNumber>().is_ok() => Asked::One(text),
        _ => Asked::Follow(text),
    }
}

/// Whether a command changes nothing.
pub(in crate::flows) fn only_asks(command: &Command) -> bool {
    !matches!(asked(command), Asked::Follow(_))
}

/// `/deal`, with whatever follows it.
pub(in crate::flows) async fn command(call: &mut Call<'_>, command: &Command) -> Result {
    if call.by.role == Role::Observer {
        return tell(call.words.text("opportunity.observers", args! {}));
    }
    match asked(command) {
        Asked::Mine => list::mine(call).await,
        Asked::Team => list::team(call).await,
        Asked::Cost => cost::show(call).await,
        Asked::One(typed) => list::one(call, typed).await,
        Asked::Follow(line) => {
            let typed = Typed::from_line(call, command, line).await?;
            match typed.tracked(call) {
                Some(tracked) => follow(call, tracked).await,
                None => Ok(Reply::Ask(form(call, &typed))),
            }
        }
    }
}

/// The empty form.
pub(super) fn empty_form(call: &Call<'_>) -> Result {
    if call.by.role == Role::Observer {
        return tell(call.words.text("opportunity.observers", args! {}));
    }
    Ok(Reply::Ask(form(call, &Typed::default())))
}

/// What was understood, and remarks on what was not.
#[derive(Clone, Debug, Default)]
struct Typed {
    account: Option<String>,
    stage: Option<DealStage>,
    amount: Option<Money>,
    /// As typed, if it is no amount.
    wrong_amount: Option<String>,
    owner: Option<PersonId>,
    named: Option<String>,
    note: Option<String>,
    remarks: Vec<Text>,
}

impl Typed {
    /// Reads a line first, then the typed options, which win.
    async fn from_line(call: &mut Call<'_>, command: &Command, line: &str) -> Result<Self> {
        let line = parse_deal(line, &call.shared.deal_stages, call.by.team.currency);
        let (account, named) = (line.account, line.owner);
        let mut typed = Self { account, amount: line.amount, named, note: line.note, ..Self::default() };
        typed.stage = line.stage;
        if let (Some(stage), true) = (line.stage, line.stage_guess) {
            let stage = call.words.label("deal_stage", stage.as_str());
            typed.remarks.push(call.words.text("opportunity.did_you_mean", args! { stage: stage }));
        }
        if let Some((written, fault)) = line.amount_fault {
            typed.remarks.push(amount_fault(call, &written, &fault));
            typed.wrong_amount = Some(written);
        }
        for (name, value) in command.options.iter().filter(|(_, value)| !value.trim().is_empty()) {
            typed.read_option(call, name, value.trim());
        }
        typed.find_owner(call).await?;
        typed.fits(call);
        Ok(typed)
    }

    fn read_option(&mut self, call: &Call<'_>, name: &str, value: &str) {
        match name {
            "account" => self.account = Some(value.to_owned()),
            "stage" => match call.shared.deal_stages.find(value) {
                Some(found) => self.stage = Some(found.value),
                None => self.remarks.push(call.words.text("opportunity.unknown_stage", args! { typed: value })),
            },
            "amount" => match Money::parse(value, call.by.team.currency) {
                Ok(money) => self.amount = Some(money),
                Err(fault) => {
                    self.remarks.push(amount_fault(call, value, &fault));
                    self.wrong_amount = Some(value.to_owned());
                }
            },
            _ => self.named = Some(value.to_owned()),
        }
    }

    async fn find_owner(&mut self, call: &mut Call<'_>) -> Result<()> {
        if let Some(name) = self.named.clone() {
            match owner(call, &name).await? {
                Ok(owner) => self.owner = Some(owner),
                Err(says) => self.remarks.push(says),
            }
        }
        Ok(())
    }

    /// A name that is none, or too long for one, is asked.
    fn fits(&mut self, call: &Call<'_>) {
        if self.account.as_ref().is_some_and(|name| name.chars().count() > NAME.into()) {
            self.remarks.push(call.words.text("deal_form.account.long", args! {}));
        }
        self.account = self.account.take().filter(|name| name.chars().any(char::is_alphanumeric));
    }

    /// What is to be followed, if everything was understood.
    fn tracked(&self, call: &Call<'_>) -> Option<Tracked> {
        let account = self.account.clone().filter(|_| self.remarks.is_empty())?;
        Some(Tracked {
            account,
            stage: self.stage,
            amount: self.amount,
            owner: self.owner.unwrap_or(call.by.id),
            by: Some(call.by.id),
            touched_at: None,
            note: self.note.as_ref().map(|note| note.chars().take(NOTE.into()).collect()),
        })
    }
}

/// Who is to have it, by name or mention: oneself, whoever one stands in for, or whom one leads; as an error what is wrong.
async fn owner(call: &mut Call<'_>, typed: &str) -> Result<Result<PersonId, Text>> {
    let found = match lead::person(call, typed, "opportunity.unknown_owner").await? {
        Ok(found) => found,
        Err(says) => return Ok(Err(says)),
    };
    let person: Person = call.tx.person(found).await?;
    if call.by.acts_for(person.id) || call.by.leads(person.team.id) {
        return Ok(Ok(person.id));
    }
    Ok(Err(call.words.text("opportunity.not_their_head", args! { name: person.name.as_str() })))
}

/// The form to follow one, with what is known filled in.
fn form(call: &Call<'_>, typed: &Typed) -> Form {
    let words = call.words;
    let field = |name: &str, kind: Kind| reply::field(words, "deal_form", name, kind);
    let stages = DealStage::ALL.map(|it| Choice::new(it.as_str(), words.label("deal_stage", it.as_str())));
    let amount = typed.amount.map(typed_amount).or_else(|| typed.wrong_amount.clone());
    let name: Option<String> = typed.account.as_ref().map(|name| name.chars().take(NAME.into()).collect());
    let note: Option<String> = typed.note.as_ref().map(|note| note.chars().take(NOTE.into()).collect());
    let fields = vec![
        field("account", Kind::Line { max: NAME }).filled(name),
        field("stage", Kind::Choice(stages.into())).filled(typed.stage.map(DealStage::as_str)),
        field("amount", Kind::Amount).optional().filled(amount),
        field("owner", Kind::Line { max: NAME }).optional().filled(typed.named.clone()),
        field("note", Kind::Paragraph { max: NOTE }).optional().filled(note),
    ];
    let mut form = reply::form(words, Act::Deal(DealAct::Track), "deal_form.title", "button.store", fields);
    form.intro = typed.remarks.iter().cloned().reduce(|all, next| all.then("\n").then(next));
    form
}

/// The filled form.
pub(super) async fn filled(call: &mut Call<'_>, values: &Values) -> Result {
    if call.by.role == Role::Observer {
        return tell(call.words.text("opportunity.observers", args! {}));
    }
    let named = values.get("owner").map(|owner| owner.trim().to_owned()).filter(|owner| !owner.is_empty());
    let owner = match &named {
        Some(name) => owner(call, name).await?,
        None => Ok(call.by.id),
    };
    let mut answers = Answers::new(call, "deal_form", values);
    let account = answers.text("account").filter(|name| name.chars().any(char::is_alphanumeric));
    answers.must("account", account.is_some());
    if account.as_ref().is_some_and(|name| name.chars().count() > NAME.into()) {
        answers.fault("account", "deal_form.account.long");
    }
    let stage = answers.parsed::<DealStage>("stage");
    answers.must("stage", stage.is_some());
    let amount = amount(&mut answers, "amount");
    let note = answers.text("note");
    if let Err(says) = &owner {
        answers.fault_text("owner", says.unstyled());
    }
    answers.end()?;
    let (Some(account), Ok(owner)) = (account, owner) else { return reply::incomplete() };
    follow(call, Tracked { account, stage, amount, owner, by: Some(call.by.id), touched_at: None, note }).await
}

/// An amount, if one was typed; what is none is a fault.
pub(super) fn amount(answers: &mut Answers<'_, '_>, field: &str) -> Option<Money> {
    let typed = answers.text(field)?;
    match Money::parse(&typed, answers.call.by.team.currency) {
        Ok(money) => Some(money),
        Err(fault) => {
            let says = amount_fault(answers.call, &typed, &fault).unstyled();
            answers.fault_text(field, says);
            None
        }
    }
}

/// Follows it, and says so. Where it would advance with a gap, what is missing is said first; the rest is kept.
async fn follow(call: &mut Call<'_>, tracked: Tracked) -> Result {
    let before = call.tx.open_opportunity(tracked.owner, &tracked.account).await?;
    let ahead = before.and_then(|it| tracked.stage.filter(|to| !it.gaps(*to).is_empty()));
    let stage = if ahead.is_some() { None } else { tracked.stage };
    let unsaid = tracked.stage.is_none();
    let followed = track(call.tx, call.shared, Tracked { stage, ..tracked }, call.now).await?;
    let it = followed.opportunity();
    if let Some(to) = ahead {
        return advance::alert(call, it, to).await;
    }
    let key = match &followed {
        Followed::New(_) if unsaid => "opportunity.tracked_unsaid",
        Followed::New(_) => "opportunity.tracked",
        Followed::Changed(_) => "opportunity.changed",
        Followed::AsBefore(_) => "opportunity.as_before",
    };
    let stage = call.words.label("deal_stage", it.stage.as_str());
    let said = args! { number: it.number.to_string(), account: it.account.as_str(), stage: stage };
    let title = call.words.text(key, said);
    let card = card::card(call.tx, call.shared, &call.by, it, call.now).await?;
    Ok(Reply::Whisper(Card { title, tone: Tone::Good, blocks: card.blocks }.with_some(note(call, &followed))))
}

/// What to do about a new one, once.
fn note(call: &Call<'_>, followed: &Followed) -> Option<Block> {
    let days = call.shared.rules.opportunities.days_without_touch;
    let says = || Block::Note(call.words.text("opportunity.what_follows", args! { count: days }));
    matches!(followed, Followed::New(_)).then(says)
}
