//! What queries answer, and what roles see.

use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqlSafeStr, Statement, ValueRef};

use super::ObserveError;
use super::fingerprint::{Hashed, aggregate_or_refusal};
use super::ordering::has_top_level_order_by;
use super::relation::{Found, RowSource, describe, found_columns, type_shapes};
use crate::facts::answer::{Answer, Refusal, Reply, RowDigest, Seen};
use crate::facts::difference::shortened;
use crate::facts::fingerprint::Method;
use crate::scenario::Caller;
use crate::sql::is_servers_trouble;

/// Runs one statement and says what came back; a refusal is an answer too.
///
/// The statement runs as written, in a transaction that is rolled back, so one that writes leaves nothing behind but
/// advanced sequences. At most `limit` rows are kept, each cell shortened; all are hashed as they stream by. The
/// session must be pinned and outside a transaction. An error means the connection or the server is gone.
pub async fn answer(connection: &mut PgConnection, sql: &str, limit: usize) -> Result<Reply, ObserveError> {
    let what = || ObserveError::reading(format!("the answer of `{}`", shortened(sql.trim())));
    let mut transaction = connection.begin().await.map_err(what())?;
    let reply = ask(&mut transaction, sql, limit).await;
    let rolled_back = transaction.rollback().await;
    match reply {
        Ok(answer) => {
            rolled_back.map_err(what())?;
            Ok(Reply::Answered(answer))
        }
        Err(error) => {
            let refusal = refusal(error).map_err(what())?;
            rolled_back.map_err(what())?;
            Ok(Reply::Refused(refusal))
        }
    }
}

/// As [`answer`], inside a transaction that the caller has begun and ends: what the statement writes is there for the
/// next one. After a refusal the transaction can only be rolled back.
pub async fn answer_inside(connection: &mut PgConnection, sql: &str, limit: usize) -> Result<Reply, ObserveError> {
    match ask(connection, sql, limit).await {
        Ok(answer) => Ok(Reply::Answered(answer)),
        Err(error) => {
            let what = ObserveError::reading(format!("the answer of `{}`", shortened(sql.trim())));
            refusal(error).map(Reply::Refused).map_err(what)
        }
    }
}

/// Every row of a query as the server prints it, `None` for NULL.
///
/// # Errors
/// The driver's own, so that a caller can take a refusal as a fact.
pub async fn text_rows(connection: &mut PgConnection, sql: &str) -> Result<Vec<Vec<Option<String>>>, sqlx::Error> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await?;
    rows.iter().map(|row| (0..row.len()).map(|place| Ok(cell(row, place)?.map(str::to_owned))).collect()).collect()
}

async fn ask(connection: &mut PgConnection, sql: &str, limit: usize) -> Result<Answer, sqlx::Error> {
    let mut columns = prepared_columns(connection, sql).await?;
    let mut digest = RowDigest::default();
    let mut first_rows = Vec::new();
    // The simple protocol sends every value as the server prints it.
    let mut rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        if columns.is_none() {
            columns = Some(found_columns(row.columns())?);
        }
        let cells = (0..row.len()).map(|place| cell(&row, place)).collect::<Result<Vec<_>, _>>()?;
        if first_rows.len() < limit {
            first_rows.push(cells.iter().map(|cell| cell.map(shortened)).collect());
        }
        digest.push(cells);
    }
    drop(rows);
    let source = RowSource::Query(sql.to_owned());
    let mut shapes = match columns {
        Some(columns) => type_shapes(connection, &source, columns).await,
        None => describe(connection, &source).await,
    }
    .map_err(driver_error)?;
    shapes.sort_by_key(|shape| shape.position);
    Ok(Answer {
        columns: shapes.into_iter().map(|shape| (shape.name, shape.type_name)).collect(),
        rows: digest.rows(),
        content: digest.content(),
        order: has_top_level_order_by(sql).then(|| digest.order()),
        first_rows,
    })
}

/// The columns of a statement, or `None` when it has a type that the driver does not know.
///
/// Preparing comes first in any case: the server prepares single statements only, so nothing that follows a
/// semicolon is run.
async fn prepared_columns(connection: &mut PgConnection, sql: &str) -> Result<Option<Vec<Found>>, sqlx::Error> {
    // A statement kept from before a migration would have the columns of then.
    connection.clear_cached_statements().await?;
    match (&mut *connection).prepare(AssertSqlSafe(sql.to_owned()).into_sql_str()).await {
        Ok(statement) => found_columns(statement.columns()).map(Some),
        Err(sqlx::Error::ColumnDecode { .. } | sqlx::Error::TypeNotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The driver's error inside an observer's.
fn driver_error(error: ObserveError) -> sqlx::Error {
    match error {
        ObserveError::Query { source, .. } => source,
        other @ ObserveError::Unexpected { .. } => sqlx::Error::Protocol(other.to_string()),
    }
}

/// The text of a cell as it came, whatever its type.
fn cell(row: &PgRow, place: usize) -> Result<Option<&str>, sqlx::Error> {
    let value = row.try_get_raw(place)?;
    if value.is_null() {
        return Ok(None);
    }
    value.as_str().map(Some).map_err(sqlx::Error::Decode)
}

/// What `role` sees of a relation or query, row security and grants applied.
///
/// The role is taken for one transaction that is rolled back; the session's own user must be allowed to take it. A
/// role that does not exist is an error, a role that may not look is a fact.
pub async fn seen_by(
    connection: &mut PgConnection,
    role: &str,
    source: &RowSource,
    method: impl Into<Method>,
) -> Result<Seen, ObserveError> {
    seen_as(connection, &Caller::new(Some(role), None, None), source, method).await
}

/// As [`seen_by`], for a caller with a token.
pub async fn seen_as(
    connection: &mut PgConnection,
    caller: &Caller,
    source: &RowSource,
    method: impl Into<Method>,
) -> Result<Seen, ObserveError> {
    let what = || ObserveError::reading(format!("what {caller} sees of {}", source.describe()));
    let method = method.into();
    let mut transaction = connection.begin().await.map_err(what())?;
    let become_caller = caller.for_transaction().map_or_else(String::new, |statements| format!("{statements}; "));
    sqlx::raw_sql(AssertSqlSafe(format!("{become_caller}set local row_security = on")))
        .execute(&mut *transaction)
        .await
        .map_err(what())?;
    let looked = match describe(&mut transaction, source).await {
        Ok(shapes) => {
            let columns: Vec<_> = shapes.iter().map(Hashed::from).collect();
            aggregate_or_refusal(&mut transaction, source, &shapes, &columns, method).await
        }
        Err(ObserveError::Query { source, .. }) => Err(source),
        Err(other) => return Err(other),
    };
    let seen = match looked {
        Ok(fingerprint) => Seen::Rows(fingerprint),
        Err(error) => Seen::Refused(refusal(error).map_err(what())?),
    };
    transaction.rollback().await.map_err(what())?;
    Ok(seen)
}

/// The refusal in a driver's error, or the error back when the server did not refuse but fail.
pub(crate) fn refusal(error: sqlx::Error) -> Result<Refusal, sqlx::Error> {
    let Some(refused) = error.as_database_error() else { return Err(error) };
    let sqlstate = refused.code().unwrap_or_default().into_owned();
    if is_servers_trouble(&sqlstate) {
        return Err(error);
    }
    let message = refused.message().to_owned();
    Ok(Refusal { sqlstate, message })
}
