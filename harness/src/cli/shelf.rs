//! Where scenarios are found.

use std::path::{Path, PathBuf};

use crate::load::{LoadError, Source, no_such};
use crate::scenario::Mistake;

/// Where a command looks for scenarios.
#[derive(Debug)]
pub(crate) enum Shelf {
    /// Directories below this one.
    Directory(PathBuf),
    /// A scenario crate's own.
    One(fn() -> Result<Source, LoadError>),
}

impl Shelf {
    /// The scenario that was asked for.
    pub(crate) fn find(&self, wanted: Option<&str>) -> Result<Source, LoadError> {
        match (self, wanted) {
            (Self::One(source), None) => source(),
            (Self::One(source), Some(name)) => {
                let own = source()?;
                if own.scenario().name == name { Ok(own) } else { Source::read(name) }
            }
            (Self::Directory(place), _) => self.in_place(place, wanted),
        }
    }

    fn in_place(&self, place: &Path, wanted: Option<&str>) -> Result<Source, LoadError> {
        let Some(name) = wanted else {
            let mut all = self.directories();
            return match (all.pop(), all.is_empty()) {
                (Some(only), true) => Source::read(only),
                _ => Err(self.not_found("")),
            };
        };
        if Path::new(name).join("scenario.toml").is_file() {
            return Source::read(name);
        }
        let below = place.join(name);
        if below.join("scenario.toml").is_file() { Source::read(below) } else { Err(self.not_found(name)) }
    }

    /// The directories that hold a scenario, sorted.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        let Self::Directory(place) = self else { return Vec::new() };
        let mut found: Vec<PathBuf> = std::fs::read_dir(place)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.join("scenario.toml").is_file())
            .collect();
        found.sort();
        found
    }

    fn not_found(&self, wanted: &str) -> LoadError {
        let names: Vec<String> = self
            .directories()
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect();
        let directory = match self {
            Self::Directory(place) => place.clone(),
            Self::One(_) => PathBuf::from("."),
        };
        let mistake = if names.is_empty() {
            let message = if wanted.is_empty() {
                "there is no scenario here".to_owned()
            } else {
                format!("no scenario is called `{wanted}`, and there is none in `{}`", directory.display())
            };
            Mistake::new(message).hint(NO_SCENARIO)
        } else if wanted.is_empty() {
            Mistake::new("which scenario?").hint(format!("there are: {}", names.join(", ")))
        } else {
            no_such("scenario", wanted, names.iter().map(String::as_str))
        };
        LoadError { directory, mistakes: vec![mistake] }
    }
}

/// Where scenarios are looked for.
pub(crate) const NO_SCENARIO: &str =
    "a scenario is a directory below `scenarios/`, or any other that is named, with a `scenario.toml`";
