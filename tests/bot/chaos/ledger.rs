//! What must come of everything that was typed, whatever happened to the program meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use panout::chat::Service;

use super::company::{APOLOGY, Company, Team};
use crate::story::ChatService as _;

/// What the stand-in for Discord says of processes that are killed: Discord delivers nothing again, and tells the person
/// that the bot did not answer; and a new process does not know how much of its buckets the last one used.
const KILLED: [&str; 3] =
    ["was not answered within 3 s", "sees \"thinking\" and nothing else", "more than what its bucket said was left"];

impl Company {
    /// Everything that is not as if nothing had ever happened to the program.
    pub(super) async fn faults(&self) -> Vec<String> {
        let stored: Vec<(i64, String)> =
            self.database.rows("SELECT number, account FROM refusals ORDER BY number").await;
        let mut wrong = self.faults_in_store(&stored);
        wrong.extend(self.faults_in_told(&stored));
        wrong.extend(self.faults_in_cards(&stored).await);
        let once = "SELECT refusal, COUNT(*) FROM audit WHERE what = 'logged' GROUP BY refusal HAVING COUNT(*) <> 1";
        let audited: Vec<(i64, i64)> = self.database.rows(once).await;
        wrong.extend(audited.iter().map(|(number, times)| format!("#{number} is in the audit {times} times")));
        let dead: Vec<(String, String)> =
            self.database.rows("SELECT occurrence, COALESCE(error, '') FROM jobs WHERE state = 'dead'").await;
        wrong.extend(dead.iter().map(|(job, why)| format!("{job} was given up: {why}")));
        wrong.extend(self.slack.complaints());
        let complaints = self.discord.complaints().into_iter();
        wrong.extend(complaints.filter(|sentence| !KILLED.iter().any(|killed| sentence.contains(killed))));
        wrong
    }

    /// Each line is stored at most once, and once if that was promised.
    fn faults_in_store(&self, stored: &[(i64, String)]) -> Vec<String> {
        let lines = self.lines.lock().expect("no test panics here");
        let times = |account: &str| stored.iter().filter(|(_, stored)| stored == account).count();
        let typed: BTreeSet<&str> = lines.iter().map(|line| line.account.as_str()).collect();
        let strange = stored.iter().filter(|(_, account)| !typed.contains(account.as_str()));
        let mut wrong: Vec<String> =
            strange.map(|(number, account)| format!("nobody typed #{number}, {account}")).collect();
        for line in &*lines {
            match times(&line.account) {
                1 => {}
                0 if !line.is_promised() => {}
                times => {
                    wrong.push(format!("{} is stored {times} times, acknowledged in {:?}", line.account, line.took));
                }
            }
        }
        wrong
    }

    /// What a rep was told is stored is stored, under that number.
    fn faults_in_told(&self, stored: &[(i64, String)]) -> Vec<String> {
        let told = self.told();
        let (mut wrong, mut count) = (Vec::new(), 0);
        for screen in told {
            let first = screen.lines().next().unwrap_or_default();
            let said = first.strip_prefix("Stored as #").and_then(|rest| rest.split_once(": "));
            let said = said.and_then(|(number, account)| Some((number.parse::<i64>().ok()?, account.to_owned())));
            match said {
                Some(said) if stored.contains(&said) => count += 1,
                None if screen.contains(APOLOGY) => {}
                _ => wrong.push(format!("a rep was told {first:?}, which is not so")),
            }
        }
        if count == 0 {
            wrong.push("no rep was told anything".into());
        }
        wrong
    }

    fn team_of(&self, account: &str) -> usize {
        let lines = self.lines.lock().expect("no test panics here");
        lines.iter().find(|line| line.account == account).map_or(0, |line| line.team)
    }

    /// Each stored refusal has one card, with its head; its message is known, and carries its marker.
    async fn faults_in_cards(&self, stored: &[(i64, String)]) -> Vec<String> {
        let posted = self.slack.posted().into_iter().chain(self.discord.posted());
        let mut wrong = Vec::new();
        let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut markers: BTreeMap<String, usize> = BTreeMap::new();
        for (at, marker, screen) in posted {
            let account = screen.split(" refused").next().unwrap_or_default().to_owned();
            shown.entry(account).or_default().push(at.channel);
            *markers.entry(marker.unwrap_or_default()).or_default() += 1;
        }
        for (number, account) in stored {
            let Team { on, head, .. } = &self.teams[self.team_of(account)];
            let expected = [if *on == Service::Slack { self.slack.direct(head) } else { self.discord.direct(head) }];
            match shown.remove(account) {
                Some(channels) if channels == expected => {}
                other => wrong.push(format!("the card of #{number} is in {other:?} and not in {expected:?}")),
            }
        }
        wrong.extend(
            shown.iter().map(|(what, channels)| format!("{what:?} was posted in {channels:?}: nobody asked for it")),
        );
        let known: Vec<(String, Option<String>)> = self.database.rows("SELECT marker, message FROM messages").await;
        for (marker, message) in known {
            match (markers.remove(&marker), message) {
                (Some(1), Some(_)) => {}
                (times, message) => wrong.push(format!("{marker} is posted {times:?} times; known: {message:?}")),
            }
        }
        wrong.extend(markers.into_keys().map(|marker| format!("{marker:?} was posted and is not known")));
        wrong
    }
}
