//! What a team hears regularly: the refusals of the week in its channel, of the day and the month to its head.

use chrono::{DateTime, TimeDelta, Utc};
use panout::domain::{Schedule, Schedules};
use rstest::rstest;

use crate::story::{On, Setup, Team};

/// As a team has it that says nothing; `only`: one of the three.
pub(super) fn schedules(only: &str) -> Schedules {
    let usual = Schedules::usual();
    let of = |name: &str, schedule: Option<Schedule>| schedule.filter(|_| name == only);
    Schedules { digest: of("digest", usual.digest), daily: of("daily", usual.daily), focus: of("focus", usual.focus) }
}

pub(super) async fn with(on: On, only: &str) -> Team {
    Team::start_with(on, Setup { schedules: Some(schedules(only)), ..Setup::default() }).await
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// What is new in the channel, as somebody sees it to whom nothing else comes; everybody has read it.
pub(super) fn channel(team: &Team) -> String {
    for name in ["Ana", "Bogdan", "Elena", "Adi"] {
        team.person(name).screen();
    }
    team.person("Oana").screen()
}

pub(super) async fn some_are_logged(team: &Team) {
    team.person("Ana").types("/refusal Acme 40k price/payment_terms #crm \"we only pay at ninety days\"").await;
    team.person("Ana").types("/refusal Globex 5k technical #bi \"Globex cannot export to our tool\"").await;
    team.person("Bogdan").types("/refusal Hooli 12k price #crm \"thirty percent above the others\"").await;
    for name in ["Ana", "Bogdan", "Elena", "Adi", "Oana"] {
        team.person(name).screen();
    }
}

#[rstest]
#[tokio::test]
async fn on_monday_the_channel_reads_the_week(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = with(on, "digest").await;
    some_are_logged(&team).await;
    // Monday, nine in Bucharest.
    team.it_is("2026-11-30T06:59:00Z").await;
    assert_eq!(channel(&team), "");
    team.it_is("2026-11-30T07:00:00Z").await;
    let read = channel(&team);
    for part in [
        "3 refusals in the week of 23–29 November 2026",
        "Worth €57,000.",
        "[picture: Table. 3 refusals for 23–29 November 2026. Product and reason: CRM Suite 2; Analytics 1.]",
        "[Open the meeting agenda]",
        "Why clients said no",
        "Price: 2 (€52k)",
        "Technical: 1 (€5,000)",
        "CRM Suite: 2 (€52k)",
        "What clients said",
        "> we only pay at ninety days",
        "> thirty percent above the others",
        "What is still open",
        "3 refusals wait for a decision.",
        "facilitates.",
        "#1 Price: Payment terms: €40,000, same reason and product 2 times in 90 days",
    ] {
        assert!(read.contains(part), "{part} is not in\n{read}");
    }
    // Neither a client nor who lost it: also not by what a client said.
    for secret in ["Acme", "Globex", "Hooli", "Ana:", "Bogdan:"] {
        assert!(!read.contains(secret), "{secret} is in\n{read}");
    }
    // Next week nothing happened.
    team.it_is("2026-12-07T07:00:00Z").await;
    let quiet = channel(&team);
    assert!(quiet.contains("No refusal logged for 30 November – 6 December 2026"), "{quiet}");
    assert!(!quiet.contains("Why clients"), "{quiet}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn while_the_bot_was_down_a_digest_is_late_or_in_the_next(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = with(on, "digest").await;
    some_are_logged(&team).await;
    // Down over nine o'clock: less than a day late, it comes once, in working hours.
    team.it_is("2026-11-30T06:30:00Z").await;
    team.is_down_for(TimeDelta::hours(5)).await;
    let late = channel(&team);
    assert_eq!(late.matches("in the week of 23–29 November 2026").count(), 1, "{late}");
    team.person("Ana").types("/refusal Initech 3k timing \"ask us again in spring\"").await;
    team.person("Ana").screen();
    // Down for two days over the next Monday: in the one after.
    team.it_is("2026-12-06T12:00:00Z").await;
    team.is_down_for(TimeDelta::days(3)).await;
    assert_eq!(channel(&team), "");
    team.it_is("2026-12-14T07:00:00Z").await;
    let folded = channel(&team);
    assert!(folded.contains("1 refusal for 30 November – 13 December 2026"), "{folded}");
    assert!(folded.contains("its days are in here"), "{folded}");
    for name in ["Ana", "Elena", "Bogdan", "Adi", "Oana"] {
        team.person(name).screen();
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_head_reads_the_day_in_a_line_when_there_was_something(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = with(on, "daily").await;
    let elena = team.person("Elena");
    some_are_logged(&team).await;
    // Half past five in Bucharest.
    team.it_is("2026-11-23T15:30:00Z").await;
    elena.sees_parts(&["3 refusals on 23 November 2026", "Ana: 2 (€45k)", "Bogdan: 1 (€12k)"]);
    team.it_is("2026-11-24T15:30:00Z").await;
    elena.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_head_reads_what_mattered_most_in_a_month(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = with(on, "focus").await;
    let elena = team.person("Elena");
    some_are_logged(&team).await;
    team.it_is("2026-12-01T08:00:00Z").await;
    // Slack takes one message a second in a conversation, and Elena's of the day is due at the same moment.
    team.passes(TimeDelta::minutes(1)).await;
    let seen = elena.sees_parts(&[
        "The refusals of Field that matter most",
        "1–30 November 2026",
        "#1 Acme, €40,000, Price: Payment terms",
        "Why it is here: €40,000, same reason and product 2 times in 90 days.",
    ]);
    assert!(seen.find("#1 Acme") < seen.find("#3 Hooli"), "{seen}");
    // A quarter is over too.
    team.person("Ana").types("/refusal Initech 3k timing \"ask us again in spring\"").await;
    team.it_is("2027-01-01T08:00:00Z").await;
    team.passes(TimeDelta::minutes(1)).await;
    let seen = elena.screen();
    for part in ["1–31 December 2026", "#4 Initech", "1 October – 31 December 2026", "#1 Acme"] {
        assert!(seen.contains(part), "{part} is not in\n{seen}");
    }
    channel(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_digest_can_be_seen_before(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = with(on, "digest").await;
    team.person("Elena").types("/panout digest preview").await;
    let empty = team.person("Elena").sees_parts(&["No refusal logged on 23 November 2026", "Only you see this."]);
    assert!(!empty.contains("Why clients"), "as the channel would read it:\n{empty}");
    some_are_logged(&team).await;
    team.person("Elena").types("/panout digest preview").await;
    team.person("Elena").sees_parts(&[
        "3 refusals on 23 November 2026",
        "Why clients said no",
        "Only you see this. The channel",
    ]);
    assert_eq!(channel(&team), "");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_reason_that_comes_up_more_than_usual_is_told(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = with(on, "digest").await;
    let mut monday = at("2026-11-23T08:00:00Z");
    for week in 0..11 {
        let price = if week == 10 { 9 } else { 1 };
        for n in 0..price {
            team.person("Ana").types(&format!("/refusal Client{week}x{n} 5k price #crm")).await;
        }
        team.person("Bogdan").types(&format!("/refusal Other{week} 5k timing #bi")).await;
        channel(&team);
        monday += TimeDelta::days(7);
        team.it_is(&monday.to_rfc3339()).await;
    }
    let read = channel(&team);
    assert!(read.contains("Price more than usual: 9 in the week, usually 1 a week."), "{read}");
    assert!(!read.contains("Timing more than usual"), "{read}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_best_qualified_refusal_is_praised_and_its_rep_sees_what_would_raise_it(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = with(on, "digest").await;
    let ana = team.person("Ana");
    ana.types("/refusal Acme 40k price/payment_terms #crm \"we only pay suppliers at ninety days and you ask for thirty, so our board said no\"").await;
    for client in ["Hooli", "Initech", "Umbrella", "Wayne"] {
        team.person("Bogdan").types(&format!("/refusal {client} 12k price #crm")).await;
    }
    channel(&team);
    ana.types("/refusal 1").await;
    ana.sees_parts(&["of 100. What would raise it: ", "the client's own reason, by /debrief client 1 (+"]);
    ana.types("/debrief 1").await;
    ana.presses("Answer").await;
    ana.fills(&[("How did it end?", "They chose to wait.")]).await;
    ana.submits().await;
    ana.screen();
    let elena = team.person("Elena");
    elena.types("/refusal 1").await;
    elena.presses("Validate").await;
    elena.fills(&[("Their main reason", "Price")]).await;
    elena.submits().await;
    team.it_is("2026-11-30T07:00:00Z").await;
    let read = channel(&team);
    assert!(read.contains("Ana wrote the best-qualified refusal, "), "{read}");
    assert!(read.contains("a debrief") && !read.contains("Bogdan wrote"), "{read}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_logged_late_counts_on_its_own_day_and_the_digest_says_so(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = with(on, "digest").await;
    let ana = team.person("Ana");
    ana.types("/refusal Acme 40k price #crm").await;
    // It happened in the week before.
    ana.sends("detail.1", &[("happened_on", "2026-11-18")]).await;
    team.idle().await;
    ana.types("/refusal Globex 5k timing #bi").await;
    channel(&team);
    ana.types("/refusals dates 2026-11-16..2026-11-22").await;
    ana.sees_parts(&["1 refusal for 16–22 November 2026"]);
    team.it_is("2026-11-30T07:00:00Z").await;
    let read = channel(&team);
    assert!(read.contains("1 refusal in the week of 23–29 November 2026"), "{read}");
    assert!(read.contains("One refusal logged in these days happened earlier: it counts on its own day."), "{read}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_digest_that_waits_for_the_next_working_hours_is_not_lost(#[values(On::Slack, On::Local)] on: On) {
    let mut team = with(on, "digest").await;
    some_are_logged(&team).await;
    // Down until after closing time: it comes on Tuesday, more than a day late.
    team.it_is("2026-11-30T06:30:00Z").await;
    team.is_down_for(TimeDelta::hours(10)).await;
    assert_eq!(channel(&team), "");
    team.it_is("2026-12-01T07:00:30Z").await;
    let late = channel(&team);
    assert_eq!(late.matches("in the week of 23–29 November 2026").count(), 1, "{late}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_channel_reads_how_leads_go_and_where_nobody_called(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values(true, false)] refusals: bool,
) {
    let team = with(on, "digest").await;
    if refusals {
        some_are_logged(&team).await;
    }
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for n in 1..=5 {
        elena.types(&format!("/lead Client {n}, website for Ana")).await;
    }
    team.it_is("2026-11-23T08:10:00Z").await;
    for n in 1..=5 {
        ana.sends(&format!("lead_called.{n}"), &[("outcome", "voicemail")]).await;
    }
    for (name, source) in [("Quiet", "partner"), ("Still", "partner"), ("Mute", "webinar")] {
        elena.types(&format!("/lead {name}, {source} for Bogdan")).await;
    }
    channel(&team);
    team.it_is("2026-11-30T07:00:00Z").await;
    let read = channel(&team);
    for part in [
        "Inbound leads: 8 came in, 62 % worked; 0 min until somebody had it, 10 min until the call",
        "Nobody has called yet: Partner 2, Webinar 1.",
    ] {
        assert!(read.contains(part), "{part} is not in\n{read}");
    }
    for secret in ["Client 1", "Quiet", "Mute", "Ana has", "Bogdan has"] {
        assert!(!read.contains(secret), "{secret} is in\n{read}");
    }
    team.ends().await;
}
