//! What stands for the scenario's crate: the scenario of the other guide.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pgproof::load::{LoadError, Source};

static WRITTEN: LazyLock<io::Result<PathBuf>> = LazyLock::new(write);

/// The scenario of `docs/guides/writing-a-scenario.md`.
pub(crate) fn source() -> Result<Source, LoadError> {
    let directory = WRITTEN.as_ref().map_or(Path::new("/nonexistent"), PathBuf::as_path);
    Source::read(directory.join("scenarios/library"))
}

/// Writes the guide's scenario out below `target`, once for every state of the guide, whole or not at all.
fn write() -> io::Result<PathBuf> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/writing-a-scenario.md");
    let guide = std::fs::read_to_string(guide)?;
    let mut hasher = DefaultHasher::new();
    guide.hash(&mut hasher);
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("guide-{:016x}", hasher.finish()));
    if place.exists() {
        return Ok(place);
    }
    let unfinished = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    for block in guide.split("\n```").skip(1).step_by(2) {
        let Some((info, text)) = block.split_once('\n') else { continue };
        let Some((_, file)) = info.split_once(' ') else { continue };
        let path = unfinished.path().join("guide/scenarios/library").join(file);
        std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, before + text + "\n")?;
    }
    match std::fs::rename(unfinished.path().join("guide"), &place) {
        // Another process was quicker, with the same text.
        Err(_) if place.exists() => Ok(place),
        other => other.map(|()| place),
    }
}
