//! A database of an earlier version, opened by this one.

use std::collections::BTreeMap;

use panout::domain::{Days, Peace, PersonId, Refusal, RefusalNumber, Source, TeamId, View};
use panout::store::{Db, MostOfReasons, Pending};
use rstest::rstest;

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
            let examples = tx.earlier_of_reasons(&[], &all[4], MostOfReasons { won: 0, latest: 10 }).await?;
            assert_eq!(examples.iter().map(|one| one.number.0).collect::<Vec<_>>(), [3, 2, 1]);
            let contact = Some("maria pop".to_owned());
            let maria = Peace { account: "Acme".into(), contact, said_by: "Her assistant".into() };
            tx.do_not_contact(&maria, all[0].owner, now()).await?;
            let examples = tx.earlier_of_reasons(&[], &all[4], MostOfReasons { won: 0, latest: 10 }).await?;
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

/// What the version before sources kept of a refusal that waits for "is it the same one?".
const WAITS: &str = r#"INSERT INTO pending_refusals (organisation_id, person_id, earlier, details, asked_at)
    VALUES (1, 1, 1, '{"account":"Acme","contact":null,"contact_role":null,"outcome":"no_decision",
                       "reason":"price/no_budget","products":[2],"budget":{"minor":1200000,"currency":"EUR"},
                       "competitor":null,"verbatim":"too dear","segment":"Retail","contract_until":null,
                       "happened_on":"2026-11-20"}', LOGGED_AT)"#;

/// What it had counted of the first `counted` of five refusals, of which three are worth 1, 2 and 3 euros.
fn counted_before(counted: usize) -> Vec<&'static str> {
    let worth = "UPDATE refusals SET budget_minor = number * 100, budget_currency = 'EUR' WHERE number <= 3";
    let mut rows = BEFORE_CONTACTS[..4].to_vec();
    rows.extend([worth, WAITS]);
    rows.extend(match counted {
        0 => ["UPDATE organisations SET summed_to = 0"].as_slice(),
        2 => &[
            "UPDATE organisations SET summed_to = 2",
            "INSERT INTO weekly_sums VALUES (1, 1, 'all', '2026-11-16', '', '', 'EUR', 0,0,0,0,2,0,0, 0,0,0,0,300,0,0)",
            "INSERT INTO monthly_sums VALUES (1, 1, 'all', '2026-11-01', '', '', 'EUR', 2, 300)",
        ],
        _ => &[
            "UPDATE organisations SET summed_to = NULL",
            "INSERT INTO weekly_sums VALUES (1, 1, 'all', '2026-11-16', '', '', 'EUR', 0,0,0,0,3,0,0, 0,0,0,0,600,0,0),
                                            (1, 1, 'all', '2026-11-16', '', '', '',    0,0,0,0,2,0,0, 0,0,0,0,0,0,0)",
            "INSERT INTO monthly_sums VALUES (1, 1, 'all', '2026-11-01', '', '', 'EUR', 3, 600),
                                             (1, 1, 'all', '2026-11-01', '', '', '', 2, 0)",
        ],
    });
    rows
}

/// How many refusals, and worth how much, by source and currency: of some days of a week, and of a whole month.
type BySource = BTreeMap<(Option<String>, String), (i64, i64)>;

async fn by_source(db: &Db) -> BySource {
    let mut all = Vec::new();
    for days in ["2026-11-18..2026-11-21", "2026-11-01..2026-11-30"] {
        let days: Days = days.parse().expect("days");
        let read = db.read(move |tx| {
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.sums(TeamId(1), View::Source, days, None).await?) })
        });
        let sums = read.await.expect("sums are read").into_iter().map(|sum| {
            let currency = sum.currency.map(|currency| currency.code().to_owned()).unwrap_or_default();
            ((sum.row, currency), (sum.refusals, sum.budget_minor))
        });
        all.push(sums.collect::<BySource>());
    }
    assert_eq!(all[0], all[1], "the days of a week, and the month");
    all.remove(0)
}

#[rstest]
#[tokio::test]
async fn refusals_of_before_are_of_no_source_and_count_so_until_somebody_says(#[values(0, 2, 5)] counted: usize) {
    let database = Database::before(14, &counted_before(counted)).await;
    let row = |source: &str, currency: &str, n, m| ((Some(source.to_owned()), currency.to_owned()), (n, m));
    let whole = |currency: &str, n, m| ((None, currency.to_owned()), (n, m));
    let unsaid = BySource::from([whole("EUR", 3, 600), whole("", 2, 0), row("", "EUR", 3, 600), row("", "", 2, 0)]);
    for _ in 0..2 {
        // The second start finds nothing to do.
        let db = database.open().await;
        assert_eq!(by_source(&db).await, unsaid);
        db.close().await;
    }
    let db = database.open().await;
    let write = db.write(|tx| {
        Box::pin(async move {
            let mut refusal = tx.refusal(RefusalNumber(2)).await?.expect("it is there");
            assert_eq!(refusal.details.source, None);
            refusal.details.source = Some(Source::Webinar);
            tx.save_refusal(&refusal).await?;
            Ok::<_, anyhow::Error>(tx.refusal(RefusalNumber(2)).await?.expect("it is there"))
        })
    });
    assert_eq!(write.await.expect("it is saved").details.source, Some(Source::Webinar));
    let said = [
        whole("EUR", 3, 600),
        whole("", 2, 0),
        row("webinar", "EUR", 1, 200),
        row("", "EUR", 2, 400),
        row("", "", 2, 0),
    ];
    assert_eq!(by_source(&db).await, BySource::from(said));
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn what_waited_before_sources_is_read_and_may_be_stored() {
    let database = Database::before(14, &counted_before(5)).await;
    let db = database.open().await;
    let write = db.write(|tx| {
        Box::pin(async move {
            let Pending { person, details, became, .. } = tx.pending(1).await?.expect("it waits");
            assert_eq!((person, became, details.source), (PersonId(1), None, None));
            assert_eq!((details.segment.as_deref(), details.verbatim.as_deref()), (Some("Retail"), Some("too dear")));
            let first = tx.refusal(RefusalNumber(1)).await?.expect("it is there");
            tx.save_refusal(&Refusal { number: RefusalNumber(6), details, ..first }).await?;
            Ok::<_, anyhow::Error>(())
        })
    });
    write.await.expect("it goes on");
    let sums = by_source(&db).await;
    assert_eq!(sums[&(Some(String::new()), "EUR".to_owned())], (4, 1_200_600), "{sums:?}");
    db.close().await;
    database.drop().await;
}
