//! One connection of the traffic, and the requests that it sends one after the other.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Connection, Either, Executor, PgConnection, Row as _, ValueRef};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

use super::board::{Board, Due, Seat};
use super::book::{Compared, Row};
use crate::apply::error::is_servers_trouble;
use crate::scenario::Work;
use crate::sql::{ParameterText, quote_identifier};

type Rows = Vec<Row>;

/// Of each answer the first row that the other has not as often; `None` where they are the same.
type Odd = Option<(Option<Row>, Option<Row>)>;

/// A client of the old application and of the new one at once; which role it has follows the requests.
pub(super) struct Client {
    board: Arc<Board>,
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    role: Role,
    seat: usize,
}

/// The role of a session.
#[derive(Debug, PartialEq, Eq)]
enum Role {
    /// A transaction failed in which it may have changed.
    Unknown,
    /// Who connected.
    Own,
    Taken(String),
}

impl Client {
    pub(super) fn new(board: Arc<Board>, options: PgConnectOptions, seat: usize) -> Self {
        Self { board, options, connection: None, role: Role::Unknown, seat }
    }

    fn seat(&self) -> Option<&Seat> {
        self.board.seats.get(self.seat)
    }

    /// Sends requests until no more come.
    pub(super) async fn serve(mut self, queue: Arc<Mutex<UnboundedReceiver<Due>>>) {
        loop {
            let next = queue.lock().await.recv().await;
            let Some(due) = next else { break };
            let sent = Instant::now();
            if let Some(seat) = self.seat() {
                seat.busy_since.store(self.board.clock(), Ordering::Relaxed);
            }
            let outcome = self.send(&due).await;
            if let Some(seat) = self.seat() {
                seat.busy_since.store(0, Ordering::Relaxed);
            }
            self.note(&due, sent, outcome).await;
            self.board.done(&due);
        }
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
    }

    /// Opens the connection, if there is none.
    pub(super) async fn connect(&mut self) -> Result<(), sqlx::Error> {
        if self.connection.is_some() {
            return Ok(());
        }
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let row = sqlx::raw_sql("select pg_catalog.pg_backend_pid()").fetch_one(&mut connection).await?;
        if let Some(seat) = self.seat() {
            seat.pid.store(row.try_get(0)?, Ordering::Relaxed);
        }
        self.connection = Some(connection);
        self.role = Role::Own;
        Ok(())
    }

    async fn note(&mut self, due: &Due, sent: Instant, outcome: Result<Instant, Failure>) {
        let ended = outcome.as_ref().map_or_else(|_| Instant::now(), |ended| *ended);
        let name = self.board.workload.kinds().get(due.kind).map(|kind| kind.name.clone()).unwrap_or_default();
        self.board.book(|book| book.answered(due.kind, due.period, due.at, sent, ended));
        let Err(failure) = outcome else { return };
        let name = if failure.of_new { format!("{name} (new)") } else { name };
        let (sqlstate, message) = match failure.source.as_database_error() {
            Some(error) => (error.code().unwrap_or_default().into_owned(), error.message().to_owned()),
            None => ("08006".to_owned(), failure.source.to_string()),
        };
        self.board.book(|book| book.failed(due.kind, &name, due.period, &sqlstate, &message));
        // A role that was set in a transaction is gone with it.
        self.role = Role::Unknown;
        let lost = match self.connection.as_mut() {
            Some(connection) => is_servers_trouble(&failure.source) || connection.execute("rollback").await.is_err(),
            None => true,
        };
        if lost {
            self.connection = None;
        }
    }

    /// Sends one request, and says when its answer was there.
    async fn send(&mut self, due: &Due) -> Result<Instant, Failure> {
        self.connect().await.map_err(of_old)?;
        let board = Arc::clone(&self.board);
        let Some(kind) = board.workload.kinds().get(due.kind) else { return Ok(Instant::now()) };
        self.take_role(kind.role.as_ref()).await.map_err(of_old)?;
        let Some(connection) = self.connection.as_mut() else { return Ok(Instant::now()) };
        let literals = board.workload.literals(due.kind, due.index);
        match &kind.work {
            Work::Shadow { old, new, .. } if due.both => {
                let question = Question { old: old.fill(&literals), new: new.fill(&literals) };
                let (first, answered) = question.ask(connection).await?;
                let outcome = match first {
                    None => Compared::Same,
                    Some(_) => match question.ask(connection).await?.0 {
                        None => Compared::Unconfirmed,
                        Some((old, new)) => Compared::Different { parameters: literals, old, new },
                    },
                };
                board.book(|book| book.compared(due.kind, &kind.name, due.period, outcome));
                Ok(answered)
            }
            Work::Shadow { old, .. } => {
                let rows = rows(connection, old.fill(&literals)).await.map_err(of_old)?;
                drop(rows);
                Ok(Instant::now())
            }
            Work::Request { statements, ledger } => {
                let answer = rows(connection, joined(statements, &literals)).await.map_err(of_old)?;
                let ended = Instant::now();
                if ledger.is_some() {
                    let keys = answer.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
                    board.book(|book| book.acknowledged(due.kind, keys));
                }
                Ok(ended)
            }
        }
    }

    async fn take_role(&mut self, wanted: Option<&String>) -> Result<(), sqlx::Error> {
        let wanted = wanted.map_or(Role::Own, |role| Role::Taken(role.clone()));
        let sql = match &wanted {
            _ if self.role == wanted => return Ok(()),
            Role::Taken(role) => format!("set role {}", quote_identifier(role)),
            Role::Own | Role::Unknown => "reset role".to_owned(),
        };
        if let Some(connection) = self.connection.as_mut() {
            connection.execute(AssertSqlSafe(sql)).await?;
        }
        self.role = wanted;
        Ok(())
    }
}

/// Why a request failed.
struct Failure {
    source: sqlx::Error,
    /// It was the new path of a shadow.
    of_new: bool,
}

fn of_old(source: sqlx::Error) -> Failure {
    Failure { source, of_new: false }
}

fn of_new(source: sqlx::Error) -> Failure {
    Failure { source, of_new: true }
}

/// Both paths' texts of one question.
struct Question {
    old: String,
    new: String,
}

impl Question {
    /// Asks both paths in one snapshot: what is odd about their answers, and when the old path had answered. The order
    /// of rows does not count.
    async fn ask(&self, connection: &mut PgConnection) -> Result<(Odd, Instant), Failure> {
        connection.execute("begin isolation level repeatable read").await.map_err(of_old)?;
        let old = rows(connection, self.old.clone()).await.map_err(of_old)?;
        let answered = Instant::now();
        let new = rows(connection, self.new.clone()).await.map_err(of_new)?;
        connection.execute("commit").await.map_err(of_old)?;
        Ok((odd(old, new), answered))
    }
}

fn odd(mut old: Rows, mut new: Rows) -> Odd {
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
fn joined(statements: &[ParameterText], literals: &[String]) -> String {
    statements.iter().map(|statement| statement.fill(literals)).collect::<Vec<_>>().join(";\n")
}

/// The rows of the last statement that answers with rows.
///
/// Sent as a simple query: the statement is parsed and planned each time, as behind a pool that keeps no session
/// state; a plan that was cached before a step is not what this looks for.
async fn rows(connection: &mut PgConnection, sql: String) -> Result<Rows, sqlx::Error> {
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
