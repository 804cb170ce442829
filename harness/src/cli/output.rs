//! The directory that a run's record goes to.

use std::io;
use std::path::{Path, PathBuf};

use super::arguments::EventsArgument;
use super::console::Console;
use crate::record::{LogEntry, RunRecord, ScaleRecord};
use crate::report;

/// A directory that could be written to. Dropped with nothing written, what was made of it is gone again.
#[derive(Debug)]
pub(crate) struct Output {
    directory: PathBuf,
    /// The directories that were not there before, outermost first.
    made: Vec<PathBuf>,
}

impl Output {
    /// Makes the directory where there is none, and writes a file there to see that it can be done.
    pub(crate) fn prepare(directory: &Path) -> io::Result<Self> {
        let mut made: Vec<PathBuf> = directory
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
            .map(Path::to_owned)
            .collect();
        made.reverse();
        let output = Self { directory: directory.to_owned(), made };
        std::fs::create_dir_all(directory)?;
        let probe = directory.join(".pgproof-probe");
        std::fs::write(&probe, [])?;
        std::fs::remove_file(probe)?;
        Ok(output)
    }

    /// The path of a file in the directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes the record and its Markdown page beside each other, whatever was printed; where the record is now.
    pub(crate) fn write(&self, record: &RunRecord, console: &Console) -> Option<PathBuf> {
        self.both("run.json", &report::json(record), "report.md", &report::markdown(record), console)
    }

    /// The same for a path taken at several sizes.
    pub(crate) fn write_scale(&self, record: &ScaleRecord, console: &Console) -> Option<PathBuf> {
        self.both("scale.json", &report::json(record), "scale.md", &report::scale_markdown(record), console)
    }

    /// Writes the log of events in one of its forms.
    pub(crate) fn write_events(&self, form: EventsArgument, entries: &[LogEntry], console: &Console) {
        let (name, text) = match form {
            EventsArgument::Json => ("events.jsonl", report::log_json(entries)),
            EventsArgument::Csv => ("events.csv", report::log_csv(entries)),
            EventsArgument::Markdown => ("events.md", report::log_markdown(entries)),
        };
        let path = self.directory.join(name);
        if let Err(error) = std::fs::write(&path, text) {
            console.error(&format!("can not write the log `{}`: {error}", path.display()), None);
        }
    }

    fn both(&self, name: &str, json: &str, page_name: &str, page: &str, console: &Console) -> Option<PathBuf> {
        let path = self.directory.join(name);
        let written = std::fs::write(&path, json).and_then(|()| std::fs::write(self.directory.join(page_name), page));
        match written {
            Ok(()) => Some(path),
            Err(error) => {
                console.error(&format!("can not write the record `{}`: {error}", path.display()), None);
                None
            }
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Only empty directories can be removed this way.
        for directory in self.made.iter().rev() {
            let _ = std::fs::remove_dir(directory);
        }
    }
}
