//! `panout token`: what web forms, form builders and CRMs send leads with.

use std::sync::Arc;

use super::{Failure, say};
use crate::clock::Clock;
use crate::command_line::Token;
use crate::config::{Config, Environment};
use crate::domain::Source;
use crate::flows::{NewToken, NoToken, Shown, make_token};
use crate::store::{Db, IntakeToken};

/// The longest name.
const NAME: usize = 60;

/// Makes, lists or revokes.
pub(super) async fn token(of: Token, env: &Environment<'_>) -> Result<(), Failure> {
    let config = Config::load(env)?;
    // Read before anything is opened: a wrong word makes no database.
    let wanted = match &of {
        Token::Create { source, name, team, .. } => Some(wanted(source, name.as_deref(), team.as_deref())?),
        Token::List | Token::Revoke { .. } => None,
    };
    let db = open(&config).await?;
    let done = match (of, wanted) {
        (Token::Create { signed, .. }, Some(new)) => create(&db, &config, new, signed).await,
        (Token::Revoke { name }, _) => revoke(&db, name).await,
        _ => list(&db).await,
    };
    db.close().await;
    done
}

/// The database, even while the bot runs on it.
pub(super) async fn open(config: &Config) -> anyhow::Result<Db> {
    if Db::is_taken(&config.database_url)? {
        return Db::beside(&config.database_url).await;
    }
    let db = match Db::open(&config.database_url).await {
        Ok(db) => db,
        // Somebody took it just now.
        Err(_) if Db::is_taken(&config.database_url)? => return Db::beside(&config.database_url).await,
        Err(error) => return Err(error),
    };
    let now = Clock::system().now();
    let listing = Arc::new(config.listing());
    let write = db.write(move |tx| {
        let listing = listing.clone();
        // Before the first `panout run` nothing is listed; afterwards that is for it to do.
        Box::pin(async move {
            if tx.organisation_name().await?.is_none() {
                tx.list(&listing, now).await?;
            }
            Ok::<_, anyhow::Error>(())
        })
    });
    write.await?;
    Ok(db)
}

fn wanted(source: &str, name: Option<&str>, team: Option<&str>) -> Result<NewToken, Failure> {
    let Ok(source) = source.parse::<Source>() else {
        let all = Source::ALL.map(Source::as_str).join(", ");
        return Err(Failure::Setup(format!("\"{source}\" is no source: one of {all}")));
    };
    let name = name.unwrap_or(source.as_str()).trim();
    if !(1..=NAME).contains(&name.chars().count()) || name.contains(char::is_control) {
        return Err(Failure::Setup(format!("a token's name has 1 to {NAME} characters: give one with --name")));
    }
    Ok(NewToken { name: name.to_owned(), source, team: team.map(str::to_owned) })
}

async fn create(db: &Db, config: &Config, new: NewToken, signed: bool) -> Result<(), Failure> {
    let (shown, name, team) = (Shown::new(signed)?, new.name.clone(), new.team.clone());
    let (given, kept, now) = (Arc::new(new), shown.clone(), Clock::system().now());
    let write = db.write(move |tx| {
        let (new, shown) = (given.clone(), kept.clone());
        Box::pin(async move { make_token(tx, &new, &shown, now).await })
    });
    match write.await? {
        Ok(()) => {}
        Err(NoToken::NameTaken) => {
            let wrong = format!("there is a token \"{name}\" already: choose another --name, or revoke it first");
            return Err(Failure::Setup(wrong));
        }
        Err(NoToken::NoTeam) => {
            let team = team.unwrap_or_default();
            let wrong =
                format!("there is no team \"{team}\": name one of panout.toml; a new one is there after `panout run`");
            return Err(Failure::Setup(wrong));
        }
    }
    let at = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.http_addr));
    say(&format!(
        "Token \"{name}\". It is shown this once: keep it where the form keeps its secrets.\n\n  {}\n",
        shown.token
    ))?;
    if let Some(secret) = &shown.secret {
        say(&format!(
            "Requests are signed with this secret, shown once too: X-Panout-Timestamp is the time in seconds since 1970,\n\
             X-Panout-Signature is sha256= and the HMAC-SHA256 of the timestamp, a dot and the body.\n\n  {secret}\n"
        ))?;
    } else {
        say(&format!("Try it while `panout run` runs:\n\n  {}", curl(&at, &shown.token)))?;
    }
    Ok(())
}

/// A lead to send by hand.
pub(super) fn curl(at: &str, token: &str) -> String {
    let lead =
        r#"{"account": "Novo Systems", "contact": "Ioana Marin", "phone": "+40 722 000 111", "wants": "A demo"}"#;
    format!("curl {at}/intake/leads -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{lead}'")
}

async fn list(db: &Db) -> Result<(), Failure> {
    let read = db.read(|tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.intake_tokens().await?) }));
    let all = read.await?;
    if all.is_empty() {
        say("There are no tokens. Make one with `panout token create --source website`.")?;
    }
    for token in &all {
        say(&line(token))?;
    }
    Ok(())
}

fn line(token: &IntakeToken) -> String {
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
    let signed = if token.secret.is_some() { ", signed" } else { "" };
    let used = token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", day(at)));
    let revoked = token.revoked_at.map(|at| format!(", revoked {}", day(at))).unwrap_or_default();
    let (name, source, made) = (&token.name, token.source.as_str(), day(token.created_at));
    format!("{name}: source {source}{signed}, made {made}, {used}{revoked}")
}

async fn revoke(db: &Db, name: String) -> Result<(), Failure> {
    let (asked, now) = (name.clone(), Clock::system().now());
    let write = db.write(move |tx| {
        let name = asked.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.revoke_intake_token(&name, now).await?) })
    });
    if write.await? {
        return Ok(say(&format!("Token \"{name}\" is revoked: nothing comes with it any more."))?);
    }
    Err(Failure::Setup(format!("there is no token \"{name}\" in use: `panout token list` names them")))
}
