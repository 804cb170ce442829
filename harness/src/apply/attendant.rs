//! Who stands by while a step runs: an observer, a meter, a saboteur.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use sqlx::PgConnection;

use crate::facts::Direction;
use crate::scenario::TransactionMode;

/// Where in a step something happens. A batch of a backfill counts as one statement, `BATCH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// `NNN_name`.
    pub step: &'a str,
    /// Which way the step is taken.
    pub direction: Direction,
    /// The file.
    pub file: &'a str,
    /// The statement's first line, counted from 1.
    pub line: u32,
    /// Its leading keywords, such as `CREATE INDEX`.
    pub command: &'a str,
    /// The text that is sent; for a batch, the bounded statement of the job.
    pub sql: &'a str,
    /// Which statement of the file, or which batch, counted from 0.
    pub index: usize,
    /// How it is wrapped: by a transaction that the step opened, or by none.
    pub transaction: TransactionMode,
}

/// A moment between two messages to the server, at which a step could be interrupted.
///
/// Of a file in one transaction: `Opened`, then for each statement `StatementStarts` and `StatementEnded`, then
/// `CommitStarts` and `Committed`. Of a file without one, the last two are missing: each statement commits itself. Of a
/// backfill, each batch has all four of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary<'a> {
    /// The step's connection is open, and nothing has been sent.
    Opened {
        /// `NNN_name`.
        step: &'a str,
        /// Which way the step is taken.
        direction: Direction,
    },
    /// A statement is about to be sent; a transaction that it runs in has begun.
    StatementStarts(Place<'a>),
    /// A statement ran to its end; its transaction, if it is not the statement's own, is open.
    StatementEnded(Place<'a>),
    /// `COMMIT` is about to be sent.
    CommitStarts(Place<'a>),
    /// The server said that it committed.
    Committed(Place<'a>),
}

/// Is told of each boundary of a step before the step goes on, and may ask over the step's own connection.
pub trait Attendant: Send {
    /// Takes notice; the step waits for the end of the future.
    ///
    /// # Errors
    /// What the server answered; the step ends as if the server could not go on.
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>>;

    /// How long a backfill rests behind a batch, given what is declared; who sees others suffer asks for more.
    fn rest(&mut self, _step: &str, _direction: Direction, declared: Duration) -> Duration {
        declared
    }
}

/// Nobody.
impl Attendant for () {
    fn at<'a>(&'a mut self, _: Boundary<'a>, _: &'a mut PgConnection) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        ready(Ok(())).boxed()
    }
}

/// One after the other.
impl<A: Attendant, B: Attendant> Attendant for (A, B) {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        async move {
            self.0.at(boundary, connection).await?;
            self.1.at(boundary, connection).await
        }
        .boxed()
    }

    fn rest(&mut self, step: &str, direction: Direction, declared: Duration) -> Duration {
        let rest = self.0.rest(step, direction, declared);
        self.1.rest(step, direction, rest)
    }
}

/// Whoever it is, if there is one.
impl<T: Attendant> Attendant for Option<T> {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        match self {
            Some(attendant) => attendant.at(boundary, connection),
            None => ready(Ok(())).boxed(),
        }
    }

    fn rest(&mut self, step: &str, direction: Direction, declared: Duration) -> Duration {
        match self {
            Some(attendant) => attendant.rest(step, direction, declared),
            None => declared,
        }
    }
}

impl<T: Attendant + ?Sized> Attendant for &mut T {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        (**self).at(boundary, connection)
    }

    fn rest(&mut self, step: &str, direction: Direction, declared: Duration) -> Duration {
        (**self).rest(step, direction, declared)
    }
}
