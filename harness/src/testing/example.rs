//! A scenario in one file, for the findings library and for tests that need a small one.
//!
//! Lines `-- == section ==` cut the file. Before the first stand remarks and what is expected, one TOML pair a line:
//! `-- expect: key = "id=3"`. The sections:
//!
//! | section | becomes |
//! | --- | --- |
//! | `scenario` | lines of `scenario.toml` behind `-- `; name, baseline and path stand there already |
//! | `baseline` | the baseline's SQL |
//! | `up`, `down`, `verify` | the files of step `010_step`; with a number (`up 020`) those of `020_step` |
//! | `batch` | `010_step.batch.toml`, behind `-- ` |
//! | `variant` | the SQL of the variant `dirty`, `variant.sql`; `scenario` declares it |
//! | `schema` | the agreed schema text, behind `-- ` |

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::load::{LoadError, Selection, Source};

/// The part of `scenario.toml` that every example shares; the path comes last, so that an example can go on with
/// `[[path.retire]]`.
const SHARED: &str = "name = \"example\"\n[baseline]\nfiles = [\"baseline.sql\"]\n\
                      [[path]]\nname = \"main\"\ndirectory = \"steps\"\n";

/// An example written out as a scenario's directory, which lives as long as this value.
#[derive(Debug)]
pub struct Example {
    directory: tempfile::TempDir,
    expected: BTreeMap<String, String>,
}

/// Why a file is no example.
#[derive(Debug, thiserror::Error)]
pub enum ExampleError {
    /// A file could not be read or written.
    #[error("can not read or write `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line is not what its section asks for.
    #[error("line {line} of the example {what}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// A section's text under the path of the file that it becomes.
type Files = BTreeMap<PathBuf, String>;

impl Example {
    /// Reads an example from a file.
    ///
    /// # Errors
    /// The file can not be read, or is no example.
    pub fn read(path: &Path) -> Result<Self, ExampleError> {
        let text = fs::read_to_string(path).map_err(|source| ExampleError::File { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Writes an example's sections out as files.
    ///
    /// # Errors
    /// A section or a line is not understood, or a file can not be written.
    pub fn parse(text: &str) -> Result<Self, ExampleError> {
        let (files, expected) = cut(text)?;
        let directory = tempfile::Builder::new()
            .prefix("pgproof-example-")
            .tempdir()
            .map_err(|source| ExampleError::File { path: std::env::temp_dir(), source })?;
        for (name, text) in files {
            let path = directory.path().join(name);
            let parent = path.parent().unwrap_or(directory.path()).to_owned();
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, text))
                .map_err(|source| ExampleError::File { path, source })?;
        }
        Ok(Self { directory, expected })
    }

    /// The scenario.
    ///
    /// # Errors
    /// It is none.
    pub fn source(&self) -> Result<Source, LoadError> {
        Ok(Source::read(self.directory.path())?.snapshots_in(self.directory.path().join("snapshots")))
    }

    /// All of it, with the variant `dirty` where the example has one.
    pub fn selection(&self) -> Selection {
        let has_variant = self.directory.path().join("variant.sql").exists();
        Selection { variant: has_variant.then(|| "dirty".to_owned()), ..Selection::default() }
    }

    /// What the example declares with `-- expect: name = "…"`.
    pub fn expected(&self, name: &str) -> Option<&str> {
        self.expected.get(name).map(String::as_str)
    }
}

fn cut(text: &str) -> Result<(Files, BTreeMap<String, String>), ExampleError> {
    let mut files = Files::from([
        (PathBuf::from("scenario.toml"), SHARED.to_owned()),
        (PathBuf::from("baseline.sql"), String::new()),
    ]);
    let mut expected = BTreeMap::new();
    let mut section: Option<Section> = None;
    for (index, line) in text.lines().enumerate() {
        let wrong = |what: String| ExampleError::Line { line: index + 1, what };
        if let Some(name) = line.strip_prefix("-- == ").and_then(|rest| rest.strip_suffix(" ==")) {
            let begun = Section::named(name).ok_or_else(|| wrong(format!("names no section: `{name}`")))?;
            files.entry(begun.file.clone()).or_insert_with(|| begun.head.to_owned());
            section = Some(begun);
        } else if let Some(section) = &section {
            let line = match section.content {
                Content::Sql => line,
                Content::Commented if line.trim().is_empty() => "",
                Content::Commented => line
                    .strip_prefix("--")
                    .map(|rest| rest.strip_prefix(' ').unwrap_or(rest))
                    .ok_or_else(|| wrong("should begin with `-- ` in this section".to_owned()))?,
            };
            if let Some(text) = files.get_mut(&section.file) {
                text.push_str(line);
                text.push('\n');
            }
        } else if let Some(pair) = line.strip_prefix("-- expect: ") {
            let pairs: BTreeMap<String, String> =
                toml::from_str(pair).map_err(|error| wrong(format!("is no TOML pair: {}", error.message())))?;
            expected.extend(pairs);
        } else if !line.trim().is_empty() && !line.starts_with("--") {
            return Err(wrong("stands before the first section".to_owned()));
        }
    }
    Ok((files, expected))
}

struct Section {
    file: PathBuf,
    content: Content,
    head: &'static str,
}

#[derive(Clone, Copy)]
enum Content {
    /// As it stands.
    Sql,
    /// Behind `-- `, so that the whole file stays SQL.
    Commented,
}

impl Section {
    fn named(name: &str) -> Option<Self> {
        let (kind, number) = name.split_once(' ').unwrap_or((name, "010"));
        let numbered = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
        let (file, content, head) = match kind {
            "scenario" => ("scenario.toml".to_owned(), Content::Commented, ""),
            "schema" => {
                ("snapshots/example/main/schema.snap".to_owned(), Content::Commented, "---\nexpression: agreed\n---\n")
            }
            "baseline" | "variant" => (format!("{kind}.sql"), Content::Sql, ""),
            "up" | "down" | "verify" if numbered => (format!("steps/{number}_step.{kind}.sql"), Content::Sql, ""),
            "batch" if numbered => (format!("steps/{number}_step.batch.toml"), Content::Commented, ""),
            _ => return None,
        };
        Some(Self { file: file.into(), content, head })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_become_files_and_a_number_names_the_step() {
        let text = "-- A remark.\n-- expect: key = \"id=3\"\n\n-- == scenario ==\n-- [requires]\n-- roles = []\n\
                    -- == baseline ==\nselect 1;\n-- a comment of the script\n-- == up 020 ==\nselect 2;\n-- == batch 030 ==\n-- size = 1\n-- == schema ==\n--   column\n";
        let (files, expected) = cut(text).unwrap();
        let file = |name: &str| files.get(Path::new(name)).cloned().unwrap_or_default();
        assert_eq!(file("scenario.toml"), format!("{SHARED}[requires]\nroles = []\n"));
        assert_eq!(file("baseline.sql"), "select 1;\n-- a comment of the script\n");
        assert_eq!(file("steps/020_step.up.sql"), "select 2;\n");
        assert_eq!(file("steps/030_step.batch.toml"), "size = 1\n");
        assert_eq!(file("snapshots/example/main/schema.snap"), "---\nexpression: agreed\n---\n  column\n");
        assert_eq!(expected.get("key").map(String::as_str), Some("id=3"));
    }

    #[test]
    fn a_section_nobody_knows_and_a_line_outside_of_all_are_refused() {
        for (text, line) in
            [("-- == pu ==", 1), ("\nselect 1;", 2), ("-- == up x ==", 1), ("-- == scenario ==\n[a]", 2)]
        {
            let error = cut(text).unwrap_err();
            assert!(matches!(error, ExampleError::Line { line: at, .. } if at == line), "{text}: {error}");
        }
    }
}
