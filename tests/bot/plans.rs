//! How SQLite finds what a query asks for: never by reading all there ever was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

/// Tables that grow with every day of work.
const GROWING: [&str; 22] = [
    "answers",
    "audit",
    "decisions",
    "differences",
    "handovers",
    "import_rows",
    "intake_requests",
    "jobs",
    "lead_events",
    "lead_turns",
    "leads",
    "messages",
    "monthly_sums",
    "opportunities",
    "opportunity_events",
    "questions",
    "refusals",
    "search_blocks",
    "search_words",
    "seen_events",
    "tasks",
    "weekly_sums",
];

/// Queries that may read all of a table, by a part of each, and why.
const READ_ALL: [(&str, &str); 9] = [
    ("DELETE FROM jobs", "once a day, when few are there"),
    ("SELECT MAX(posted_at) FROM messages", "once for each daily line and each lost digest"),
    ("SET given_to = $3", "a stranger who is named by the configuration"),
    ("SET asked_of = $3", "the same"),
    ("SET delegate_id = $3", "the same"),
    ("SET owner_id = $3", "the same"),
    ("UPDATE tasks SET person_id = $3", "the same"),
    ("SELECT COUNT(*) FROM refusals WHERE organisation_id = $1 AND happened_on BETWEEN", "an export of all teams"),
    ("SELECT MAX(name) FROM ( SELECT * FROM (SELECT account AS", "suggestions: the latest of all, a few thousand"),
];

/// The indexes that hold only what is not over: few, however much there was.
fn partial(migrations: &str) -> BTreeSet<String> {
    let created = migrations.split("CREATE ").skip(1).filter_map(|rest| {
        let statement = rest.split(';').next()?;
        let name = statement.trim_start_matches("UNIQUE ").strip_prefix("INDEX ")?.split_whitespace().next()?;
        statement.contains(" WHERE ").then(|| name.to_owned())
    });
    created.collect()
}

/// The string literals of a piece of Rust, in order.
fn literals(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(|literal| literal.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// What macros put before and after a condition, by their names.
type Macros = BTreeMap<String, (String, String)>;

/// The queries of the store: those that are written whole, and those a macro makes of a beginning and a condition.
fn queries() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let files: Vec<String> = fs::read_dir(folder)
        .expect("the store is there")
        .map(|file| fs::read_to_string(file.expect("a file").path()).expect("a file is read"))
        .collect();
    let (mut shared, mut sources) = (Macros::new(), Vec::new());
    for text in &files {
        let mut parts = text.split("macro_rules! ");
        let (mut rest, mut own) = (parts.next().unwrap_or_default().to_owned(), Macros::new());
        for part in parts {
            let (body, after) = part.split_once("\n}\n").expect("a macro ends");
            let name = body.split_whitespace().next().unwrap_or_default().to_owned();
            let ends: Vec<String> = literals(body);
            if ends.first().is_some_and(|first| first.starts_with("SELECT ")) {
                own.insert(name, (ends[0].clone(), ends.get(1).cloned().unwrap_or_default()));
            }
            rest += after;
        }
        shared.extend(own.clone());
        sources.push((rest, own));
    }
    let is_whole =
        |text: &&String| ["SELECT ", "UPDATE ", "DELETE ", "INSERT "].iter().any(|verb| text.starts_with(verb));
    let mut queries = Vec::new();
    for (rest, own) in &sources {
        queries.extend(literals(rest).iter().filter(is_whole).cloned());
        for (name, others) in &shared {
            // Two files may have a macro of one name each.
            let (first, last) = own.get(name).unwrap_or(others);
            for (at, call) in rest.match_indices(&format!("{name}!(")) {
                if rest[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
                    continue;
                }
                let condition = literals(&rest[at + call.len()..]).into_iter().next().unwrap_or_default();
                queries.push(format!("{first} {condition} {last}"));
            }
        }
    }
    queries
}

/// Else `SQLite` looks at bound values while it compiles a query, for a `LIMIT` say, and compiles it again whenever one is
/// bound, which takes longer than most of them run: <https://sqlite.org/compile.html#enable_qpsg>.
#[tokio::test]
async fn no_query_is_compiled_again_for_each_value() {
    let mut database = SqliteConnection::connect("sqlite::memory:").await.expect("a database in memory");
    let asked = sqlx::query_scalar("SELECT sqlite_compileoption_used('ENABLE_QPSG')").fetch_one(&mut database);
    let guaranteed: bool = asked.await.expect("it is asked");
    assert!(guaranteed, "build in this folder: .cargo/config.toml says so");
}

#[tokio::test]
async fn no_query_reads_all_of_a_table_that_grows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut names: Vec<_> =
        fs::read_dir(folder).expect("migrations").map(|file| file.expect("a file").path()).collect();
    names.sort();
    let migrations: String = names.iter().map(|name| fs::read_to_string(name).expect("a migration")).collect();
    let mut database = SqliteConnection::connect("sqlite::memory:").await.expect("a database in memory");
    sqlx::raw_sql(AssertSqlSafe(migrations.as_str())).execute(&mut database).await.expect("its tables");
    let partial = partial(&migrations);
    let (mut asked, mut used, mut found) = (0, BTreeSet::new(), BTreeSet::new());
    for query in queries() {
        // Put together at run time, or in the words of the other database.
        let whole =
            !query.contains('{') && !["string_agg", "hashtext", "current_", "pg_"].iter().any(|it| query.contains(it));
        let explained = format!("EXPLAIN QUERY PLAN {}", query.replace('$', "?"));
        let Ok(rows) = sqlx::raw_sql(AssertSqlSafe(explained)).fetch_all(&mut database).await else {
            assert!(!whole || query.ends_with('('), "not understood: {query}");
            continue;
        };
        asked += 1;
        for step in rows.iter().map(|row| row.get::<String, _>(3)) {
            let mut words = step.split_whitespace();
            let (verb, alias) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let index = step.split("INDEX ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
            let all = verb == "SCAN" || step.ends_with("(organisation_id=?)");
            // What a foreign key would look at is no question of ours.
            let grows = query.contains(alias) && GROWING.contains(&table_of(&query, alias).as_str());
            if !all || !grows || partial.contains(index) {
                continue;
            }
            match READ_ALL.iter().find(|(part, _)| query.contains(part)) {
                Some((part, _)) => used.insert(*part),
                None => found.insert(format!("{step}: {query}")),
            };
        }
    }
    assert!(found.is_empty(), "these read all there ever was: {found:#?}");
    assert!(asked > 250, "queries were asked about: {asked}");
    let unused: Vec<_> = READ_ALL.iter().filter(|(part, _)| !used.contains(part)).collect();
    assert!(unused.is_empty(), "these read all of nothing any more: {unused:?}");
}

/// The table behind a name of a query.
fn table_of(query: &str, alias: &str) -> String {
    let words: Vec<&str> = query.split([' ', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    let named = words.windows(3).find(|at| {
        let names = ["FROM", "JOIN", "UPDATE", "INTO"].contains(&at[0]);
        names && (at[2] == alias)
    });
    named.map_or(alias, |at| at[1]).to_owned()
}
