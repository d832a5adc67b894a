//! Who asked not to be contacted: the database says what the rule says, however names are written.

use std::collections::BTreeSet;
use std::sync::Arc;

use panout::domain::{Details, Given, Outcome, Peace, Refusal};
use panout::store::{Answered, Db, Inquiry, MostOfReasons};

use super::{listed, now};
use crate::story::Database;

const ACCOUNTS: [&str; 4] = ["Acme", "ACME Inc.", "Globex", "Glóbex SRL"];
const CONTACTS: [Option<&str>; 7] =
    [None, Some("Maria Pop"), Some("POP, Măria"), Some("Ion Pop"), Some("ion pop"), Some("🚀"), Some("\u{200b}")];

fn details(account: &str, contact: Option<&str>) -> Details {
    Details {
        account: account.into(),
        contact: contact.map(str::to_owned),
        contact_role: None,
        outcome: Outcome::NoDecision,
        reason: "price/payment_terms".parse().expect("a reason"),
        products: Vec::new(),
        budget: None,
        competitor: None,
        verbatim: None,
        segment: None,
        source: None,
        contract_until: None,
        happened_on: now().date_naive(),
    }
}

fn everybody() -> Vec<Details> {
    ACCOUNTS.iter().flat_map(|account| CONTACTS.map(|contact| details(account, contact))).collect()
}

/// A refusal of each client, stored, and one after them all.
async fn stored(db: &Db) -> (Vec<Refusal>, Refusal) {
    let write = db.write(|tx| {
        Box::pin(async move {
            let ana = tx.person_of("slack:U2").await?.ok_or_else(|| anyhow::anyhow!("Ana is listed"))?;
            let mut all = Vec::new();
            for details in everybody().into_iter().chain([details("Initech", None)]) {
                let refusal = Refusal::new(tx.next_refusal_number().await?, &ana, details, now());
                tx.save_refusal(&refusal).await?;
                all.push(refusal);
            }
            let last = all.pop().ok_or_else(|| anyhow::anyhow!("some were stored"))?;
            Ok::<_, anyhow::Error>((all, last))
        })
    });
    write.await.expect("they are stored")
}

/// Keeps what was asked, takes back what the second says, and compares what the database says with the rule.
async fn agrees(db: &Db, all: &Arc<(Vec<Refusal>, Refusal)>, asked: Vec<Peace>, taken_back: Option<Details>) {
    let (all, given) = (all.clone(), Arc::new((asked, taken_back)));
    let write = db.write(move |tx| {
        let (all, given) = (all.clone(), given.clone());
        Box::pin(async move {
            let (asked, taken_back) = &*given;
            let by = all.1.logged_by;
            for peace in asked {
                tx.do_not_contact(peace, by, now()).await?;
            }
            let holds = |peace: &&Peace| taken_back.as_ref().is_none_or(|client| !peace.holds_for(client));
            let left: Vec<&Peace> = asked.iter().filter(holds).collect();
            if let Some(client) = taken_back {
                tx.may_contact(client).await?;
            }
            let (mut examples, mut expected) = (BTreeSet::new(), BTreeSet::new());
            for one in tx.earlier_of_reasons(&[], &all.1, MostOfReasons { won: 0, latest: 1000 }).await? {
                examples.insert(one.number);
            }
            for refusal in &all.0 {
                let first =
                    |whole: bool| left.iter().find(|p| p.contact.is_none() == whole && p.holds_for(&refusal.details));
                let rule = first(true).or_else(|| first(false));
                let kept = tx.asked_for_peace(&refusal.details).await?;
                let said_by = |peace: &Peace| peace.said_by.clone();
                assert_eq!(kept.as_ref().map(said_by), rule.map(|p| said_by(p)), "{:?}, {left:?}", refusal.details);
                assert!(kept.is_none_or(|peace| peace.holds_for(&refusal.details)));
                if rule.is_none() {
                    expected.insert(refusal.number);
                }
            }
            assert_eq!(examples, expected, "examples when these asked: {left:?}");
            // Nothing of it is kept for the next.
            Err::<(), _>(anyhow::anyhow!("enough"))
        })
    });
    assert_eq!(write.await.expect_err("nothing is kept").to_string(), "enough");
}

#[tokio::test]
async fn the_database_keeps_who_asked_as_the_rule_says() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let all = Arc::new(stored(&db).await);
    let mut dice = fastrand::Rng::with_seed(6);
    for round in 0..60 {
        // Spelled otherwise or not, the first time counts: nobody asks twice here.
        let mut asked: Vec<Peace> = Vec::new();
        for at in 0..dice.usize(0..4) {
            let client = details(ACCOUNTS[dice.usize(0..4)], CONTACTS[dice.usize(0..7)]);
            let peace = Peace { account: client.account, contact: client.contact, said_by: format!("{round}/{at}") };
            let key = |peace: &Peace| details(&peace.account, peace.contact.as_deref()).client();
            if asked.iter().all(|one| key(one) != key(&peace)) {
                asked.push(peace);
            }
        }
        let taken_back = dice.bool().then(|| details(ACCOUNTS[dice.usize(0..4)], CONTACTS[dice.usize(0..7)]));
        agrees(&db, &all, asked, taken_back).await;
    }
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn who_asked_first_is_who_said_so() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let write = db.write(|tx| {
        Box::pin(async move {
            let ana = tx.person_of("slack:U2").await?.ok_or_else(|| anyhow::anyhow!("Ana is listed"))?.id;
            for (contact, said_by) in [("Maria Pop", "Her assistant"), ("POP Maria", "Somebody else")] {
                let contact = Some(contact.to_owned());
                let peace = Peace { account: "Acme".into(), contact, said_by: said_by.into() };
                tx.do_not_contact(&peace, ana, now()).await?;
            }
            Ok::<_, anyhow::Error>(tx.asked_for_peace(&details("Acme", Some("Măria POP"))).await?)
        })
    });
    let peace = write.await.expect("it is kept").expect("she asked");
    assert_eq!((peace.who(), peace.said_by.as_str()), ("Măria POP", "Her assistant"));
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn what_a_transaction_changes_it_reads_again() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let (_, refusal) = stored(&db).await;
    let write = db.write(move |tx| {
        let refusal = refusal.clone();
        Box::pin(async move {
            let (client, by, number) = (&refusal.details, refusal.logged_by, refusal.number);
            assert_eq!(tx.asked_for_peace(client).await?, None);
            let peace = Peace { account: client.account.clone(), contact: None, said_by: "their lawyer".into() };
            tx.do_not_contact(&peace, by, now()).await?;
            assert_eq!(tx.asked_for_peace(client).await?, Some(peace));
            tx.may_contact(client).await?;
            assert_eq!(tx.asked_for_peace(client).await?, None);
            let given = |answer: &str| Given::from([("why".to_owned(), answer.to_owned())]);
            for answer in ["the price", "the time"] {
                let said = Answered {
                    refusal: number,
                    inquiry: Inquiry::Debrief,
                    version: 1,
                    decision: None,
                    said_by: by,
                    from_whom: None,
                    heard_on: None,
                    given: given(answer),
                };
                tx.answered(&said, now()).await?;
                assert_eq!(tx.given(number, Inquiry::Debrief).await?, given(answer));
                assert_eq!(tx.given(number, Inquiry::Review).await?, Given::new());
                assert!(tx.heard(number).await?.is_empty(), "nobody called");
            }
            Ok::<_, anyhow::Error>(())
        })
    });
    write.await.expect("it is written");
    db.close().await;
    database.drop().await;
}
