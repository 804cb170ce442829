//! Tells the traffic where the migration is.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::{PgConnection, Row};

use super::board::Board;
use crate::apply::{Attendant, Boundary};
use crate::facts::{Direction, Running};

/// Notes at each boundary of a step what begins to run, and over which session.
#[derive(Debug)]
pub struct TrafficAttendant {
    board: Arc<Board>,
}

impl TrafficAttendant {
    pub(super) fn new(board: Arc<Board>) -> Self {
        Self { board }
    }
}

impl Attendant for TrafficAttendant {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        async move {
            match boundary {
                Boundary::Opened { .. } => {
                    let row = sqlx::raw_sql("select pg_catalog.pg_backend_pid()").fetch_one(connection).await?;
                    self.board.migrated_by(Some(row.try_get(0)?));
                }
                Boundary::StatementStarts(place) => self.board.runs(Running {
                    step: place.step.to_owned(),
                    direction: place.direction,
                    file: place.file.to_owned(),
                    line: place.line,
                    command: place.command.to_owned(),
                }),
                Boundary::StatementEnded(_) | Boundary::CommitStarts(_) | Boundary::Committed(_) => {}
            }
            Ok(())
        }
        .boxed()
    }

    /// Longer while requests take longer than the budget.
    fn rest(&mut self, step: &str, direction: Direction, declared: Duration) -> Duration {
        declared + self.board.back_off(step, direction)
    }
}
