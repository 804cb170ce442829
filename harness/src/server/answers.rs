//! What programs say of themselves (`--version`, `--sharedir`), remembered: asking costs as much as starting a server.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Answers by program, its size and time of change, and argument; kept in a file of the cache.
#[derive(Debug)]
pub(super) struct Answers {
    path: PathBuf,
    known: BTreeMap<String, String>,
    changed: bool,
}

impl Answers {
    /// The answers that the cache holds; none when it can not be read.
    pub(super) fn load(cache: &Path) -> Self {
        let path = cache.join("answers.json");
        let known = fs::read(&path).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Self { path, known, changed: false }
    }

    /// What the program prints for this argument, if it can be run and says anything.
    pub(super) fn ask(&mut self, program: &Path, argument: &str) -> Option<String> {
        let meta = fs::metadata(program).ok()?;
        // A package update changes at least one of these.
        let times = format!("{}.{} {} {}", meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ino());
        let key = format!("{} {argument} {} {times}", program.display(), meta.len());
        if let Some(answer) = self.known.get(&key) {
            return Some(answer.clone());
        }
        let output = Command::new(program).arg(argument).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        if !output.status.success() || text.is_empty() {
            return None;
        }
        self.known.insert(key, text.clone());
        self.changed = true;
        Some(text)
    }

    /// Writes what was learnt. Another process may do so too: the last one wins, and the other asks again.
    pub(super) fn save(&self) {
        if !self.changed {
            return;
        }
        let write = || -> std::io::Result<()> {
            if let Some(directory) = self.path.parent() {
                DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
            }
            let fresh = self.path.with_extension(format!("{}.new", std::process::id()));
            fs::write(&fresh, serde_json::to_vec(&self.known)?)?;
            fs::rename(&fresh, &self.path)
        };
        if let Err(error) = write() {
            tracing::debug!(%error, "can not remember what the server binaries said");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_program_that_changed_is_asked_again() {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("speak");
        let write = |text: &str| {
            // A new file each time: one that is being run can not be written to.
            let fresh = directory.path().join("fresh");
            fs::write(&fresh, format!("#!/bin/sh\necho {text}\necho asked >> {}/count\n", directory.path().display()))
                .unwrap();
            fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755)).unwrap();
            fs::rename(&fresh, &program).unwrap();
        };
        let ask = || {
            let mut answers = Answers::load(directory.path());
            let answer = answers.ask(&program, "--version");
            answers.save();
            answer.unwrap()
        };
        write("15.18");
        assert_eq!((ask(), ask()), ("15.18".to_owned(), "15.18".to_owned()));
        assert_eq!(fs::read_to_string(directory.path().join("count")).unwrap().lines().count(), 1);
        write("16.4");
        assert_eq!(ask(), "16.4");
    }
}
