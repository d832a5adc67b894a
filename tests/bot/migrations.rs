//! The migration files themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn names(folder: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let files = fs::read_dir(path).expect("the folder is there");
    files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect()
}

fn text(folder: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder).join(name);
    fs::read_to_string(path).expect("a migration is read")
}

#[test]
fn both_databases_have_migrations_of_the_same_names() {
    let names = (names("sqlite"), names("postgres"));
    assert!(!names.0.is_empty());
    assert_eq!(names.0, names.1);
}

#[test]
fn every_table_begins_with_its_organisation() {
    // An organisation is not in one.
    let exceptions = ["organisations"];
    for folder in ["sqlite", "postgres"] {
        for name in names(folder) {
            let text = text(folder, &name);
            for created in text.split("CREATE TABLE ").skip(1) {
                let (table, rest) = created.split_once(" (").expect("a table has columns");
                let first = rest.trim_start();
                let begins = first.starts_with("organisation_id ");
                assert!(begins || exceptions.contains(&table), "{folder}/{name}: {table} begins with {first:.20}");
            }
        }
    }
}

#[test]
fn no_migration_asks_the_database_for_the_time() {
    for folder in ["sqlite", "postgres"] {
        for name in names(folder) {
            let text = text(folder, &name).to_lowercase();
            for asked in ["current_timestamp", "now()", "datetime("] {
                assert!(!text.contains(asked), "{folder}/{name} has {asked}");
            }
        }
    }
}

#[test]
fn every_query_of_a_table_takes_the_organisation() {
    // Statements of the organisation's own row, and of SQL itself.
    let exceptions = ["organisations", "sqlite_version", "current_s", "pg_", "CREATE SCHEMA", "SHOW "];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut queries = 0;
    for file in fs::read_dir(folder).expect("the store is there") {
        let file = file.expect("a file").path();
        let text = fs::read_to_string(&file).expect("a file is read");
        for literal in text.split('"').skip(1).step_by(2) {
            let is_query = ["SELECT ", "UPDATE ", "DELETE ", "INSERT "].iter().any(|verb| literal.starts_with(verb));
            // What reads only from other queries, which are looked at themselves, is limited by them.
            let from: Vec<&str> = literal.split("FROM ").skip(1).collect();
            let reads_tables = from.is_empty() || from.iter().any(|from| !from.starts_with('('));
            if is_query
                && (reads_tables || !literal.starts_with("SELECT "))
                && !exceptions.iter().any(|known| literal.contains(known))
            {
                queries += 1;
                assert!(literal.contains("organisation_id"), "{}: {literal}", file.display());
            }
        }
    }
    assert!(queries > 30, "queries were found: {queries}");
}

#[test]
fn what_writes_people_or_products_forgets_what_was_read_of_them() {
    // Of columns that nobody reads together with a person.
    let exceptions = ["writes", "sends_today"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut found = BTreeSet::new();
    for file in fs::read_dir(folder).expect("the store is there") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a file is read");
        for function in text.split(" fn ").skip(1) {
            let name = function.split(['(', '<']).next().unwrap_or_default();
            let writes = ["people", "accounts", "teams", "products"].into_iter().any(|table| {
                let verbs = ["UPDATE ", "INSERT INTO ", "DELETE FROM "];
                verbs.iter().any(|verb| function.contains(&format!("{verb}{table} ")))
            });
            if writes && !exceptions.contains(&name) {
                assert!(function.contains("self.forget_known()"), "{name} forgets nothing");
                found.insert(name.to_owned());
            }
        }
    }
    assert!(found.len() > 10, "they were found: {found:?}");
}
