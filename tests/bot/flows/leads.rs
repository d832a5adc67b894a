//! Inbound leads: worked in time, or given a reason, or in somebody else's hands.

use rstest::rstest;

use crate::story::{On, Setup, Team};

const NOVO: &str =
    "/lead Novo Systems, Ioana Marin, ioana@novo.example, +40 722 000 111, website, \"a demo for 30 seats\"";

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

/// Monday at ten in Bucharest; the website gives one working hour.
async fn start(on: On) -> Team {
    Team::start_with(on, Setup::default()).await
}

#[rstest]
#[tokio::test]
async fn a_lead_is_logged_in_a_line_and_has_an_owner(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    ana.types(&format!("{NOVO} for Bogdan")).await;
    ana.sees_parts(&["Kept as L1: Novo Systems", "In Bogdan's hands, until"]);
    bogdan.sees_parts(&[
        "New lead L1: Novo Systems",
        "It is yours. Call by",
        "Contact: Ioana Marin",
        "Phone: +40 722 000 111",
        "E-mail: ioana@novo.example",
        "Source: Website",
        "> a demo for 30 seats",
        "[I called] [Snooze] [Not mine] [Disqualify]",
    ]);
    bogdan.presses("I called").await;
    bogdan.submits().await;
    assert!(bogdan.has_form(), "how it went must be said");
    bogdan
        .fills(&[
            ("How did it go?", "Meeting booked"),
            ("Next call on", "2026-12-01"),
            ("Worth remembering", "Calls back"),
        ])
        .await;
    bogdan.submits().await;
    bogdan.sees_parts(&["In Bogdan's hands. Next call on 1 December 2026.", "Meeting booked. Calls back", "[Won]"]);
    team.it_is("2026-11-30T12:00:00Z").await;
    ana.sees_nothing();
    team.person("Elena").sees_nothing();
    bogdan.sees_nothing();
    team.it_is("2026-12-01T07:00:00Z").await;
    bogdan.sees_parts(&["One lead waits for your next call: L1 Novo Systems", "[I called]"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_neglected_lead_climbs_and_is_claimed_and_won(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    elena.types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    team.it_is("2026-11-23T08:29:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-23T08:30:00Z").await;
    ana.sees_parts(&["Half the time is over for L1: Novo Systems", "[I called]"]);
    elena.sees_nothing();
    team.it_is("2026-11-23T09:00:00Z").await;
    ana.sees_parts(&["The time is over for L1: Novo Systems"]);
    elena.sees_parts(&["A lead in Ana's hands is past its time", "L1 Novo Systems (Website), Ana: call by"]);
    bogdan.sees_nothing();
    team.it_is("2026-11-23T10:00:00Z").await;
    let channel = bogdan.sees_parts(&["Lead L1 (Website) waits for somebody to call", "[Claim L1]"]);
    for hidden in ["Novo", "ioana@novo.example", "722", "30 seats", "Ana"] {
        assert!(!channel.contains(hidden), "{hidden}: {channel}");
    }
    ana.sees_parts(&["L1 Novo Systems is open to your colleagues now", "Nobody called in twice the time"]);
    ana.presses("Claim L1").await;
    ana.sees_parts(&["It was yours and its time passed"]);
    look_away(&team);
    bogdan.presses("Claim L1").await;
    let own = bogdan.screen();
    assert!(own.contains("L1 is yours: Novo Systems") && own.contains("ioana@novo.example"), "{own}");
    let told = team.person("Oana").screen();
    assert!(told.contains("Lead L1 (Website) is in good hands") && told.contains("Bogdan has it."), "{told}");
    look_away(&team);
    bogdan.types("/leads mine").await;
    bogdan.chooses("Open one of them", "L1 Novo Systems").await;
    bogdan.presses("I called").await;
    bogdan.fills(&[("How did it go?", "We spoke")]).await;
    bogdan.submits().await;
    bogdan.screen();
    bogdan.presses("Won").await;
    bogdan.fills(&[("For how much", "40k EUR"), ("What made the difference?", "We called.")]).await;
    bogdan.submits().await;
    bogdan.sees_parts(&["It is done: won.", "€40,000. We called."]);
    team.it_is("2026-12-20T07:00:00Z").await;
    let took: Vec<(Option<i64>, Option<i64>)> = team.rows("SELECT routing, human FROM leads").await;
    assert_eq!(took, [(Some(2 * 3600), Some(0))]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_has_none_gets_the_next_one(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let elena = team.person("Elena");
    for name in ["Alpha", "Beta", "Gamma", "Delta"] {
        elena.types(&format!("/lead {name}, webinar")).await;
    }
    look_away(&team);
    let owners: Vec<(String, i64)> = team
        .rows("SELECT p.name, COUNT(*) FROM leads l JOIN people p ON p.id = l.owner_id GROUP BY p.name ORDER BY p.name")
        .await;
    assert_eq!(owners, [("Ana".to_owned(), 2), ("Bogdan".to_owned(), 2)]);
    // Whoever is away has none, and loses those nobody touched.
    team.person("Ana").types("/panout away until 2026-12-05").await;
    look_away(&team);
    let owners: Vec<(String, i64)> =
        team.rows("SELECT p.name, COUNT(*) FROM leads l JOIN people p ON p.id = l.owner_id GROUP BY p.name").await;
    assert_eq!(owners, [("Bogdan".to_owned(), 4)]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_asks_again_joins_what_is_open(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    ana.types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    bogdan.types("/lead Novo, 0722 000 111, phone, \"they called again\"").await;
    let told = bogdan.sees_parts(&["Novo asked before: what is new was added to L1", "In Ana's hands"]);
    assert!(!told.contains("Systems"), "what Ana knows is not told: {told}");
    ana.types("/leads show L1").await;
    ana.sees_parts(&["Bogdan: asked again", "they called again"]);
    let leads: Vec<(i64,)> = team.rows("SELECT COUNT(*) FROM leads").await;
    assert_eq!(leads, [(1,)]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn put_off_twice_and_no_more(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let ana = team.person("Ana");
    ana.types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    for time in ["1 hour", "1 working day"] {
        ana.types("/leads show L1").await;
        ana.presses("Snooze").await;
        ana.fills(&[("For how long?", time), ("Why? Your head can read it", "at a fair")]).await;
        ana.submits().await;
        look_away(&team);
    }
    ana.types("/leads show L1").await;
    assert!(!ana.screen().contains("[Snooze]"));
    let says = ana.sends("lead_put_off.1", &[("time", "hour"), ("why", "again")]).await;
    assert!(says.contains("as often as a lead can be"), "{says}");
    team.person("Elena").types("/leads team").await;
    team.person("Elena").sees_parts(&["L1 Novo Systems (Website), Ana: call by", "put off 2×"]);
    // One hour, and nine working hours more: tomorrow at eleven it is due, and at half past ten half of it is over.
    team.it_is("2026-11-24T08:59:00Z").await;
    let before = ana.screen();
    assert!(!before.contains("The time is over"), "{before}");
    look_away(&team);
    team.it_is("2026-11-24T12:00:00Z").await;
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_not_mine_goes_on_and_in_the_end_to_the_head(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    elena.types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    ana.types("/leads show L1").await;
    ana.presses("Not mine").await;
    ana.submits().await;
    assert!(ana.has_form(), "why must be said");
    ana.fills(&[("Why is it not yours?", "in Bogdan's region")]).await;
    ana.submits().await;
    ana.sees_parts(&["L1 is in other hands now", "In Bogdan's hands"]);
    bogdan.sees_parts(&["New lead L1: Novo Systems", "Ana: not theirs", "in Bogdan's region"]);
    bogdan.presses("Not mine").await;
    bogdan.fills(&[("Why is it not yours?", "no")]).await;
    bogdan.submits().await;
    look_away(&team);
    let owner: Vec<(String,)> = team.rows("SELECT p.name FROM leads l JOIN people p ON p.id = l.owner_id").await;
    assert_eq!(owner, [("Elena".to_owned(),)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_lead_that_is_none_needs_a_reason(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let ana = team.person("Ana");
    ana.types("/lead Curious Carl, carl@school.example, website for Ana").await;
    look_away(&team);
    ana.types("/leads show L1").await;
    ana.presses("Disqualify").await;
    ana.submits().await;
    assert!(ana.has_form(), "a reason is needed");
    ana.fills(&[("Why is it not for us?", "Student or private person")]).await;
    ana.submits().await;
    ana.sees_parts(&["It is done: not for us.", "Why not: Student or private person"]);
    team.it_is("2026-11-24T12:00:00Z").await;
    ana.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_lead_that_says_no_becomes_a_refusal(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    ana.types("/leads show L1").await;
    ana.presses("I called").await;
    ana.fills(&[("How did it go?", "Not interested")]).await;
    ana.submits().await;
    ana.sees_parts(&["Noted. Log the refusal of Novo Systems while it is fresh"]);
    ana.presses("They said no").await;
    ana.fills(&[("Main reason", "Price")]).await;
    ana.submits().await;
    ana.sees_parts(&["Stored as #1", "Novo Systems"]);
    elena.sees_parts(&["Novo Systems"]);
    let rows: Vec<(String, Option<i64>)> = team.rows("SELECT state, refusal FROM leads").await;
    assert_eq!(rows, [("refused".to_owned(), Some(1))]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn nobody_reads_or_works_a_lead_that_is_not_theirs(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let (ana, bogdan, oana) = (team.person("Ana"), team.person("Bogdan"), team.person("Oana"));
    ana.types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    for other in [&bogdan, &oana] {
        for (action, values) in [
            ("lead_called.1", vec![("outcome", "reached")]),
            ("lead_put_off.1", vec![("time", "hour"), ("why", "x")]),
            ("lead_not_mine.1", vec![("why", "x")]),
            ("lead_disqualify.1", vec![("why", "spam")]),
            ("lead_refused.1", vec![("account", "Novo"), ("reason", "price"), ("outcome", "no_decision")]),
            ("lead_won.1", vec![("how", "x")]),
        ] {
            let says = other.sends(action, &values).await;
            assert!(says.contains("I know no lead"), "{action}: {says}");
        }
        let says = other.picks("lead_open", "1").await;
        assert!(says.contains("I know no lead") && !says.contains("Novo"), "{says}");
        let says = other.picks("lead_source.1", "phone").await;
        assert!(says.contains("I know no lead"), "{says}");
        other.types("/leads show L1").await;
        other.sees_parts(&["I know no lead L1"]);
        other.types("/leads team").await;
        other.sees_parts(&["A team's leads are for its head of sales."]);
        let says = other.picks("lead_claim.1", "").await;
        assert!(says.contains("has it already") || says.contains("in a colleague's hands"), "{says}");
    }
    oana.types("/lead Spy, website").await;
    oana.sees_parts(&["Leads are logged by those who sell."]);
    let rows: Vec<(String, i64)> = team.rows("SELECT state, attempts FROM leads").await;
    assert_eq!(rows, [("waiting".to_owned(), 0)]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_outage_is_not_held_against_the_owner(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = start(on).await;
    team.person("Elena").types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    team.it_is("2026-11-23T08:35:00Z").await;
    team.person("Ana").sees_parts(&["Half the time is over"]);
    look_away(&team);
    // Two days later; twenty-five minutes were left when it went down.
    team.is_down_for(chrono::TimeDelta::days(2)).await;
    look_away(&team);
    team.it_is("2026-11-25T08:50:00Z").await;
    let read = team.person("Ana").screen();
    assert!(!read.contains("The time is over"), "{read}");
    assert_eq!(team.person("Elena").screen(), "");
    team.it_is("2026-11-25T09:02:00Z").await;
    team.person("Ana").sees_parts(&["The time is over"]);
    team.person("Elena").sees_parts(&["past its time"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn marketing_reads_sources_and_the_head_names(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = start(on).await;
    let (ana, bogdan, elena, oana) =
        (team.person("Ana"), team.person("Bogdan"), team.person("Elena"), team.person("Oana"));
    for n in 1..=6 {
        elena.types(&format!("/lead Client {n}, website for Ana")).await;
    }
    elena.types("/lead Quiet, partner for Bogdan").await;
    look_away(&team);
    team.it_is("2026-11-23T08:20:00Z").await;
    for n in 1..=5 {
        ana.sends(&format!("lead_called.{n}"), &[("outcome", "voicemail")]).await;
    }
    ana.sends("lead_disqualify.6", &[("why", "student")]).await;
    look_away(&team);
    oana.types("/leads report week").await;
    let read = oana.sees_parts(&[
        "Leads this week so far: 7, 85 % of them worked",
        "Website: 6, 100 % worked; 0 min until somebody had it, 20 min until the call; Student or private person 1",
        "Partner: 1, 0 % worked",
    ]);
    assert!(!read.contains("Ana") && !read.contains("Bogdan"), "{read}");
    elena.types("/leads report week").await;
    elena.sees_parts(&["By who has them", "Ana: 6, 100 % worked", "Bogdan: 1, 0 % worked"]);
    bogdan.types("/leads report week").await;
    let read = bogdan.sees_parts(&["Website: 6", "Bogdan: 1, 0 % worked"]);
    assert!(!read.contains("Ana: 6"), "{read}");
    look_away(&team);
    team.ends().await;
}
