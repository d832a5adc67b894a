//! The life of a refusal: which stages follow, and who may take which step in each.

use chrono::{DateTime, TimeDelta, Utc};
use panout::domain::{
    Denied, Details, Lever, Outcome, Person, PersonId, ReasonId, Refusal, RefusalNumber, Role, Stage, Terms, UNDO,
};
use proptest::prelude::*;
use rstest::rstest;

/// Which stage (at the left) leads to which (at the top).
const LEADS_TO: &str = "
                 logged with_head revived validated dormant recontacted won_back refused_again closed
    logged          .       x        x        x        .         .          .          .         x
    with_head       .       .        x        x        .         .          .          .         x
    revived         .       .        .        .        .         .          x          x         x
    validated       .       .        .        .        x         .          .          .         x
    dormant         x       .        .        .        .         x          .          .         x
    recontacted     .       .        x        .        x         .          .          .         x
    won_back        .       .        .        .        .         .          .          .         .
    refused_again   .       .        .        .        .         .          .          .         .
    closed          .       .        .        .        .         .          .          .         .";

/// Who (at the left) may take which step (at the top): the others are told that it is not theirs.
const MAY: &str = "
                    see revive validate won lost again asleep close withdraw
    head             x     x       x     x    x    x      x     x      .
    head_of_another  .     .       .     .    .    .      .     .      .
    admin            x     x       x     x    x    x      x     x      .
    owner            .     .       .     x    x    x      x     x      .
    logger           .     .       .     .    .    .      .     .      x
    another_rep      .     .       .     .    .    .      .     .      .
    observer         .     .       .     .    .    .      .     .      .";

/// Where a step (at the top) leads from a stage (at the left): where it leads nowhere, the stage is the answer.
const STEPS: &str = "
                  see           revive  validate won      lost          again   asleep  close  withdraw
    logged        logged        revived dormant  .        .             .       .       closed logged
    with_head     with_head     revived dormant  .        .             .       .       closed with_head
    revived       revived       .       .        won_back refused_again .       .       closed .
    validated     validated     .       .        .        .             .       .       closed .
    dormant       dormant       .       .        .        .             revived dormant closed .
    recontacted   recontacted   .       .        .        .             .       .       closed .
    won_back      won_back      .       .        .        .             .       .       .      .
    refused_again refused_again .       .        .        .             .       .       .      .
    closed        closed        .       .        .        .             .       .       .      .";

/// A table's lines, each with its name and, by the name of the column, what is written there.
fn lines(table: &'static str) -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let mut rows = table.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let top = rows.next().unwrap();
    rows.map(|row| {
        assert_eq!(row.len(), top.len() + 1, "{row:?}");
        (row[0], top.iter().copied().zip(row[1..].iter().copied()).collect())
    })
    .collect()
}

/// What is written in a table at a line, under a column.
fn cell(table: &'static str, line: &str, column: &str) -> &'static str {
    let (_, cells) = lines(table).into_iter().find(|(name, _)| *name == line).unwrap();
    cells.into_iter().find(|(name, _)| *name == column).unwrap().1
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    See,
    Revive,
    Validate,
    Won,
    Lost,
    /// Called again: worth another try.
    Again,
    /// Called again: back to sleep.
    Asleep,
    Close,
    Withdraw,
}

impl Step {
    const ALL: [Step; 9] = [
        Step::See,
        Step::Revive,
        Step::Validate,
        Step::Won,
        Step::Lost,
        Step::Again,
        Step::Asleep,
        Step::Close,
        Step::Withdraw,
    ];

    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Takes it, with terms for `to` and what the client said.
    fn take(self, refusal: Refusal, by: &Person, now: DateTime<Utc>, to: PersonId) -> Result<Refusal, Denied> {
        let terms = Terms { lever: Lever::Discount, note: "10 % less".into(), owner: to, due_on: now.date_naive() };
        match self {
            Step::See => refusal.see(by, now),
            Step::Revive => refusal.revive(by, &terms),
            Step::Validate => refusal.validate(by, heard()),
            Step::Won => refusal.tried(by, true),
            Step::Lost => refusal.tried(by, false),
            Step::Again => refusal.recontact(by, Some(&terms)),
            Step::Asleep => refusal.recontact(by, None),
            Step::Close => refusal.close(by),
            Step::Withdraw => refusal.withdraw(by, now),
        }
    }

    /// What the refusal is after it was taken, in its new stage.
    fn taken(self, before: &Refusal, by: &Person, now: DateTime<Utc>, to: PersonId) -> Refusal {
        let stage = cell(STEPS, before.stage.as_str(), &self.name()).parse().unwrap();
        let after = Refusal { stage, ..before.clone() };
        match self {
            Step::See => Refusal { seen: Some((by.id, now)), ..after },
            Step::Revive | Step::Again => Refusal { owner: to, ..after },
            Step::Validate => Refusal { head_reason: Some(heard()), ..after },
            Step::Withdraw => Refusal { withdrawn_at: Some(now), ..after },
            Step::Won | Step::Lost | Step::Asleep | Step::Close => after,
        }
    }
}

fn heard() -> ReasonId {
    "timing/budget_cycle".parse().unwrap()
}

fn logged_at() -> DateTime<Utc> {
    "2026-11-20T07:00:00Z".parse().unwrap()
}

/// Everybody who meets a refusal of team 1, by their names in the tables.
fn people() -> [(&'static str, Person); 7] {
    let person = super::person;
    [
        ("head", person(1, Role::Head, 1)),
        ("head_of_another", person(2, Role::Head, 2)),
        ("admin", person(3, Role::Admin, 2)),
        ("owner", person(4, Role::Rep, 1)),
        ("logger", person(5, Role::Rep, 1)),
        ("another_rep", person(6, Role::Rep, 1)),
        ("observer", person(7, Role::Observer, 1)),
    ]
}

fn named(name: &str) -> Person {
    people().into_iter().find(|(known, _)| *known == name).unwrap().1
}

/// A refusal that one rep logged and another one owns now.
fn refusal(stage: Stage) -> Refusal {
    let details = Details {
        account: "Acme".into(),
        contact: None,
        contact_role: None,
        outcome: Outcome::Competitor,
        reason: "price/above_alternative".parse().unwrap(),
        products: vec![1],
        budget: None,
        competitor: None,
        verbatim: Some("30% too dear".into()),
        segment: None,
        source: None,
        contract_until: None,
        happened_on: logged_at().date_naive(),
    };
    let logged = Refusal::new(RefusalNumber(1), &named("logger"), details, logged_at());
    Refusal { owner: named("owner").id, stage, ..logged }
}

fn leads_on(stage: Stage) -> Vec<Stage> {
    Stage::ALL.into_iter().filter(|next| stage.leads_to(*next)).collect()
}

#[test]
fn stages_follow_as_the_table_says() {
    let names = Stage::ALL.map(Stage::as_str);
    let table = lines(LEADS_TO);
    assert_eq!(table.iter().map(|(from, _)| *from).collect::<Vec<_>>(), names);
    for (from, cells) in table {
        assert_eq!(cells.iter().map(|(to, _)| *to).collect::<Vec<_>>(), names);
        for (to, mark) in cells {
            let (from, to): (Stage, Stage) = (from.parse().unwrap(), to.parse().unwrap());
            assert_eq!(from.leads_to(to), mark == "x", "{from:?} to {to:?}");
        }
    }
}

#[test]
fn a_stage_is_an_end_if_nothing_follows_and_awaits_its_head_if_it_may_be_validated() {
    for stage in Stage::ALL {
        assert_eq!(stage.as_str().parse(), Ok(stage));
        assert_eq!(stage.is_end(), leads_on(stage).is_empty(), "{stage:?}");
        assert_eq!(stage.awaits_head(), stage.leads_to(Stage::Validated), "{stage:?}");
    }
    for wrong in ["", "Logged", "with head", "lost"] {
        assert_eq!(wrong.parse::<Stage>(), Err(wrong.to_owned()));
    }
}

#[rstest]
fn each_step_is_for_those_who_may_take_it_in_the_stages_that_have_it(
    #[values("head", "head_of_another", "admin", "owner", "logger", "another_rep", "observer")] name: &str,
) {
    let (by, to, now) = (named(name), named("another_rep").id, logged_at() + TimeDelta::minutes(5));
    for (stage, step) in Stage::ALL.into_iter().flat_map(|stage| Step::ALL.map(|step| (stage, step))) {
        let before = refusal(stage);
        // What waits for its head only the head may end.
        let early = step.name() == "close" && stage.awaits_head() && name == "owner";
        let may = cell(MAY, name, &step.name()) == "x" && !early;
        let leads = cell(STEPS, stage.as_str(), &step.name()) != ".";
        let expected = match (may, leads) {
            (false, _) => Err(Denied::NotYours),
            (true, false) => Err(Denied::Decided(stage)),
            (true, true) => Ok(step.taken(&before, &by, now, to)),
        };
        assert_eq!(step.take(before.clone(), &by, now, to), expected, "{name}: {step:?} when {stage:?}");
        let undone = Refusal { withdrawn_at: Some(logged_at()), ..before };
        let expected = Err(if may { Denied::Withdrawn } else { Denied::NotYours });
        assert_eq!(step.take(undone, &by, now, to), expected, "{name}: {step:?} when {stage:?} and undone");
    }
}

#[test]
fn the_rep_who_logged_it_takes_every_step_of_an_owner_while_they_own_it() {
    let logger = named("logger");
    let own = |stage| Refusal { owner: logger.id, ..refusal(stage) };
    assert_eq!(own(Stage::Revived).tried(&logger, true).map(|won| won.stage), Ok(Stage::WonBack));
    assert_eq!(own(Stage::Dormant).recontact(&logger, None).map(|asleep| asleep.stage), Ok(Stage::Dormant));
    assert_eq!(own(Stage::Dormant).close(&logger).map(|closed| closed.stage), Ok(Stage::Closed));
    for waits in [Stage::Logged, Stage::WithHead] {
        assert_eq!(own(waits).close(&logger), Err(Denied::NotYours), "its head decides first");
    }
    assert_eq!(own(Stage::WithHead).validate(&logger, heard()), Err(Denied::NotYours));
}

#[rstest]
#[case(Stage::Logged, Stage::Revived, true)]
#[case(Stage::Revived, Stage::Revived, true)]
#[case(Stage::Recontacted, Stage::Dormant, false)]
fn what_came_of_it_is_reported_in_its_own_stage(#[case] is: Stage, #[case] asked: Stage, #[case] own: bool) {
    let told = if is == asked { Ok(()) } else { Err(Denied::Decided(is)) };
    let by = if own { "owner" } else { "head" };
    assert_eq!(refusal(is).may_report(&named(by), asked), told);
    assert_eq!(refusal(is).may_report(&named("logger"), asked), Err(Denied::NotYours));
}

#[test]
fn a_refusal_is_undone_until_its_ten_minutes_are_over() {
    let logger = named("logger");
    let last = logged_at() + UNDO;
    let undone = refusal(Stage::WithHead).withdraw(&logger, last).unwrap();
    assert_eq!(undone.withdrawn_at, Some(last));
    let late = last + TimeDelta::seconds(1);
    assert_eq!(refusal(Stage::WithHead).withdraw(&logger, late), Err(Denied::TooLate));
    assert_eq!(refusal(Stage::Revived).withdraw(&logger, late), Err(Denied::Decided(Stage::Revived)));
}

#[test]
fn the_first_who_saw_it_stays_the_one_who_did() {
    let (head, admin) = (named("head"), named("admin"));
    let seen = refusal(Stage::WithHead).see(&head, logged_at()).unwrap();
    let again = seen.clone().see(&admin, logged_at() + TimeDelta::minutes(1));
    assert_eq!(again, Err(Denied::AlreadySeen(head.id, logged_at())));
    assert_eq!(seen.see(&named("owner"), logged_at()), Err(Denied::NotYours));
}

/// One move of the property: who, which step, for whom, and how many minutes after the one before.
type Move = (usize, Moved, usize, i64);

/// What may happen to a refusal: a step of the tables, or what happens beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moved {
    Step(Step),
    Reassign,
    Delegate,
    /// The second no was undone.
    Reopen,
    ContactAgain,
    /// The account asked for peace elsewhere.
    InPeace,
    /// Small enough to sleep without its head.
    Itself,
}

impl Moved {
    fn all() -> Vec<Self> {
        use Moved::{ContactAgain, Delegate, InPeace, Itself, Reassign, Reopen};
        let beside = [Reassign, Delegate, Reopen, ContactAgain, InPeace, Itself];
        Step::ALL.into_iter().map(Moved::Step).chain(beside).collect()
    }

    fn take(self, refusal: Refusal, by: &Person, now: DateTime<Utc>, to: PersonId) -> Result<Refusal, Denied> {
        match self {
            Moved::Step(step) => step.take(refusal, by, now, to),
            Moved::Reassign => refusal.reassign(by, to),
            Moved::Delegate => {
                refusal.may_delegate(by)?;
                Ok(Refusal { delegate: Some(to), ..refusal })
            }
            Moved::Reopen => refusal.reopen(),
            Moved::ContactAgain => refusal.contact_again(by),
            Moved::InPeace => refusal.leave_in_peace(),
            Moved::Itself => refusal.validate_itself(),
        }
    }

    /// Which end it takes back, and where to.
    fn takes_back(self) -> Option<(Stage, Stage)> {
        match self {
            Moved::Reopen => Some((Stage::RefusedAgain, Stage::Revived)),
            Moved::ContactAgain => Some((Stage::Closed, Stage::Dormant)),
            _ => None,
        }
    }
}

fn any_moves() -> impl Strategy<Value = Vec<Move>> {
    let step = prop::sample::select(Moved::all());
    prop::collection::vec((0..people().len(), step, 0..people().len(), 0..4_i64), 1..40)
}

/// Whether somebody may move it to another stage or owner, or put it back to sleep, and not only close it.
fn can_go_on(refusal: &Refusal, now: DateTime<Utc>) -> bool {
    let steps = [Step::Revive, Step::Validate, Step::Won, Step::Lost, Step::Again, Step::Asleep];
    let people = people();
    let mut tries = steps.iter().flat_map(|step| people.iter().map(move |(_, by)| (step, by)));
    tries.any(|(step, by)| step.take(refusal.clone(), by, now, by.id).is_ok())
}

/// Whether a step ends where the table leads to, directly or through a stage that it only passes.
fn follows(from: Stage, to: Stage) -> bool {
    from == to || from.leads_to(to) || leads_on(from).into_iter().any(|passed| passed.leads_to(to))
}

proptest! {
    #[test]
    fn no_steps_by_anybody_lose_a_refusal(moves in any_moves(), brought_before in 0..40_usize) {
        let (people, mut now, mut is) = (people(), logged_at(), refusal(Stage::Logged));
        for (n, (who, step, to, minutes)) in moves.into_iter().enumerate() {
            if n == brought_before && is.stage.leads_to(Stage::WithHead) {
                is.stage = Stage::WithHead;
            }
            now += TimeDelta::minutes(minutes);
            let before = is.clone();
            let (by, to) = (&people[who].1, people[to].1.id);
            match step.take(is.clone(), by, now, to) {
                Ok(after) => is = after,
                // Who is told no once is told no again: nothing was changed by asking.
                Err(denied) => {
                    prop_assert_eq!(&is, &before);
                    prop_assert_eq!(step.take(is.clone(), by, now, to), Err(denied));
                }
            }
            let back = step.takes_back() == Some((before.stage, is.stage));
            prop_assert!(back || follows(before.stage, is.stage), "{step:?}: {:?} to {:?}", before.stage, is.stage);
            let delegate = if step == Moved::Delegate { is.delegate } else { before.delegate };
            prop_assert_eq!(is.delegate, delegate);
            prop_assert!(is.stage.is_end() || is.withdrawn_at.is_some() || can_go_on(&is, now), "{is:?} is lost");
            // What the rep wrote, and whose it is, stays; so does what the head heard, once they did.
            prop_assert_eq!(&is.details, &refusal(Stage::Logged).details);
            prop_assert_eq!((is.team, is.logged_by, is.logged_at), (before.team, before.logged_by, before.logged_at));
            prop_assert!(is.head_reason == before.head_reason || step == Moved::Step(Step::Validate));
            prop_assert!(before.head_reason.is_none() || is.head_reason == before.head_reason);
            prop_assert!(before.withdrawn_at.is_none() || is == before, "{step:?} changed what was undone");
            // An end stays as it is, but for who saw it.
            let unseen = Refusal { seen: before.seen, ..is.clone() };
            prop_assert!(back || !before.stage.is_end() || unseen == before, "{step:?} changed an end");
        }
    }
}
