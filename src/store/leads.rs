//! Inbound leads: each with its turn and its rung, so that nothing is searched for that is not due.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::FromRow;

use super::refusals::unreadable;
use super::tx::{Tx, change, instant, run};
use crate::domain::{Candidate, Lead, LeadDetails, LeadNumber, PersonId, RefusalNumber, Reminders, Rung, TeamId, Turn};

#[derive(FromRow)]
pub(super) struct Row {
    number: LeadNumber,
    team_id: TeamId,
    account: Option<String>,
    contact: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    source: String,
    wants: Option<String>,
    place: Option<String>,
    received_at: DateTime<Utc>,
    logged_by: Option<PersonId>,
    state: String,
    owner_id: Option<PersonId>,
    taken_from: Option<PersonId>,
    turn: i64,
    turn_began_at: DateTime<Utc>,
    deadline: i64,
    added: i64,
    rung: i64,
    rung_at: DateTime<Utc>,
    touched_by: Option<PersonId>,
    touched_at: Option<DateTime<Utc>>,
    attempts: i64,
    snoozes: i64,
    snoozed: i64,
    passed_on: i64,
    next_touch: Option<NaiveDate>,
    unfit: Option<String>,
    refusal: Option<RefusalNumber>,
    imported: i64,
}

/// Something that happened to a lead.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LeadEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it; nobody where it happened by itself.
    pub person_id: Option<PersonId>,
    /// What: `received`, `asked_again`, `given`, `reminded`, `late`, `opened`, `claimed`, `called`, `put_off`, `passed_on`,
    /// `disqualified`, `refused`, `won`, `away`.
    pub what: String,
    /// What was said of it.
    pub note: Option<String>,
}

/// A person, whether they want reminders, until when they are away, where their team is, how many leads they were given, and
/// when they last were.
type Load = (PersonId, Option<String>, Option<NaiveDate>, String, i64, Option<DateTime<Utc>>);

/// As many leads of somebody are counted to see whose turn it is: a flood must not be counted again for each lead of it.
const COUNTED: i64 = 50;

macro_rules! leads_where {
    ($($condition:literal),+) => {
        concat!(
            "SELECT number, team_id, account, contact, email, phone, source, wants, place, received_at, logged_by, state,
                    owner_id, taken_from, turn, turn_began_at, deadline, added, rung, rung_at, touched_by, touched_at,
                    attempts, snoozes, snoozed, passed_on, next_touch, unfit, refusal, imported
             FROM leads WHERE organisation_id = $1 AND ",
            $($condition),+
        )
    };
}

pub(super) use leads_where;

impl Row {
    pub(super) fn lead(self) -> sqlx::Result<Lead> {
        Ok(Lead {
            number: self.number,
            team: self.team_id,
            details: LeadDetails {
                account: self.account,
                contact: self.contact,
                email: self.email,
                phone: self.phone,
                source: Some(self.source.parse().map_err(unreadable)?),
                wants: self.wants,
                place: self.place,
            },
            received_at: self.received_at,
            logged_by: self.logged_by,
            state: self.state.parse().map_err(unreadable)?,
            owner: self.owner_id,
            taken_from: self.taken_from,
            turn: Turn {
                number: self.turn,
                began_at: self.turn_began_at,
                deadline: TimeDelta::seconds(self.deadline),
                added: TimeDelta::seconds(self.added),
            },
            rung: Rung::of(self.rung).ok_or_else(|| unreadable("a rung"))?,
            rung_at: self.rung_at,
            first_touch: self.touched_by.zip(self.touched_at),
            attempts: self.attempts,
            snoozed: (self.snoozes, TimeDelta::seconds(self.snoozed)),
            passed_on: self.passed_on,
            next_touch: self.next_touch,
            unfit: self.unfit.map(|why| why.parse().map_err(unreadable)).transpose()?,
            refusal: self.refusal,
            imported: self.imported != 0,
        })
    }
}

impl Tx {
    /// Takes the next number people can say.
    pub async fn next_lead_number(&mut self) -> sqlx::Result<LeadNumber> {
        let sql = "UPDATE organisations SET next_lead = next_lead + 1 WHERE id = $1 RETURNING next_lead - 1";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// Stores a lead under its number, new or changed. `due_at`: when the time for its first touch is over.
    pub async fn save_lead(
        &mut self,
        lead: &Lead,
        due_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "INSERT INTO leads (organisation_id, number, team_id, account, contact, email, phone, source, wants, place,
                       email_key, phone_key, account_key, contact_key, received_at, logged_by, state, owner_id, taken_from,
                       turn, turn_began_at, deadline, added, rung, rung_at, due_at, touched_by, touched_at, attempts, snoozes,
                       snoozed, passed_on, next_touch, unfit, refusal, over_at, imported)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                       $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37)
                   ON CONFLICT (organisation_id, number) DO UPDATE SET
                       team_id = excluded.team_id, account = excluded.account, contact = excluded.contact,
                       email = excluded.email, phone = excluded.phone, source = excluded.source, wants = excluded.wants,
                       place = excluded.place, email_key = excluded.email_key, phone_key = excluded.phone_key,
                       account_key = excluded.account_key, contact_key = excluded.contact_key, state = excluded.state,
                       owner_id = excluded.owner_id, taken_from = excluded.taken_from, turn = excluded.turn,
                       turn_began_at = excluded.turn_began_at, deadline = excluded.deadline, added = excluded.added,
                       rung = excluded.rung, rung_at = excluded.rung_at, due_at = excluded.due_at,
                       touched_by = excluded.touched_by, touched_at = excluded.touched_at, attempts = excluded.attempts,
                       snoozes = excluded.snoozes, snoozed = excluded.snoozed, passed_on = excluded.passed_on,
                       next_told = CASE WHEN leads.next_touch = excluded.next_touch THEN leads.next_told ELSE 0 END,
                       next_touch = excluded.next_touch, unfit = excluded.unfit, refusal = excluded.refusal,
                       over_at = COALESCE(leads.over_at, excluded.over_at)";
        let (details, keys, turn) = (&lead.details, lead.details.keys(), &lead.turn);
        let (account, contact) = keys.client.unzip();
        let over_at = lead.state.is_over().then(|| instant(now));
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(lead.number)
                .bind(lead.team)
                .bind(&details.account)
                .bind(&details.contact)
                .bind(&details.email)
                .bind(&details.phone)
                .bind(details.source().as_str())
                .bind(&details.wants)
                .bind(&details.place)
                .bind(&keys.email)
                .bind(&keys.phone)
                .bind(&account)
                .bind(&contact)
                .bind(instant(lead.received_at))
                .bind(lead.logged_by)
                .bind(lead.state.as_str())
                .bind(lead.owner)
                .bind(lead.taken_from)
                .bind(turn.number)
                .bind(instant(turn.began_at))
                .bind(turn.deadline.num_seconds())
                .bind(turn.added.num_seconds())
                .bind(lead.rung.number())
                .bind(instant(lead.rung_at))
                .bind(due_at.map(instant))
                .bind(lead.first_touch.map(|(by, _)| by))
                .bind(lead.first_touch.map(|(_, at)| instant(at)))
                .bind(lead.attempts)
                .bind(lead.snoozed.0)
                .bind(lead.snoozed.1.num_seconds())
                .bind(lead.passed_on)
                .bind(lead.next_touch)
                .bind(lead.unfit.map(crate::domain::Unfit::as_str))
                .bind(lead.refusal)
                .bind(over_at)
                .bind(i64::from(lead.imported))
        )?;
        Ok(())
    }

    /// A lead by its number.
    pub async fn lead(&mut self, number: LeadNumber) -> sqlx::Result<Option<Lead>> {
        let sql = leads_where!("number = $2");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(number))?;
        row.map(Row::lead).transpose()
    }

    /// The lead that is not over of the same client: of the same address, else the same number, else the same contact of the
    /// same account.
    pub async fn open_lead_like(&mut self, details: &LeadDetails) -> sqlx::Result<Option<Lead>> {
        let keys = details.keys();
        let (account, contact) = keys.client.unzip();
        // Each part has its index, and no key is no row. In the order of the numbers themselves both databases would rather
        // read every lead.
        let sql = concat!(
            "SELECT * FROM (SELECT found.*, 1 AS part FROM (",
            leads_where!("email_key = $2 AND over_at IS NULL ORDER BY number + 0 LIMIT 1"),
            ") AS found UNION ALL SELECT found.*, 2 AS part FROM (",
            leads_where!("phone_key = $3 AND over_at IS NULL ORDER BY number + 0 LIMIT 1"),
            ") AS found UNION ALL SELECT found.*, 3 AS part FROM (",
            leads_where!("account_key = $4 AND contact_key = $5 AND over_at IS NULL ORDER BY number + 0 LIMIT 1"),
            ") AS found) AS alike ORDER BY part LIMIT 1"
        );
        let row: Option<Row> = run!(
            self,
            fetch_optional,
            sqlx::query_as(sql)
                .bind(self.organisation)
                .bind(&keys.email)
                .bind(&keys.phone)
                .bind(&account)
                .bind(&contact)
        )?;
        row.map(Row::lead).transpose()
    }

    /// Remembers that something happened to a lead; nobody did it, where it happened by itself.
    pub async fn lead_event(
        &mut self,
        lead: LeadNumber,
        by: Option<PersonId>,
        (what, note): (&'static str, Option<&str>),
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "INSERT INTO lead_events (organisation_id, lead, at, person_id, what, note) VALUES ($1, $2, $3, $4, $5, $6)";
        change!(
            self,
            sqlx::query(sql).bind(self.organisation).bind(lead).bind(instant(now)).bind(by).bind(what).bind(note)
        )?;
        Ok(())
    }

    /// What happened to a lead, in order, the latest `most`.
    pub async fn lead_events(&mut self, lead: LeadNumber, most: i64) -> sqlx::Result<Vec<LeadEvent>> {
        let sql = "SELECT at, person_id, what, note FROM lead_events
                   WHERE organisation_id = $1 AND lead = $2 ORDER BY id DESC LIMIT $3";
        let mut events: Vec<LeadEvent> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(lead).bind(most))?;
        events.reverse();
        Ok(events)
    }

    /// Remembers whose turn it is.
    pub async fn lead_turn(&mut self, lead: &Lead, person: PersonId) -> sqlx::Result<()> {
        let sql =
            "INSERT INTO lead_turns (organisation_id, lead, turn, person_id, began_at) VALUES ($1, $2, $3, $4, $5)";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(lead.number)
                .bind(lead.turn.number)
                .bind(person)
                .bind(instant(lead.turn.began_at))
        )?;
        Ok(())
    }

    /// Remembers how long the first touch took: until whoever made it had the lead, and then in working time.
    pub async fn lead_took(&mut self, lead: LeadNumber, routing: TimeDelta, human: TimeDelta) -> sqlx::Result<()> {
        let sql = "UPDATE leads SET routing = $3, human = $4
                   WHERE organisation_id = $1 AND number = $2 AND routing IS NULL";
        let (routing, human) = (routing.num_seconds(), human.num_seconds());
        change!(self, sqlx::query(sql).bind(self.organisation).bind(lead).bind(routing).bind(human))?;
        Ok(())
    }

    /// The reps of a team who are there and did not have this lead yet, with how many leads each has been given
    /// since `lately` and has not touched: so nobody gets fewer by letting them go. Of either at most [`COUNTED`] count: among
    /// those who have more, whoever got one the longest ago is next. Who is away today, where their team is, is left out.
    pub async fn candidates(
        &mut self,
        team: TeamId,
        lead: Option<LeadNumber>,
        (now, lately): (DateTime<Utc>, DateTime<Utc>),
    ) -> sqlx::Result<Vec<Candidate>> {
        let sql = "SELECT p.id, p.reminders, p.away_until, z.time_zone,
                       (SELECT COUNT(*) FROM (SELECT 1 FROM leads l
                        WHERE l.organisation_id = $1 AND l.owner_id = p.id AND l.due_at IS NOT NULL LIMIT $5) AS running)
                       + (SELECT COUNT(*) FROM (SELECT 1 FROM lead_turns t
                          WHERE t.organisation_id = $1 AND t.person_id = p.id AND t.began_at > $4 LIMIT $5) AS given) AS load,
                       (SELECT MAX(t.began_at) FROM lead_turns t
                        WHERE t.organisation_id = $1 AND t.person_id = p.id) AS last_at
                   FROM people p JOIN teams z ON z.organisation_id = p.organisation_id AND z.id = p.team_id
                   WHERE p.organisation_id = $1 AND p.team_id = $2 AND p.role = 'rep' AND p.left_at IS NULL
                     AND NOT EXISTS (SELECT 1 FROM lead_turns h
                                     WHERE h.organisation_id = $1 AND h.lead = $3 AND h.person_id = p.id)
                   ORDER BY p.id";
        let rows: Vec<Load> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(team).bind(lead).bind(instant(lately)).bind(COUNTED)
        )?;
        let mut candidates = Vec::new();
        for (person, reminders, away_until, zone, load, last_at) in rows {
            let zone: chrono_tz::Tz = zone.parse().map_err(super::refusals::unreadable)?;
            let today = now.with_timezone(&zone).date_naive();
            if away_until.is_none_or(|until| until < today) {
                let hears = reminders.as_deref() == Reminders::On.as_str();
                candidates.push(Candidate { person, hears, load, last_at });
            }
        }
        Ok(candidates)
    }

    /// When the time for the first touch of a lead is over, while it runs.
    pub async fn lead_due(&mut self, lead: LeadNumber) -> sqlx::Result<Option<DateTime<Utc>>> {
        let sql = "SELECT due_at FROM leads WHERE organisation_id = $1 AND number = $2";
        let due: Option<Option<DateTime<Utc>>> =
            run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(lead))?;
        Ok(due.flatten())
    }

    /// Whose turn it was.
    pub async fn lead_turn_of(&mut self, lead: LeadNumber, turn: i64) -> sqlx::Result<Option<PersonId>> {
        let sql = "SELECT person_id FROM lead_turns WHERE organisation_id = $1 AND lead = $2 AND turn = $3";
        run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(lead).bind(turn))
    }

    /// Whether somebody had a lead already.
    pub async fn had_lead(&mut self, lead: LeadNumber, person: PersonId) -> sqlx::Result<bool> {
        let sql = "SELECT COUNT(*) FROM lead_turns WHERE organisation_id = $1 AND lead = $2 AND person_id = $3";
        let had: i64 = run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(lead).bind(person))?;
        Ok(had > 0)
    }
}
