//! Deals in a file: followed once, changed by a second row, and in whose hands.

use super::Desk;

const DEALS: &str = "\
Société,Étape,Montant,Responsable,Dernière activité,Note\n\
Delta,négociation,40k EUR,Ana Pop,15/01/2025,\"=cmd|' /C calc'!A0 <!channel>\"\n\
Echo,,,,,\n\
delta,Proposal,,ana pop,,they called\n\
Foxtrot,half way,-3,Nobody,2099-01-01,\n\
,Negotiation,,,,\n";

#[tokio::test]
async fn deals_are_followed_once_and_a_second_row_changes_the_first() {
    let desk = Desk::new();
    desk.imports("deals", DEALS, &[]).says(
        1,
        &[
            "A  Société                      account",
            "E  Dernière activité            touched",
            "2 new",
            "1 change a deal that is followed",
            "2 refused",
            "line 5, column B (Étape): \"half way\" is not known: write one of first_contact",
            "line 5, column D (Responsable): nobody is called \"Nobody\"",
            "line 5, column E (Dernière activité): 2099-01-01 is still to come",
            "line 6, column A (Société): nobody is named",
            "To store 3 rows, add --write to the same command.",
        ],
    );
    assert_eq!(desk.count("SELECT COUNT(*) FROM opportunities").await, 0, "a dry run");
    desk.imports("deals", DEALS, &["--write"]).says(
        1,
        &["2 stored", "1 changed a deal that was followed", "They are followed: /deal mine shows each owner theirs"],
    );
    let sql = "SELECT o.account, p.name, o.stage, COALESCE(o.amount_minor, 0) FROM opportunities o
               JOIN people p ON p.id = o.owner_id ORDER BY o.number";
    let kept: Vec<(String, String, String, i64)> = desk.database.rows(sql).await;
    let deal = |account: &str, owner: &str, stage: &str, minor| (account.into(), owner.into(), stage.into(), minor);
    assert_eq!(
        kept,
        [deal("Delta", "Ana Pop", "proposal", 4_000_000), deal("Echo", "Elena Radu", "first_contact", 0)],
        "without an owner it is the head's"
    );
    desk.imports("deals", DEALS, &["--write"]).says(1, &["0 stored", "3 imported before", "Nothing new was stored."]);
    assert_eq!(desk.count("SELECT COUNT(*) FROM opportunities").await, 2);
    assert_eq!(desk.count("SELECT COUNT(*) FROM jobs WHERE occurrence NOT LIKE 'today:%' AND kind = 'post'").await, 0);
    desk.database.drop().await;
}
