//! Reading a scenario's files; names in messages are relative to its directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::scenario::Mistake;
use crate::sql::{Excerpt, Include, IncludeBase, Position, Script, ScriptError};

pub(super) struct Files {
    directory: PathBuf,
}

impl Files {
    pub(super) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// The text of a file below the scenario.
    pub(super) fn read(&self, name: &str) -> Result<String, Mistake> {
        let path = self.directory.join(name);
        std::fs::read_to_string(&path).map_err(|error| {
            let mistake = Mistake::new(format!("can not read `{}`: {error}", path.display()));
            match error.kind() {
                std::io::ErrorKind::NotFound => {
                    mistake.hint("is the name right, and is it relative to the scenario's directory?")
                }
                std::io::ErrorKind::InvalidData => mistake.hint("files are read as UTF-8"),
                _ => mistake,
            }
        })
    }

    /// A file of SQL, split, with its includes.
    pub(super) fn script(&self, name: &str) -> Result<Script, Vec<Mistake>> {
        let text = self.read(name).map_err(|mistake| vec![mistake])?;
        let mut include = |include: &Include| {
            let path = match (include.base, Path::new(&*include.from_file).parent()) {
                (IncludeBase::IncludingFile, Some(parent)) => parent.join(&include.path),
                // A scenario's scripts run as if from its directory.
                _ => PathBuf::from(&include.path),
            };
            let shown = path.to_string_lossy().into_owned();
            self.read(&shown).map(|text| (shown, text)).map_err(|mistake| mistake.message)
        };
        Script::parse(name, &text, &BTreeMap::new(), &mut include)
            .map_err(|errors| errors.into_iter().map(mistake).collect())
    }

    /// The names of the files in a directory below the scenario, sorted.
    pub(super) fn list(&self, name: &str) -> Result<Vec<String>, Mistake> {
        let path = self.directory.join(name);
        let cannot = |error: std::io::Error| {
            Mistake::new(format!("can not read the directory `{}`: {error}", path.display()))
                .hint("`directory` of a path is relative to the scenario's directory")
        };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            if entry.path().is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

fn mistake(error: ScriptError) -> Mistake {
    let (line, start, end) = marked(&error.excerpt, &error.position);
    let mistake = Mistake::new(error.message).in_line(line, start, end).at(error.position);
    match error.hint {
        Some(hint) => mistake.hint(hint),
        None => mistake,
    }
}

/// The line that a mistake is in, and the characters of it that are meant.
fn marked(excerpt: &Excerpt, position: &Position) -> (String, usize, usize) {
    let index = usize::try_from(position.line).unwrap_or(1).saturating_sub(1);
    let line = excerpt.text.lines().nth(index).unwrap_or_default().to_owned();
    let start = usize::try_from(position.column).unwrap_or(1).saturating_sub(1);
    let meant = excerpt.text.get(excerpt.span.clone()).unwrap_or_default();
    let width = meant.lines().next().unwrap_or_default().chars().count().max(1);
    (line, start, start + width)
}

/// The content of an insta snapshot without its header; `None` where there is no such file.
pub(super) fn snapshot(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let (_, rest) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    Some(rest.to_owned())
}
