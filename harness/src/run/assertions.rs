//! Asks the scenario's assertions.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Executor, Row, ValueRef};

use super::RunError;
use super::look::{close, pinned};
use crate::database::Database;
use crate::facts::Asserted;
use crate::judge::AssertionAnswer;
use crate::observe::ObserveError;
use crate::scenario::{Moment, Plan};

/// The answers to the assertions of `moment`. A refusal is an answer; nothing an assertion writes stays.
pub(super) async fn ask<'a>(
    database: &Database,
    plan: &'a Plan,
    moment: Moment,
) -> Result<Vec<AssertionAnswer<'a>>, RunError> {
    let mut connection = pinned(database).await?;
    let mut answers = Vec::new();
    for assertion in plan.assertions.iter().filter(|assertion| assertion.when == moment) {
        let failed = |source| RunError::Observe(ObserveError::reading(format!("`{}`", assertion.name))(source));
        connection.execute("begin").await.map_err(failed)?;
        // The simple protocol answers every type as text.
        let asked = sqlx::raw_sql(AssertSqlSafe(assertion.sql.clone())).fetch_all(&mut connection).await;
        let answer = match asked {
            Ok(rows) => Ok(rows.iter().map(cells).collect::<Result<_, _>>().map_err(failed)?),
            Err(sqlx::Error::Database(error)) => Err(error.message().to_owned()),
            Err(error) => return Err(failed(error)),
        };
        connection.execute("rollback").await.map_err(failed)?;
        answers.push(AssertionAnswer { assertion, asserted: Asserted { answer } });
    }
    close(connection).await;
    Ok(answers)
}

fn cells(row: &PgRow) -> Result<Vec<String>, sqlx::Error> {
    (0..row.len())
        .map(|index| {
            let value = row.try_get_raw(index)?;
            if value.is_null() {
                return Ok("NULL".to_owned());
            }
            value.as_str().map(str::to_owned).map_err(sqlx::Error::Decode)
        })
        .collect()
}
