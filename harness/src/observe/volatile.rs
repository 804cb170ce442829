//! Which columns hold the same values when the same work is done twice.

use sqlx::PgConnection;

use super::ObserveError;
use crate::sql::RelationName;

/// The columns of a relation without those whose default is the present time or a random value; `None` where there
/// is no such column.
///
/// A default counts as volatile when it calls a function that PostgreSQL itself marks volatile, other than `nextval`,
/// or one of the functions that give a transaction's time.
///
/// # Errors
/// The catalog could not be read.
pub async fn reproducible_columns(
    connection: &mut PgConnection,
    relation: &RelationName,
) -> Result<Option<Vec<String>>, ObserveError> {
    let columns: Vec<(String, bool)> = sqlx::query_as(
        r"select a.attname::text,
                 coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~*
                   '\m(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid|uuid_generate_v[0-9a-z]+|uuidv[0-9]|txid_current|pg_current_xact_id)\s*\(|\mCURRENT_(TIMESTAMP|TIME|DATE)\M|\mLOCALTIME',
                 false) and a.attgenerated = ''
            from pg_catalog.pg_attribute a
            join pg_catalog.pg_class c on c.oid = a.attrelid
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
           where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped
           order by a.attnum",
    )
    .bind(relation.schema())
    .bind(relation.name())
    .fetch_all(connection)
    .await
    .map_err(ObserveError::reading(format!("the defaults of `{relation}`")))?;
    if columns.iter().all(|(_, volatile)| !volatile) {
        return Ok(None);
    }
    Ok(Some(columns.into_iter().filter(|(_, volatile)| !volatile).map(|(name, _)| name).collect()))
}
