//! What can be typed after `panout`.

#![expect(clippy::doc_markdown, reason = "these docs are what --help prints, and no Markdown")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "panout",
    version,
    about = "A chat assistant for sales teams in Slack and Discord: refusals logged, looked at, and brought back.",
    after_help = "Start with `panout demo`: it needs no workspace. Every setting is explained in the file that `panout init` writes."
)]
#[command(arg_required_else_help = true)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try it: a page on this machine, a sample team, twelve weeks of refusals
    ///
    /// No workspace, no account, no file to write. Everything is kept in panout-demo.db, or where PANOUT_DATABASE_URL
    /// says; delete that file to start afresh. PANOUT_HTTP_ADDR chooses the port, such as 127.0.0.1:9000.
    Demo,
    /// Run the bot on Slack, Discord or both, until told to stop
    ///
    /// Reads panout.toml, or the file PANOUT_CONFIG names, and the tokens from PANOUT_SLACK_BOT_TOKEN,
    /// PANOUT_SLACK_APP_TOKEN and PANOUT_DISCORD_TOKEN. A service without its token is off. The bot connects out; Slack
    /// calls it over HTTP with PANOUT_SLACK_SIGNING_SECRET instead of the app token, Discord with
    /// PANOUT_DISCORD_PUBLIC_KEY. PANOUT_HTTP_ADDR is where they call, and where /health, /ready and /metrics are. Stops on
    /// Ctrl-C or SIGTERM, once everything under way is done.
    Run,
    /// Write a commented panout.toml to fill in
    ///
    /// Writes it here, or where PANOUT_CONFIG says. A file that is there is left as it is.
    Init,
    /// Look whether everything is in order, and say what to do where it is not
    ///
    /// Looks at the configuration, the database, the web server's address, the clock and the time zones, the tokens, their
    /// scopes and the channels. Ends with 0 if the bot can run, 1 if something is broken, 2 if the configuration is.
    Doctor,
    /// Bring what you already have, from a file: leads, refusals of earlier times, open deals
    ///
    /// A dry run first: it says what each column was understood as, what would become of each row, and what is wrong with
    /// those that are refused. With --write they are stored. The same file again stores nothing twice, so that an import that
    /// was interrupted goes on where it was. It works while `panout run` runs.
    Import {
        /// What the rows of the file are.
        #[command(subcommand)]
        of: Import,
    },
    /// Make, list or revoke what web forms, form builders and CRMs send leads and deals with
    Token {
        /// What to do with it.
        #[command(subcommand)]
        of: Token,
    },
    /// Print what to tell Slack or Discord about the bot
    Manifest {
        /// Which service.
        #[command(subcommand)]
        of: Manifest,
    },
}

/// What the rows of a file are.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// People who asked you: a trade show's list, a form's, a CRM's
    ///
    /// Needed is one of Company, Contact, E-mail, Phone. Also read: Source, Message, City, Owner, Team, Received, ID; in
    /// English, French or Romanian. Each row comes in as any lead does: it joins the open lead of the same client, or gets an
    /// owner whose clock begins now. Owners read of theirs in one message.
    Leads(FileOfRows),
    /// Deals you lost before you had Panout
    ///
    /// Needed are Company, Reason and Day. Also read: Contact, Role, Outcome, Product, Amount, Currency, Competitor, Verbatim,
    /// Segment, Source, Contract until, Owner, Team, ID; in English, French or Romanian. They are history: figures, search
    /// and similar cases know them, and nobody is asked or told anything. Each comes back when it is time to call again.
    Refusals(FileOfRows),
    /// Deals that are open, to follow
    ///
    /// Needed is Company. Also read: Stage, Amount, Currency, Owner, Team, Last activity, Note, ID; in English, French or
    /// Romanian. The same client and owner again changes the deal that is followed. Without an owner it is the head's of the
    /// team. Nobody is told at once: what nobody touched for too long comes in its owner's message of the day.
    Deals(FileOfRows),
}

/// A file, and how to read it.
#[derive(Debug, Args)]
pub struct FileOfRows {
    /// The file: .csv or .xlsx, with headers in its first row; at most 50 MB and 100,000 rows
    pub file: PathBuf,
    /// Store the rows that are fine; without it nothing is stored
    #[arg(long)]
    pub write: bool,
    /// Whose team has the rows that name neither a team nor an owner
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
    /// Who imports, and has what names no owner; by default the first admin
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Where the rows come from that do not say it, such as trade_show
    #[arg(long)]
    pub source: Option<String>,
    /// Which sheet of a workbook; by default the first one that holds something
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// How a .csv is encoded that does not say so itself, such as windows-1250
    #[arg(long)]
    pub encoding: Option<String>,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make one, and show it once
    ///
    /// Leads are sent with it to POST /intake/leads; /openapi.json says how. It works while `panout run` runs.
    Create {
        /// Where leads come from that do not say it, such as website or partner
        #[arg(long)]
        source: String,
        /// What to call it, by default as the source; an `[[intake]]` of panout.toml with this name says how it is read
        #[arg(long)]
        name: Option<String>,
        /// The team its leads belong to; by default the first
        #[arg(long)]
        team: Option<String>,
        /// Take only requests that are signed, with a secret that is shown once too
        #[arg(long)]
        signed: bool,
    },
    /// Name them all, with when each was last used
    List,
    /// Revoke one: nothing comes with it any more
    Revoke {
        /// Its name
        name: String,
    },
}

/// Which service is told about the bot.
#[derive(Debug, Subcommand)]
pub enum Manifest {
    /// The app manifest for Slack, as JSON
    ///
    /// Paste it on <https://api.slack.com/apps> under "Create New App", "From a manifest".
    Slack,
    /// The invite link for Discord, and what each permission is for
    Discord {
        /// The application's id, from its General Information page; by default the one in PANOUT_DISCORD_TOKEN
        application: Option<u64>,
    },
}
