//! Twelve weeks of refusals: what clients said, set into days, owners and amounts.

mod britain;
mod france;
mod romania;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

use super::dice::Dice;
use crate::domain::Outcome::{Competitor, NoDecision, Silent, WeDeclined};
use crate::domain::{Currency, Details, Money, Outcome, Person, ReasonId, Source};

/// How far back the refusals go.
const DAYS: u64 = 84;
/// How many working days at the end hold the reasons that rise: two weeks.
const LATE: usize = 10;
/// How many working days at the end the head has hardly looked at.
const FRESH: usize = 3;
/// How long an account that refused is left alone.
const APART: TimeDelta = TimeDelta::days(35);
/// How many refusals a country has without the client's words.
const UNSAID: usize = 22;
/// The reasons that rise in the last two weeks.
const RISING: [&str; 2] = ["technical/security", "regulatory/data_location"];

/// A company and its part of the market.
type Client = (&'static str, &'static str);

/// A market: who sells there, to whom, and what they were told.
struct Country {
    currency: &'static str,
    zone: Tz,
    /// Reps by account, and how much each sells.
    reps: &'static [(&'static str, usize)],
    accounts: &'static [Client],
    contacts: &'static [&'static str],
    roles: &'static [&'static str],
    competitors: &'static [&'static str],
    said: &'static [Said],
}

/// What a client said, about which product, and what that means.
struct Said {
    /// The only part of the market where somebody would say so.
    segment: Option<&'static str>,
    reason: &'static str,
    outcome: Outcome,
    product: &'static str,
    words: &'static str,
}

const fn said(reason: &'static str, outcome: Outcome, product: &'static str, words: &'static str) -> Said {
    Said { segment: None, reason, outcome, product, words }
}

const fn said_in(
    segment: &'static str,
    reason: &'static str,
    outcome: Outcome,
    product: &'static str,
    words: &'static str,
) -> Said {
    Said { segment: Some(segment), reason, outcome, product, words }
}

const COUNTRIES: [&Country; 3] = [&britain::BRITAIN, &france::FRANCE, &romania::ROMANIA];

/// Reasons of refusals without words, by weight.
const UNSAID_REASONS: [((&str, Outcome), usize); 24] = [
    (("price/above_alternative", Competitor), 7),
    (("price/no_budget", NoDecision), 5),
    (("price/payment_terms", NoDecision), 4),
    (("price/value_unproven", NoDecision), 3),
    (("price/discount_refused", Competitor), 3),
    (("price", Competitor), 3),
    (("technical/missing_function", Competitor), 4),
    (("technical/integration", Competitor), 3),
    (("technical/too_complex", NoDecision), 2),
    (("regulatory/certificate", Competitor), 1),
    (("regulatory/contract_terms", NoDecision), 2),
    (("logistics/lead_time", Competitor), 2),
    (("logistics/installation", NoDecision), 1),
    (("out_of_perimeter/segment_or_size", WeDeclined), 4),
    (("out_of_perimeter/sector", WeDeclined), 1),
    (("timing/not_now", NoDecision), 4),
    (("timing/under_contract", NoDecision), 3),
    (("timing/budget_cycle", NoDecision), 2),
    (("indecision/keeps_status_quo", NoDecision), 3),
    (("indecision/no_consensus", NoDecision), 2),
    (("relationship/decision_maker_never_reached", NoDecision), 2),
    (("relationship/incumbent_tie", Competitor), 1),
    (("silent/after_offer", Silent), 6),
    (("silent/after_demo", Silent), 4),
];

/// Amounts people really write, in whole units of a currency, from small to large.
const AMOUNTS: [i64; 18] = [
    1_200, 1_800, 2_400, 3_600, 4_800, 6_500, 9_000, 12_000, 15_000, 18_500, 24_000, 32_000, 45_000, 60_000, 85_000,
    120_000, 180_000, 245_000,
];

/// Products from the one most people buy first, by weight.
const PRODUCTS: [(&str, usize); 12] = [
    ("crm", 9),
    ("field", 7),
    ("einvoice", 6),
    ("stock", 6),
    ("helpdesk", 4),
    ("planning", 4),
    ("portal", 4),
    ("bi", 3),
    ("vault", 3),
    ("esign", 2),
    ("payroll", 2),
    ("onboarding", 1),
];

/// Where clients came from, by weight.
const SOURCES: [(Source, usize); 13] = [
    (Source::Website, 9),
    (Source::Referral, 8),
    (Source::Webinar, 6),
    (Source::TradeShow, 6),
    (Source::Partner, 6),
    (Source::ExistingCustomer, 5),
    (Source::Email, 4),
    (Source::Phone, 4),
    (Source::Campaign, 3),
    (Source::Newsletter, 2),
    (Source::Social, 2),
    (Source::Chat, 2),
    (Source::WalkIn, 1),
];

/// Where many of those came from that we decline: they answered something that went to everybody.
const TO_EVERYBODY: [(Source, usize); 3] = [(Source::Advertisement, 3), (Source::Campaign, 2), (Source::Social, 2)];

/// A refusal before it has a number.
pub(super) struct Sample {
    /// Who logged it, by account.
    pub(super) rep: &'static str,
    /// What was offered, by alias.
    pub(super) products: Vec<&'static str>,
    /// The rest, without products.
    pub(super) details: Details,
    /// When it was logged.
    pub(super) logged_at: DateTime<Utc>,
    /// When the head saw it.
    pub(super) seen_at: Option<DateTime<Utc>>,
}

/// A refusal that is to be: what, and when.
struct Plan {
    country: &'static Country,
    reason: &'static str,
    outcome: Outcome,
    said: Option<&'static Said>,
    rep: &'static str,
    /// Which of the working days.
    day: usize,
    logged_at: DateTime<Utc>,
}

/// The refusals up to `now`, the earliest first.
pub(super) fn samples(now: DateTime<Utc>, head: &Person) -> Vec<Sample> {
    // Where clients came from is thrown with dice of its own: everything else stays what it was.
    let (mut dice, mut origins) = (Dice::new(214), Dice::new(15));
    let days = working_days(now.date_naive());
    let mut markets = COUNTRIES.map(|country| Market::new(country, &mut dice));
    let mut plans = plans(&days, &mut dice);
    plans.sort_by_key(|plan| plan.logged_at);
    let mut samples = Vec::new();
    for plan in &plans {
        let at = COUNTRIES.iter().position(|country| std::ptr::eq(*country, plan.country)).unwrap_or_default();
        let account = markets[at].take(plan.said.and_then(|said| said.segment), plan.logged_at);
        let fresh = plan.day + FRESH >= days.len();
        let mut sample = sample(plan, account, &mut dice, |logged, dice| {
            let looks = logged + minutes(5 + dice.below(240));
            let seen = head.working_hours().next_opening(looks, head.time_zone());
            (seen < now && !(fresh && dice.percent(75))).then_some(seen)
        });
        sample.details.source = origin(plan.outcome, &mut origins);
        samples.push(sample);
    }
    samples
}

/// The accounts of a country, those that have not refused for longest first.
struct Market(Vec<(Client, Option<DateTime<Utc>>)>);

impl Market {
    fn new(country: &Country, dice: &mut Dice) -> Self {
        let mut accounts: Vec<_> = country.accounts.iter().map(|account| (*account, None)).collect();
        dice.shuffle(&mut accounts);
        Self(accounts)
    }

    /// Who refuses now: somebody of the segment, if there is one who has not for long, otherwise whoever comes first.
    fn take(&mut self, segment: Option<&str>, now: DateTime<Utc>) -> Client {
        let rested = |last: &Option<DateTime<Utc>>| last.is_none_or(|last| now - last > APART);
        let fits = |((_, of), last): &(Client, _)| segment.is_none_or(|segment| *of == segment) && rested(last);
        let (account, _) = self.0.remove(self.0.iter().position(fits).unwrap_or_default());
        self.0.push((account, Some(now)));
        account
    }
}

/// Weekdays of the last twelve weeks, without today and the holidays all three countries share.
fn working_days(today: NaiveDate) -> Vec<NaiveDate> {
    let first = today - Days::new(DAYS);
    let rests = |day: &NaiveDate| {
        matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || matches!((day.month(), day.day()), (12, 25) | (1, 1))
    };
    first.iter_days().take_while(|day| *day < today).filter(|day| !rests(day)).collect()
}

fn plans(days: &[NaiveDate], dice: &mut Dice) -> Vec<Plan> {
    let mut plans = Vec::new();
    for country in COUNTRIES {
        // The first client who says something new is early; the others follow in the last two weeks.
        let mut said_new = 0;
        for said in country.said {
            let rises = RISING.contains(&said.reason);
            said_new += usize::from(rises);
            let late = rises && said_new > 1;
            plans.push(plan(country, (said.reason, said.outcome), Some(said), (days, late), dice));
        }
        for _ in 0..UNSAID {
            let why = dice.weighted(&UNSAID_REASONS);
            plans.push(plan(country, why, None, (days, false), dice));
        }
    }
    plans
}

fn plan(
    country: &'static Country,
    (reason, outcome): (&'static str, Outcome),
    said: Option<&'static Said>,
    (days, late): (&[NaiveDate], bool),
    dice: &mut Dice,
) -> Plan {
    let end = days.len();
    let early = end - LATE;
    let day = match (late, RISING.contains(&reason)) {
        (true, _) => early + dice.below(LATE),
        (false, true) => dice.below(early),
        (false, false) => dice.below(end),
    };
    let nine = NaiveTime::from_hms_opt(9, 0, 0).expect("nine o'clock is a time");
    let wall = days[day].and_time(nine) + minutes(dice.below(9 * 60)) + TimeDelta::seconds(seconds(dice));
    // Clocks change at night: by day every time is there, and once.
    let logged_at = wall.and_local_timezone(country.zone).earliest().map_or_else(|| wall.and_utc(), |at| at.to_utc());
    Plan { country, reason, outcome, said, rep: dice.weighted(country.reps), day, logged_at }
}

fn minutes(count: usize) -> TimeDelta {
    TimeDelta::minutes(i64::try_from(count).expect("some hours fit"))
}

fn seconds(dice: &mut Dice) -> i64 {
    i64::try_from(dice.below(60)).expect("a minute fits")
}

fn sample(
    plan: &Plan,
    (account, segment): Client,
    dice: &mut Dice,
    seen: impl Fn(DateTime<Utc>, &mut Dice) -> Option<DateTime<Utc>>,
) -> Sample {
    let country = plan.country;
    let mut products = vec![plan.said.map_or_else(|| dice.weighted(&PRODUCTS), |said| said.product)];
    if dice.percent(15) {
        products.push(dice.weighted(&PRODUCTS));
        products.dedup();
    }
    let contact = dice.percent(45).then(|| (dice.pick(country.contacts), dice.pick(country.roles)));
    let competes = plan.outcome == Competitor && dice.percent(80);
    let today = plan.logged_at.with_timezone(&country.zone).date_naive();
    let details = Details {
        account: account.to_owned(),
        contact: contact.map(|(name, _)| (*name).to_owned()),
        contact_role: contact.map(|(_, role)| (*role).to_owned()),
        outcome: plan.outcome,
        reason: reason(plan.reason),
        products: Vec::new(),
        budget: dice.percent(88).then(|| budget(country, dice)),
        competitor: competes.then(|| (*dice.pick(country.competitors)).to_owned()),
        verbatim: plan.said.map(|said| said.words.to_owned()),
        segment: dice.percent(60).then(|| segment.to_owned()),
        source: None,
        contract_until: (plan.reason == "timing/under_contract").then(|| contract_end(today, dice)),
        happened_on: today - Days::new(dice.weighted(&[(0, 6), (1, 3), (3, 1)])),
    };
    Sample { rep: plan.rep, products, details, logged_at: plan.logged_at, seen_at: seen(plan.logged_at, dice) }
}

/// Where a client came from, as far as the rep knows.
fn origin(outcome: Outcome, dice: &mut Dice) -> Option<Source> {
    let to_everybody = outcome == WeDeclined && dice.percent(50);
    let source = if to_everybody { dice.weighted(&TO_EVERYBODY) } else { dice.weighted(&SOURCES) };
    dice.percent(80).then_some(source)
}

fn reason(id: &str) -> ReasonId {
    id.parse().expect("the sample reasons are well formed")
}

/// Rarely the smallest or the largest; more of the smaller money.
fn budget(country: &Country, dice: &mut Dice) -> Money {
    let currency: Currency = country.currency.parse().expect("the sample currencies are in use");
    let small_money = if country.currency == "RON" { 4 } else { 0 };
    let middle = dice.below(8) + dice.below(8);
    let units = AMOUNTS[(middle + small_money).min(AMOUNTS.len() - 1)];
    Money::new(units * 100, currency)
}

/// The first of a month, some months ahead.
fn contract_end(today: NaiveDate, dice: &mut Dice) -> NaiveDate {
    let ahead = u32::try_from(4 + dice.below(14)).expect("some months fit");
    let month = today.checked_add_months(Months::new(ahead)).unwrap_or(today);
    month.with_day(1).unwrap_or(month)
}
