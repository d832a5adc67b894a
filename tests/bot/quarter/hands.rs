//! In whose hands everything is, and whether they hear of it: what must hold at any time, whatever people do.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use panout::chat::Place;
use panout::domain::{Person, PersonId, TeamId};
use panout::store::Db;

use crate::story::Database;

/// Number, stage, team, owner, when it was undone, what told it, when it was logged, what told the admin.
type Refusal = (i64, String, i64, i64, Option<DateTime<Utc>>, Option<String>, DateTime<Utc>, Option<String>);
/// Refusal, kind, whose, when it is said next, how often it was, from when on the head is told, what told the head.
type Task = (i64, String, i64, Option<DateTime<Utc>>, i64, Option<DateTime<Utc>>, Option<String>);
/// Kind, which one, state, when, for whom it is held.
type Job = (String, String, String, DateTime<Utc>, Option<i64>);
/// Notice, where it goes, when it was posted.
type Message = (String, String, Option<DateTime<Utc>>);

/// Everything there is, at a moment.
pub(super) struct Hands {
    now: DateTime<Utc>,
    people: HashMap<i64, Person>,
    left: HashSet<i64>,
    accounts: HashMap<String, i64>,
    /// Who processes each team now, and who does when nobody is away.
    leads: HashMap<i64, (Option<i64>, Option<i64>)>,
    refusals: Vec<Refusal>,
    tasks: Vec<Task>,
    jobs: Vec<Job>,
    messages: Vec<Message>,
    /// Those nobody has answered, with the refusal each is about.
    questions: Vec<(i64, i64)>,
}

impl Hands {
    /// Looks, once nothing is due any more.
    pub(super) async fn at(db: &Db, database: &Database, now: DateTime<Utc>) -> Self {
        let known: Vec<(i64, Option<DateTime<Utc>>)> = database.rows("SELECT id, left_at FROM people").await;
        let left = known.iter().filter(|(_, left)| left.is_some()).map(|(id, _)| *id).collect();
        let (people, leads) = who(db, known.into_iter().map(|(id, _)| id).collect(), now).await;
        let refusals = "SELECT number, stage, team_id, owner_id, withdrawn_at, told_in, logged_at, admin_notice
                        FROM refusals ORDER BY number";
        let tasks = "SELECT refusal, kind, person_id, say_at, told, head_at, head_notice
                     FROM tasks WHERE done_at IS NULL ORDER BY refusal";
        let jobs =
            "SELECT kind, occurrence, state, run_at, held_for FROM jobs WHERE state IN ('ready', 'sending', 'held')";
        let messages = "SELECT notice, place, posted_at FROM messages";
        let accounts: Vec<(String, i64)> = database.rows("SELECT account, person_id FROM accounts").await;
        Self {
            now,
            people,
            left,
            accounts: accounts.into_iter().collect(),
            leads,
            refusals: database.rows(refusals).await,
            tasks: database.rows(tasks).await,
            jobs: database.rows(jobs).await,
            messages: database.rows(messages).await,
            questions: database.rows("SELECT id, refusal FROM questions WHERE answer IS NULL").await,
        }
    }

    /// What is lost, in words; nothing is ever.
    pub(super) fn lost(&self) -> Vec<String> {
        let mut lost = Vec::new();
        for refusal in &self.refusals {
            let (number, stage, .., undone) = (refusal.0, refusal.1.as_str(), refusal.4);
            let wrong = match (undone, stage) {
                (None, "revived") => self.in_hand(refusal, "deal"),
                (None, "dormant") => self.in_hand(refusal, "recontact"),
                (None, "logged" | "with_head") => self.in_no_hand(number).or_else(|| self.waits(refusal)),
                (Some(_), _) | (None, "won_back" | "refused_again" | "closed") => self.in_no_hand(number),
                (None, _) => Some("no refusal rests here".to_owned()),
            };
            lost.extend(wrong.map(|wrong| format!("#{number}, {stage}: {wrong}")));
        }
        for task in &self.tasks {
            let wrong = self.is_unheard(task);
            lost.extend(wrong.map(|wrong| format!("{} of #{} in the hands of {}: {wrong}", task.1, task.0, task.2)));
        }
        lost
    }

    fn held(&self, number: i64) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(move |task| task.0 == number && matches!(task.1.as_str(), "deal" | "recontact"))
    }

    /// In exactly its owner's hands, for this.
    fn in_hand(&self, refusal: &Refusal, kind: &str) -> Option<String> {
        let hands: Vec<_> = self.held(refusal.0).map(|task| (task.1.as_str(), task.2)).collect();
        (hands != [(kind, refusal.3)]).then(|| format!("{}'s, and in the hands {hands:?}", refusal.3))
    }

    fn in_no_hand(&self, number: i64) -> Option<String> {
        let hands: Vec<_> = self.held(number).collect();
        (!hands.is_empty()).then(|| format!("in the hands {hands:?}"))
    }

    /// Somebody is responsible, and was told, or will be.
    fn waits(&self, refusal: &Refusal) -> Option<String> {
        let (number, team, told_in, logged) = (refusal.0, refusal.2, refusal.5.as_deref(), refusal.6);
        if self.active("settle", &number.to_string()) {
            return None;
        }
        let (Some(responsible), head) = self.leads[&team] else { return Some("nobody is responsible".to_owned()) };
        let readers = || [Some(responsible), head].into_iter().flatten();
        let late = readers().any(|reader| {
            // Whoever is new has as long as anybody.
            let person = &self.people[&reader];
            let late = person.batch_after_days(2, logged).max(person.batch_after_days(2, self.now));
            self.will_hear(reader, late) || self.heard_late(reader, logged)
        });
        let card = format!("refusal:{number}");
        let comes = self.jobs.iter().any(|(kind, which, state, _, held_for)| {
            kind == "post" && *which == card && (state != "held" || *held_for == Some(responsible))
        });
        let stands = self.messages.iter().any(|(notice, place, posted)| {
            posted.is_some()
                && told_in == Some(notice.as_str())
                && self.reader_of(place).is_some_and(|it| it.leads(TeamId(team)))
        });
        let joins = told_in.is_some_and(|it| it.starts_with("arrivals:")) && self.will_hear(responsible, self.now);
        if !(comes || stands || joins || late) {
            return Some(format!("{responsible} is not told, it waits in {told_in:?}"));
        }
        (!late && refusal.7.is_none()).then(|| format!("neither {responsible} nor {head:?} hears that it is late"))
    }

    /// A message of the day told somebody that something logged then is late.
    fn heard_late(&self, reader: i64, logged: DateTime<Utc>) -> bool {
        let person = &self.people[&reader];
        let todays = format!("today:{reader}:");
        let mut posted = self.messages.iter().filter(|(notice, ..)| notice.starts_with(&todays));
        posted.any(|(_, _, at)| at.is_some_and(|at| logged <= person.working_days_before(2, at)))
    }

    fn reader_of(&self, place: &str) -> Option<&Person> {
        let Ok(Place::Direct { account, .. }) = serde_json::from_str(place) else { return None };
        self.people.get(self.accounts.get(&account.to_string())?)
    }

    fn active(&self, kind: &str, which: &str) -> bool {
        self.jobs.iter().any(|job| job.0 == kind && job.1 == which && job.2 != "held")
    }

    /// A message of the day is planned for somebody that says what is to be said by `moment`, or held until they want it.
    fn will_hear(&self, reader: i64, moment: DateTime<Utc>) -> bool {
        let person = &self.people[&reader];
        let second = TimeDelta::seconds(1);
        let there = person.returns_at().map_or(self.now, |at| self.now.max(at - second));
        let latest = person.next_batch(there.max(moment - second));
        let todays = format!("today:{reader}:");
        self.jobs.iter().any(|(kind, which, state, at, held_for)| {
            let comes = if state == "held" { *held_for == Some(reader) } else { *at <= latest };
            kind == "post" && which.starts_with(&todays) && comes
        })
    }

    /// Its person is there, and hears of it, or heard often enough and whoever leads does.
    fn is_unheard(&self, task: &Task) -> Option<String> {
        let (number, kind, person, say_at, told, head_at, head_told) = task;
        if self.left.contains(person) {
            return Some("who left".to_owned());
        }
        if let Some(say_at) = say_at {
            return (!self.will_hear(*person, *say_at)).then(|| format!("not said, though it is to be at {say_at}"));
        }
        match kind.as_str() {
            // How it went is asked of nobody who does not want it; of a letter they are reminded.
            "debrief" => None,
            "letter" => (*told == 0).then(|| "never said".to_owned()),
            _ if head_told.is_some() => None,
            "question" if *told == 0 && self.asks(*number) => None,
            _ => {
                let team = self.refusals.iter().find(|refusal| refusal.0 == *number).map(|refusal| refusal.2);
                let (head, own) = team.map(|team| self.leads[&team]).unwrap_or_default();
                let own = head == Some(*person) || own == Some(*person);
                let hears = head_at.is_some_and(|at| head.is_some_and(|head| self.will_hear(head, at)));
                (*told == 0 || !(own || hears)).then(|| format!("said {told} times, and {head:?} does not hear"))
            }
        }
    }

    /// A question about a refusal is on its way to whom it was asked of.
    fn asks(&self, number: i64) -> bool {
        let mut open = self.questions.iter().filter(|(_, refusal)| *refusal == number);
        open.any(|(id, _)| self.jobs.iter().any(|job| job.1 == format!("question:{id}")))
    }
}

type Known = (HashMap<i64, Person>, HashMap<i64, (Option<i64>, Option<i64>)>);

/// Everybody with those they stand in for, and who processes each team.
async fn who(db: &Db, ids: Vec<i64>, now: DateTime<Utc>) -> Known {
    let read = db.read(move |tx| {
        let ids = ids.clone();
        Box::pin(async move {
            let (mut people, mut leads) = (HashMap::new(), HashMap::new());
            for id in ids {
                let person = tx.person(PersonId(id)).await?;
                people.insert(id, tx.standing_in(person, now).await?);
            }
            for team in tx.teams().await? {
                let responsible = tx.responsible_for(team, now).await?.map(|person| person.id.0);
                leads.insert(team.0, (responsible, tx.head_of(team).await?.map(|person| person.id.0)));
            }
            Ok::<_, anyhow::Error>((people, leads))
        })
    });
    read.await.expect("the database answers")
}
