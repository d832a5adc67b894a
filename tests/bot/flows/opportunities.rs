//! Opportunities: followed, asked about when they go dark, advanced with what is missing said, and ended with a reason.

use rstest::rstest;

use crate::story::{On, Setup, Team};

const DELTA: &str = "/deal track Delta Negotiation 40k";

fn look_away(team: &Team) -> String {
    ["Ana", "Bogdan", "Elena", "Oana", "Adi"].map(|name| team.person(name).screen()).join("\n")
}

/// `/deal check Delta`, as each service has it typed.
fn check(on: On, typed: &str) -> String {
    if on == On::Discord { format!("/deal check deal:{typed}") } else { format!("/deal check {typed}") }
}

/// Deals of Ana's team beside D1, all over: of 31 two were won; each advanced without a budget, and the won ones were in
/// negotiation for four days.
async fn history(team: &Team, won: i64, lost: i64) {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
               INSERT INTO opportunities (organisation_id, number, team_id, owner_id, account, account_key, stage,
                   stage_since, tracked_at, touched_at, state, checks, over_at)
               SELECT organisation_id, 100 + i, team_id, owner_id, 'Old', 'old', 'negotiation', stage_since, tracked_at,
                   touched_at, CASE WHEN i <= 30 THEN 'won' ELSE 'refused' END, '', touched_at
               FROM opportunities, n WHERE number = 1 RETURNING number";
    assert_eq!(team.rows::<(i64,)>(sql).await.len(), 60);
    let keep: Vec<i64> = (101..101 + won).chain(131..131 + lost).collect();
    let all = keep.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let sql = Box::leak(
        format!("DELETE FROM opportunities WHERE number > 100 AND number NOT IN ({all}) RETURNING number")
            .into_boxed_str(),
    );
    team.rows::<(i64,)>(sql).await;
    let sql = "INSERT INTO opportunity_gaps (organisation_id, item, opportunity, advanced_at)
               SELECT organisation_id, 'budget', number, over_at FROM opportunities WHERE number > 100 RETURNING opportunity";
    assert_eq!(team.rows::<(i64,)>(sql).await.len(), keep.len());
    let sql = "INSERT INTO opportunity_stays (organisation_id, opportunity, stage, entered_at, seconds)
               SELECT organisation_id, number, stage, stage_since, 345600 FROM opportunities WHERE number > 100
               RETURNING opportunity";
    assert_eq!(team.rows::<(i64,)>(sql).await.len(), keep.len());
}

#[rstest]
#[tokio::test]
async fn a_deal_is_followed_in_a_line_and_changed_by_the_next(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types(DELTA).await;
    ana.sees_parts(&[
        "Followed as D1: Delta, Negotiation",
        "Stage: Negotiation, since 23 November 2026",
        "Amount: €40,000",
        "Need stated: not known",
        "Still on track: not known",
        "[Touched] [Checklist] [Won] [Disqualify] [It is dead: log refusal]",
        "After 10 working days without a touch",
    ]);
    ana.types("/deal track delta 45k").await;
    ana.sees_parts(&["D1 Delta is up to date: Negotiation", "Amount: €45,000"]);
    ana.types("/deal track Delta Negotiation").await;
    ana.sees_parts(&["D1 Delta is followed already: Negotiation"]);
    ana.types("/deal track Gamma").await;
    ana.sees_parts(&["You named no stage, so it begins at First contact"]);
    ana.types("/deal mine").await;
    ana.sees_parts(&["2 deals in your hands", "D1 Delta: Negotiation, €45,000, last touch 23 November 2026"]);
    ana.types("/deal track negociaton Zeta 1k").await;
    assert!(ana.has_form(), "a stage that is misspelled is asked");
    assert!(ana.form().contains("Zeta") && ana.form().contains("Negotiation"), "{}", ana.form());
    ana.submits().await;
    ana.sees_parts(&["Followed as D3: Zeta, Negotiation"]);
    ana.types(&check(on, "gam")).await;
    ana.sees_parts(&["D2 Gamma", "Right person: not known", "[Touched] [Advance] [Checklist]"]);
    if on != On::Discord {
        ana.types("/deal Delta 50k").await;
        ana.sees_parts(&["D1 Delta is up to date", "€50,000"]);
        ana.types("/deal D2").await;
        ana.sees_parts(&["D2 Gamma"]);
        ana.types("/deal").await;
        ana.sees_parts(&["3 deals in your hands"]);
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_gap_is_said_with_the_teams_own_history_and_stops_nobody(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types("/deal track Delta 40k first contact").await;
    ana.screen();
    ana.presses("Advance").await;
    ana.sees_parts(&[
        "Before D1 Delta goes to Qualification",
        "Need stated: not known. Not enough history to say how that ends.",
        "[Checklist] [Advance anyway]",
    ]);
    ana.presses("Checklist").await;
    ana.fills(&[("Need stated", "yes"), ("Right person", "yes")]).await;
    ana.submits().await;
    ana.sees_parts(&["Need stated: yes", "Right person: yes"]);
    ana.presses("Advance").await;
    ana.sees_parts(&["Stage: Qualification", "Ana: advanced it", "Budget: not known"]);
    history(&team, 2, 28).await;
    ana.types("/deal track Delta Proposal").await;
    ana.sees_parts(&[
        "Before D1 Delta goes to Proposal",
        "Budget: not known. Of 30 deals that went on without it, 2 were won.",
        "Buying team: not known. Not enough history",
    ]);
    ana.presses("Advance anyway").await;
    // A window of Discord has no room for a line above.
    assert!(on == On::Discord || ana.form().contains("Not known to be so: Budget and Buying team"), "{}", ana.form());
    ana.submits().await;
    assert!(ana.has_form(), "why must be said");
    ana.fills(&[("Why does it go on all the same?", "They asked for it.")]).await;
    ana.submits().await;
    ana.sees_parts(&["Stage: Proposal", "Ana: advanced it anyway", "They asked for it."]);
    // A card of before pressed again does not advance it twice.
    ana.picks("deal_advance.1.2", "").await;
    let rows: Vec<(String, Option<String>)> =
        team.rows("SELECT item, reason FROM opportunity_gaps WHERE opportunity = 1 ORDER BY item").await;
    let why = Some("They asked for it.".to_owned());
    assert_eq!(rows, [("budget".to_owned(), why.clone()), ("buying_team".to_owned(), why)]);
    let stays: Vec<(String, Option<i64>)> = team
        .rows("SELECT stage, seconds FROM opportunity_stays WHERE opportunity = 1 ORDER BY entered_at, stage")
        .await;
    assert!(stays.iter().any(|stay| *stay == ("proposal".to_owned(), None)), "{stays:?}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_deal_that_goes_dark_is_asked_about_three_times_then_the_head_hears_once(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types(DELTA).await;
    look_away(&team);
    team.it_is("2026-12-07T12:00:00Z").await;
    ana.sees_nothing();
    for day in ["2026-12-08", "2026-12-10", "2026-12-14"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        ana.sees_parts(&[
            "D1 Delta: No touch since 23 November 2026. Right person? Real reason?",
            "[Touched] [Disqualify] [It is dead: log refusal]",
        ]);
        assert_eq!(elena.screen(), "", "{day}");
        team.it_is(&format!("{day}T16:00:00Z")).await;
    }
    team.it_is("2026-12-16T07:00:00Z").await;
    ana.sees_nothing();
    elena.sees_parts(&["A deal of Ana went dark, and nobody has touched it since. It is in /deal team."]);
    team.it_is("2026-12-23T12:00:00Z").await;
    assert_eq!(look_away(&team).trim(), "", "nobody hears of it again");
    elena.types("/deal team").await;
    elena.sees_parts(&[
        "One deal in your team's hands",
        "D1 Delta: Negotiation, €40,000, Ana, last touch 23 November 2026, dark",
    ]);
    ana.types(&check(on, "Delta")).await;
    ana.sees_parts(&["Right person? Real reason?"]);
    ana.presses("Touched").await;
    let card = ana.screen();
    assert!(card.contains("Last touch: 23 December 2026") && !card.contains("Real reason?"), "{card}");
    look_away(&team);
    // It begins anew: ten working days of Ana's.
    team.it_is("2027-01-06T12:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2027-01-07T07:00:00Z").await;
    ana.sees_parts(&["D1 Delta: No touch since 23 December 2026."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_deal_of_the_head_that_goes_dark_comes_to_an_admin_once(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (elena, adi) = (team.person("Elena"), team.person("Adi"));
    elena.types(DELTA).await;
    look_away(&team);
    for day in ["2026-12-08", "2026-12-10", "2026-12-14"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        elena.sees_parts(&["D1 Delta: No touch since 23 November 2026. Right person? Real reason?"]);
        assert_eq!(adi.screen(), "", "{day}");
        team.it_is(&format!("{day}T16:00:00Z")).await;
    }
    team.it_is("2026-12-16T07:00:00Z").await;
    elena.sees_nothing();
    adi.sees_parts(&["A deal of Elena went dark, and nobody has touched it since. It is in /deal team."]);
    team.it_is("2026-12-23T12:00:00Z").await;
    assert_eq!(look_away(&team).trim(), "", "nobody hears of it again");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn of_who_wants_no_messages_the_head_hears_once(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/panout stop").await;
    ana.types(DELTA).await;
    look_away(&team);
    team.it_is("2026-12-08T12:00:00Z").await;
    assert!(!look_away(&team).contains("Delta"));
    team.it_is("2026-12-10T07:00:00Z").await;
    elena.sees_parts(&["A deal of Ana went dark, and nobody has touched it since."]);
    team.it_is("2026-12-23T12:00:00Z").await;
    let read = look_away(&team);
    assert!(!read.contains("went dark") && !read.contains("Delta"), "{read}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_line_of_the_day_finishes_the_matter(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    for name in ["Delta", "Gamma", "Zeta"] {
        ana.types(&format!("/deal track {name} Qualification 1k")).await;
    }
    look_away(&team);
    team.it_is("2026-12-08T07:00:00Z").await;
    ana.sees_parts(&[
        "D1 Delta: No touch",
        "D2 Gamma: No touch",
        "One more deal went dark.",
        "[My deals]",
        "D1 Advance",
    ]);
    ana.presses("D1 Touched").await;
    ana.sees_parts(&["Last touch: 8 December 2026", "D1 Delta: done."]);
    ana.presses("D2 Disqualify").await;
    ana.fills(&[("Why is it not for us?", "No budget")]).await;
    ana.submits().await;
    ana.sees_parts(&["Clean: said early and with a reason.", "It is over: not for us.", "Why not: No budget"]);
    look_away(&team);
    ana.types("/deal mine").await;
    ana.sees_parts(&["2 deals in your hands", "D3 Zeta: Qualification, €1,000, last touch 23 November 2026, dark"]);
    // Nothing was logged, so nothing was lost: a clean disqualification is no refusal.
    let refusals: Vec<(i64,)> = team.rows("SELECT COUNT(*) FROM refusals").await;
    assert_eq!(refusals, [(0,)]);
    ana.types("/refusal Acme 12k price").await;
    ana.types("/refusals me").await;
    ana.sees_parts(&["Deals disqualified cleanly: 1"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn longer_in_a_stage_than_nine_of_ten_won_ones_is_dark_too(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types(DELTA).await;
    history(&team, 20, 20).await;
    ana.types("/deal track Gamma Negotiation 5k").await;
    look_away(&team);
    // Won ones were in negotiation for four days at most.
    team.it_is("2026-11-27T12:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-30T07:00:00Z").await;
    let read = ana.sees_parts(&[
        "D2 Gamma: In Negotiation since 23 November 2026, for longer than nine of ten deals your team won.",
    ]);
    assert!(!read.contains("Delta"), "of that nothing was known then: {read}");
    team.passes(chrono::TimeDelta::minutes(5)).await;
    ana.presses("Disqualify").await;
    ana.fills(&[("Why is it not for us?", "No need")]).await;
    ana.submits().await;
    // The twenty lost ones were over the day they began: there is no number to be proud of.
    ana.sees_parts(&["Clean: said early"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_deal_that_is_dead_is_a_refusal_and_one_that_is_won_says_for_how_much(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types(DELTA).await;
    look_away(&team);
    ana.presses("It is dead: log refusal").await;
    assert!(ana.form().contains("Delta") && ana.form().contains("40000"), "{}", ana.form());
    ana.fills(&[("Main reason", "Price")]).await;
    ana.submits().await;
    ana.sees_parts(&["Stored as #1", "Delta", "D1 is closed: it is refusal #1 now."]);
    elena.sees_parts(&["Delta"]);
    ana.types("/deal track Gamma proposal 10k").await;
    ana.screen();
    ana.presses("Won").await;
    ana.fills(&[("For how much", "12k EUR"), ("What made the difference?", "The joint plan.")]).await;
    ana.submits().await;
    ana.sees_parts(&["It is over: won.", "Amount: €12,000", "€12,000. The joint plan."]);
    let rows: Vec<(String, Option<i64>, Option<i64>)> =
        team.rows("SELECT state, refusal, amount_minor FROM opportunities ORDER BY number").await;
    let refused = ("refused".to_owned(), Some(1), Some(4_000_000));
    assert_eq!(rows, [refused, ("won".to_owned(), None, Some(1_200_000))]);
    team.it_is("2026-12-20T07:00:00Z").await;
    let read = look_away(&team);
    assert!(!read.contains("D1") && !read.contains("D2"), "{read}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn nobody_reads_or_works_a_deal_that_is_not_theirs(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, bogdan, oana, elena) =
        (team.person("Ana"), team.person("Bogdan"), team.person("Oana"), team.person("Elena"));
    elena.types("/deal track Delta Proposal 40k for Ana").await;
    elena.sees_parts(&["Followed as D1: Delta, Proposal", "Owner: Ana"]);
    for other in [&bogdan, &oana] {
        for (action, values) in [
            ("deal_checklist.1", vec![("budget", "yes")]),
            ("deal_anyway.1.3", vec![("why", "x")]),
            ("deal_disqualify.1", vec![("why", "spam")]),
            ("deal_dead.1", vec![("account", "Delta"), ("reason", "price"), ("outcome", "no_decision")]),
            ("deal_won.1", vec![("how", "x")]),
        ] {
            let says = other.sends(action, &values).await;
            assert!(says.contains("I know no deal"), "{action}: {says}");
        }
        for action in ["deal_touched.1", "deal_advance.1.3", "deal_checklist.1", "deal_dead.1"] {
            let says = other.picks(action, "").await;
            assert!(says.contains("I know no deal") && !says.contains("Delta"), "{action}: {says}");
        }
        let says = other.picks("deal_open", "1").await;
        assert!(says.contains("I know no deal") && !says.contains("Delta"), "{says}");
        let says = other.sends("deal_terms.1", &[("hours", "1"), ("hour", "9")]).await;
        assert!(says.contains("for the head of sales"), "{says}");
    }
    bogdan.types(&check(on, "Delta")).await;
    bogdan.sees_parts(&["I know no deal Delta that you may see"]);
    bogdan.types("/deal team").await;
    bogdan.sees_parts(&["A team's deals are for its head of sales."]);
    bogdan.types("/deal track Zeta 1k for Ana").await;
    assert!(bogdan.form().contains("is in no team that you lead"), "{}", bogdan.form());
    // The same client of somebody else is another deal.
    bogdan.fills(&[("For whom", ""), ("Company", "Delta"), ("How far is it?", "Proposal")]).await;
    bogdan.submits().await;
    bogdan.sees_parts(&["Followed as D2: Delta"]);
    for line in ["/deal mine", "/deal cost", "/deal track Spy 1k"] {
        oana.types(line).await;
        oana.sees_parts(&["Deals are for those who sell."]);
    }
    let rows: Vec<(String, String)> = team.rows("SELECT state, checks FROM opportunities WHERE number = 1").await;
    assert_eq!(rows, [("open".to_owned(), String::new())]);
    assert_eq!(ana.is_suggested("/deal check", "deal", "del").await.len(), usize::from(on != On::Slack));
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn carrying_costs_days_by_hours_by_what_an_hour_is_worth(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for name in ["Delta", "Gamma"] {
        ana.types(&format!("/deal track {name} Proposal 40k")).await;
    }
    elena.types("/deal cost").await;
    look_away(&team);
    // Dark since Tuesday the eighth; three working days after it on Friday, for each of the two.
    team.it_is("2026-12-11T12:00:00Z").await;
    look_away(&team);
    ana.types("/deal cost").await;
    let read = ana.sees_parts(&[
        "Carrying deals that went dark has cost your team €150",
        "6 days x 0.5 hours a day x €50 an hour = €150",
        "Days: 6 (counted: since each of the 2 deals that are dark went dark)",
        "Hours a day: 0.5 (unless your team says otherwise)",
    ]);
    assert!(!read.contains("[Change the terms]"), "{read}");
    elena.types("/deal cost").await;
    look_away(&team);
    elena.presses("Change the terms").await;
    elena.fills(&[("Hours a day, for one deal", "much")]).await;
    elena.submits().await;
    assert!(elena.has_form(), "much is no number");
    elena.fills(&[("Hours a day, for one deal", "1,5"), ("Value of an hour", "80")]).await;
    elena.submits().await;
    elena.sees_parts(&[
        "6 days x 1.5 hours a day x €80 an hour = €720",
        "Value of an hour: €80 (as Elena said on 11 December 2026)",
    ]);
    ana.types("/deal cost").await;
    ana.sees_parts(&["= €720"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn leave_and_who_stands_in_and_who_left(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = Team::start_with(on, Setup::default()).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    ana.types(DELTA).await;
    bogdan.types("/deal track Gamma Proposal 1k").await;
    look_away(&team);
    // Ana is away for a week: those days do not count.
    ana.types("/panout away until 2026-11-29 deputy Bogdan").await;
    look_away(&team);
    bogdan.types(&check(on, "Delta")).await;
    bogdan.sees_parts(&["D1 Delta", "Owner: Ana", "[Touched]"]);
    team.it_is("2026-12-08T07:00:00Z").await;
    let read = look_away(&team);
    assert!(read.contains("D2 Gamma: No touch") && !read.contains("Delta: No touch"), "{read}");
    team.it_is("2026-12-11T12:00:00Z").await;
    look_away(&team);
    team.it_is("2026-12-14T07:00:00Z").await;
    ana.sees_parts(&["D1 Delta: No touch since 23 November 2026."]);
    look_away(&team);
    let rest = vec![
        ("Elena", panout::domain::Role::Head),
        ("Bogdan", panout::domain::Role::Rep),
        ("Oana", panout::domain::Role::Observer),
        ("Adi", panout::domain::Role::Admin),
    ];
    team.restarts_with(rest).await;
    let owner: Vec<(String,)> =
        team.rows("SELECT p.name FROM opportunities o JOIN people p ON p.id = o.owner_id WHERE o.number = 1").await;
    assert_eq!(owner, [("Elena".to_owned(),)]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_a_deal_is_stands_on_one_page(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let oana = team.person("Oana");
    oana.types("/panout criteria").await;
    oana.sees_parts(&[
        "What we agree a deal is",
        "Qualification\n- Budget: There is money for it",
        "- Still on track: The last dates of the joint plan were kept",
        "No budget, No need, Not what we do",
        "Dark: 10 working days without a touch",
        "from 20 that are over",
    ]);
    team.ends().await;
}
