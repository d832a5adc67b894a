//! The sample organisation: believable, the same at every start, and stored once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, Days, TimeDelta, Timelike as _, Utc};
use panout::config::Config;
use panout::demo;
use panout::domain::{Outcome, Person, ReasonId, Refusal, Role, Source, Stage, account_key};
use panout::store::{Db, Product};

use crate::story::Database;

/// A Sunday, so that the last working day is two days back.
const NOW: &str = "2026-11-22T20:00:00Z";

fn now() -> DateTime<Utc> {
    NOW.parse().expect("a time")
}

/// A database with the sample organisation, filled at `now`.
async fn sample(now: DateTime<Utc>) -> (Database, Db) {
    let database = Database::new();
    let db = database.open().await;
    let listing = demo::config(Config::default()).listing();
    let listed: anyhow::Result<()> = db
        .write(move |tx| {
            let listing = listing.clone();
            Box::pin(async move { Ok(tx.list(&listing, now).await?) })
        })
        .await;
    listed.expect("the organisation is listed");
    demo::seed(&db, now).await.expect("the refusals are stored");
    (database, db)
}

/// Takes a database away.
async fn ends(database: Database, db: Db) {
    db.close().await;
    database.drop().await;
}

/// Everybody of the sample organisation with what they logged, and the products.
async fn read(db: &Db) -> (Vec<(Person, Vec<Refusal>)>, Vec<Product>) {
    let accounts: Vec<String> =
        demo::config(Config::default()).people.iter().map(|person| person.accounts[0].to_string()).collect();
    let read: anyhow::Result<_> = db
        .read(move |tx| {
            let accounts = accounts.clone();
            Box::pin(async move {
                let mut all = Vec::new();
                for account in &accounts {
                    let person = tx.person_of(account).await?.ok_or_else(|| anyhow::anyhow!("nobody is {account}"))?;
                    let refusals = tx.refusals_by(person.id, 1000).await?;
                    all.push((person, refusals));
                }
                let products = tx.products(all[0].0.id).await?;
                Ok((all, products))
            })
        })
        .await;
    read.expect("it can be read")
}

/// Every refusal of the sample, in the order of numbers.
async fn refusals(now: DateTime<Utc>) -> Vec<(Person, Refusal)> {
    let (database, db) = sample(now).await;
    let (people, _) = read(&db).await;
    ends(database, db).await;
    let mut all: Vec<_> =
        people.into_iter().flat_map(|(who, theirs)| theirs.into_iter().map(move |one| (who.clone(), one))).collect();
    all.sort_by_key(|(_, refusal)| refusal.number);
    all
}

fn share(part: usize, of: usize) -> usize {
    part * 100 / of
}

#[test]
fn the_sample_organisation_has_a_head_nine_reps_two_channels_and_twelve_products() {
    let config = demo::config(Config::default());
    let of = |role| config.people.iter().filter(|person| person.role == role).count();
    assert_eq!((of(Role::Head), of(Role::Rep), config.people.len()), (1, 9, 10));
    let channels: Vec<_> = config.teams[0].channels.iter().map(ToString::to_string).collect();
    assert_eq!(channels, ["local:sales", "local:general"]);
    assert_eq!(config.products.len(), 12);
    assert!(config.products.iter().all(|product| !product.aliases.is_empty()));
}

#[test]
fn the_demo_never_touches_the_database_of_run_and_runs_on_no_service() {
    let tokens = |name: &str| name.starts_with("PANOUT_DISCORD_TOKEN").then(|| "MTAw.a.b".to_owned());
    let base = Config::load(&tokens).expect("a token is all it has");
    let config = demo::config(base);
    assert_eq!(config.database_url, "sqlite:panout-demo.db");
    assert!(config.services().is_empty());
    let chosen = Config { database_url: "sqlite:mine.db".into(), ..Config::default() };
    assert_eq!(demo::config(chosen).database_url, "sqlite:mine.db");
}

#[tokio::test]
async fn the_team_speaks_three_languages_in_three_zones() {
    let (database, db) = sample(now()).await;
    let (people, _) = read(&db).await;
    ends(database, db).await;
    let spoken: BTreeSet<_> = people.iter().map(|(person, _)| person.language().to_owned()).collect();
    assert_eq!(spoken, BTreeSet::from(["en", "fr", "ro"].map(str::to_owned)));
    let zones: BTreeSet<_> = people.iter().map(|(person, _)| person.time_zone().name()).collect();
    assert_eq!(zones, BTreeSet::from(["Europe/Bucharest", "Europe/London", "Europe/Paris"]));
}

#[tokio::test]
async fn twelve_weeks_of_refusals_are_spread_as_they_are_in_life() {
    let all = refusals(now()).await;
    assert!((150..=200).contains(&all.len()), "{} refusals", all.len());
    let reasons: Vec<&ReasonId> = all.iter().map(|(_, refusal)| &refusal.details.reason).collect();
    let known: BTreeSet<ReasonId> = ReasonId::all().collect();
    assert!(reasons.iter().all(|reason| known.contains(reason)));
    let price = share(reasons.iter().filter(|reason| reason.level1() == "price").count(), all.len());
    assert!((25..=35).contains(&price), "{price} % for the price");
    let broad: BTreeSet<&str> = reasons.iter().map(|reason| reason.level1()).collect();
    assert_eq!(broad.len(), 10, "every reason occurs");
    let fine = share(reasons.iter().filter(|reason| reason.level2().is_some()).count(), all.len());
    assert!(fine >= 90, "{fine} % with a second level");
    let outcomes: BTreeSet<&str> = all.iter().map(|(_, refusal)| refusal.details.outcome.as_str()).collect();
    assert_eq!(outcomes.len(), 5, "every outcome but invalid: {outcomes:?}");
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for (who, _) in &all {
        *owners.entry(&who.name).or_default() += 1;
    }
    let (least, most) = (owners.values().min(), owners.values().max());
    assert_eq!(owners.len(), 8, "every rep logs");
    assert!(most >= least.map(|least| least * 2).as_ref(), "unevenly: {owners:?}");
}

#[tokio::test]
async fn reps_said_how_it_went_some_clients_were_asked_and_some_were_written_to() {
    let (database, db) = sample(now()).await;
    let of = async |sql| database.rows::<(i64,)>(sql).await[0].0;
    let all = of("SELECT COUNT(*) FROM refusals").await;
    let debriefed = of("SELECT COUNT(DISTINCT refusal) FROM answers WHERE questionnaire = 'debrief'").await;
    assert!((50..=75).contains(&(debriefed * 100 / all)), "{debriefed} of {all}");
    let reviewed = of("SELECT COUNT(*) FROM refusals WHERE client_reason IS NOT NULL").await;
    let differ = of("SELECT COUNT(*) FROM refusals WHERE client_reason <> reason").await;
    assert!(reviewed > 6 && differ > 2 && differ < reviewed, "{differ} of {reviewed}");
    assert_eq!(of("SELECT COUNT(*) FROM differences WHERE ruling IS NULL").await, 0);
    assert!(of("SELECT COUNT(*) FROM answers WHERE questionnaire = 'letter' AND question = 'sent'").await > 3);
    ends(database, db).await;
}

#[tokio::test]
async fn clients_say_many_different_things_and_never_the_same_twice() {
    let all = refusals(now()).await;
    let said: Vec<&str> = all.iter().filter_map(|(_, refusal)| refusal.details.verbatim.as_deref()).collect();
    let different: BTreeSet<&str> = said.iter().copied().collect();
    assert!(different.len() >= 100, "{} sentences", different.len());
    assert_eq!(said.len(), different.len());
    for language in ["en", "fr", "ro"] {
        let spoken = all.iter().filter(|(who, one)| who.language() == language && one.details.verbatim.is_some());
        assert!(spoken.count() >= 30, "{language}");
    }
    let other = all.iter().filter(|(_, refusal)| refusal.details.reason.as_str() == "other");
    assert!(other.clone().count() > 0 && other.into_iter().all(|(_, refusal)| refusal.details.verbatim.is_some()));
    assert!(all.iter().all(|(_, refusal)| !refusal.details.verbatim.as_deref().unwrap_or("-").contains(['ş', 'ţ'])));
}

#[tokio::test]
async fn budgets_competitors_and_contracts_are_those_of_the_country() {
    let all = refusals(now()).await;
    for (who, refusal) in &all {
        let details = &refusal.details;
        if let Some(budget) = details.budget {
            let expected = match who.language() {
                "en" => "GBP",
                "fr" => "EUR",
                _ => "RON",
            };
            assert_eq!(budget.currency.code(), expected);
            assert!((100_000..=25_000_000).contains(&budget.minor), "{budget:?}");
        }
        assert!(details.competitor.is_none() || details.outcome == Outcome::Competitor);
        let bound = details.reason.as_str() == "timing/under_contract";
        assert_eq!(details.contract_until.is_some_and(|end| end > details.happened_on), bound);
        assert!(!details.products.is_empty());
    }
    let known = |part: fn(&Refusal) -> bool| share(all.iter().filter(|(_, one)| part(one)).count(), all.len());
    assert!((80..=95).contains(&known(|one| one.details.budget.is_some())));
    assert!((25..=60).contains(&known(|one| one.details.competitor.is_some())));
    assert!((30..=60).contains(&known(|one| one.details.contact.is_some())));
}

#[tokio::test]
async fn clients_came_from_many_places_and_who_was_declined_often_from_what_went_to_everybody() {
    let all = refusals(now()).await;
    let mut sources: BTreeMap<Source, usize> = BTreeMap::new();
    for source in all.iter().filter_map(|(_, refusal)| refusal.details.source) {
        *sources.entry(source).or_default() += 1;
    }
    let known = sources.values().sum();
    assert!((70..=90).contains(&share(known, all.len())), "{known} of {}", all.len());
    let most = sources.values().max().copied().unwrap_or_default();
    assert!(sources.len() >= 10 && share(most, known) <= 30, "{sources:?}");
    let declined = all.iter().filter(|(_, refusal)| refusal.details.outcome == Outcome::WeDeclined);
    let to_everybody = [Source::Advertisement, Source::Campaign, Source::Social].map(Some);
    let of_everybody = declined.clone().filter(|(_, refusal)| to_everybody.contains(&refusal.details.source));
    let (part, whole) = (of_everybody.count(), declined.count());
    assert!(whole > 5 && share(part, whole) >= 25, "{part} of {whole}");
}

#[tokio::test]
async fn refusals_are_logged_on_working_days_in_working_hours_in_the_order_of_their_numbers() {
    // On a Sunday, on a Monday at dawn, in the middle of a Wednesday, and across the turn of the year.
    for now in [NOW, "2026-11-23T03:00:00Z", "2026-07-15T11:00:00Z", "2027-01-04T12:00:00Z"] {
        let now: DateTime<Utc> = now.parse().expect("a time");
        let all = refusals(now).await;
        let mut before = DateTime::UNIX_EPOCH;
        for (who, refusal) in &all {
            let local = refusal.logged_at.with_timezone(&who.time_zone());
            assert!(local.weekday().number_from_monday() <= 5 && (9..18).contains(&local.hour()), "{local}");
            assert!(refusal.logged_at < now && refusal.logged_at > now - TimeDelta::days(86));
            assert!(refusal.logged_at >= before, "numbers follow time");
            let day = local.date_naive();
            assert!(refusal.details.happened_on <= day && refusal.details.happened_on >= day - Days::new(3));
            before = refusal.logged_at;
        }
        assert!(now - before < TimeDelta::days(6), "the last is fresh: {before}");
    }
}

#[tokio::test]
async fn no_account_refuses_twice_in_a_month() {
    let all = refusals(now()).await;
    let mut last: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    for (_, refusal) in &all {
        let key = account_key(&refusal.details.account);
        if let Some(earlier) = last.insert(key, refusal.logged_at) {
            assert!(refusal.logged_at - earlier > TimeDelta::days(30), "{}", refusal.details.account);
        }
    }
    assert!(last.len() > 100, "{} accounts", last.len());
}

#[tokio::test]
async fn security_and_data_location_rise_in_the_last_two_weeks() {
    let all = refusals(now()).await;
    let rises = |refusal: &Refusal| {
        matches!(refusal.details.reason.as_str(), "technical/security" | "regulatory/data_location")
    };
    let late = |refusal: &Refusal| refusal.logged_at > now() - TimeDelta::days(14);
    let count = |is_late: bool| all.iter().filter(|(_, one)| rises(one) && late(one) == is_late).count();
    assert!(count(true) >= 3 * count(false).max(1), "{} lately, {} before", count(true), count(false));
}

#[tokio::test]
async fn the_head_has_seen_what_is_old_and_not_all_of_what_is_new() {
    let all = refusals(now()).await;
    let unseen: Vec<_> = all.iter().filter(|(_, refusal)| refusal.seen.is_none()).collect();
    assert!((3..=15).contains(&unseen.len()), "{} not seen", unseen.len());
    assert!(unseen.iter().all(|(_, refusal)| refusal.logged_at > now() - TimeDelta::days(6)));
    for (_, refusal) in &all {
        assert!(refusal.seen.is_none_or(|(_, at)| at > refusal.logged_at && at < now()));
    }
}

#[tokio::test]
async fn a_second_start_adds_nothing_and_two_databases_get_the_same() {
    let (database, db) = sample(now()).await;
    let (first, products) = read(&db).await;
    demo::seed(&db, now() + TimeDelta::days(3)).await.expect("there is nothing to do");
    let (again, _) = read(&db).await;
    assert_eq!(first, again);
    ends(database, db).await;
    let (other_database, other) = sample(now()).await;
    assert_eq!(read(&other).await, (first, products));
    ends(other_database, other).await;
}

#[tokio::test]
async fn every_part_of_a_life_is_in_the_sample_and_nobody_is_forgotten() {
    let all = refusals(now()).await;
    let count = |stage: Stage| all.iter().filter(|(_, refusal)| refusal.stage == stage).count();
    for stage in [Stage::WithHead, Stage::Dormant, Stage::Revived, Stage::WonBack, Stage::Closed] {
        assert!(count(stage) >= 3, "{} refusals are {stage:?}", count(stage));
    }
    assert!(count(Stage::RefusedAgain) >= 1, "somebody refuses twice");
    assert_eq!(all.iter().filter(|(_, one)| one.again_of.is_some()).count(), count(Stage::RefusedAgain));
    assert!(share(count(Stage::WithHead), all.len()) <= 20, "the head has not been away");
    let (database, db) = sample(now()).await;
    let hands = "SELECT (SELECT COUNT(*) FROM tasks WHERE done_at IS NULL),
                        (SELECT COUNT(*) FROM refusals WHERE stage IN ('revived', 'dormant')),
                        (SELECT COUNT(*) FROM tasks t WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.occurrence LIKE
                            'today:' || t.person_id || ':%'))";
    let hands: Vec<(i64, i64, i64)> = database.rows(hands).await;
    let plays = "SELECT COUNT(*), CAST(SUM(uses) AS BIGINT), CAST(SUM(successes) AS BIGINT) FROM plays";
    let plays: Vec<(i64, i64, i64)> = database.rows(plays).await;
    let gap = "SELECT COUNT(*) FROM refusals WHERE head_reason IS NOT NULL AND head_reason <> reason";
    let gap: Vec<(i64,)> = database.rows(gap).await;
    ends(database, db).await;
    assert!(plays[0].0 >= 3 && plays[0].1 >= 3 && plays[0].2 >= 1, "plays, uses, successes: {plays:?}");
    assert!(gap[0].0 >= 5, "the client says otherwise {} times", gap[0].0);
    assert_eq!(hands[0].0, hands[0].1, "each is in somebody's hands");
    assert_eq!(hands[0].2, 0, "and comes in a message of the day");
}

#[tokio::test]
async fn one_account_and_one_contact_of_another_asked_not_to_be_contacted_and_somebody_said_so() {
    // Whenever the demo is tried.
    for now in [NOW, "2026-11-23T03:00:00Z", "2026-07-15T11:00:00Z", "2027-01-04T12:00:00Z"] {
        let (database, db) = sample(now.parse().expect("a time")).await;
        let asked = "SELECT r.number, r.stage, d.contact_key, COALESCE(r.contact_key, ''), d.said_by, c.call
                     FROM do_not_contact d JOIN refusals r ON r.account_key = d.account_key
                         JOIN decisions c ON c.refusal = r.number AND c.stage = 'closed' ORDER BY d.contact_key";
        let asked: Vec<(i64, String, String, String, String, String)> = database.rows(asked).await;
        let about = "SELECT COUNT(*) FROM do_not_contact d JOIN refusals r ON r.account_key = d.account_key";
        let about: Vec<(i64,)> = database.rows(about).await;
        let planned = "SELECT COUNT(*) FROM tasks t JOIN refusals r ON r.number = t.refusal
                           JOIN do_not_contact d ON d.account_key = r.account_key WHERE t.done_at IS NULL";
        let planned: Vec<(i64,)> = database.rows(planned).await;
        let ceased = "SELECT COUNT(*) FROM decisions WHERE stage = 'closed' AND call LIKE '%ceased_trading%'";
        let ceased: Vec<(i64,)> = database.rows(ceased).await;
        ends(database, db).await;
        let [account, contact] = asked.as_slice() else { panic!("at {now} asked {asked:?}") };
        assert_eq!((account.2.as_str(), contact.2 == contact.3, contact.2.is_empty()), ("", true, false), "{asked:?}");
        for (number, stage, _, _, said_by, call) in &asked {
            assert_eq!(stage, "closed", "#{number}");
            let says = ["no_contact", "\"asked\"", said_by.as_str()];
            assert!(!said_by.is_empty() && says.iter().all(|part| call.contains(part)), "#{number}: {call}");
        }
        assert_eq!((about[0].0, planned[0].0), (2, 0), "neither is called about anything else");
        assert!(ceased[0].0 >= 1, "the others are no more");
    }
}
