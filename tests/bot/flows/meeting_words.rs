//! What a meeting decides, in the worst words that people may type: kept as they are, and no markup anywhere.

use rstest::rstest;

use super::digest::at;
use super::meeting::{agenda, decided, look_away};
use crate::story::On;

/// As an enemy would decide: who is to be rung, what is to be bold, and what is to turn the line around.
const HOSTILE: [&str; 6] = [
    "<!channel> & <!here> <@U1> <#C1|x> @everyone @here <@&1>",
    "**bold** *b* _i_ ~s~ `code` ```block``` [link](https://evil.example) ||spoiler|| :tada: <t:0:R>",
    "{what} {owner} {{due}} '; DROP TABLE meeting_decisions; --",
    "\u{202e}שלום שركة النور\u{2066} right to left\u{2069}",
    "zero\u{200b}width\u{200d}join\u{feff}ers\u{ad} end",
    "# heading\n> quoted\n- listed\n-# small",
];

/// A text without the marks that show nothing: services have some of their own, which the stand-ins leave out.
fn shown(text: &str) -> String {
    let marks =
        |c: char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.replace(marks, "")
}

#[rstest]
#[tokio::test]
async fn what_is_decided_is_kept_as_it_was_typed_rings_nobody_and_is_no_markup(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = decided(on).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    for (n, what) in HOSTILE.iter().enumerate() {
        ana.presses("Add a decision").await;
        let until = format!("2026-12-{:02}", 8 + n);
        ana.fills(&[("What is to be done", what), ("Who does it", "Bogdan"), ("Until when", &until)]).await;
        ana.submits().await;
        let read = ana.screen();
        assert!(shown(&read).contains(&shown(what)), "{what:?} is not in\n{read}");
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    let kept: Vec<(String,)> = team.rows("SELECT what FROM meeting_decisions WHERE id > 1 ORDER BY id").await;
    assert_eq!(kept.iter().map(|(what,)| what.as_str()).collect::<Vec<_>>(), HOSTILE);
    // In the channel, in the message of the day, in the form of its button, and once it is done.
    let read = agenda(&team, "Elena", "2026-12-07T07:00:00Z").await;
    for what in HOSTILE {
        assert!(shown(&read).contains(&shown(what)), "{what:?} is not in\n{read}");
    }
    look_away(&team);
    for (n, what) in HOSTILE.iter().enumerate() {
        team.it_is(&format!("2026-12-{:02}T07:00:00Z", 8 + n)).await;
        let read = bogdan.screen();
        if n < 4 {
            // The weekend comes in between; the others come on Monday.
            assert!(shown(&read).contains(&shown(what)), "{what:?} is not in\n{read}");
        }
        let done = bogdan.picks(&format!("decision_done.{}", n + 2), "").await;
        assert!(done.contains("Ask") && done.contains("It is done"), "{done}");
        let sent = bogdan.sends(&format!("decision_done.{}", n + 2), &[("note", what)]).await;
        assert!(sent.starts_with("Ok("), "{sent}");
        look_away(&team);
    }
    let read = agenda(&team, "Elena", "2026-12-14T07:00:00Z").await;
    for what in HOSTILE {
        assert!(shown(&read).contains(&shown(what)), "{what:?} is not in\n{read}");
    }
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_decision_of_three_thousand_characters_is_shown_whole_and_of_more_is_refused(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = decided(on).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    let words: Vec<String> = (0..333).map(|n| format!("word{n:04}")).collect();
    let long = words.join(" ");
    assert!(long.len() < 3000 && long.len() > 2990, "{}", long.len());
    ana.presses("Add a decision").await;
    ana.fills(&[("What is to be done", &long), ("Who does it", "Bogdan"), ("Until when", "2026-12-03")]).await;
    ana.submits().await;
    let read = ana.screen();
    for word in &words {
        assert!(read.contains(word.as_str()), "{word} is not on the agenda");
    }
    // One word of which a line ends nowhere.
    let endless = "x".repeat(3000);
    let moment = at("2026-11-30T07:00:00Z").timestamp();
    let form = format!("meeting_decision.1.{moment}");
    let owner = team.rows::<(i64,)>("SELECT id FROM people WHERE name = 'Bogdan'").await[0].0.to_string();
    let sent = ana.sends(&form, &[("what", &endless), ("owner", &owner), ("due_on", "2026-12-03")]).await;
    assert!(sent.contains(&endless), "it is kept");
    for nothing in ["y".repeat(3001), "\u{200b}\u{feff} \u{202e}".to_owned(), " \n ".to_owned()] {
        let sent = ana.sends(&form, &[("what", &nothing), ("owner", &owner), ("due_on", "2026-12-03")]).await;
        assert!(sent.contains("Err(Faults"), "{sent}");
    }
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM meeting_decisions").await, [(3,)]);
    team.it_is("2026-12-03T07:00:00Z").await;
    let read = bogdan.sees_parts(&["2 things to do today", "word0000 word0001", "…"]);
    assert!(!read.contains("word0100"), "the beginning is enough in a line:\n{read}");
    bogdan.presses("Done: word0000 word0001 word0002 word00…").await;
    if on != On::Discord {
        // Discord shows no text in a modal.
        assert!(bogdan.form().contains("word0332"), "{}", bogdan.form());
    }
    bogdan.submits().await;
    look_away(&team);
    team.ends().await;
}
