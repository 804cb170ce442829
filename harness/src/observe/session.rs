//! The settings of a session that observes: every one that changes how values print or what a query answers.

use sqlx::PgConnection;

use super::ObserveError;

/// What an observing session sets, name and value.
///
/// `search_path`, `role`, `row_security` and the text search configuration stay as they are: they belong to the
/// application whose answers are compared. Floats print in the shortest exact form at any positive
/// `extra_float_digits` (PostgreSQL manual, 20.11.2).
pub const PINNED: &[(&str, &str)] = &[
    ("TimeZone", "UTC"),
    ("timezone_abbreviations", "Default"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("lc_monetary", "C"),
    ("lc_numeric", "C"),
    ("lc_time", "C"),
    ("xmlbinary", "base64"),
    ("xmloption", "content"),
    ("array_nulls", "on"),
    ("quote_all_identifiers", "off"),
    ("standard_conforming_strings", "on"),
    ("transform_null_equals", "off"),
    // A scan that joins another one half-way starts in the middle: the first rows would differ from run to run.
    ("synchronize_seqscans", "off"),
    // Compiling costs more than it saves on the short aggregates of an observer.
    ("jit", "off"),
    ("statement_timeout", "0"),
    ("lock_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
];

/// Sets every setting of [`PINNED`] for the rest of the session.
///
/// One round trip. Run it first on any connection handed to an observer; a setting that a role or a database has
/// of its own is overridden.
pub async fn pin(connection: &mut PgConnection) -> Result<(), ObserveError> {
    let mut settings = sqlx::QueryBuilder::new("select pg_catalog.set_config(name, value, false) from ");
    settings.push("(");
    settings.push_values(PINNED, |mut row, (name, value)| {
        row.push_bind(*name).push_bind(*value);
    });
    settings.push(") as pinned(name, value)");
    settings.build().execute(connection).await.map_err(ObserveError::reading("the session's settings"))?;
    Ok(())
}
