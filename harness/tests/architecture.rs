//! Holds the order of the layers that `src/lib.rs` prints: a module uses only what stands to its left or above.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// What the pure layers must not touch: the world outside.
const WORLD: [&str; 6] = ["sqlx", "tokio", "testcontainers", "std::fs", "std::env", "std::process"];

/// What only the console may do: everybody else returns what there is to say.
const SPEAKING: [&str; 6] = ["println!", "print!", "eprintln!", "eprint!", "dbg!", "process::exit"];

/// The one file that may.
const CONSOLE: &str = "cli/console.rs";

/// Which modules each module may use, and which of them are pure.
#[derive(Debug, Default)]
struct Layers {
    allowed: BTreeMap<String, BTreeSet<String>>,
    pure: BTreeSet<String>,
}

impl Layers {
    /// Reads the diagram: a line a layer, `◄` between ranks, `{ a · b }` beside each other, `,` between chains that
    /// do not see each other.
    fn of_diagram(diagram: &str) -> Outcome<Self> {
        let mut layers = Self::default();
        let mut above: BTreeSet<String> = BTreeSet::new();
        for line in diagram.lines() {
            let (layer, chains) = line.split_once(' ').ok_or("a layer without modules")?;
            let mut here = BTreeSet::new();
            for chain in chains.split(',') {
                let mut seen = above.clone();
                for rank in chain.split('◄') {
                    let names: Vec<String> =
                        rank.split(['{', '}', '·', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
                    for name in &names {
                        layers.allowed.insert(name.clone(), seen.clone());
                        if layer == "pure" {
                            layers.pure.insert(name.clone());
                        }
                    }
                    seen.extend(names.iter().cloned());
                    here.extend(names);
                }
            }
            above.extend(here);
        }
        Ok(layers)
    }

    /// What a file does that its place does not allow, and how many uses of other modules it has.
    fn judge(&self, file: &str, text: &str, children: &BTreeSet<String>) -> (Vec<String>, usize) {
        let text = without_comments(text);
        let module = file.split(['/', '.']).next().unwrap_or_default();
        let depth = file.split('/').count();
        let nothing = BTreeSet::new();
        let allowed = self.allowed.get(module).unwrap_or(&nothing);
        let mut violations = Vec::new();
        let mut uses = 0;
        for used in used_modules(&text, depth) {
            let known = self.allowed.contains_key(&used.name) && !(used.relative && children.contains(&used.name));
            if !known || used.name == module {
                continue;
            }
            uses += 1;
            if !allowed.contains(&used.name) {
                violations.push(format!("{file}: `{module}` uses `{}`", used.name));
            }
        }
        if self.pure.contains(module) {
            violations.extend(
                WORLD
                    .iter()
                    .filter(|word| touches(&text, word))
                    .map(|word| format!("{file}: pure, and touches `{word}`")),
            );
        }
        if file != CONSOLE {
            let speaks = SPEAKING.iter().filter(|word| occurs(&text, word));
            violations.extend(speaks.map(|word| format!("{file}: `{word}` belongs to {CONSOLE}")));
        }
        (violations, uses)
    }
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

struct Used {
    name: String,
    /// Whether it was reached by `super`, which may also mean a child.
    relative: bool,
}

/// The modules of the crate's root that a text names: by `crate::`, in a group too, or by enough `super::`.
fn used_modules(text: &str, depth: usize) -> Vec<Used> {
    let mut used = Vec::new();
    for (at, root) in text.match_indices("crate::") {
        used.extend(first_names(&text[at + root.len()..]).into_iter().map(|name| Used { name, relative: false }));
    }
    let climb = "super::".repeat(depth);
    for (at, _) in text.match_indices(&climb) {
        let further = text[at..].trim_start_matches("super::");
        used.extend(first_names(further).into_iter().map(|name| Used { name, relative: true }));
    }
    used
}

/// The first segment of a path, or those of a group `{a::b, c}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let mut depth = 0_usize;
    let mut names = vec![String::new()];
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            c => names.last_mut().into_iter().for_each(|last| last.push(c)),
        }
    }
    names.iter().map(|text| name(text)).filter(|name| !name.is_empty()).collect()
}

/// Whether a text names a crate or a module of `std`, also as `std::{fs, …}`.
fn touches(text: &str, word: &str) -> bool {
    let Some(module) = word.strip_prefix("std::") else {
        return occurs(text, &format!("{word}::")) || occurs(text, &format!("use {word};"));
    };
    let grouped = text
        .match_indices("std::{")
        .any(|(at, _)| first_names(&text[at + "std::".len()..]).iter().any(|name| name == module));
    grouped
        || occurs(text, &format!("{word}::"))
        || occurs(text, &format!("{word};"))
        || occurs(text, &format!("{word} as"))
}

/// Whether it stands there as a word, not as the end of a longer one.
fn occurs(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(is_part))
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn layers() -> Outcome<Layers> {
    let lib = fs::read_to_string(sources().join("lib.rs"))?;
    let (_, rest) = lib.split_once("//! ```text\n").ok_or("lib.rs prints no layers")?;
    let (diagram, _) = rest.split_once("//! ```").ok_or("the layers of lib.rs do not end")?;
    Layers::of_diagram(&diagram.lines().map(|line| line.trim_start_matches("//! ")).collect::<Vec<_>>().join("\n"))
}

/// Every file below `src` but the crate's roots, by its name from there.
fn files(directory: &Path, found: &mut BTreeMap<String, String>) -> Outcome {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(sources())?.to_string_lossy().replace('\\', "/");
            if name != "lib.rs" && name != "main.rs" {
                found.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(())
}

fn children(files: &BTreeMap<String, String>, module: &str) -> BTreeSet<String> {
    let of = |name: &str| Some(name.strip_prefix(module)?.strip_prefix('/')?.split(['/', '.']).next()?.to_owned());
    files.keys().filter_map(|name| of(name)).collect()
}

#[test]
fn every_module_uses_only_what_stands_to_its_left_or_above() -> Outcome {
    let layers = layers()?;
    let mut found = BTreeMap::new();
    files(&sources(), &mut found)?;
    let mut violations = Vec::new();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, text) in &found {
        let module = name.split(['/', '.']).next().unwrap_or_default();
        let (bad, counted) = layers.judge(name, text, &children(&found, module));
        violations.extend(bad);
        *uses.entry(module).or_default() += counted;
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
    // A test that reads nothing holds nothing.
    let listed: BTreeSet<&str> = layers.allowed.keys().map(String::as_str).collect();
    assert_eq!(uses.keys().copied().collect::<BTreeSet<_>>(), listed, "lib.rs prints other modules than there are");
    let lone = uses.iter().filter(|(_, count)| **count == 0).map(|(module, _)| *module).collect::<Vec<_>>();
    assert_eq!(
        lone,
        ["server", "sql"],
        "these modules use no other: either their uses were not found, or the layers changed"
    );
    Ok(())
}

#[test]
fn a_planted_violation_is_caught_in_each_of_its_forms() -> Outcome {
    let layers = layers()?;
    let none = BTreeSet::new();
    for (file, text) in [
        ("sql/lexer.rs", "use crate::schema::Kind;"),
        ("sql.rs", "use super::facts;"),
        ("facts/answer.rs", "fn f() { super::super::judge::judge() }"),
        ("schema.rs", "use crate::{sql::x, facts::{a, b}};"),
        ("load/files.rs", "use crate::server::Server;"),
        ("database.rs", "use crate::load::Source;"),
        ("observe/a.rs", "use crate::apply::run_up;"),
        ("run.rs", "fn f() { crate::cli::main(); }"),
        ("cli.rs", "use crate::testing::Example;"),
        ("judge/parity.rs", "use std::fs;"),
        ("judge/parity.rs", "use std::{fmt, env::var};"),
        ("judge/parity.rs", "fn f() { std::process::id(); }"),
        ("record.rs", "use tokio::sync::Mutex;"),
        ("scenario/plan.rs", "fn f(c: sqlx::PgConnection) {}"),
        ("server/docker.rs", "fn f() { println!(\"x\"); }"),
        ("testing.rs", "fn f() { std::process::exit(1) }"),
    ] {
        let (violations, _) = layers.judge(file, text, &none);
        assert_eq!(violations.len(), 1, "{file}: {text}: {violations:?}");
    }
    for (file, text) in [
        ("facts.rs", "use crate::schema::Kind; // and crate::judge"),
        ("judge/verdict.rs", "use super::schema::schema;"),
        ("run.rs", "use crate::{judge::judge, apply, observe::{self, Keyed}};"),
        ("record.rs", "let version = env!(\"CARGO_PKG_VERSION\"); let my_sqlx::x = 1;"),
        (CONSOLE, "println!(\"x\");"),
    ] {
        let (violations, _) = layers.judge(file, text, &none);
        assert!(violations.is_empty(), "{file}: {text}: {violations:?}");
    }
    Ok(())
}
