//! The built program, as an admin meets it: what it prints, and what it ends with.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A folder to run the program in, with nothing of this machine's environment.
struct Place(TempDir);

/// What came of a run.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, args: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_panout"));
        command.args(args).current_dir(self.path()).env_clear().envs(variables.iter().copied());
        command
    }

    fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Ended {
        let Output { status, stdout, stderr } = self.command(args, variables).output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
        Ended { code: status.code(), out: text(stdout), err: text(stderr) }
    }

    fn write(&self, file: &str) {
        std::fs::write(self.path().join("panout.toml"), file).expect("the file is written");
    }
}

const ACME: &str = "[organisation]\nname = \"Acme\"\n[[team]]\nname = \"Field\"\nchannels = [\"slack:C0SALES\"]\n";

/// Tokens, for a Slack where nobody listens (the discard port).
const NO_SLACK: [(&str, &str); 3] = [
    ("PANOUT_SLACK_BOT_TOKEN", "xoxb-HIDDEN"),
    ("PANOUT_SLACK_APP_TOKEN", "xapp-HIDDEN"),
    ("PANOUT_SLACK_API_URL", "http://127.0.0.1:9/api"),
];

#[test]
fn it_says_its_version_and_helps_with_every_command() {
    let place = Place::new();
    let version = place.run(&["--version"], &[]);
    assert_eq!((version.code, version.out), (Some(0), format!("panout {}\n", env!("CARGO_PKG_VERSION"))));
    let commands: [(&[&str], &str); 7] = [
        (&["--help"], "panout demo"),
        (&["demo", "--help"], "panout-demo.db"),
        (&["run", "--help"], "PANOUT_SLACK_APP_TOKEN"),
        (&["init", "--help"], "PANOUT_CONFIG"),
        (&["doctor", "--help"], "channels"),
        (&["manifest", "slack", "--help"], "From a manifest"),
        (&["manifest", "discord", "--help"], "PANOUT_DISCORD_TOKEN"),
    ];
    for (args, says) in commands {
        let help = place.run(args, &[]);
        assert!(help.code == Some(0) && help.out.contains(says), "{args:?}: {}", help.out);
    }
    let nothing = place.run(&[], &[]);
    assert!(nothing.code == Some(2) && nothing.err.contains("Usage: panout <COMMAND>"), "{}", nothing.err);
    let typo = place.run(&["docter"], &[]);
    assert!(typo.code == Some(2) && typo.err.contains("'doctor'"), "{}", typo.err);
}

#[test]
fn init_writes_a_file_that_is_right_and_never_writes_over_one() {
    let place = Place::new();
    let first = place.run(&["init"], &[]);
    assert!(first.code == Some(0) && first.out.contains("Wrote panout.toml. Next:"), "{}{}", first.out, first.err);
    let written = std::fs::read_to_string(place.path().join("panout.toml")).expect("it is there");
    place.write(&format!("{written}# mine\n"));
    let again = place.run(&["init"], &[]);
    assert_eq!(again.code, Some(2));
    assert!(again.err.contains("panout.toml is there already, and is left as it is"), "{}", again.err);
    let kept = std::fs::read_to_string(place.path().join("panout.toml")).expect("it is still there");
    assert!(kept.ends_with("# mine\n"));
    assert_eq!(place.run(&["manifest", "slack"], &[]).code, Some(0), "the file can be read");
}

#[test]
fn every_example_in_the_written_file_is_right_when_it_is_uncommented() {
    let place = Place::new();
    let path = place.path().join("elsewhere.toml");
    let elsewhere = [("PANOUT_CONFIG", path.to_str().expect("a plain path"))];
    assert_eq!(place.run(&["init"], &elsewhere).code, Some(0));
    let written = std::fs::read_to_string(&path).expect("it is where PANOUT_CONFIG says");
    std::fs::create_dir(place.path().join("words")).expect("the folder of texts the example names");
    let is_example = |line: &str| line.starts_with("# [") || (line.starts_with("# ") && line.contains(" = "));
    let mut lines: Vec<&str> = Vec::new();
    for line in written.lines() {
        let example = if is_example(line) { line.trim_start_matches("# ") } else { line };
        // The second example of a list stands for the first.
        if example.starts_with("channels = [\"") {
            lines.retain(|line| *line != "channels = []");
        }
        lines.push(example);
    }
    let uncommented = lines.join("\n");
    for key in ["head_card_above", "prompts", "accounts", "aliases", "url", "filter", "lease_seconds", "address"] {
        assert!(lines.iter().any(|line| line.starts_with(key)), "no example of {key}");
    }
    std::fs::write(&path, &uncommented).expect("the file is written");
    let read = place.run(&["manifest", "slack"], &elsewhere);
    assert_eq!(read.code, Some(0), "{}\n{uncommented}", read.err);
}

#[test]
fn run_says_what_is_missing_before_it_starts() {
    let place = Place::new();
    let no_file = place.run(&["run"], &NO_SLACK);
    assert_eq!(no_file.code, Some(2));
    assert!(no_file.err.contains("there is no panout.toml here: write one with `panout init`"), "{}", no_file.err);
    place.write(ACME);
    let no_token = place.run(&["run"], &[]);
    assert_eq!(no_token.code, Some(2));
    for says in ["PANOUT_SLACK_BOT_TOKEN and PANOUT_SLACK_APP_TOKEN", "PANOUT_DISCORD_TOKEN", "panout demo"] {
        assert!(no_token.err.contains(says), "{}", no_token.err);
    }
    assert!(!place.path().join("panout.db").exists(), "nothing was opened");
}

#[test]
fn a_fault_in_the_file_is_said_with_its_line_and_ends_with_2() {
    let place = Place::new();
    place.write("[organisation]\nname = \"Acme\"\ntimezone = \"UTC\"\n");
    for args in [&["run"][..], &["doctor"], &["manifest", "slack"]] {
        let ended = place.run(args, &NO_SLACK);
        let said = "panout: panout.toml, line 3: [organisation] has no key `timezone`: did you mean `time_zone`?\n";
        assert_eq!((ended.code, ended.err.as_str()), (Some(2), said), "{args:?}");
    }
}

#[test]
fn the_manifests_name_every_command() {
    let place = Place::new();
    let slack = place.run(&["manifest", "slack"], &[]);
    let manifest: serde_json::Value = serde_json::from_str(&slack.out).expect("it is JSON");
    let commands = manifest["features"]["slash_commands"].as_array().expect("a list").iter();
    let names: Vec<_> = commands.map(|command| command["command"].as_str().unwrap_or_default()).collect();
    assert_eq!(names, ["/refusal", "/refusals", "/panout"]);
    let discord = place.run(&["manifest", "discord"], &[("PANOUT_DISCORD_TOKEN", "MTAwMDAwMDAwMDAwMDAwMDAx.a.b")]);
    assert!(discord.out.contains("client_id=100000000000000001&"), "{}", discord.out);
    assert!(place.run(&["manifest", "discord", "42"], &[]).out.contains("client_id=42&"));
    assert!(place.run(&["manifest", "discord"], &[]).out.contains("APPLICATION_ID"));
}

#[test]
fn doctor_looks_at_everything_and_ends_with_1_if_something_is_broken() {
    let place = Place::new();
    let bare = place.run(&["doctor"], &[]);
    assert_eq!(bare.code, Some(1));
    for says in [
        "FAIL  configuration: there is no panout.toml here\n      -> write one with `panout init`",
        "OK    database: SQLite 3.",
        "OK    clock: it is ",
        "tz database 20",
        "FAIL  chat services: none has its tokens\n      -> set PANOUT_SLACK_BOT_TOKEN",
    ] {
        assert!(bare.out.contains(says), "{says:?} is not in\n{}", bare.out);
    }
    assert_eq!(bare.err, "panout: 2 things are broken: see each FAIL above\n");
    place.write(ACME);
    let deaf = place.run(&["doctor"], &NO_SLACK);
    assert_eq!(deaf.code, Some(1));
    for says in [
        "OK    configuration: panout.toml",
        "NOTE  team \"Field\": it has no head of sales",
        "FAIL  slack, bot token: ",
        "-> copy the Bot User OAuth Token again",
        "FAIL  slack, channel C0SALES: ",
        "OK    discord: off, its tokens are not set",
    ] {
        assert!(deaf.out.contains(says), "{says:?} is not in\n{}", deaf.out);
    }
    assert!(!deaf.out.contains("HIDDEN") && !deaf.err.contains("HIDDEN"), "a token is shown");
}

/// A running demo, stopped at the latest with the test.
struct Demo {
    child: Child,
    page: String,
}

impl Demo {
    fn start(place: &Place) -> Self {
        let mut command = place.command(&["demo"], &[("PANOUT_HTTP_ADDR", "127.0.0.1:0")]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let out = child.stdout.take().expect("it is piped");
        let line = BufReader::new(out).lines().next().expect("it says where the page is").expect("it prints UTF-8");
        let page = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address").to_owned();
        Self { child, page }
    }

    /// Tells it to stop; what it ended with.
    fn stop(mut self) -> Option<i32> {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.expect("kill is there").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Stopped already, if all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_demo_serves_its_page_stops_when_told_and_comes_back() {
    let place = Place::new();
    for _ in 0..2 {
        let demo = Demo::start(&place);
        let page = reqwest::get(&demo.page).await.expect("the page answers");
        assert!(page.status().is_success());
        let page = page.text().await.expect("it is text");
        assert!(page.contains("Panout"), "{page}");
        let doctor = place.run(&["doctor"], &[("PANOUT_DATABASE_URL", "sqlite:panout-demo.db")]);
        assert!(doctor.out.contains("NOTE  database: a running panout has it"), "{}", doctor.out);
        assert_eq!(demo.stop(), Some(0));
    }
}
