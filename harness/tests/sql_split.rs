//! The splitter against scripts that other people wrote: those of the extensions installed with PostgreSQL.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use pgproof::sql::Script;

const INSTALLED: &str = "/usr/share/postgresql";

/// What a statement of an extension's script may begin with. A split in a wrong place makes another first word.
const VERBS: [&str; 23] = [
    "ALTER", "ANALYZE", "BEGIN", "COMMENT", "COMMIT", "CREATE", "DELETE", "DO", "DROP", "GRANT", "INSERT", "LOAD",
    "LOCK", "NOTIFY", "RESET", "REVOKE", "SECURITY", "SELECT", "SET", "TRUNCATE", "UPDATE", "VACUUM", "COPY",
];

fn scripts() -> Vec<PathBuf> {
    let entries = |directory: &Path| fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let majors = entries(Path::new(INSTALLED));
    let mut found: Vec<PathBuf> = majors
        .flat_map(|major| entries(&major.join("extension")).collect::<Vec<_>>())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    // PostGIS links hundreds of upgrade scripts to one file of 8 MB.
    found.retain(|path| !path.is_symlink());
    found.sort();
    found
}

/// Each begins with `\echo Use "CREATE EXTENSION …" \quit`, which is for people who feed it to psql.
fn without_guard(text: &str) -> String {
    text.split_inclusive('\n').map(|line| if line.starts_with("\\echo") { "\n" } else { line }).collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "a check that could not run says so by name")]
fn the_scripts_of_installed_extensions_split_where_statements_begin() -> Result<(), Box<dyn Error>> {
    let scripts = scripts();
    if scripts.is_empty() {
        eprintln!(
            "skipped the_scripts_of_installed_extensions_split_where_statements_begin: no script under {INSTALLED}"
        );
        return Ok(());
    }
    let (mut statements, mut wrong) = (0, Vec::new());
    for path in &scripts {
        let Ok(text) = String::from_utf8(fs::read(path)?) else { continue };
        let name = path.to_string_lossy();
        match Script::parse_alone(&name, &without_guard(&text)) {
            Ok(script) => {
                for statement in script.statements() {
                    statements += 1;
                    let command = statement.command();
                    if !VERBS.contains(&command.split(' ').next().unwrap_or_default()) {
                        wrong.push(format!("{}: begins with `{command}`", statement.position));
                    }
                    let excerpt = statement.excerpt();
                    if excerpt.text.get(excerpt.span) != Some(&statement.text) {
                        wrong.push(format!("{}: the text differs from its excerpt", statement.position));
                    }
                }
            }
            Err(errors) => wrong.extend(errors.iter().map(|error| format!("{}: {error}", error.position))),
        }
    }
    assert!(wrong.is_empty(), "{} of {statements} statements:\n{}", wrong.len(), wrong.join("\n"));
    assert!(statements >= scripts.len() / 2, "only {statements} statements in {} scripts", scripts.len());
    Ok(())
}
