//! `docs/guides/writing-a-scenario.md` is tried as it is printed.

use std::path::Path;

use crate::workshop::{Outcome, Workshop};

/// A guide's fenced blocks: what stands behind the fence, and the text inside.
pub(crate) fn blocks(guide: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in guide.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, text))) => text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    blocks
}

fn guide() -> Outcome<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/writing-a-scenario.md");
    Ok(std::fs::read_to_string(path)?)
}

/// A directory with the guide's scenario; blocks of one file follow each other.
fn written() -> Outcome<Workshop> {
    let workshop = Workshop::empty()?;
    for (info, text) in blocks(&guide()?) {
        let Some((_, file)) = info.split_once(' ') else { continue };
        let path = workshop.path().join("scenarios/library").join(file);
        std::fs::create_dir_all(path.parent().ok_or("no parent")?)?;
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, before + &text)?;
    }
    Ok(workshop)
}

#[test]
fn every_block_of_toml_and_sql_belongs_to_a_file_that_is_tried() -> Outcome {
    for (info, text) in blocks(&guide()?) {
        assert!(info.contains(' ') || ["text", "console"].contains(&info.as_str()), "```{info}\n{text}");
    }
    Ok(())
}

#[test]
fn the_commands_of_the_guide_prove_what_it_says_they_prove() -> Outcome {
    let workshop = written()?;
    let console: String =
        blocks(&guide()?).into_iter().filter(|(info, _)| info == "console").map(|(_, text)| text).collect();
    let commands: Vec<&str> = console.lines().filter_map(|line| line.strip_prefix("$ pgproof ")).collect();
    assert_eq!(commands.len(), 6);
    for command in commands {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let seen = workshop.run(&arguments)?;
        if command.starts_with("scale") {
            // How much log a VACUUM writes varies from run to run; of a few thousand rows that may be undecided.
            assert!(matches!(seen.code, Some(0 | 4)) && !seen.stdout.contains("refuted"), "{command}: {seen}");
            continue;
        }
        assert_eq!(seen.code, Some(0), "{command}: {seen}");
        let record = std::fs::read_to_string(workshop.path().join("target/pgproof/library/expand/run.json"))?;
        let record: serde_json::Value = serde_json::from_str(&record)?;
        if command.contains("--faults") {
            assert_eq!(record["claims"]["resumable"]["verdict"], "proven", "{command}: {seen}");
            continue;
        }
        let refused = command.contains("nameless");
        for claim in
            if refused { &["applies"][..] } else { &["applies", "parity", "compatible", "reversible", "quick"] }
        {
            assert_eq!(record["claims"][claim]["verdict"], "proven", "{command}: {seen}");
        }
        let repaired = record["repairs"][0]["keys"].as_array().map_or(0, Vec::len);
        assert_eq!(repaired, if command.contains("untidy") { 2 } else { 0 }, "{seen}");
    }
    let undecided = workshop.run(&["run", "library", "--only", "schema"])?;
    assert_eq!(undecided.code, Some(4), "{undecided}");
    Ok(())
}

/// A wrong key anywhere is answered with all that would have been right: the guide must name each of them.
#[test]
fn the_guide_names_every_key_and_every_recipe() -> Outcome {
    let guide = guide()?;
    for place in [
        "name = \"library\"",
        "[requires]",
        "[baseline]",
        "[seed]",
        "[[seed.table]]\nname = \"branches\"",
        "[seed.table.values]",
        "id = { serial = 100",
        "[[variant]]",
        "[[variant.repair]]",
        "[[path]]",
        "[[path.waive]]",
        "[[path.retire]]",
        "[[path.volatile]]",
        "[[statement]]\nname = \"books",
        "[[query]]",
        "[[parity]]\nname = \"authors",
        "[budget]",
        "[[assertion]]\nname = \"no",
    ] {
        let workshop = written()?;
        let file = workshop.path().join("scenarios/library/scenario.toml");
        let text = std::fs::read_to_string(&file)?;
        let planted = if place.ends_with(']') { format!("{place}\nwrong = 1") } else { wrong_beside(place) };
        let (before, after) = text.split_once(place).ok_or(place)?;
        std::fs::write(&file, format!("{before}{planted}{after}"))?;
        let seen = workshop.run(&["run", "library"])?;
        let (_, expected) = seen.stderr.split_once("expected ").ok_or_else(|| format!("{place}: {seen}"))?;
        let keys = expected.lines().next().unwrap_or_default();
        for key in keys.split('`').skip(1).step_by(2) {
            let named = [" ", "[", "."].iter().any(|before| guide.contains(&format!("{before}{key}")))
                || guide.contains(&format!("\n{key}"))
                || guide.contains(&format!("`{key}"));
            assert!(named, "`{key}` beside `{place}` is not in the guide");
        }
    }
    Ok(())
}

/// The place with a key beside it that nobody knows.
fn wrong_beside(place: &str) -> String {
    if place.contains('{') {
        place.replace("{ ", "{ wrong = 1, ")
    } else if place.starts_with('[') {
        place.replace("]]\n", "]]\nwrong = 1\n")
    } else {
        format!("wrong = 1\n{place}")
    }
}
