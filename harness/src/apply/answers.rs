//! Answers of requests, read as texts and compared as bags.

use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Either, PgConnection, Row as _, ValueRef};

use crate::sql::ParameterText;

/// A row, each cell as the server prints it.
pub(super) type Row = Vec<Option<String>>;

pub(super) type Rows = Vec<Row>;

/// Of each answer the first row that the other has not as often; `None` where they are the same.
pub(super) type Odd = Option<(Option<Row>, Option<Row>)>;

/// What is odd about two answers; the order of rows does not count.
pub(super) fn odd(mut old: Rows, mut new: Rows) -> Odd {
    old.sort_unstable();
    new.sort_unstable();
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let (mut of_old, mut of_new) = (None, None);
    loop {
        match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(one), Some(other)) if one == other => {
                old.next();
                new.next();
            }
            (Some(one), Some(other)) if one > other => of_new = of_new.or(new.next()),
            (None, Some(_)) => of_new = of_new.or(new.next()),
            (Some(_), _) => of_old = of_old.or(old.next()),
        }
        if of_old.is_some() && of_new.is_some() {
            break;
        }
    }
    (of_old.is_some() || of_new.is_some()).then_some((of_old, of_new))
}

/// One message: several statements in it are one transaction (PostgreSQL manual, 55.2.2.1).
pub(super) fn joined(statements: &[ParameterText], literals: &[String]) -> String {
    statements.iter().map(|statement| statement.fill(literals)).collect::<Vec<_>>().join(";\n")
}

/// The rows of the last statement that answers with rows.
///
/// Sent as a simple query: the statement is parsed and planned each time, as behind a pool that keeps no session
/// state; a plan that was cached before a step is not what this looks for.
pub(super) async fn rows(connection: &mut PgConnection, sql: String) -> Result<Rows, sqlx::Error> {
    let mut results = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(connection);
    let (mut last, mut current): (Rows, Rows) = (Vec::new(), Vec::new());
    while let Some(result) = results.try_next().await? {
        match result {
            Either::Right(row) => current.push(cells(&row)?),
            Either::Left(_) if current.is_empty() => {}
            Either::Left(_) => last = std::mem::take(&mut current),
        }
    }
    Ok(last)
}

fn cells(row: &PgRow) -> Result<Row, sqlx::Error> {
    let cell = |place| {
        let value = row.try_get_raw(place)?;
        if value.is_null() {
            return Ok(None);
        }
        value.as_str().map(|text| Some(text.to_owned())).map_err(sqlx::Error::Decode)
    };
    (0..row.len()).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(cells: &[&str]) -> Rows {
        cells.iter().map(|cell| vec![Some((*cell).to_owned())]).collect()
    }

    #[test]
    fn answers_are_compared_as_bags() {
        assert_eq!(odd(bag(&["b", "a", "a"]), bag(&["a", "b", "a"])), None);
        let one = |cell: &str| Some(vec![Some(cell.to_owned())]);
        assert_eq!(odd(bag(&["a", "a"]), bag(&["a"])), Some((one("a"), None)));
        assert_eq!(odd(bag(&["a"]), bag(&["b", "a", "c"])), Some((None, one("b"))));
        assert_eq!(odd(bag(&["a", "z", "c"]), bag(&["b", "c", "a"])), Some((one("z"), one("b"))));
    }
}
