//! The sample organisation: one team, three countries.

use chrono_tz::Tz;

use crate::chat::{Account, Service};
use crate::config::{Config, Organisation, Person, Product, Team};
use crate::domain::{Choices, Role};

/// The demo's own database, never that of `panout run`.
const DATABASE: &str = "sqlite:panout-demo.db";

/// The team's name.
const TEAM: &str = "Field sales";

/// The head's account.
pub(super) const HEAD: &str = "local:helen";

/// The reps: account, name, language, and where they are.
const REPS: [(&str, &str, &str, Tz); 8] = [
    ("local:ana", "Ana Popescu", "ro", Tz::Europe__Bucharest),
    ("local:claire", "Claire Moreau", "fr", Tz::Europe__Paris),
    ("local:ioana", "Ioana Dumitru", "ro", Tz::Europe__Bucharest),
    ("local:julien", "Julien Faure", "fr", Tz::Europe__Paris),
    ("local:mihai", "Mihai Ionescu", "ro", Tz::Europe__Bucharest),
    ("local:priya", "Priya Nair", "en", Tz::Europe__London),
    ("local:samira", "Samira Benali", "fr", Tz::Europe__Paris),
    ("local:tom", "Tom Whitaker", "en", Tz::Europe__London),
];

/// A rep who came this week: nobody asked yet whether they want reminders.
pub(super) const NEW_REP: (&str, &str) = ("local:nadia", "Nadia Haddad");

/// What the organisation sells, what most people buy first: name, and what reps type. The first alias is the one the
/// sample refusals use.
const PRODUCTS: [(&str, &[&str]); 12] = [
    ("CRM Suite", &["crm"]),
    ("Field Service", &["field", "terrain", "teren"]),
    ("E-Invoicing", &["einvoice", "facturx", "efactura"]),
    ("Stock Control", &["stock", "stoc"]),
    ("Help Desk", &["helpdesk", "tickets"]),
    ("Planning Board", &["planning", "planificare"]),
    ("Customer Portal", &["portal", "portail"]),
    ("Dashboards", &["bi", "analytics"]),
    ("Document Vault", &["vault", "ged", "arhiva"]),
    ("E-Signature", &["esign", "signature", "semnatura"]),
    ("Payroll Link", &["payroll", "paie", "salarii"]),
    ("Onboarding Pack", &["onboarding", "formation", "instruire"]),
];

/// The sample organisation in place of whatever `base` lists, on no service but the local page.
pub fn config(base: Config) -> Config {
    let channel = |id| Account::new(Service::Local, id);
    let mut people = vec![person(HEAD, "Helen Okafor", Role::Head)];
    people.extend(REPS.map(|(account, name, ..)| person(account, name, Role::Rep)));
    people.push(person(NEW_REP.0, NEW_REP.1, Role::Rep));
    let products = PRODUCTS.map(|(name, aliases)| Product {
        name: name.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
    });
    Config {
        file: None,
        organisation: Organisation {
            name: "Larkspur".to_owned(),
            time_zone: Tz::Europe__Paris,
            // Whoever tries it wants to see each card come.
            messages_a_day: 50,
            ..Organisation::default()
        },
        teams: vec![Team {
            name: TEAM.to_owned(),
            channels: ["sales", "general"].map(channel).into(),
            ..Team::default()
        }],
        people,
        products: products.into(),
        // What nobody chose is the database of `panout run`, whose refusals are real.
        database_url: if base.database_url == Config::default().database_url {
            DATABASE.to_owned()
        } else {
            base.database_url
        },
        slack: None,
        discord: None,
        ..base
    }
}

fn person(account: &str, name: &str, role: Role) -> Person {
    let account = account.parse().expect("the sample accounts are well formed");
    Person { name: name.to_owned(), team: Some(TEAM.to_owned()), role, accounts: vec![account] }
}

/// What each rep chose for themselves.
pub(super) fn choices() -> [(&'static str, Choices); 8] {
    REPS.map(|(account, _, language, zone)| {
        let choices = Choices { language: Some(language.to_owned()), time_zone: Some(zone), ..Choices::default() };
        (account, choices)
    })
}
