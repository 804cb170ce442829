//! What has been compared already, so that an interrupted comparison goes on where it stopped.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::facts::RelationParity;

/// A file with a line for each relation that is finished, gone when all are.
#[derive(Debug)]
pub(super) struct Journal {
    directory: PathBuf,
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Begins a journal, or goes on with the one of a run that compared the same: then what it had finished comes along.
    ///
    /// A last line that was cut short is as if it were not there.
    pub(super) fn open(directory: &Path, identity: &str, afresh: bool) -> io::Result<(Self, Vec<RelationParity>)> {
        fs::create_dir_all(directory)?;
        let path = directory.join("parity.journal");
        let header = serde_json::to_string(identity)?;
        let before = if afresh { String::new() } else { fs::read_to_string(&path).unwrap_or_default() };
        let mut lines = before.lines();
        let finished: Vec<RelationParity> = if lines.next() == Some(header.as_str()) {
            lines.map_while(|line| serde_json::from_str(line).ok()).collect()
        } else {
            Vec::new()
        };
        let mut journal = Self { directory: directory.to_owned(), file: File::create(&path)?, path };
        writeln!(journal.file, "{header}")?;
        for relation in &finished {
            journal.note(relation)?;
        }
        Ok((journal, finished))
    }

    /// A relation is finished.
    pub(super) fn note(&mut self, relation: &RelationParity) -> io::Result<()> {
        writeln!(self.file, "{}", serde_json::to_string(relation)?)?;
        self.file.flush()
    }

    /// All are: the record and its page take the journal's place. Where the record is.
    pub(super) fn finish(self, json: &str, markdown: &str) -> io::Result<PathBuf> {
        let record = self.directory.join("parity.json");
        fs::write(&record, json)?;
        fs::write(self.directory.join("parity.md"), markdown)?;
        fs::remove_file(&self.path)?;
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Means, RowDifferences};

    fn relation(name: &str) -> RelationParity {
        RelationParity {
            legacy: name.to_owned(),
            target: name.to_owned(),
            key: Vec::new(),
            means: Means::Bag,
            differences: RowDifferences::default(),
            ignored: Vec::new(),
            snapped: Vec::new(),
            earlier: false,
        }
    }

    #[test]
    fn what_was_noted_comes_back_for_the_same_comparison_and_no_other() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let open = |identity: &str, afresh| Journal::open(directory.path(), identity, afresh);
        let (mut journal, finished) = open("a\nb", false)?;
        assert!(finished.is_empty());
        journal.note(&relation("one"))?;
        journal.note(&relation("two"))?;
        write!(journal.file, "{{\"legacy\": \"thr")?;
        let (_, finished) = open("a\nb", false)?;
        assert_eq!(finished, [relation("one"), relation("two")]);
        let (_, finished) = open("a\nb", false)?;
        assert_eq!(finished.len(), 2, "the cut line was taken for none");
        assert!(open("another", false)?.1.is_empty());
        Ok(())
    }

    #[test]
    fn a_finished_comparison_and_one_begun_afresh_leave_nothing_to_go_on_with() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let (mut journal, _) = Journal::open(directory.path(), "a", false)?;
        journal.note(&relation("one"))?;
        assert!(Journal::open(directory.path(), "a", true)?.1.is_empty());
        let (journal, _) = Journal::open(directory.path(), "a", false)?;
        journal.finish("{}", "#")?;
        assert!(Journal::open(directory.path(), "a", false)?.1.is_empty());
        Ok(())
    }
}
