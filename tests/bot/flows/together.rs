//! One organisation on Slack and on Discord at once, started from its configuration as in production.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use panout::app::App;
use panout::chat::{Account, Service};
use panout::clock::Clock;
use panout::config::{self, Config, Secret};
use panout::domain::Role;
use panout::words::Catalogue;
use tokio::time::timeout;

use crate::fake::discord::FakeDiscord;
use crate::fake::slack::FakeSlack;
use crate::story::{ChatService, Database};

/// Both services, the app between them, and the channel of each.
struct Both {
    slack: FakeSlack,
    discord: FakeDiscord,
    app: App,
    database: Database,
    clock: Clock,
    channels: (String, String),
}

/// Somebody with an account on each service: their ids.
type Ids = (String, String);

impl Both {
    async fn start(names: &[(&str, Role)]) -> (Self, Vec<Ids>) {
        let clock = Clock::manual("2026-11-23T10:00:00Z".parse().expect("an instant"));
        let (slack, discord) = (FakeSlack::start_at(clock.clone()).await, FakeDiscord::start_at(clock.clone()).await);
        slack.install(&panout::platforms::slack::manifest(
            &panout::flows::menu(&Catalogue::built_in()),
            "Panout",
            None,
        ));
        let channels = (slack.add_channel("sales"), discord.add_channel("sales"));
        let ids: Vec<Ids> = names.iter().map(|(name, _)| (slack.add_person(name), discord.add_person(name))).collect();
        let database = Database::new();
        database.open().await.close().await;
        database.everybody_consents().await;
        let config = Config {
            database_url: database.url().to_owned(),
            organisation: config::Organisation { messages_a_day: 100, ..config::Organisation::default() },
            teams: vec![config::Team {
                name: "Field".into(),
                channels: vec![
                    Account::new(Service::Slack, channels.0.as_str()),
                    Account::new(Service::Discord, channels.1.as_str()),
                ],
                ..config::Team::default()
            }],
            people: names.iter().zip(&ids).map(|((name, role), ids)| person(name, *role, ids)).collect(),
            slack: Some(config::Slack {
                api_url: slack.api_url(),
                bot_token: Secret::new(slack.bot_token()),
                via: config::SlackVia::Socket(Secret::new(slack.app_token())),
            }),
            discord: Some(config::Discord {
                api_url: Some(discord.api_url()),
                token: Secret::new(discord.token()),
                public_key: None,
            }),
            http_addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            ..Config::default()
        };
        let app = App::start(config, clock.clone()).await.expect("the app starts");
        tokio::join!(slack.connected(), discord.connected());
        let both = Self { slack, discord, app, database, clock, channels };
        both.idle().await;
        (both, ids)
    }

    async fn idle(&self) {
        timeout(Duration::from_secs(30), self.app.idle()).await.expect("the bot finds rest");
    }

    async fn in_slack(&self, who: &Ids, line: &str) -> String {
        self.slack.types(&who.0, &self.channels.0, line).await;
        self.idle().await;
        self.slack.unread(&who.0).join("\n\n")
    }

    async fn in_discord(&self, who: &Ids, line: &str) -> String {
        self.discord.types(&who.1, &self.channels.1, line).await;
        self.idle().await;
        self.discord.unread(&who.1).join("\n\n")
    }

    async fn ends(self) {
        self.app.stop().await;
        assert_eq!(self.slack.complaints(), Vec::<String>::new());
        assert_eq!(self.discord.complaints(), Vec::<String>::new());
        self.database.drop().await;
    }
}

fn person(name: &str, role: Role, ids: &Ids) -> config::Person {
    let accounts = vec![Account::new(Service::Slack, ids.0.as_str()), Account::new(Service::Discord, ids.1.as_str())];
    config::Person { name: name.into(), team: None, role, accounts }
}

#[tokio::test]
async fn one_person_has_one_history_and_hears_where_they_last_were() {
    let (both, people) = Both::start(&[("Elena", Role::Head), ("Ana", Role::Rep)]).await;
    let (elena, ana) = (&people[0], &people[1]);
    assert!(both.in_slack(elena, "/refusals mine").await.contains("You have not logged a refusal yet."));
    assert!(both.in_slack(ana, "/refusal Acme 12k price").await.contains("Stored as #1: Acme"));
    assert!(both.slack.unread(&elena.0).join("\n").contains("Acme refused"));
    assert!(both.discord.unread(&elena.1).is_empty(), "one card, not two");

    let mine = both.in_discord(ana, "/refusals mine").await;
    assert!(mine.contains("#1 Acme"), "{mine}");
    // What one service knows, the other does: the same account again.
    assert!(both.in_discord(ana, "/refusal acme technical").await.contains("Is this the same refusal?"));
    both.discord.presses(&ana.1, "A new refusal").await;
    both.idle().await;
    assert!(both.discord.unread(&ana.1).join("\n").contains("Stored as #2: acme"));
    assert!(both.slack.unread(&elena.0).join("\n").contains("acme refused"), "she is still in Slack");

    assert!(!both.in_discord(elena, "/refusals mine").await.is_empty());
    assert!(both.in_slack(ana, "/refusal Beta 1k price").await.contains("Stored as #3: Beta"));
    assert!(both.discord.unread(&elena.1).join("\n").contains("Beta refused"), "now she is in Discord");
    assert!(both.slack.unread(&elena.0).is_empty());
    both.ends().await;
}

#[tokio::test]
async fn of_fifty_who_claim_a_lead_on_both_services_one_has_it() {
    let names: Vec<String> = (1..=25).map(|n| format!("Rep {n}")).collect();
    let mut people = vec![("Elena", Role::Head)];
    people.extend(names.iter().map(|name| (name.as_str(), Role::Rep)));
    let (both, ids) = Both::start(&people).await;
    assert!(
        both.in_slack(&ids[0], "/lead Novo, +40 722 000 111, website for Rep 1").await.contains("In Rep 1's hands")
    );
    for time in ["10:30", "11:00", "12:00"] {
        both.clock.set(format!("2026-11-23T{time}:00Z").parse().expect("an instant"));
        both.idle().await;
    }
    for who in &ids {
        both.slack.unread(&who.0);
        both.discord.unread(&who.1);
    }
    let claims = ids[1..].iter().flat_map(|who| {
        let (slack, discord): (&dyn ChatService, &dyn ChatService) = (&both.slack, &both.discord);
        [slack.presses(&who.0, "Claim L1"), discord.presses(&who.1, "Claim L1")]
    });
    futures_util::future::join_all(claims).await;
    both.idle().await;
    let claimed: Vec<(i64, i64)> =
        both.database.rows("SELECT COUNT(*), COUNT(DISTINCT person_id) FROM lead_events WHERE what = 'claimed'").await;
    assert_eq!(claimed, [(1, 1)]);
    let owners: Vec<(i64,)> = both.database.rows("SELECT COUNT(*) FROM leads WHERE owner_id IS NOT NULL").await;
    assert_eq!(owners, [(1,)]);
    let told = |unread: Vec<String>| unread.iter().filter(|text| text.contains("L1 is yours")).count();
    let told: Vec<usize> =
        ids.iter().map(|who| told(both.slack.unread(&who.0)) + told(both.discord.unread(&who.1))).collect();
    assert!(told.iter().filter(|times| **times > 0).count() == 1, "{told:?}");
    assert_eq!(told[1], 0, "whose it was, and who let its time pass");
    both.ends().await;
}
