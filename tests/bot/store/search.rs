//! What is found is what reading every refusal finds, whatever happened to them.

use std::cmp::Reverse;
use std::sync::Arc;

use chrono::{Days as DayCount, NaiveDate};
use panout::domain::{
    Days, Details, Field, Outcome, Person, PersonId, ReasonId, Refusal, RefusalNumber, Role, Source, Stage, StandIn,
    TeamId, fold, wanted, words_in_common,
};
use panout::store::{Answered, Db, Decision, Hits, Inquiry, ListedPerson, ListedTeam, Listing, Search, Trait, Tx};

use super::{listing, now};
use crate::story::Database;

/// How many things happen.
const STEPS: usize = 300;

/// Words that people say, in three languages, some of one stem; none that says nothing.
const WORDS: [&str; 24] = [
    "contract",
    "contracts",
    "contractul",
    "Contractelor",
    "prix",
    "prețul",
    "pret",
    "Preț",
    "intégration",
    "INTEGRATION",
    "integrare",
    "délai",
    "payment",
    "pay",
    "plată",
    "90",
    "budget",
    "Bugetul",
    "Œuvre",
    "oeuvre",
    "sécurité",
    "Ștefan",
    "Ştefan",
    "conturi",
];

/// What is looked for: words, beginnings, several of them, and some that nobody said.
const SOUGHT: [&str; 12] = [
    "contract",
    "PREȚ",
    "integr",
    "pay 90",
    "the budget",
    "securite délai",
    "stef",
    "co",
    "œuvre",
    "nobody",
    "plata contractului",
    "prix prix p",
];

/// A refusal, with what was said of it.
struct Case {
    refusal: Refusal,
    said: Vec<(Field, String)>,
}

struct Dice(fastrand::Rng);

impl Dice {
    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.0.usize(0..choices.len())].clone()
    }

    fn text(&mut self, most: usize) -> String {
        let count = self.0.usize(1..=most);
        (0..count).map(|_| self.of(&WORDS)).collect::<Vec<_>>().join(self.of(&[" ", ", ", "! ", "-"]))
    }

    fn maybe(&mut self, most: usize) -> Option<String> {
        self.0.bool().then(|| self.text(most))
    }

    fn day(&mut self) -> NaiveDate {
        "2026-01-01".parse::<NaiveDate>().expect("a day") + DayCount::new(self.0.u64(0..40))
    }

    fn details(&mut self) -> Details {
        Details {
            account: self.text(2),
            contact: self.maybe(2),
            contact_role: self.maybe(1),
            outcome: self.of(&[Outcome::NoDecision, Outcome::Competitor, Outcome::Invalid]),
            reason: self.of(&["price", "price/no_budget", "timing", "other"]).parse().expect("a reason"),
            products: self.of(&[vec![], vec![1], vec![2], vec![1, 2]]),
            budget: None,
            competitor: self.of(&[None, Some("Globex"), Some("GLOBEX"), Some("Preț Corp")]).map(Into::into),
            verbatim: self.maybe(6),
            segment: self.of(&[None, Some("Retail"), Some("Santé")]).map(Into::into),
            source: self.of(&[None, Some(Source::Webinar), Some(Source::TradeShow)]),
            contract_until: None,
            happened_on: self.day(),
        }
    }

    fn search(&mut self, people: &[Person]) -> Search {
        let words = if self.0.u32(0..5) > 0 { wanted(self.of(&SOUGHT)) } else { Vec::new() };
        let mut traits = Vec::new();
        if self.0.bool() || words.is_empty() {
            traits.push(self.of(&[
                vec![Trait::Reason("price".parse().expect("a reason"))],
                vec![Trait::Reason("price/no_budget".parse().expect("a reason")), Trait::Reason(timing())],
                vec![Trait::Product(2)],
                vec![Trait::Segment("sante".into())],
                vec![Trait::Source(Source::TradeShow)],
                vec![Trait::Competitor("globex".into())],
                vec![Trait::Stage(Stage::Logged)],
                vec![Trait::Stage(Stage::Dormant), Trait::Stage(Stage::WithHead)],
                vec![Trait::By(people[1].id)],
            ]));
        }
        let from = self.day();
        let days = (self.0.u32(0..3) == 0).then(|| Days { from, to: from + DayCount::new(9) });
        Search { words, traits, days }
    }
}

fn timing() -> ReasonId {
    "timing".parse().expect("a reason")
}

/// Whether a word that is looked for is there, as people would say.
fn is_said(text: &str, word: &str, begins: bool) -> bool {
    let mut said = text.split(|c: char| !c.is_alphanumeric()).filter(|said| !said.is_empty());
    said.any(|said| {
        let is_it = fold(said) == word || !words_in_common(said, word, 1).is_empty();
        is_it || (begins && fold(said).starts_with(word))
    })
}

fn holds(case: &Case, one: &Trait) -> bool {
    let (refusal, details) = (&case.refusal, &case.refusal.details);
    let reasons = [Some(&details.reason), refusal.head_reason.as_ref(), refusal.client_reason.as_ref()];
    match one {
        Trait::Reason(asked) => reasons.into_iter().flatten().any(|reason| reason.within(asked)),
        Trait::Product(id) => details.products.contains(id),
        Trait::Segment(key) => details.segment.as_deref().map(fold).as_ref() == Some(key),
        Trait::Source(source) => details.source == Some(*source),
        Trait::Competitor(key) => details.competitor.as_deref().map(fold).as_ref() == Some(key),
        Trait::Stage(stage) => refusal.stage == *stage,
        Trait::By(person) => refusal.logged_by == *person,
        other => panic!("nobody asks for {other:?}"),
    }
}

/// How much speaks for a refusal; `None` if it is not what is looked for, or not for this person.
fn speaks(case: &Case, by: &Person, search: &Search) -> Option<u32> {
    let refusal = &case.refusal;
    let is_theirs = by.role != Role::Observer && refusal.is_open_to(by) && refusal.withdrawn_at.is_none();
    let fits = search.traits.iter().all(|one_of| one_of.iter().any(|one| holds(case, one)));
    if !is_theirs || !fits || !search.days.is_none_or(|days| days.contains(refusal.details.happened_on)) {
        return None;
    }
    let details = &refusal.details;
    let contact = [details.contact.clone(), details.contact_role.clone()].into_iter().flatten();
    let said = |asked: Field| {
        let texts = case.said.iter().filter(move |(field, _)| *field == asked);
        texts.map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ")
    };
    let debrief = if refusal.shows_debrief_to(by) { said(Field::Debrief) } else { String::new() };
    let texts = [
        (8, details.account.clone()),
        (8, details.verbatim.clone().unwrap_or_default()),
        (1, contact.collect::<Vec<_>>().join(" ")),
        (1, details.competitor.clone().unwrap_or_default()),
        (1, details.segment.clone().unwrap_or_default()),
        (1, said(Field::Answer)),
        (1, said(Field::Note)),
        (1, debrief),
    ];
    let mut all = 0;
    for word in &search.words {
        let begins = word.begins && word.word.chars().count() > 1;
        let having = texts.iter().filter(|(_, text)| is_said(text, &word.word, begins));
        let points: u32 = having.map(|(points, _)| *points).sum();
        if points == 0 {
            return None;
        }
        all += points;
    }
    Some(all)
}

/// Reads every refusal.
fn read_through(cases: &[Case], by: &Person, search: &Search) -> Vec<RefusalNumber> {
    let mut found: Vec<_> = cases
        .iter()
        .filter_map(|case| Some((Reverse(speaks(case, by, search)?), Reverse(case.refusal.number))))
        .collect();
    found.sort();
    found.into_iter().map(|(_, Reverse(number))| number).collect()
}

/// A team and a half: a head, two reps, somebody who looks on, an admin; another team's head and rep.
fn two_teams() -> Listing {
    let field = listing();
    let mut other = field.teams[0].0.clone();
    other.name = "Inside".into();
    other.channels = vec!["slack:C2".into()];
    let person = |name: &str, team: &str, role, account: &str| ListedPerson {
        name: name.into(),
        team: Some(team.into()),
        role,
        accounts: vec![account.into()],
    };
    let people = vec![
        person("Elena", "Field", Role::Head, "slack:U1"),
        person("Ana", "Field", Role::Rep, "slack:U2"),
        person("Bogdan", "Field", Role::Rep, "slack:U3"),
        person("Oana", "Field", Role::Observer, "slack:U4"),
        person("Adi", "Field", Role::Admin, "slack:U5"),
        person("Paul", "Inside", Role::Head, "slack:U6"),
        person("Ion", "Inside", Role::Rep, "slack:U7"),
    ];
    let ListedTeam(first) = field.teams[0].clone();
    Listing { teams: vec![ListedTeam(first), ListedTeam(other)], people, ..field }
}

/// Writes, and panics if that fails.
async fn write(db: &Db, doing: impl for<'a> Fn(&'a mut Tx) -> Doing<'a> + Send + 'static) {
    db.write(doing).await.expect("it is written");
}

type Doing<'a> = futures_util::future::BoxFuture<'a, anyhow::Result<()>>;

async fn list(db: &Db, listing: Listing) -> Vec<Person> {
    let listing = Arc::new(listing);
    let accounts: Vec<String> = (1..=7).map(|n| format!("slack:U{n}")).collect();
    write(db, move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok(tx.list(&listing, now()).await?) })
    })
    .await;
    let read = db.read(move |tx| {
        let accounts = accounts.clone();
        Box::pin(async move {
            let mut people = Vec::new();
            for account in accounts {
                people.extend(tx.person_of(&account).await?);
            }
            Ok::<_, anyhow::Error>(people)
        })
    });
    read.await.expect("people are read")
}

async fn save(db: &Db, refusal: &Refusal) {
    let refusal = Arc::new(refusal.clone());
    write(db, move |tx| {
        let refusal = refusal.clone();
        Box::pin(async move { Ok(tx.save_refusal(&refusal).await?) })
    })
    .await;
}

/// Somebody says something of a refusal: in a debrief, a review, a call, or as a note to a decision.
async fn say(db: &Db, case: &mut Case, dice: &mut Dice) {
    let (number, by, text) = (case.refusal.number, case.refusal.logged_by, dice.text(4));
    let field = dice.of(&[Field::Debrief, Field::Answer, Field::Note]);
    // A second answer to the same question takes the place of the first; a note stays.
    if field != Field::Note {
        case.said.retain(|(known, _)| *known != field);
    }
    case.said.push((field, text.clone()));
    write(db, move |tx| {
        let text = text.clone();
        Box::pin(async move {
            if field == Field::Note {
                tx.decided(&decision(number, by, text)).await?;
                return Ok(());
            }
            let inquiry = if field == Field::Debrief { Inquiry::Debrief } else { Inquiry::Review };
            let said = Answered {
                refusal: number,
                inquiry,
                version: 1,
                decision: None,
                said_by: by,
                from_whom: None,
                heard_on: None,
                given: [("why".to_owned(), text)].into(),
            };
            Ok(tx.answered(&said, now()).await?)
        })
    })
    .await;
}

fn decision(refusal: RefusalNumber, by: PersonId, note: String) -> Decision {
    Decision {
        id: 0,
        refusal,
        by,
        at: now(),
        stage: Stage::Dormant,
        lever: None,
        note: Some(note),
        due_on: None,
        call: vec![("who".to_owned(), String::new())],
    }
}

/// What else moves a refusal, by doors of their own.
async fn move_on(db: &Db, case: &mut Case, dice: &mut Dice, people: &[Person]) {
    let number = case.refusal.number;
    match dice.0.u32(0..4) {
        0 => {
            case.refusal.client_reason = Some(timing());
            write(db, move |tx| Box::pin(async move { Ok(tx.client_says(number, &timing()).await?) })).await;
        }
        1 => {
            let to = dice.of(people).id;
            case.refusal.delegate = Some(to);
            write(db, move |tx| Box::pin(async move { Ok(tx.delegate(number, to).await?) })).await;
        }
        2 => {
            if case.refusal.stage == Stage::Logged {
                case.refusal.stage = Stage::WithHead;
            }
            write(db, move |tx| {
                Box::pin(async move { Ok(tx.advance_refusal(number, Stage::Logged, Stage::WithHead).await?) })
            })
            .await;
        }
        _ => {
            if case.refusal.stage == Stage::Logged {
                case.refusal.stage = Stage::Dormant;
            }
            write(db, move |tx| {
                Box::pin(async move {
                    let notice = format!("of {number}");
                    tx.tell_in(number, &notice).await?;
                    Ok(tx.advance_told(&notice, Stage::Logged, Stage::Dormant).await?)
                })
            })
            .await;
        }
    }
}

async fn found(db: &Db, by: &Person, search: &Search, skipped: usize, most: usize) -> Hits {
    let given = Arc::new((by.clone(), search.clone()));
    let read = db.read(move |tx| {
        let given = given.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.search(&given.0, &given.1, skipped, most).await?) })
    });
    read.await.expect("it is searched")
}

/// Everybody looks for something; how many refusals they found together.
async fn compare(db: &Db, cases: &[Case], people: &[Person], dice: &mut Dice, seed: u64) -> usize {
    let mut all = 0;
    for by in people {
        let search = dice.search(people);
        let read = read_through(cases, by, &search);
        let hits = found(db, by, &search, 0, 1000).await;
        assert_eq!(hits.page, read, "seed {seed}: {} looks for {search:?}", by.name);
        assert_eq!(hits.refusals, read.len());
        let second = found(db, by, &search, 3, 4).await;
        let page: Vec<_> = read.iter().skip(3).take(4).copied().collect();
        assert_eq!((second.page, second.refusals), (page, read.len()), "seed {seed}: the second page of {search:?}");
        all += read.len();
    }
    all
}

#[tokio::test]
async fn what_is_found_is_what_reading_everything_finds_after_anything_that_happens() {
    let database = Database::new();
    let db = database.open().await;
    let mut people = list(&db, two_teams()).await;
    let leads = vec![StandIn { person: people[0].id, leads: Some(people[0].team.id) }];
    people.push(Person { stands_in: leads, ..people[6].clone() });
    let seed = fastrand::u64(..);
    let mut dice = Dice(fastrand::Rng::with_seed(seed));
    let (mut cases, mut all): (Vec<Case>, usize) = (Vec::new(), 0);
    let reps: Vec<Person> = people.iter().take(7).filter(|person| person.role == Role::Rep).cloned().collect();
    for step in 0..STEPS {
        let at = dice.0.usize(0..cases.len().max(1));
        match (dice.0.u32(0..12), cases.get_mut(at)) {
            (0..5, _) | (_, None) => {
                // Over the edge of a block, too.
                let number = RefusalNumber(i64::try_from(cases.len()).unwrap() + 4060);
                let refusal = Refusal::new(number, &dice.of(&reps), dice.details(), now());
                save(&db, &refusal).await;
                cases.push(Case { refusal, said: Vec::new() });
            }
            (5 | 6, Some(case)) => {
                case.refusal.details = dice.details();
                save(&db, &case.refusal).await;
            }
            (7, Some(case)) => {
                match dice.0.u32(0..3) {
                    0 => case.refusal.withdrawn_at = Some(now()),
                    1 => case.refusal.owner = dice.of(&people).id,
                    _ => case.refusal.head_reason = Some("technical/security".parse().expect("a reason")),
                }
                save(&db, &case.refusal).await;
            }
            (8 | 9, Some(case)) => say(&db, case, &mut dice).await,
            (_, Some(case)) => move_on(&db, case, &mut dice, &people).await,
        }
        if step % 10 == 9 {
            all += compare(&db, &cases, &people, &mut dice, seed).await;
        }
    }
    assert!(all > 500, "seed {seed}: only {all} were found");
    people_leave_and_are_met(&db, &mut cases, &people).await;
    compare(&db, &cases, &people[1..], &mut dice, seed).await;
    kept_is_what_is_built_anew(&database, db).await;
    database.drop().await;
}

/// Ana has what Bogdan had in hand, whoever decided in somebody's place does no more, and a stranger is Ion after all.
async fn people_leave_and_are_met(db: &Db, cases: &mut [Case], people: &[Person]) {
    let (elena, ana, bogdan, ion) = (people[0].id, people[1].id, people[2].id, people[6].clone());
    let team = people[0].team.id;
    inherit(db, (bogdan, team), ana).await;
    for Case { refusal, .. } in cases.iter_mut() {
        let waits = refusal.stage.awaits_head() && refusal.withdrawn_at.is_none();
        if refusal.owner == bogdan && refusal.team == team && waits {
            refusal.owner = ana;
        }
        if refusal.delegate == Some(elena) && waits {
            refusal.delegate = None;
        }
    }
    // She is not named any more; an account that was nobody's is one of Ion's.
    write(db, move |tx| {
        Box::pin(async move {
            tx.add_stranger("Ionuț", "slack:U8", team).await?;
            Ok(())
        })
    })
    .await;
    let stranger = person_of(db, "slack:U8").await;
    let theirs = &mut cases.iter_mut().find(|case| case.refusal.withdrawn_at.is_none()).expect("one is left").refusal;
    (theirs.owner, theirs.delegate) = (stranger.id, theirs.delegate);
    save(db, theirs).await;
    theirs.owner = ion.id;
    let mut listing = two_teams();
    listing.people.retain(|person| person.name != "Elena");
    let of_ion = listing.people.iter_mut().find(|person| person.name == "Ion").expect("he is named");
    of_ion.accounts.push("slack:U8".into());
    list(db, listing).await;
}

async fn person_of(db: &Db, account: &'static str) -> Person {
    let read =
        db.read(move |tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.person_of(account).await?.expect("one")) }));
    read.await.expect("somebody is read")
}

async fn inherit(db: &Db, from: (PersonId, TeamId), to: PersonId) {
    write(db, move |tx| Box::pin(async move { Ok(tx.inherit(from, to, now()).await?) })).await;
}

/// As after an upgrade from a version without search: the same rows, to the byte.
async fn kept_is_what_is_built_anew(database: &Database, db: Db) {
    db.close().await;
    let blocks = "SELECT word, block, numbers FROM search_blocks WHERE organisation_id = 1 ORDER BY word, block";
    let words = "SELECT word, stem FROM search_words WHERE organisation_id = 1 ORDER BY word";
    let kept = (database.rows::<(String, i64, Vec<u8>)>(blocks).await, database.rows::<(String, String)>(words).await);
    assert!(kept.0.len() > 50 && kept.1.len() > 15, "something is kept");
    for sql in [
        "DELETE FROM search_blocks WHERE organisation_id = 1 RETURNING organisation_id",
        "DELETE FROM search_words WHERE organisation_id = 1 RETURNING organisation_id",
        "UPDATE organisations SET searched_to = 0 RETURNING id",
    ] {
        assert!(!database.rows::<(i64,)>(sql).await.is_empty(), "{sql}");
    }
    for _ in 0..2 {
        // Once more changes nothing.
        database.open().await.close().await;
        assert_eq!(database.rows::<(String, i64, Vec<u8>)>(blocks).await, kept.0);
        assert_eq!(database.rows::<(String, String)>(words).await, kept.1);
    }
}

/// So many refusals of Ana's that a row of words is kept in its other form, and goes back to the first.
#[tokio::test]
async fn a_word_that_most_have_is_found_in_each_and_a_beginning_that_many_have_is_said_so() {
    let database = Database::new();
    let db = database.open().await;
    let people = list(&db, two_teams()).await;
    let ana = Arc::new(people[1].clone());
    let mut dice = Dice(fastrand::Rng::with_seed(7));
    let all: Vec<Refusal> = (1..=700).map(|n| numbered(n, &ana, &mut dice)).collect();
    // Not all in one: a transaction may take ten seconds.
    let save_all = async |all: Vec<Refusal>| {
        for some in all.chunks(100) {
            let some = Arc::new(some.to_vec());
            write(&db, move |tx| {
                let some = some.clone();
                Box::pin(async move {
                    for refusal in some.iter() {
                        tx.save_refusal(refusal).await?;
                    }
                    Ok(())
                })
            })
            .await;
        }
    };
    save_all(all.clone()).await;
    let looked_for = |typed: &str| Search { words: wanted(typed), ..Search::default() };
    for by in [&people[0], &people[1], &people[4]] {
        assert_eq!(found(&db, by, &looked_for("zebra"), 0, 10).await.refusals, 700);
        let giraffes = found(&db, by, &looked_for("zebra giraffe"), 0, 3).await;
        // In the account too: before the newer ones with fewer.
        assert_eq!((giraffes.refusals, giraffes.page), (700, [698, 696, 694].map(RefusalNumber).into()));
    }
    assert_eq!(found(&db, &people[2], &looked_for("zebra"), 0, 10).await, Hits::default());
    let few = found(&db, &ana, &looked_for("animal12"), 0, 1000).await;
    assert_eq!((few.refusals, few.too_short), (11, None), "12, and 120 to 129");
    let many = found(&db, &ana, &looked_for("animal"), 0, 1000).await;
    assert_eq!((many.refusals, many.too_short.as_deref()), (64, Some("animal")));
    save_all(all.iter().skip(100).map(|one| Refusal { withdrawn_at: Some(now()), ..one.clone() }).collect()).await;
    assert_eq!(found(&db, &ana, &looked_for("zebra"), 0, 10).await.refusals, 100);
    assert_eq!(found(&db, &ana, &looked_for("animal699"), 0, 10).await.refusals, 0);
    kept_is_what_is_built_anew(&database, db).await;
    database.drop().await;
}

fn numbered(n: i64, by: &Person, dice: &mut Dice) -> Refusal {
    let giraffe = if n % 2 == 0 { "giraffe" } else { "lion" };
    let details = Details {
        account: giraffe.to_owned(),
        verbatim: Some(format!("zebra animal{n}")),
        contact: None,
        contact_role: None,
        competitor: (n < 700).then(|| "Giraffe Zebra".to_owned()),
        ..dice.details()
    };
    Refusal::new(RefusalNumber(n), by, details, now())
}
