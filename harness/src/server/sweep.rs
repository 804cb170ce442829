//! The janitor of this machine: what killed harnesses left behind.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::engine::sweep_containers;
use super::places::Places;
use super::run_directory::{Abandoned, sweep_base};

/// What a sweep removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Run directories of servers whose harness has ended.
    pub directories: Vec<PathBuf>,
    /// Containers whose harness has ended, by their short id.
    pub containers: Vec<String>,
}

/// Whether a sweep also takes what was kept on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It stays.
    Leave,
    /// It goes too.
    Remove,
}

/// Removes the directories (and ends the servers, should one still run) and the containers whose harness has ended.
///
/// Safe at any time and from many processes at once: a living harness holds a lock on its directory, and its containers
/// carry its process. What can not be removed is left, with a word in the log.
pub async fn sweep(places: &Places, kept: Kept) -> SweepReport {
    let containers = sweep_containers(kept).await;
    let places = places.clone();
    let directories = spawn_blocking(move || sweep_directories(&places, kept)).await.unwrap_or_default();
    SweepReport { directories, containers }
}

/// The part of a sweep that is about directories. Blocks.
pub(super) fn sweep_directories(places: &Places, kept: Kept) -> Vec<PathBuf> {
    let which = match kept {
        Kept::Leave => Abandoned::NotKept,
        Kept::Remove => Abandoned::All,
    };
    bases(places).iter().flat_map(|base| sweep_base(base, which)).collect()
}

/// Notes a base directory that is none of the usual ones, so that a later sweep looks there too.
pub(super) fn remember_base(places: &Places, base: &Path) {
    if usual_bases(places).any(|usual| usual == base) {
        return;
    }
    let known = fs::read_to_string(list(places)).unwrap_or_default();
    let Some(line) = base.to_str().filter(|line| !line.contains('\n') && !known.lines().any(|known| known == *line))
    else {
        return;
    };
    // Without the note, only the sweep of this one directory is lost.
    let _ = DirBuilder::new().recursive(true).mode(0o700).create(&places.cache);
    let _ = fs::write(list(places), format!("{known}{line}\n"));
}

fn list(places: &Places) -> PathBuf {
    places.cache.join("run-bases")
}

fn usual_bases(places: &Places) -> impl Iterator<Item = &Path> {
    places.memory.as_deref().into_iter().chain([places.disk.as_path()])
}

fn bases(places: &Places) -> BTreeSet<PathBuf> {
    let noted = fs::read_to_string(list(places)).unwrap_or_default();
    usual_bases(places).map(Path::to_owned).chain(noted.lines().map(PathBuf::from)).collect()
}
