//! What somebody typed of a lead, and its form.

use crate::args;
use crate::chat::{Account, Choice, Command, Form, Kind, Text};
use crate::domain::{LeadDetails, PersonId, Role, Source, parse_lead};
use crate::flows::reply::{self, Answers};
use crate::flows::{Act, Call, Result, Values, tell};

use super::LeadAct;

/// The longest name, address or number, in characters.
pub(in crate::flows) const NAME: u16 = 120;
/// The longest of what they want, in characters.
pub(in crate::flows) const WANTS: u16 = 3000;

/// What was understood, and remarks on what was not.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) details: LeadDetails,
    pub(super) owner: Option<PersonId>,
    named: Option<String>,
    pub(super) remarks: Vec<Text>,
}

impl Typed {
    /// Reads a command: its line first, then its typed options, which win.
    pub(super) async fn from_command(call: &mut Call<'_>, command: &Command) -> Result<Self> {
        let line = parse_lead(&command.text, &call.shared.sources);
        let mut typed = Self { details: line.details, named: line.owner, ..Self::default() };
        for (name, value) in &command.options {
            let value = value.trim();
            if !value.is_empty() {
                typed.read_option(call, name, value);
            }
        }
        if let Some(name) = typed.named.clone() {
            match person(call, &name, "lead.unknown_owner").await? {
                Ok(owner) => typed.owner = Some(owner),
                Err(says) => typed.remarks.push(says),
            }
        }
        Ok(typed)
    }

    /// A message somebody picked: what it says is what they want, and an address or a number in it is theirs.
    pub(super) fn from_message(call: &Call<'_>, text: &str) -> Self {
        let line = parse_lead(&text.replace(['"', '“', '”', '«', '»', '„'], " "), &call.shared.sources);
        let LeadDetails { email, phone, .. } = line.details;
        let wants = text.chars().take(WANTS.into()).collect::<String>();
        let wants = Some(wants.trim().to_owned()).filter(|wants| !wants.is_empty());
        Self { details: LeadDetails { email, phone, wants, ..LeadDetails::default() }, ..Self::default() }
    }

    fn read_option(&mut self, call: &Call<'_>, name: &str, value: &str) {
        let details = &mut self.details;
        let said = Some(value.to_owned());
        match name {
            "account" => details.account = said,
            "contact" => details.contact = said,
            "email" => details.email = said,
            "phone" => details.phone = said,
            "source" => match call.shared.sources.find(value) {
                Some(found) => details.source = Some(found.value),
                None => self.remarks.push(call.words.text("lead.unknown_source", args! { typed: value })),
            },
            "owner" => self.named = said,
            _ => details.wants = said,
        }
    }
}

/// Somebody by name or by how a service mentions them; as an error what is wrong. `unknown`: what is said if nobody is.
pub(in crate::flows) async fn person(
    call: &mut Call<'_>,
    typed: &str,
    unknown: &str,
) -> Result<Result<PersonId, Text>> {
    let mention = typed.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>'));
    if let Some(id) = mention.map(|id| id.trim_start_matches('!').split('|').next().unwrap_or_default()) {
        let service = call.by.service.as_deref().unwrap_or_default();
        let found = match format!("{service}:{id}").parse::<Account>() {
            Ok(account) => call.tx.person_of(&account.to_string()).await?,
            Err(_) => None,
        };
        let found = found.filter(|person| person.role != Role::Observer);
        return Ok(found.map(|person| person.id).ok_or_else(|| call.words.text(unknown, args! { typed: typed })));
    }
    let name = typed.trim_start_matches('@');
    let named = call.tx.people_named(name).await?;
    match named.as_slice() {
        [] => Ok(Err(call.words.text(unknown, args! { typed: typed }))),
        [one] => Ok(Ok(one.id)),
        [one, ..] if crate::domain::fold(&one.name) == crate::domain::fold(name) => Ok(Ok(one.id)),
        several => {
            let all: Vec<String> = several.iter().map(|person| person.name.clone()).collect();
            Ok(Err(call.words.text("lead.which_owner", args! { typed: typed, names: call.words.list(&all) })))
        }
    }
}

/// The form to log a lead, with what is known filled in.
pub(super) fn log(call: &Call<'_>, typed: &Typed) -> Form {
    let words = call.words;
    let details = &typed.details;
    let line = |name: &str, value: &Option<String>| {
        reply::field(words, "lead_form", name, Kind::Line { max: NAME }).optional().filled(value.clone())
    };
    let sources = Source::ALL.map(|source| Choice::new(source.as_str(), words.label("source", source.as_str())));
    let source = reply::field(words, "lead_form", "source", Kind::Choice(sources.into()));
    let fields = vec![
        line("account", &details.account),
        line("contact", &details.contact),
        line("phone", &details.phone),
        line("email", &details.email),
        source.filled(details.source.map(Source::as_str)),
        reply::field(words, "lead_form", "wants", Kind::Paragraph { max: WANTS })
            .optional()
            .filled(details.wants.clone()),
        line("owner", &typed.named),
    ];
    let mut form = reply::form(words, Act::Lead(LeadAct::Log), "lead_form.title", "button.store", fields);
    form.intro = typed.remarks.iter().cloned().reduce(|all, next| all.then("\n").then(next));
    form
}

/// Reads the form.
pub(super) async fn read(call: &mut Call<'_>, values: &Values) -> Result<(LeadDetails, Option<PersonId>)> {
    let named = values.get("owner").map(|owner| owner.trim().to_owned()).filter(|owner| !owner.is_empty());
    let owner = match &named {
        Some(name) => Some(person(call, name, "lead.unknown_owner").await?),
        None => None,
    };
    let mut answers = Answers::new(call, "lead_form", values);
    let details = LeadDetails {
        account: answers.text("account"),
        contact: answers.text("contact"),
        email: answers.text("email"),
        phone: answers.text("phone"),
        source: answers.parsed("source"),
        wants: answers.text("wants"),
        place: None,
    };
    if !details.says_who() {
        answers.must("account", false);
    }
    let owner = match owner {
        Some(Ok(owner)) => Some(owner),
        Some(Err(says)) => {
            answers.fault_text("owner", says.unstyled());
            None
        }
        None => None,
    };
    answers.end()?;
    Ok((details, owner))
}

/// The number typed after a command, if one was.
pub(super) fn number(call: &Call<'_>, typed: &str) -> Result<crate::domain::LeadNumber> {
    match typed.trim().parse() {
        Ok(number) => Ok(number),
        Err(_) => tell(call.words.text("lead.unknown", args! { number: typed })),
    }
}
