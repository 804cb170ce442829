//! What is done already, in a file, so that long work that was interrupted goes on where it stopped.

use std::fs::{self, File};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A file with a line for each part that is done, gone when all are.
#[derive(Debug)]
pub(crate) struct Journal<T> {
    path: PathBuf,
    file: File,
    parts: PhantomData<fn(&T)>,
}

impl<T: Serialize + DeserializeOwned> Journal<T> {
    /// Begins a journal, or goes on with the one of work of the same identity: then what was done comes along.
    ///
    /// A last line that was cut short is as if it were not there.
    pub(crate) fn open(path: &Path, identity: &str) -> io::Result<(Self, Vec<T>)> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let header = serde_json::to_string(identity)?;
        let before = fs::read_to_string(path).unwrap_or_default();
        let mut lines = before.lines();
        let done: Vec<T> = if lines.next() == Some(header.as_str()) {
            lines.map_while(|line| serde_json::from_str(line).ok()).collect()
        } else {
            Vec::new()
        };
        let mut journal = Self { path: path.to_owned(), file: File::create(path)?, parts: PhantomData };
        writeln!(journal.file, "{header}")?;
        for part in &done {
            journal.note(part)?;
        }
        Ok((journal, done))
    }

    /// A part is done.
    pub(crate) fn note(&mut self, part: &T) -> io::Result<()> {
        writeln!(self.file, "{}", serde_json::to_string(part)?)?;
        self.file.flush()
    }

    /// All are: the next one begins anew.
    pub(crate) fn finish(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Part = Vec<String>;

    fn open(directory: &Path, identity: &str) -> io::Result<(Journal<Part>, Vec<Part>)> {
        Journal::open(&directory.join("below/parts.journal"), identity)
    }

    fn part(name: &str) -> Part {
        vec![name.to_owned()]
    }

    #[test]
    fn what_was_noted_comes_back_for_the_same_work_and_no_other() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let (mut journal, done) = open(directory.path(), "a\nb")?;
        assert!(done.is_empty());
        journal.note(&part("one"))?;
        journal.note(&part("two"))?;
        write!(journal.file, "[\"thr")?;
        let (mut journal, done) = open(directory.path(), "a\nb")?;
        assert_eq!(done, [part("one"), part("two")]);
        journal.note(&part("three"))?;
        let (_, done) = open(directory.path(), "a\nb")?;
        assert_eq!(done.len(), 3, "the cut line was taken for none, and what came behind it was kept");
        assert!(open(directory.path(), "another")?.1.is_empty());
        Ok(())
    }

    #[test]
    fn finished_work_leaves_nothing_to_go_on_with() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let (mut journal, _) = open(directory.path(), "a")?;
        journal.note(&part("one"))?;
        journal.finish()?;
        assert!(open(directory.path(), "a")?.1.is_empty());
        Ok(())
    }
}
