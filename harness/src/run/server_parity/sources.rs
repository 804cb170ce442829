//! From a mapped relation to the two queries whose rows must be the same.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::ParityError;
use crate::observe::relation::{ColumnShape, describe};
use crate::observe::{Keyed, ObserveError, RowSource, primary_key};
use crate::scenario::server_map::MappedRelation;
use crate::sql::quote_identifier;

/// A relation's two sides, ready to be compared.
pub(super) struct Mapped {
    pub(super) names: (String, String),
    pub(super) legacy: Keyed,
    pub(super) target: Keyed,
    pub(super) ignored: Vec<String>,
    pub(super) snapped: Vec<(String, String)>,
}

/// Looks up the columns and keys of both sides, and writes the queries.
pub(super) async fn mapped(
    legacy: &mut PgConnection,
    target: &mut PgConnection,
    relation: &MappedRelation,
) -> Result<Mapped, ParityError> {
    let (from, to) = (&relation.legacy, relation.target());
    let (old, new) = (RowSource::relation(from.clone()), RowSource::relation(to.clone()));
    let absent = |side: &str, error: ObserveError| match error {
        ObserveError::Unexpected { found, .. } if found == "there is no such relation" => ParityError::Map(format!(
            "the {side} server has no relation `{}`",
            if side == "legacy" { from } else { to }
        )),
        error => error.into(),
    };
    let old = describe(legacy, &old).await.map_err(|error| absent("legacy", error))?;
    let new = describe(target, &new).await.map_err(|error| absent("target", error))?;
    let names = |columns: &[ColumnShape]| columns.iter().map(|column| column.name.clone()).collect::<BTreeSet<_>>();
    let (old_names, mut new_names) = (names(&old), names(&new));
    new_names.extend(relation.target_columns.keys().cloned());
    let wrong = |message: String| ParityError::Map(format!("`{from}`: {message}"));
    if let Some(column) = relation.columns.keys().find(|column| !new_names.contains(*column)) {
        return Err(wrong(format!("the target has no column `{column}`")));
    }
    let ignored = &relation.ignore;
    if let Some(column) = ignored.iter().find(|name| !old_names.contains(*name) && !new_names.contains(*name)) {
        return Err(wrong(format!("neither side has the column `{column}` that is to be ignored")));
    }
    if let Some(column) = relation.snap.keys().find(|column| !new_names.contains(*column)) {
        return Err(wrong(format!("the target has no column `{column}` to snap")));
    }
    if let Some((column, size)) = relation.snap.iter().find(|(_, size)| !(size.is_finite() && **size > 0.0)) {
        return Err(wrong(format!("the grid of `{column}` has the size {size}")));
    }
    let key = match &relation.key {
        Some(key) => key.clone(),
        None => primary_key(target, to).await?.unwrap_or_default(),
    };
    if let Some(column) = key.iter().find(|column| {
        !new_names.contains(*column) || !(old_names.contains(*column) || relation.columns.contains_key(*column))
    }) {
        return Err(wrong(format!("the key `{column}` is not on both sides")));
    }
    let wanted = |name: &&String| !ignored.contains(name);
    let plain = relation.columns.is_empty()
        && relation.target_columns.is_empty()
        && relation.snap.is_empty()
        && relation.legacy_rows.is_none()
        && relation.target_rows.is_none();
    let (legacy_source, target_source) = if plain {
        let of = |name: &crate::sql::RelationName, columns: &BTreeSet<String>| {
            RowSource::Relation(name.clone(), Some(columns.iter().filter(wanted).cloned().collect()))
        };
        (of(from, &old_names), of(to, &new_names))
    } else {
        let schemas = (postgis_schema(legacy).await?, postgis_schema(target).await?);
        let snapped = |name: &str, value: String, schema: &str| match relation.snap.get(name) {
            Some(size) => snap(&value, *size, schema),
            None => value,
        };
        let unmapped = old_names.iter().filter(wanted).filter(|name| !relation.columns.contains_key(*name));
        let mut left: Vec<String> = unmapped
            .map(|name| {
                let quoted = quote_identifier(name);
                format!("{} as {quoted}", snapped(name, format!("l.{quoted}"), &schemas.0))
            })
            .collect();
        left.extend(relation.columns.iter().filter(|(name, _)| wanted(name)).map(|(name, expression)| {
            format!("{} as {}", snapped(name, format!("({expression}\n)"), &schemas.0), quote_identifier(name))
        }));
        let right: Vec<String> = new_names
            .iter()
            .filter(wanted)
            .map(|name| {
                let quoted = quote_identifier(name);
                let value = match relation.target_columns.get(name) {
                    Some(expression) => format!("({expression}\n)"),
                    None => format!("t.{quoted}"),
                };
                format!("{} as {quoted}", snapped(name, value, &schemas.1))
            })
            .collect();
        let only = |condition: &Option<String>| {
            condition.as_ref().map(|condition| format!(" where {condition}")).unwrap_or_default()
        };
        let (old_rows, new_rows) = (only(&relation.legacy_rows), only(&relation.target_rows));
        (
            RowSource::Query(format!("select {} from {} as l{old_rows}", left.join(", "), from.quoted())),
            RowSource::Query(format!("select {} from {} as t{new_rows}", right.join(", "), to.quoted())),
        )
    };
    let keyed = |source| Keyed { source, key: key.clone() };
    Ok(Mapped {
        names: (from.to_string(), to.to_string()),
        legacy: keyed(legacy_source),
        target: keyed(target_source),
        ignored: ignored.clone(),
        snapped: relation.snap.iter().map(|(name, size)| (name.clone(), size.to_string())).collect(),
    })
}

/// A geometry's bytes once it lies on a grid and its parts stand in one order.
///
/// The shift by nothing turns the -0 that rounding leaves into 0: the two differ in their bytes and in nothing else.
fn snap(value: &str, size: f64, schema: &str) -> String {
    let geometry = format!("{value}::{schema}.geometry");
    format!(
        "{schema}.st_asewkb({schema}.st_normalize({schema}.st_translate({schema}.st_snaptogrid({geometry}, {size:e}), 0, 0)), 'NDR')"
    )
}

/// The quoted schema that PostGIS lives in; `public` where there is none, and then the server says what is missing.
async fn postgis_schema(connection: &mut PgConnection) -> Result<String, ObserveError> {
    let schema: Option<String> = sqlx::query_scalar(
        "select n.nspname::pg_catalog.text
         from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
         where e.extname = 'postgis'",
    )
    .fetch_optional(connection)
    .await
    .map_err(ObserveError::reading("where PostGIS lives"))?;
    Ok(quote_identifier(schema.as_deref().unwrap_or("public")))
}
