//! A copy of a scenario with a fault in it.

use std::path::{Path, PathBuf};

use crate::load::{LoadError, Source};

/// A copy of a scenario's directory that lives as long as this value, to plant faults in.
#[derive(Debug)]
pub struct Planted {
    directory: tempfile::TempDir,
    snapshots: PathBuf,
}

/// Why a fault could not be planted.
#[derive(Debug, thiserror::Error)]
pub enum PlantedError {
    /// A file could not be copied, read or written.
    #[error("can not plant in `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The text that was to be replaced does not stand there exactly once, so the fault would not be the one meant.
    #[error("`{text}` stands {times} times in `{file}`, expected once")]
    Times {
        /// The file, relative to the scenario.
        file: String,
        /// What was looked for.
        text: String,
        /// How often it was found.
        times: usize,
    },
}

impl Planted {
    /// Copies the scenario; its agreed snapshots stay where they are.
    ///
    /// # Errors
    /// A file can not be copied.
    pub fn copy_of(source: &Source) -> Result<Self, PlantedError> {
        let failed = |source| PlantedError::File { path: std::env::temp_dir(), source };
        let directory = tempfile::Builder::new().prefix("pgproof-planted-").tempdir().map_err(failed)?;
        copy(source.directory(), directory.path())?;
        Ok(Self { directory, snapshots: source.directory().join("../../snapshots") })
    }

    /// Replaces a text that must stand exactly once in a file.
    ///
    /// # Errors
    /// It does not, or the file can not be read or written.
    pub fn replace(self, file: &str, text: &str, by: &str) -> Result<Self, PlantedError> {
        let path = self.directory.path().join(file);
        let failed = |source| PlantedError::File { path: path.clone(), source };
        let before = std::fs::read_to_string(&path).map_err(failed)?;
        let times = before.matches(text).count();
        if times != 1 {
            return Err(PlantedError::Times { file: file.to_owned(), text: text.to_owned(), times });
        }
        std::fs::write(&path, before.replacen(text, by, 1)).map_err(failed)?;
        Ok(self)
    }

    /// Adds text at the end of a file, or makes the file.
    ///
    /// # Errors
    /// It can not be written.
    pub fn append(self, file: &str, text: &str) -> Result<Self, PlantedError> {
        let path = self.directory.path().join(file);
        let failed = |source| PlantedError::File { path: path.clone(), source };
        let mut content = if path.exists() { std::fs::read_to_string(&path).map_err(failed)? } else { String::new() };
        content.push('\n');
        content.push_str(text);
        std::fs::write(&path, content).map_err(failed)?;
        Ok(self)
    }

    /// Takes a file away.
    ///
    /// # Errors
    /// It is not there, or stays.
    pub fn remove(self, file: &str) -> Result<Self, PlantedError> {
        let path = self.directory.path().join(file);
        std::fs::remove_file(&path).map_err(|source| PlantedError::File { path, source })?;
        Ok(self)
    }

    /// Takes away every `.verify.sql` of a path, so that a fault reaches the end of it and only the claims can tell.
    ///
    /// # Errors
    /// The directory can not be read, or a file stays.
    pub fn without_verifications(mut self, directory: &str) -> Result<Self, PlantedError> {
        let path = self.directory.path().join(directory);
        let failed = |source| PlantedError::File { path: path.clone(), source };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
        }
        for name in names.iter().filter(|name| name.ends_with(".verify.sql")) {
            self = self.remove(&format!("{directory}/{name}"))?;
        }
        Ok(self)
    }

    /// The faulty scenario.
    ///
    /// # Errors
    /// It is no longer a scenario at all.
    pub fn source(&self) -> Result<Source, LoadError> {
        Ok(Source::read(self.directory.path())?.snapshots_in(&self.snapshots))
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), PlantedError> {
    let failed = |source| PlantedError::File { path: from.to_owned(), source };
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).map_err(failed)?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target).map_err(failed)?;
        }
    }
    Ok(())
}
