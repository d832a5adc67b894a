//! A database of an earlier version, opened by this one.

use panout::domain::Peace;

use super::now;
use crate::story::Database;

/// What somebody had before contacts could ask: a team, refusals, and an account that asked.
const BEFORE_CONTACTS: [&str; 5] = [
    "INSERT INTO organisations (id, name) VALUES (1, 'Acme')",
    "INSERT INTO teams (organisation_id, id, name, position, language, currency, time_zone, working_hours, channels)
     VALUES (1, 1, 'Field', 0, 'en', 'EUR', 'Europe/Bucharest', 'Mon-Fri 09:00-18:00', '[]')",
    "INSERT INTO people (organisation_id, id, team_id, name, role, listed) VALUES (1, 1, 1, 'Ana', 'rep', LISTED)",
    "INSERT INTO refusals (organisation_id, number, team_id, account, account_key, contact, outcome, reason,
         reason_source, products, segment, happened_on, owner_id, logged_by, logged_at, stage)
     SELECT 1, number, 1, account, account_key, contact, 'no_decision', 'price', 'rep', '', segment, HAPPENED_ON, 1, 1,
         LOGGED_AT, 'dormant'
     FROM (SELECT 1 AS number, 'Acme' AS account, 'acme' AS account_key, 'Maria Pop' AS contact, 'Sănătate' AS segment
           UNION ALL SELECT 2, 'ACME Inc.', 'acme', 'POP, Măria', 'SANATATE'
           UNION ALL SELECT 3, 'Acme', 'acme', 'Ion Pop', 'Retail'
           UNION ALL SELECT 4, 'Globex', 'globex', NULL, NULL
           UNION ALL SELECT 5, 'Initech', 'initech', NULL, NULL) AS theirs",
    "INSERT INTO do_not_contact (organisation_id, account_key, said_by, noted_by, noted_at)
     VALUES (1, 'globex', 'Their lawyer', 1, LOGGED_AT)",
];

#[tokio::test]
async fn who_asked_before_is_remembered_and_contacts_of_before_may_ask() {
    let database = Database::before(6, &BEFORE_CONTACTS).await;
    let db = database.open().await;
    let write = db.write(|tx| {
        Box::pin(async move {
            let mut all = Vec::new();
            for number in 1..=5 {
                all.extend(tx.refusal(panout::domain::RefusalNumber(number)).await?);
            }
            let globex = tx.asked_for_peace(&all[3].details).await?;
            assert_eq!(globex.map(|peace| peace.said_by).as_deref(), Some("Their lawyer"));
            let examples = tx.earlier_of_reason(&all[4].details.reason, &all[4], 10).await?;
            assert_eq!(examples.iter().map(|one| one.number.0).collect::<Vec<_>>(), [3, 2, 1]);
            let contact = Some("maria pop".to_owned());
            let maria = Peace { account: "Acme".into(), contact, said_by: "Her assistant".into() };
            tx.do_not_contact(&maria, all[0].owner, now()).await?;
            let examples = tx.earlier_of_reason(&all[4].details.reason, &all[4], 10).await?;
            assert_eq!(examples.iter().map(|one| one.number.0).collect::<Vec<_>>(), [3]);
            Ok::<_, anyhow::Error>(())
        })
    });
    write.await.expect("it goes on");
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn segments_of_before_are_the_same_whatever_their_case_and_accents() {
    let database = Database::before(6, &BEFORE_CONTACTS).await;
    database.open().await.close().await;
    let folded = "SELECT segment, segment_key FROM refusals ORDER BY number";
    let of = |segment: &str, key: &str| (Some(segment.to_owned()), Some(key.to_owned()));
    let expected =
        [of("Sănătate", "sanatate"), of("SANATATE", "sanatate"), of("Retail", "retail"), (None, None), (None, None)];
    assert_eq!(database.rows::<(Option<String>, Option<String>)>(folded).await, expected);
    // Nothing is left to do for the next start.
    let db = database.open().await;
    assert_eq!(database.rows::<(Option<String>, Option<String>)>(folded).await, expected);
    db.close().await;
    database.drop().await;
}
