//! One connection of the traffic, and the requests that it sends one after the other.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Executor, PgConnection};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

use super::board::{Board, Due, Seat};
use super::book::Compared;
use crate::apply::answers::{Odd, joined, odd, rows};
use crate::apply::session::{Session, refusal};
use crate::scenario::Work;

/// A client of the old application and of the new one at once; which role it has follows the requests.
pub(super) struct Client {
    board: Arc<Board>,
    session: Session,
    seat: usize,
}

impl Client {
    pub(super) fn new(board: Arc<Board>, options: PgConnectOptions, seat: usize) -> Self {
        Self { board, session: Session::new(options), seat }
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
        self.session.close().await;
    }

    /// Opens the connection, if there is none.
    pub(super) async fn connect(&mut self) -> Result<(), sqlx::Error> {
        if let (Some(pid), Some(seat)) = (self.session.open().await?, self.seat()) {
            seat.pid.store(pid, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn note(&mut self, due: &Due, sent: Instant, outcome: Result<Instant, Failure>) {
        let ended = outcome.as_ref().map_or_else(|_| Instant::now(), |ended| *ended);
        let name = self.board.workload.kinds().get(due.kind).map(|kind| kind.name.clone()).unwrap_or_default();
        self.board.book(|book| book.answered(due.kind, due.period, due.at, sent, ended));
        let Err(failure) = outcome else { return };
        let name = if failure.of_new { format!("{name} (new)") } else { name };
        let (sqlstate, message) = refusal(&failure.source);
        self.board.book(|book| book.failed(due.kind, &name, due.period, &sqlstate, &message));
        self.session.recover(&failure.source).await;
    }

    /// Sends one request, and says when its answer was there.
    async fn send(&mut self, due: &Due) -> Result<Instant, Failure> {
        self.connect().await.map_err(of_old)?;
        let board = Arc::clone(&self.board);
        let Some(kind) = board.workload.kinds().get(due.kind) else { return Ok(Instant::now()) };
        let Some(connection) = self.session.as_role(kind.role.as_ref()).await.map_err(of_old)? else {
            return Ok(Instant::now());
        };
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
