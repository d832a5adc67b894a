//! The built program, as an admin meets it: what it prints, and what it ends with.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use panout::config::Config;
use panout::domain::Source;
use panout::flows::{NewToken, Shown, make_token};
use panout::store::{Db, NewJob, Waits};
use tempfile::TempDir;

use crate::fake::discord::FakeDiscord;
use crate::fake::slack::FakeSlack;
use crate::story::ChatService as _;

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
        ended(&mut self.command(args, variables))
    }

    /// The same, while the stand-ins of this test go on.
    async fn run_beside(&self, args: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut command = self.command(args, variables);
        let ended = tokio::task::spawn_blocking(move || ended(&mut command)).await;
        ended.expect("it does not panic")
    }

    fn write(&self, file: &str) {
        std::fs::write(self.path().join("panout.toml"), file).expect("the file is written");
    }
}

/// Runs a command to its end.
fn ended(command: &mut Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
    Ended { code: status.code(), out: text(stdout), err: text(stderr) }
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
    let commands: [(&[&str], &str); 12] = [
        (&["--help"], "panout demo"),
        (&["demo", "--help"], "panout-demo.db"),
        (&["run", "--help"], "PANOUT_SLACK_APP_TOKEN"),
        (&["init", "--help"], "PANOUT_CONFIG"),
        (&["doctor", "--help"], "channels"),
        (&["token", "create", "--help"], "/openapi.json"),
        (&["import", "--help"], "A dry run first"),
        (&["import", "leads", "--help"], "--write"),
        (&["import", "refusals", "--help"], "Company, Reason and Day"),
        (&["import", "deals", "--help"], "Last activity"),
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
    for key in
        ["head_card_above", "prompts", "accounts", "aliases", "url", "filter", "lease_seconds", "address", "public_url"]
    {
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
    assert_eq!(
        names,
        ["/refusal", "/refusals", "/debrief", "/lead", "/leads", "/deal", "/queue", "/recontacts", "/plays", "/panout"]
    );
    let discord = place.run(&["manifest", "discord"], &[("PANOUT_DISCORD_TOKEN", "MTAwMDAwMDAwMDAwMDAwMDAx.a.b")]);
    assert!(discord.out.contains("client_id=100000000000000001&"), "{}", discord.out);
    assert!(place.run(&["manifest", "discord", "42"], &[]).out.contains("client_id=42&"));
    assert!(place.run(&["manifest", "discord"], &[]).out.contains("APPLICATION_ID"));
}

#[test]
fn the_manifests_follow_the_way_that_is_chosen() {
    let place = Place::new();
    place.write("[organisation]\nname = \"Acme\"\n[http]\npublic_url = \"https://panout.example.com/bot/\"\n");
    let secret = [("PANOUT_SLACK_BOT_TOKEN", "xoxb-1"), ("PANOUT_SLACK_SIGNING_SECRET", "s3cret")];
    for variables in [&[][..], &secret] {
        let slack = place.run(&["manifest", "slack"], variables);
        let manifest: serde_json::Value = serde_json::from_str(&slack.out).expect("it is JSON");
        assert_eq!(manifest["settings"]["socket_mode_enabled"], false);
        let commands = manifest["features"]["slash_commands"].as_array().expect("a list");
        assert!(
            commands.iter().all(|it| it["url"] == "https://panout.example.com/bot/slack/commands"),
            "{}",
            slack.out
        );
    }
    let hex = "ab".repeat(32);
    let key = [("PANOUT_DISCORD_TOKEN", "MTAwMDAwMDAwMDAwMDAwMDAx.a.b"), ("PANOUT_DISCORD_PUBLIC_KEY", &hex)];
    let discord = place.run(&["manifest", "discord"], &key);
    assert!(discord.out.contains("https://panout.example.com/bot/discord/interactions"), "{}", discord.out);
    place.write(ACME);
    let nowhere = place.run(&["manifest", "slack"], &secret);
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.err.contains("set public_url under [http], or PANOUT_HTTP_PUBLIC_URL"), "{}", nowhere.err);
}

#[test]
fn doctor_looks_at_everything_and_ends_with_1_if_something_is_broken() {
    let place = Place::new();
    let bare = place.run(&["doctor"], &[]);
    assert_eq!(bare.code, Some(1));
    for says in [
        "FAIL  configuration: there is no panout.toml here\n      -> write one with `panout init`",
        "NOTE  database: there is none yet\n      -> panout run makes it",
        "OK    clock: it is ",
        "tz database 20",
        "FAIL  chat services: none has its tokens\n      -> set PANOUT_SLACK_BOT_TOKEN",
    ] {
        assert!(bare.out.contains(says), "{says:?} is not in\n{}", bare.out);
    }
    assert!(!bare.out.contains("team \"Panout\""), "a team that nobody named:\n{}", bare.out);
    assert!(!place.path().join("panout.db").exists(), "to look is not to make");
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

#[tokio::test]
async fn doctor_is_content_when_both_services_are() {
    let place = Place::new();
    let (slack, discord) = (FakeSlack::start().await, FakeDiscord::start().await);
    slack.install(&place.run(&["manifest", "slack"], &[]).out);
    let (on_slack, on_discord) = (slack.add_channel("sales"), discord.add_channel("sales"));
    let hidden = discord.add_channel_without_bot("board");
    let person = "[[person]]\nname = \"Elena\"\nrole = \"head\"\naccounts = [\"slack:U0HEAD\"]\n";
    let file =
        |channels: &str| format!("[organisation]\nname = \"Acme\"\n[[team]]\nname = \"Field\"\n{channels}\n{person}");
    place.write(&file(&format!("channels = [\"slack:{on_slack}\", \"discord:{on_discord}\"]")));
    let tokens = [
        ("PANOUT_SLACK_API_URL", slack.api_url()),
        ("PANOUT_SLACK_BOT_TOKEN", slack.bot_token()),
        ("PANOUT_SLACK_APP_TOKEN", slack.app_token()),
        ("PANOUT_DISCORD_API_URL", discord.api_url()),
        ("PANOUT_DISCORD_TOKEN", discord.token()),
    ];
    let tokens: Vec<(&str, &str)> = tokens.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let well = place.run_beside(&["doctor"], &tokens).await;
    assert_eq!((well.code, well.err.as_str()), (Some(0), ""), "{}", well.out);
    for says in ["slack, way", "slack, scopes", "slack, socket", "discord, way", "discord, token", "discord, gateway"] {
        assert!(well.out.contains(&format!("OK    {says}")), "{says:?} is not fine in\n{}", well.out);
    }
    let there = format!("OK    slack, channel {on_slack}: it is there");
    let seen = format!("OK    discord, channel {on_discord}: the bot sees it");
    assert!(well.out.contains(&there) && well.out.contains(&seen), "{}", well.out);
    place.write(&file(&format!("channels = [\"slack:C0NOWHERE\", \"discord:{hidden}\"]")));
    let ill = place.run_beside(&["doctor"], &tokens).await;
    for channel in ["slack, channel C0NOWHERE".to_owned(), format!("discord, channel {hidden}")] {
        let says = format!("FAIL  {channel}: the bot does not see it\n      -> invite the bot there");
        assert!(ill.code == Some(1) && ill.out.contains(&says), "{says}\n{}", ill.out);
    }
}

#[tokio::test]
async fn doctor_tells_of_jobs_that_were_given_up_and_leads_that_wait() {
    let place = Place::new();
    let url = format!("sqlite:{}", place.path().join("panout.db").display());
    let db = Db::open(&url).await.expect("it opens");
    let listing = Config::default().listing();
    let buried: anyhow::Result<()> = db
        .write(move |tx| {
            let listing = listing.clone();
            Box::pin(async move {
                let now = "2026-11-23T08:00:00Z".parse()?;
                tx.list(&listing, now).await?;
                let job = NewJob { kind: "post", occurrence: "refusal:7".into(), payload: "{}".into(), run_at: now };
                tx.plan(&job, now).await?;
                let job =
                    tx.claim_jobs(now, now, "token", 1).await?.pop().ok_or_else(|| anyhow::anyhow!("no job is due"))?;
                tx.bury_job(&job, "channel_not_found").await?;
                let shown = Shown::new(false)?;
                let site = NewToken { name: "site".into(), source: Source::Website, team: None };
                make_token(tx, &site, &shown, now).await?.map_err(|wrong| anyhow::anyhow!("{wrong:?}"))?;
                for request in ["a", "b"] {
                    let (token_id, key, signature, kept) = (1, None, None, None);
                    let (request, body_hash, sent) = (request.into(), "x".into(), "[".into());
                    let waits = Waits { request, token_id, key, signature, body_hash, many: 0, sent, kept, at: now };
                    tx.wait_in_inbox(&waits).await?;
                }
                assert_eq!(tx.put_off_in_inbox(now).await?, Some(1));
                Ok(())
            })
        })
        .await;
    buried.expect("a job is given up");
    db.close().await;
    let doctor = place.run(&["doctor"], &[]);
    assert!(doctor.out.contains("NOTE  post refusal:7: given up at attempt 1: channel_not_found"), "{}", doctor.out);
    let waits = "NOTE  leads: requests that were taken and could not be worked off so far: 1";
    assert!(doctor.out.contains(waits), "{}", doctor.out);
}

/// Starts the program on this Slack, which has it installed; what it prints goes where `prints_to` says.
fn runs_on(slack: &FakeSlack, place: &Place, prints_to: fn() -> Stdio) -> Running {
    slack.install(&place.run(&["manifest", "slack"], &[]).out);
    place.write(ACME);
    let (url, bot, app) = (slack.api_url(), slack.bot_token(), slack.app_token());
    let tokens = [("PANOUT_SLACK_API_URL", &*url), ("PANOUT_SLACK_BOT_TOKEN", &bot), ("PANOUT_SLACK_APP_TOKEN", &app)];
    let mut command = place.command(&["run"], &tokens);
    Running(command.stdout(prints_to()).stderr(prints_to()).spawn().expect("the program starts"))
}

#[tokio::test]
async fn run_connects_where_it_has_tokens_says_what_is_off_and_stops_when_told() {
    let (place, slack) = (Place::new(), FakeSlack::start().await);
    let running = runs_on(&slack, &place, Stdio::piped);
    slack.connected().await;
    let ended = tokio::task::spawn_blocking(|| running.stop()).await.expect("it does not panic");
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""), "{}", ended.err);
    assert!(ended.err.contains("off: PANOUT_DISCORD_TOKEN not set"), "{}", ended.err);
    assert!(ended.err.contains("over Socket Mode, because PANOUT_SLACK_APP_TOKEN is set"), "{}", ended.err);
    assert!(!ended.err.contains("off: PANOUT_SLACK") && !ended.err.contains(&slack.bot_token()), "{}", ended.err);
}

#[tokio::test]
async fn run_over_http_serves_says_so_and_doctor_knows_it_again() {
    let place = Place::new();
    let slack = FakeSlack::start().await;
    place.write("[organisation]\nname = \"Acme\"\n[http]\npublic_url = \"https://panout.example.com\"\n");
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let addr = free.expect("a free port");
    let (url, bot, secret, at) = (slack.api_url(), slack.bot_token(), slack.signing_secret(), addr.to_string());
    let variables = [
        ("PANOUT_SLACK_API_URL", &*url),
        ("PANOUT_SLACK_BOT_TOKEN", &bot),
        ("PANOUT_SLACK_SIGNING_SECRET", &secret),
        ("PANOUT_HTTP_ADDR", &at),
    ];
    slack.install(&place.run(&["manifest", "slack"], &variables).out);
    let before = place.run_beside(&["doctor"], &variables).await;
    assert!(before.out.contains(&format!("OK    web server: {addr} is free")), "{}", before.out);
    let mut command = place.command(&["run"], &variables);
    let running = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts"));
    slack.sends_to(addr);
    slack.connected().await;
    let (ana, sales) = (slack.add_person("Ana"), slack.add_channel("sales"));
    slack.types(&ana, &sales, "/refusal Acme 12k price").await;
    let beside = place.run_beside(&["doctor"], &variables).await;
    for says in [
        format!("OK    web server: a running panout answers on {addr}"),
        "OK    public address: https://panout.example.com".to_owned(),
        "OK    slack, way: over HTTP, because PANOUT_SLACK_SIGNING_SECRET is set".to_owned(),
    ] {
        assert!(beside.out.contains(&says), "{says}\n{}", beside.out);
    }
    let ended = tokio::task::spawn_blocking(|| running.stop()).await.expect("it does not panic");
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.err.contains("over HTTP, because PANOUT_SLACK_SIGNING_SECRET is set"), "{}", ended.err);
    assert!(!ended.err.contains(&secret) && !beside.out.contains(&secret), "{}", ended.err);
    assert_eq!(slack.complaints(), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn run_lets_go_of_what_its_start_needed_and_works_on() {
    let (place, slack) = (Place::new(), FakeSlack::start().await);
    let running = runs_on(&slack, &place, Stdio::null);
    let of_files = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.0.id())).expect("it runs");
        let size = status.lines().find_map(|line| line.strip_prefix("RssFile:")).expect("it is said");
        size.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kB")
    };
    let (began, mut most) = (std::time::Instant::now(), 0);
    loop {
        let now = of_files();
        most = most.max(now);
        if now * 2 < most {
            break;
        }
        assert!(began.elapsed().as_secs() < 60, "{now} kB of files are in memory, of {most}");
        panout::clock::pause(std::time::Duration::from_millis(50)).await;
    }
    slack.connected().await;
    let (ana, sales) = (slack.add_person("Ana"), slack.add_channel("sales"));
    slack.types(&ana, &sales, "/panout help").await;
    while slack.unread(&ana).is_empty() {
        assert!(began.elapsed().as_secs() < 90, "Ana is told nothing");
        panout::clock::pause(std::time::Duration::from_millis(50)).await;
    }
    let ended = tokio::task::spawn_blocking(|| running.stop()).await.expect("it does not panic");
    assert_eq!(ended.code, Some(0));
    assert_eq!(slack.complaints(), Vec::<String>::new());
}

/// A running program, stopped at the latest with the test.
struct Running(Child);

impl Running {
    /// Tells it to stop; what came of it.
    fn stop(mut self) -> Ended {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(told.expect("kill is there").success());
        let (mut out, mut err) = (String::new(), String::new());
        if let Some(mut pipe) = self.0.stdout.take() {
            pipe.read_to_string(&mut out).expect("it prints UTF-8");
        }
        if let Some(mut pipe) = self.0.stderr.take() {
            pipe.read_to_string(&mut err).expect("it prints UTF-8");
        }
        Ended { code: self.0.wait().expect("it ends").code(), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Stopped already, if all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the demo; it, where its page is, and the token of the line it prints.
fn demo(place: &Place) -> (Running, String, String) {
    let mut command = place.command(&["demo"], &[("PANOUT_HTTP_ADDR", "127.0.0.1:0")]);
    let mut running = Running(command.stdout(Stdio::piped()).spawn().expect("the program starts"));
    let out = running.0.stdout.as_mut().expect("it is piped");
    let lines: Vec<String> = BufReader::new(out).lines().take(3).map(|line| line.expect("it prints UTF-8")).collect();
    let page = lines[0].split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
    assert!(lines[2].contains(&format!("curl {page}/intake/leads -H 'Authorization: Bearer pan_")), "{lines:?}");
    let token = lines[2].split_once("Bearer ").and_then(|(_, rest)| rest.split_once('\'')).expect("a token").0;
    (running, page.to_owned(), token.to_owned())
}

#[tokio::test]
async fn the_demo_serves_its_page_stops_when_told_and_comes_back() {
    let place = Place::new();
    for _ in 0..2 {
        let (running, page, _) = demo(&place);
        let page = reqwest::get(&page).await.expect("the page answers");
        assert!(page.status().is_success());
        let page = page.text().await.expect("it is text");
        assert!(page.contains("Panout"), "{page}");
        let doctor = place.run(&["doctor"], &[("PANOUT_DATABASE_URL", "sqlite:panout-demo.db")]);
        let looked = doctor.out.lines().find(|line| line.starts_with("OK    database: SQLite 3."));
        assert!(looked.is_some_and(|line| line.ends_with("in use by a running panout")), "{}", doctor.out);
        assert_eq!(running.stop().code, Some(0));
    }
}

/// Sends a lead; the status, and what is said.
async fn lead(page: &str, token: &str, lead: &serde_json::Value) -> (u16, String) {
    let post = reqwest::Client::new().post(format!("{page}/intake/leads")).bearer_auth(token).json(lead);
    let answer = post.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("it is text"))
}

#[tokio::test]
async fn a_lead_sent_to_the_demo_is_on_its_owners_page_within_a_second() {
    let place = Place::new();
    let (running, page, token) = demo(&place);
    let sent = serde_json::json!({"account": "Novo Systems", "phone": "+40 722 000 111", "owner": "Ana"});
    assert_eq!(lead(&page, &token, &sent).await.0, 202);
    let began = std::time::Instant::now();
    let room = format!("{page}/api/room?as=ana&language=en");
    loop {
        let shown = reqwest::get(&room).await.expect("the page answers").text().await.expect("it is text");
        if shown.contains("Novo Systems") {
            break;
        }
        assert!(began.elapsed().as_millis() < 1000, "it is not there after a second");
        panout::clock::pause(std::time::Duration::from_millis(20)).await;
    }
    running.stop();
    let (running, page, another) = demo(&place);
    assert_eq!(lead(&page, &token, &sent).await.0, 401, "the last one's token was of that start");
    assert_eq!(lead(&page, &another, &sent).await.0, 202);
    running.stop();
}

#[tokio::test]
async fn tokens_are_made_named_and_revoked_even_while_the_bot_runs() {
    let place = Place::new();
    let none = place.run(&["token", "list"], &[]);
    assert!(none.code == Some(0) && none.out.contains("There are no tokens"), "{}{}", none.out, none.err);
    let wrong = place.run(&["token", "create", "--source", "moon"], &[]);
    assert!(wrong.code == Some(2) && wrong.err.contains("trade_show"), "{}", wrong.err);
    let wrong = place.run(&["token", "create", "--source", "website", "--team", "X"], &[]);
    assert!(wrong.code == Some(2) && wrong.err.contains("no team \"X\""), "{}", wrong.err);
    let (running, page, _) = demo(&place);
    let beside = [("PANOUT_DATABASE_URL", "sqlite:panout-demo.db")];
    let made = place.run(&["token", "create", "--source", "partner", "--name", "crm"], &beside);
    let token = made.out.split_whitespace().find(|word| word.starts_with("pan_")).expect("it is shown").to_owned();
    let again = place.run(&["token", "create", "--source", "website", "--name", "crm"], &beside);
    assert!(again.code == Some(2) && again.err.contains("a token \"crm\" already"), "{}", again.err);
    let sent = serde_json::json!({"account": "Novo Systems"});
    assert_eq!(lead(&page, &token, &sent).await.0, 202);
    let list = place.run(&["token", "list"], &beside);
    let line = list.out.lines().find(|line| line.starts_with("crm: source partner, made")).expect("it is named");
    assert!(line.contains("last used") && !list.out.contains(&token), "{}", list.out);
    let revoked = place.run(&["token", "revoke", "crm"], &beside);
    assert!(revoked.code == Some(0) && revoked.out.contains("is revoked"), "{}{}", revoked.out, revoked.err);
    assert_eq!(lead(&page, &token, &sent).await.0, 401);
    assert_eq!(place.run(&["token", "revoke", "crm"], &beside).code, Some(2));
    let signed = place.run(&["token", "create", "--source", "website", "--name", "crm", "--signed"], &beside);
    assert!(signed.code == Some(0) && signed.out.contains("sec_"), "{}{}", signed.out, signed.err);
    running.stop();
}
