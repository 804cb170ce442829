//! The directories that servers use. This file alone reads the environment, and only when asked to.

use std::env;
use std::path::{Path, PathBuf};

/// Where caches, run directories and server binaries are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Initialised clusters, kept from run to run: `PGPROOF_CACHE_DIR`, `$XDG_CACHE_HOME/pgproof` or `~/.cache/pgproof`.
    pub cache: PathBuf,
    /// A file system in memory for run directories, when the machine has one and `PGPROOF_RUN_DIR` names nothing else.
    pub memory: Option<PathBuf>,
    /// Where run directories go when memory will not do: `PGPROOF_RUN_DIR`, `$TMPDIR` or `/tmp`.
    pub disk: PathBuf,
    /// Directories of server binaries to look into first: `PGPROOF_PG_BIN`, separated by colons.
    pub bin_dirs: Vec<PathBuf>,
    /// The directories of `PATH`, searched for `pg_config`, `docker` and client tools.
    pub path: Vec<PathBuf>,
}

impl Places {
    /// The places the environment names, defaults elsewhere.
    pub fn from_environment() -> Self {
        let directory = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let list = |name: &str| env::var_os(name).map(|v| env::split_paths(&v).collect()).unwrap_or_default();
        let run = directory("PGPROOF_RUN_DIR");
        let cache = directory("PGPROOF_CACHE_DIR").unwrap_or_else(|| {
            directory("XDG_CACHE_HOME")
                .or_else(|| directory("HOME").map(|home| home.join(".cache")))
                .unwrap_or_else(env::temp_dir)
                .join("pgproof")
        });
        let memory = Path::new("/dev/shm");
        Self {
            cache: absolute(cache),
            memory: (run.is_none() && memory.is_dir()).then(|| memory.to_owned()),
            disk: absolute(run.unwrap_or_else(env::temp_dir)),
            bin_dirs: list("PGPROOF_PG_BIN"),
            path: list("PATH"),
        }
    }

    /// The first executable of this name on the path.
    pub(super) fn find_program(&self, name: &str) -> Option<PathBuf> {
        self.path.iter().map(|directory| directory.join(name)).find(|candidate| candidate.is_file())
    }
}

/// Servers run in directories of their own, where a relative path would mean another place.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
