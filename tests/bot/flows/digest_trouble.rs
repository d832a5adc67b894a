//! A digest that cannot be posted at once, or at all; and what is counted before it is decided.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use panout::chat::Service;
use panout::flows::{self, Ahead, Notice, Rules, Saying, Shared};
use panout::words::{Catalogue, Language};
use rstest::rstest;

use super::digest::{at, channel, schedules, some_are_logged, with};
use crate::story::{On, Team, Trouble};

#[rstest]
#[tokio::test]
async fn an_admin_is_told_once_that_a_channel_is_closed(#[values(On::Slack, On::Discord)] on: On) {
    let team = with(on, "digest").await;
    some_are_logged(&team).await;
    team.service().trouble(Trouble::ChannelsClosed);
    team.it_is("2026-11-30T07:00:00Z").await;
    let adi = team.person("Adi");
    let told = adi.sees_parts(&["The digest of Field could not be posted", "Invite me again or name another channel"]);
    let service = if on == On::Slack { "Slack" } else { "Discord" };
    let named = format!("I cannot write in sales, the channel of Field on {service}: it was archived or closed");
    assert!(told.contains(&named), "{told}");
    let id = format!("panout.toml names it {}:{}.", service.to_lowercase(), team.sales);
    assert!(told.contains(&id), "{told}");
    assert_eq!(channel(&team), "");
    team.it_is("2026-12-07T07:00:00Z").await;
    let again = adi.screen();
    assert!(!again.contains("could not be posted"), "{again}");
    let given_up = team.forgives();
    assert_eq!(given_up.iter().filter(|error| error.contains("given up")).count(), 2, "{given_up:?}");
    let done = "UPDATE jobs SET state = 'done' WHERE state = 'dead' RETURNING id";
    assert_eq!(team.rows::<(i64,)>(done).await.len(), 2);
    team.ends().await;
}

#[rstest]
#[case::a_429_in_the_thread(Trouble::TooManyRequests { times: 2, retry_after: Some(1) })]
#[case::lost_answers(Trouble::LostAnswer { times: 2 })]
#[case::a_hang(Trouble::Hang { times: 1 })]
#[case::errors(Trouble::Status { times: 2, status: 503 })]
#[case::a_429_that_is_long(Trouble::TooManyRequests { times: 1, retry_after: Some(4) })]
#[case::a_429_at_its_picture(Trouble::Uploads(Box::new(Trouble::TooManyRequests { times: 1, retry_after: Some(4) })))]
#[case::errors_at_its_picture(Trouble::Uploads(Box::new(Trouble::Status { times: 4, status: 503 })))]
#[case::lost_answers_at_its_picture(Trouble::Uploads(Box::new(Trouble::LostAnswer { times: 3 })))]
#[case::a_hang_at_its_picture(Trouble::Uploads(Box::new(Trouble::Hang { times: 1 })))]
#[tokio::test]
async fn a_digest_in_trouble_is_posted_once_with_its_thread(
    #[values(On::Slack, On::Discord)] on: On,
    #[case] trouble: Trouble,
) {
    let team = with(on, "digest").await;
    some_are_logged(&team).await;
    team.service().trouble(trouble);
    team.it_is("2026-11-30T07:00:00Z").await;
    for _ in 0..8 {
        team.passes(TimeDelta::minutes(1)).await;
    }
    let read = channel(&team);
    for part in ["in the week of 23–29", "Why clients said no", "What clients said", "What is still open"] {
        let posted = team.service().posted();
        let times =
            posted.iter().filter(|(_, _, screen)| screen.lines().next().is_some_and(|title| title.contains(part)));
        assert_eq!(times.count(), 1, "{part}:\n{read}");
    }
    assert!(read.contains("[picture: Table."), "{read}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_channel_in_which_nobody_did_anything_is_named_by_its_team(#[values(On::Slack, On::Discord)] on: On) {
    let team = with(on, "digest").await;
    let ana = team.person("Ana").in_channel(&team.general);
    ana.types("/refusal Acme 40k price #crm").await;
    team.service().trouble(Trouble::ChannelsClosed);
    team.it_is("2026-11-30T07:00:00Z").await;
    let service = if on == On::Slack { "Slack" } else { "Discord" };
    let named = format!("I cannot write in the channel of Field on {service}: it was archived or closed");
    team.person("Adi").sees_parts(&[&named]);
    channel(&team);
    let given_up = team.forgives();
    assert_eq!(given_up.iter().filter(|error| error.contains("given up")).count(), 1, "{given_up:?}");
    let done = "UPDATE jobs SET state = 'done' WHERE state = 'dead' RETURNING id";
    assert_eq!(team.rows::<(i64,)>(done).await.len(), 1);
    team.ends().await;
}

#[tokio::test]
async fn a_digest_waits_for_its_picture_as_long_as_slack_asks_and_then_says_it_in_words() {
    for (times, posted_after) in [(2, 4), (1000, 5)] {
        let team = with(On::Slack, "digest").await;
        some_are_logged(&team).await;
        let limited = Trouble::TooManyRequests { times, retry_after: Some(80) };
        team.slack().trouble_at("files.getUploadURLExternal", &limited);
        team.it_is("2026-11-30T07:00:00Z").await;
        for minute in 1..posted_after {
            assert_eq!(channel(&team), "", "{minute}");
            team.passes(TimeDelta::minutes(1)).await;
        }
        team.passes(TimeDelta::seconds(30)).await;
        let read = channel(&team);
        assert_eq!(read.matches("3 refusals in the week of 23–29 November 2026").count(), 1, "{read}");
        assert_eq!(read.contains("[picture: Table. 3 refusals"), times == 2, "{read}");
        assert!(read.contains("Table. 3 refusals for 23–29 November 2026. Product and reason: CRM Suite 2"), "{read}");
        team.passes(TimeDelta::minutes(10)).await;
        let rest = channel(&team);
        assert!(!rest.contains("in the week of"), "once:\n{rest}");
        team.ends().await;
    }
}

/// The rules of the story's team, for whoever looks into the bot.
fn shared() -> Arc<Shared> {
    let rules = Rules {
        language: Language::En,
        head_card_above: None,
        services: Service::ALL.to_vec(),
        messages_a_day: 1000,
        amounts_in_channel: Vec::new(),
        self_validation: None,
        leads: panout::flows::LeadRules::default(),
        opportunities: panout::flows::DealRules::default(),
        schedules: [("Field".to_owned(), schedules("digest"))].into(),
    };
    Arc::new(Shared::new(Catalogue::built_in(), rules))
}

/// What the bot draws ahead of a digest.
async fn drawn_ahead(team: &Team, notice: &Notice, now: DateTime<Utc>) -> Option<Ahead> {
    let (shared, notice) = (shared(), notice.clone());
    let read = team.app().db().read(move |tx| {
        let (shared, notice) = (shared.clone(), notice.clone());
        Box::pin(async move { flows::ahead(tx, &shared, &notice, now).await })
    });
    read.await.expect("it is drawn")
}

/// What the bot would post, from what was drawn ahead, in words.
async fn said(team: &Team, notice: &Notice, ahead: Option<Ahead>, now: DateTime<Utc>) -> String {
    let (shared, notice) = (shared(), notice.clone());
    let write = team.app().db().write(move |tx| {
        let (shared, notice, ahead) = (shared.clone(), notice.clone(), ahead.clone());
        Box::pin(async move { flows::say(tx, &shared, &notice, ahead.as_ref(), now).await })
    });
    match write.await.expect("it is decided") {
        Saying::Post(_, card) => card.title.unstyled(),
        other => format!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn a_digest_is_drawn_before_it_is_decided_and_again_if_it_is_of_other_days_then(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = with(on, "digest").await;
    some_are_logged(&team).await;
    team.it_is("2026-11-30T06:00:00Z").await;
    let due = at("2026-11-30T07:00:00Z");
    let notice = Notice::Digest(1, due, 0);
    let ahead = drawn_ahead(&team, &notice, due).await;
    assert!(ahead.is_some());
    // Logged between: it was counted before, and nobody waited for that.
    team.person("Ana").types("/refusal Initech 3k timing \"ask us in spring\"").await;
    team.person("Ana").sends("detail.4", &[("happened_on", "2026-11-27")]).await;
    channel(&team);
    assert_eq!(said(&team, &notice, ahead.clone(), due).await, "3 refusals in the week of 23–29 November 2026");
    assert_eq!(said(&team, &notice, None, due).await, "4 refusals in the week of 23–29 November 2026");
    // Begun elsewhere meanwhile, for other days: what was drawn is not posted.
    let day = if team.database().is_postgres() { "DATE '2026-11-26'" } else { "'2026-11-26'" };
    let moved = format!("UPDATE digests SET from_day = {day} RETURNING team_id");
    assert_eq!(team.rows::<(i64,)>(Box::leak(moved.into_boxed_str())).await.len(), 1);
    assert_eq!(said(&team, &notice, ahead, due).await, "1 refusal for 26–29 November 2026");
    assert_eq!(team.rows::<(i64,)>("DELETE FROM digests RETURNING team_id").await.len(), 1);
    team.it_is("2026-11-30T07:00:00Z").await;
    let read = channel(&team);
    assert_eq!(read.matches("4 refusals in the week of 23–29 November 2026").count(), 1, "{read}");
    // What is there is not drawn again.
    assert!(drawn_ahead(&team, &notice, due).await.is_none());
    team.ends().await;
}
