//! The `token_events` scenario: a prepaid-meter application from dual writes to a single source of truth.

use pgproof::load::{LoadError, Source};

/// The scenario, read from its directory.
///
/// # Errors
/// `scenario.toml` is missing or wrong.
pub fn source() -> Result<Source, LoadError> {
    Source::read(env!("CARGO_MANIFEST_DIR"))
}
