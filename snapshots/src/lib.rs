//! The agreed snapshots of every scenario, and where they lie.
//!
//! A scenario's tests write them (`cargo insta` finds pending ones in this package), and its runs are judged by them:
//! `<scenario>/<path>/schema.snap` is the agreed schema, `schema@<variant>.snap` that of a dirty variant.

use std::path::{Path, PathBuf};

/// The directory that holds the snapshots of one path of a scenario; it need not exist yet.
pub fn directory(scenario: &str, path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(scenario).join(path)
}
