//! Every environment variable is in one list, and is really read.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use pgproof::cli::ENVIRONMENT;

use crate::workshop::{Outcome, Workshop};

#[test]
fn every_variable_that_the_source_names_is_in_the_list_and_the_other_way_round() -> Outcome {
    let listed: BTreeSet<String> = ENVIRONMENT.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut named = BTreeSet::new();
    for file in source_files()? {
        // The list itself is no proof that anybody reads what it names; what is read from there goes by name as well.
        let text = std::fs::read_to_string(&file)?.replace("    (\"", "");
        for (start, _) in text.match_indices("PGPROOF_") {
            let rest = text.get(start..).unwrap_or_default();
            let end = rest.find(|c: char| !c.is_ascii_uppercase() && c != '_').unwrap_or(rest.len());
            named.insert(rest.get(..end).unwrap_or_default().to_owned());
        }
    }
    let ours: BTreeSet<String> = listed.iter().filter(|name| name.starts_with("PGPROOF_")).cloned().collect();
    assert_eq!(named, ours);
    Ok(())
}

fn source_files() -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
            } else {
                files.push(path);
            }
        }
    }
    Ok(files)
}

#[test]
fn the_help_lists_every_variable_and_the_exit_codes() -> Outcome {
    let seen = Workshop::empty()?.run(&["--help"])?;
    assert_eq!(seen.code, Some(0));
    for (name, meaning) in ENVIRONMENT {
        assert!(seen.stdout.contains(&format!("  {name} ")), "{name} in {seen}");
        assert!(meaning.split_whitespace().all(|word| seen.stdout.contains(word)), "{meaning} in {seen}");
    }
    let words: Vec<&str> = seen.stdout.split_whitespace().collect();
    assert!(words.join(" ").contains("4 inconclusive, 70 a bug of pgproof, 130 interrupted"), "{seen}");
    Ok(())
}

/// One variable set, one run; what it said.
fn with(workshop: &Workshop, name: &str, value: &str, arguments: &[&str]) -> Outcome<crate::seen::Seen> {
    let mut command = workshop.command(arguments);
    command.env(name, value);
    workshop.run_command(command)
}

#[test]
fn a_server_comes_from_where_the_variable_says_unless_the_option_says_otherwise() -> Outcome {
    let workshop = Workshop::mini()?;
    let run = ["run", "mini", "--only", "applies"];
    assert_eq!(with(&workshop, "PGPROOF_SERVER", "mysql", &run)?.code, Some(2));
    assert_eq!(with(&workshop, "PGPROOF_SERVER", "docker", &run)?.code, Some(3));
    let run = ["run", "mini", "--only", "applies", "--server", "embedded"];
    assert_eq!(with(&workshop, "PGPROOF_SERVER", "docker", &run)?.code, Some(0));
    Ok(())
}

#[test]
fn server_programs_are_looked_for_where_the_variable_says() -> Outcome {
    let workshop = Workshop::mini()?;
    let place = workshop.path().join("programs");
    std::fs::create_dir(&place)?;
    std::fs::write(place.join("postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 9.4.26'\n")?;
    std::fs::write(place.join("initdb"), "")?;
    std::fs::set_permissions(place.join("postgres"), Permissions::from_mode(0o755))?;
    let seen = with(&workshop, "PGPROOF_PG_BIN", &format!("/nonexistent:{}", place.display()), &["doctor"])?;
    assert!(seen.stdout.contains(" in [work]/programs\n"), "{seen}");
    Ok(())
}

#[test]
fn clusters_are_cached_where_the_variable_says() -> Outcome {
    let workshop = Workshop::mini()?;
    let cache = workshop.path().join("cache");
    let seen = with(&workshop, "PGPROOF_CACHE_DIR", &cache.to_string_lossy(), &["run", "mini", "--only", "applies"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    let cached = std::fs::read_dir(&cache)?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("cluster-"));
    assert_eq!(cached.count(), 1);
    let seen = with(&workshop, "PGPROOF_CACHE_DIR", &cache.to_string_lossy(), &["clean", "--cache"])?;
    assert_eq!((seen.code, cache.exists()), (Some(0), false), "{seen}");
    Ok(())
}

#[test]
fn the_log_says_as_much_as_the_variable_or_the_option_asks_for() -> Outcome {
    let workshop = Workshop::mini()?;
    let run = ["run", "mini", "--only", "applies"];
    let quiet = workshop.run(&run)?;
    assert_eq!(quiet.stderr, "record target/pgproof/mini/expand/run.json\n");
    let log = with(&workshop, "PGPROOF_LOG", "pgproof=info", &run)?;
    assert!(log.stderr.contains("INFO start the server"), "{log}");
    let option = workshop.run(&["run", "mini", "--only", "applies", "-v"])?;
    assert!(option.stderr.contains("INFO start the server"), "{option}");
    Ok(())
}

#[test]
fn the_table_is_as_wide_as_the_variable_says() -> Outcome {
    let workshop = Workshop::mini()?;
    let seen = with(&workshop, "COLUMNS", "60", &["run", "mini", "--only", "schema"])?;
    let widest = seen.stdout.lines().filter(|line| line.starts_with("  ")).map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest <= 61), "{widest:?} in {seen}");
    Ok(())
}
