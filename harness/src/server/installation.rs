//! The PostgreSQL server binaries of this machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::answers::Answers;
use super::error::ServerError;
use super::places::Places;
use super::request::Request;

/// One installed set of server binaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The major version, such as `15`.
    pub major: u16,
    /// The version as the server calls itself, such as `15.18`.
    pub version: String,
    /// The directory of `postgres`, `initdb`, `pg_dump`.
    pub bin_dir: PathBuf,
    /// Where extensions keep their control files, when that could be found out.
    pub extension_dir: Option<PathBuf>,
}

impl Installation {
    /// Every installation on this machine, newest major version first: the directories of [`Places::bin_dirs`], those of
    /// Debian and of PGDG, and the one that `pg_config` on the path belongs to.
    ///
    /// A directory whose `postgres` can not be run is left out.
    pub fn discover(places: &Places) -> Vec<Self> {
        let mut answers = Answers::load(&places.cache);
        let mut seen = BTreeSet::new();
        let mut found: Vec<Self> = candidates(places, &mut answers)
            .into_iter()
            .filter_map(|directory| directory.canonicalize().ok())
            .filter(|directory| seen.insert(directory.clone()))
            .filter_map(|directory| Self::at(&directory, &mut answers))
            .collect();
        answers.save();
        // A stable sort: of two with one major, the directory named first wins.
        found.sort_by_key(|installation| std::cmp::Reverse(installation.major));
        found
    }

    /// The installation for a request: of the wanted major version, otherwise the newest that has the extensions.
    ///
    /// # Errors
    ///
    /// None is installed, none of this major version, or none with the extensions.
    pub fn choose(places: &Places, request: &Request) -> Result<Self, ServerError> {
        let all = Self::discover(places);
        let fits = |installation: &&Self| request.major.is_none_or(|major| installation.major == major);
        let lacking =
            |installation: &Self| request.extensions.iter().find(|name| !installation.has_extension(name)).cloned();
        if let Some(complete) = all.iter().filter(fits).find(|installation| lacking(installation).is_none()) {
            return Ok(complete.clone());
        }
        if let Some((nearest, name)) =
            all.iter().find(fits).and_then(|nearest| lacking(nearest).map(|name| (nearest, name)))
        {
            return Err(ServerError::Extension { name, major: nearest.major, kind: "embedded" });
        }
        match request.major {
            Some(major) if !all.is_empty() => {
                let found = all.iter().map(|i| i.version.as_str()).collect::<Vec<_>>().join(", ");
                Err(ServerError::NoMajor { major, found })
            }
            _ => {
                let looked = candidates(places, &mut Answers::load(&places.cache))
                    .iter()
                    .map(|d| format!("`{}`", d.display()))
                    .collect::<Vec<_>>();
                let looked = if looked.is_empty() { "`/usr/lib/postgresql`".to_owned() } else { looked.join(", ") };
                Err(ServerError::NoInstallation { looked })
            }
        }
    }

    /// Whether `CREATE EXTENSION` would find this one; assumed when nobody knows where to look.
    pub fn has_extension(&self, name: &str) -> bool {
        self.extension_dir.as_ref().is_none_or(|directory| directory.join(format!("{name}.control")).is_file())
    }

    /// The installation whose binaries are in this directory.
    fn at(bin_dir: &Path, answers: &mut Answers) -> Option<Self> {
        if !bin_dir.join("initdb").is_file() {
            return None;
        }
        let version = version_number(&answers.ask(&bin_dir.join("postgres"), "--version")?)?;
        let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        let shared = answers.ask(&bin_dir.join("pg_config"), "--sharedir").map(PathBuf::from);
        let guesses = [
            shared,
            Some(PathBuf::from(format!("/usr/share/postgresql/{major}")))
                .filter(|_| bin_dir.starts_with("/usr/lib/postgresql")),
            bin_dir.parent().map(|prefix| prefix.join("share/postgresql")),
            bin_dir.parent().map(|prefix| prefix.join("share")),
        ];
        let extension_dir =
            guesses.into_iter().flatten().map(|share| share.join("extension")).find(|directory| directory.is_dir());
        Some(Self { major, version, bin_dir: bin_dir.to_owned(), extension_dir })
    }
}

/// The directories that may hold server binaries, in the order of preference.
fn candidates(places: &Places, answers: &mut Answers) -> Vec<PathBuf> {
    let mut directories = places.bin_dirs.clone();
    for root in ["/usr/lib/postgresql", "/usr/local/lib/postgresql"] {
        directories.extend(fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path().join("bin")));
    }
    for root in ["/usr", "/opt/homebrew/opt", "/usr/local/opt"] {
        let versioned = |name: &str| name.starts_with("pgsql-") || name.starts_with("postgresql@");
        let entries = fs::read_dir(root).into_iter().flatten().flatten();
        directories.extend(
            entries
                .filter(|entry| entry.file_name().to_str().is_some_and(versioned))
                .map(|entry| entry.path().join("bin")),
        );
    }
    if let Some(pg_config) = places.find_program("pg_config") {
        directories.extend(answers.ask(&pg_config, "--bindir").map(PathBuf::from));
    }
    directories
}

/// `15.18` out of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn version_number(text: &str) -> Option<String> {
    text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_whatever_the_distribution_adds() {
        assert_eq!(version_number("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").unwrap(), "15.18");
        assert_eq!(version_number("postgres (PostgreSQL) 18beta1").unwrap(), "18beta1");
        assert_eq!(version_number("something else"), None);
    }
}
