//! The scenario `postgis_parity`: a database of 24 tables with PostGIS becomes the whole application's, 118 tables.

use pgproof::load::{LoadError, Source};

/// The scenario, read from its directory.
///
/// # Errors
/// `scenario.toml` is missing or wrong.
pub fn source() -> Result<Source, LoadError> {
    Source::read(env!("CARGO_MANIFEST_DIR"))
}
