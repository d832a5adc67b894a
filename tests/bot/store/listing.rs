//! What the configuration lists: a start that finds it in the tables changes nothing, and any difference is written.

use panout::domain::Role;
use panout::store::{ListedPerson, ListedProduct, Listing};
use rstest::rstest;

use super::{listing, lists};
use crate::story::Database;

/// Two teams, three people, two products.
fn base() -> Listing {
    let mut base = listing();
    let mut online = base.teams[0].clone();
    (online.0.name, online.0.channels) = ("Online".into(), vec!["slack:C2".into(), "discord:2".into()]);
    base.teams.push(online);
    base.people.push(ListedPerson {
        name: "Dan".into(),
        team: Some("Online".into()),
        role: Role::Head,
        accounts: vec!["slack:U4".into(), "discord:4".into()],
    });
    for name in ["CRM Suite", "Sites"] {
        base.products.push(ListedProduct { name: name.into(), aliases: vec![name.to_lowercase()] });
    }
    base
}

/// What the tables say of it.
async fn told(database: &Database) -> Vec<String> {
    let mut told = Vec::new();
    for sql in [
        "SELECT name FROM organisations ORDER BY 1",
        "SELECT CAST(position AS TEXT) || name || language || currency || time_zone || working_hours || channels FROM teams
         ORDER BY 1",
        "SELECT p.name || t.name || p.role || CASE WHEN p.listed THEN 'listed' ELSE '' END
             || CASE WHEN p.left_at IS NULL THEN '' ELSE 'left' END FROM people p JOIN teams t ON t.id = p.team_id ORDER BY 1",
        "SELECT a.account || p.name FROM accounts a JOIN people p ON p.id = a.person_id ORDER BY 1",
        "SELECT CAST(position AS TEXT) || name || aliases || CASE WHEN retired_at IS NULL THEN '' ELSE 'retired' END
         FROM products ORDER BY 1",
    ] {
        told.extend(database.rows::<(String,)>(sql).await.into_iter().map(|(row,)| row));
        told.push("--".into());
    }
    told
}

type Change = fn(&mut Listing);

/// What may differ between two configurations.
const CHANGES: [(&str, Change); 23] = [
    ("the name", |it| it.name = "Acme Group".into()),
    ("a team more", |it| {
        let mut new = it.teams[0].clone();
        new.0.name = "New".into();
        it.teams.push(new);
    }),
    ("a team less", |it| {
        it.teams.pop();
        it.people.pop();
    }),
    ("the order of teams", |it| it.teams.reverse()),
    ("a language", |it| it.teams[1].0.language = "ro".into()),
    ("a currency", |it| it.teams[1].0.currency = "RON".parse().expect("a currency")),
    ("a zone", |it| it.teams[0].0.time_zone = chrono_tz::Europe::Paris),
    ("working hours", |it| it.teams[0].0.working_hours = "Mon-Thu 08:00-16:00".parse().expect("working hours")),
    ("a channel more", |it| it.teams[0].0.channels.push("discord:9".into())),
    ("a channel that moves", |it| {
        let channel = it.teams[1].0.channels.pop();
        it.teams[0].0.channels.extend(channel);
    }),
    ("a person more", |it| {
        let mut new = it.people[1].clone();
        (new.name, new.accounts) = ("Ion".into(), vec!["slack:U7".into()]);
        it.people.push(new);
    }),
    ("a person less", |it| {
        it.people.remove(1);
    }),
    ("a person of another name", |it| it.people[1].name = "Ana Pop".into()),
    ("a role", |it| it.people[1].role = Role::Observer),
    ("another team", |it| it.people[1].team = Some("Online".into())),
    ("an account more", |it| it.people[1].accounts.push("discord:5".into())),
    ("an account less", |it| {
        it.people[2].accounts.pop();
    }),
    ("an account of somebody else", |it| {
        let account = it.people[2].accounts.pop();
        it.people[1].accounts.extend(account);
    }),
    ("no account", |it| it.people[1].accounts.clear()),
    ("a product more", |it| it.products.push(ListedProduct { name: "Shop".into(), aliases: Vec::new() })),
    ("a product less", |it| {
        it.products.pop();
    }),
    ("the order of products", |it| it.products.reverse()),
    ("another name of a product", |it| it.products[0].aliases.push("suite".into())),
];

#[tokio::test]
async fn any_difference_reaches_the_tables() {
    for (what, change) in CHANGES {
        let database = Database::new();
        let db = database.open().await;
        lists(&db, base()).await;
        let before = told(&database).await;
        let mut changed = base();
        change(&mut changed);
        lists(&db, changed.clone()).await;
        let after = told(&database).await;
        assert_ne!(after, before, "{what} is written");
        // Something else differs too: all of it is written again.
        database.rows::<(i64,)>("UPDATE organisations SET name = 'Somebody else' RETURNING id").await;
        lists(&db, changed).await;
        assert_eq!(told(&database).await, after, "{what}: nothing was left out");
        db.close().await;
        database.drop().await;
    }
}

#[rstest]
#[case::a_team("UPDATE teams SET working_hours = 'Mon 09:00-10:00' RETURNING id")]
#[case::a_team_that_is_listed_no_more("INSERT INTO teams (organisation_id, name, position, language, currency, time_zone,
    working_hours, channels) VALUES (1, 'Old', 7, 'en', 'EUR', 'Europe/Paris', 'Mon-Fri 09:00-18:00', '[]') RETURNING id")]
#[case::a_role("UPDATE people SET role = 'admin' WHERE name = 'Ana' RETURNING id")]
#[case::an_account(
    "UPDATE accounts SET person_id = (SELECT id FROM people WHERE name = 'Ana')
    WHERE account = 'discord:4' RETURNING person_id"
)]
#[case::a_product("UPDATE products SET retired_at = '2026-11-23 08:00:00+00:00' WHERE name = 'Sites' RETURNING id")]
#[tokio::test]
async fn what_was_changed_by_hand_is_as_it_is_listed_again(#[case] by_hand: &'static str) {
    let database = Database::new();
    let db = database.open().await;
    lists(&db, base()).await;
    let before = told(&database).await;
    assert!(!database.rows::<(i64,)>(by_hand).await.is_empty());
    assert_ne!(told(&database).await, before);
    lists(&db, base()).await;
    let after: Vec<String> = told(&database).await.into_iter().filter(|row| !row.contains("Old")).collect();
    assert_eq!(after, before);
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn what_is_listed_already_is_not_written() {
    let database = Database::new();
    let db = database.open().await;
    lists(&db, base()).await;
    let refusing: &[&'static str] = if database.is_postgres() {
        &[
            "CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'written'; END $$",
            "CREATE TRIGGER kept BEFORE INSERT OR UPDATE ON teams FOR EACH ROW EXECUTE FUNCTION refuses()",
        ]
    } else {
        &["CREATE TRIGGER kept BEFORE UPDATE ON teams BEGIN SELECT RAISE(ABORT, 'written'); END"]
    };
    for sql in refusing {
        database.rows::<(i64,)>(sql).await;
    }
    lists(&db, base()).await;
    let mut changed = base();
    changed.name = "Acme Group".into();
    let write = db.write(move |tx| {
        let changed = changed.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&changed, super::now()).await?) })
    });
    assert!(write.await.expect_err("teams refuse to be written").to_string().contains("written"));
    db.close().await;
    database.drop().await;
}
