//! A run that proves everything, in every form of its report.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

/// The agreed schema of `mini` behind its path.
const SCHEMA: &str = include_str!("schema.txt");

/// `mini` with its agreed schema beside it.
fn agreed() -> Outcome<Workshop> {
    let workshop = Workshop::mini()?;
    let directory = workshop.path().join("snapshots/mini/expand");
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join("schema.snap"), format!("---\nsource: agreed\n---\n{SCHEMA}"))?;
    Ok(workshop)
}

#[test]
fn a_green_run_prints_the_claims_and_writes_its_record() -> Outcome {
    let seen = agreed()?.run(&["run", "mini", "--server", "embedded"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert_seen!(seen);
    Ok(())
}

#[test]
fn a_scenario_is_found_by_its_directory_and_by_being_the_only_one() -> Outcome {
    let workshop = Workshop::mini()?;
    for arguments in [&["run", "scenarios/mini"][..], &["run"]] {
        let seen = workshop.run(&[arguments, &["--only", "applies"]].concat())?;
        assert_eq!(seen.code, Some(0), "{seen}");
        assert!(seen.stdout.starts_with("mini · expand · "), "{seen}");
    }
    Ok(())
}

#[test]
fn a_run_that_decides_nothing_about_a_claim_says_so_with_its_exit_code() -> Outcome {
    let seen = Workshop::mini()?.run(&["run", "mini", "--only", "A,schema"])?;
    assert_eq!(seen.code, Some(4), "{seen}");
    assert_seen!(seen);
    Ok(())
}

#[test]
fn the_record_has_its_agreed_fields() -> Outcome {
    let workshop = agreed()?;
    let seen = workshop.run(&["run", "mini", "--format", "json"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    let record: Value = serde_json::from_str(&seen.stdout)?;
    let written = std::fs::read_to_string(workshop.path().join("target/pgproof/mini/expand/run.json"))?;
    assert_eq!(record, serde_json::from_str::<Value>(&workshop.plain(&written))?);
    assert_eq!(
        (&record["version"], &record["scenario"], &record["path"]),
        (&1.into(), &"mini".into(), &"expand".into())
    );
    assert_eq!(record["server"]["kind"], "embedded");
    assert!(record["server"]["version"].is_string() && record["server"]["extensions"].is_object(), "{record}");
    assert_eq!(record["rows"], serde_json::json!({ "orders": 40 }));
    assert_eq!(record["findings"], serde_json::json!([]));
    let claims = record["claims"].as_object().ok_or("no claims")?;
    assert_eq!(claims.len(), 10);
    assert!(claims.values().all(|claim| claim["reason"].is_string()), "{record}");
    for claim in ["applies", "parity", "compatible", "schema", "reversible", "quick"] {
        assert_eq!(claims[claim]["verdict"], "proven", "{record}");
    }
    for list in ["steps", "latency", "phases"] {
        assert!(record[list].as_array().is_some_and(|list| !list.is_empty()), "{list} in {record}");
    }
    // There and back and there again, two steps each.
    assert_eq!(record["steps"].as_array().map(Vec::len), Some(6));
    Ok(())
}

#[test]
fn a_page_for_a_pull_request_goes_to_stdout_and_talk_to_stderr() -> Outcome {
    let seen = agreed()?.run(&["run", "mini", "--format", "markdown"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.starts_with("# ") || seen.stdout.starts_with("## "), "{seen}");
    assert_eq!(seen.stderr, "record target/pgproof/mini/expand/run.json\n");
    Ok(())
}

#[test]
fn the_record_goes_where_it_is_asked_to_go() -> Outcome {
    let seen = Workshop::mini()?.run(&["run", "mini", "--only", "applies", "--out", "a/b c"])?;
    assert_eq!(seen.files, ["[work]/a/b c/report.md", "[work]/a/b c/run.json"], "{seen}");
    Ok(())
}

#[test]
fn the_same_number_seeds_the_same_rows_and_another_one_others() -> Outcome {
    let workshop = Workshop::mini()?;
    let hash = |seed: &str, scale: &str| -> Outcome<Value> {
        let arguments = ["run", "mini", "--only", "applies", "--format", "json", "--seed", seed, "--scale", scale];
        let seen = workshop.run(&arguments)?;
        let record: Value = serde_json::from_str(&seen.stdout)?;
        Ok(serde_json::json!([record["plan_hash"], record["rows"]["orders"]]))
    };
    let first = hash("1", "1")?;
    assert_eq!(hash("1", "1")?, first);
    assert_ne!(hash("2", "1")?, first);
    assert_eq!(hash("1", "0.5")?[1], 20);
    Ok(())
}

#[test]
fn colours_and_progress_are_for_terminals_that_want_them() -> Outcome {
    let workshop = Workshop::mini()?;
    let mut said = Vec::new();
    for environment in [&[][..], &[("CI", "true")], &[("CI", "true"), ("NO_COLOR", "1")]] {
        let mut command = on_a_terminal(&workshop);
        command.envs(environment.iter().copied());
        let seen = workshop.run_that_keeps(command)?;
        assert_eq!(seen.code, Some(0), "{seen}");
        said.push(seen.stdout);
    }
    let [watched, ci, plain] = said.as_slice() else { return Err("three runs".into()) };
    assert!(watched.contains("start the server"), "no progress on a terminal: {watched:?}");
    assert!(!ci.contains("start the server") && ci.contains("\u{1b}[38;5;10m"), "{ci:?}");
    assert!(!plain.contains('\u{1b}') && plain.contains("proven"), "{plain:?}");
    workshop.nothing_left(std::time::Duration::from_secs(10))
}

/// The command with a terminal on stdout and stderr, by `script` of util-linux; all it says is on stdout.
fn on_a_terminal(workshop: &Workshop) -> Command {
    let plain = workshop.command(&[]);
    let run = format!("'{}' run mini --only applies", Path::new(plain.get_program()).display());
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &run, "/dev/null"]);
    command.current_dir(workshop.path()).env_clear().env("TERM", "xterm-256color");
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// No terminal: plain lines, and the log in every form beside the record.
#[test]
fn a_watched_run_without_a_terminal_says_plain_lines_and_keeps_the_log() -> Outcome {
    let workshop = Workshop::mini()?;
    let seen = workshop.run(&["run", "mini", "--only", "A", "--watch", "--events", "json,csv,markdown"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(!seen.stderr.contains('\u{1b}'), "no escape reaches what is no terminal: {seen}");
    let place = workshop.path().join("target/pgproof/mini/expand");
    let lines = std::fs::read_to_string(place.join("events.jsonl"))?;
    let entries: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let steps: Vec<&str> =
        entries.iter().filter(|entry| entry["kind"] == "step").filter_map(|entry| entry["text"].as_str()).collect();
    assert_eq!(steps, ["010_customers up …", "010_customers up: done", "020_index up …", "020_index up: done"]);
    let csv = std::fs::read_to_string(place.join("events.csv"))?;
    assert_eq!(csv.lines().count(), entries.len() + 1);
    let table = std::fs::read_to_string(place.join("events.md"))?;
    assert_eq!(table.lines().count(), entries.len() + 2);
    assert_seen!(seen);
    Ok(())
}
