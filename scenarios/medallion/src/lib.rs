//! The medallion scenario: a retail database from `geography`/`organization` tables to the medallion architecture.

use pgproof::load::{LoadError, Source};

/// The scenario, read from its directory.
///
/// # Errors
/// `scenario.toml` is missing or wrong.
pub fn source() -> Result<Source, LoadError> {
    Source::read(env!("CARGO_MANIFEST_DIR"))
}
