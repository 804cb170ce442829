//! The canonical events scenario: campaigns get their data sources, and events a canonical form beside the original.
//!
//! The path `rust_jobs` transforms rows with [`normalise`] and [`campaign`]; the path `sql_functions` does the same with
//! functions of the database. Both must agree on every row.

pub mod campaign;
pub mod normalise;

use pgproof::load::{LoadError, Source};
use pgproof::scenario::RowTransform;

/// The scenario, read from its directory, with its two transforms.
///
/// # Errors
/// `scenario.toml` is missing or wrong.
pub fn source() -> Result<Source, LoadError> {
    Source::read(env!("CARGO_MANIFEST_DIR")).map(with_transforms)
}

/// A source, such as a copy with a fault in it, with the two transforms that the path `rust_jobs` names.
pub fn with_transforms(source: Source) -> Source {
    source.with(|scenario| {
        scenario
            .with_transform("normalise_event", RowTransform::new(normalise::event))
            .with_transform("map_campaign", RowTransform::new(campaign::map))
    })
}
