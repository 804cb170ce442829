//! The path taken undisturbed, there and back, with a checkpoint at each end.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::PgConnection;

use super::points::Ran;
use crate::apply::{self, ApplyError, Attendant, Boundary, Place};
use crate::database::{Checkpoint, Database};
use crate::facts::{Direction, Observation, StepRun};
use crate::run::RunError;
use crate::run::back::changed;
use crate::run::look::{Eye, close};
use crate::run::stage::Stage;
use crate::scenario::{Plan, PlannedStep, Rollback};
use crate::schema::diff;
use crate::sql::RelationName;

/// One end of a step.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) seen: Observation,
    /// `None` stands for the template: what there was before the first step.
    pub(super) checkpoint: Option<Checkpoint>,
}

/// A step taken one way, from one end to another.
#[derive(Debug, Clone, Copy)]
struct Leg<'p> {
    step: &'p PlannedStep,
    direction: Direction,
    before: usize,
    behind: usize,
}

/// A path that was walked.
#[derive(Debug)]
pub(super) struct Walk<'p> {
    reached: Vec<Reached>,
    legs: Vec<Leg<'p>>,
    pub(super) ran: Vec<Ran>,
    /// The most bytes that the database had.
    pub(super) largest: u64,
    /// Where the way back ended before its end, and why.
    pub(super) left_out: Vec<String>,
}

impl<'p> Walk<'p> {
    /// Walks there, and back to the point of no return; `None` where a step is refused.
    pub(super) async fn of(plan: &'p Plan, stage: &Stage) -> Result<Option<Self>, RunError> {
        let mut eye = Eye::default();
        let start = Reached { seen: eye.observe(&stage.work).await?, checkpoint: None };
        let mut walk =
            Self { reached: vec![start], legs: Vec::new(), ran: Vec::new(), largest: 0, left_out: Vec::new() };
        for (place, step) in plan.steps.iter().enumerate() {
            if walk.take(stage, step, Direction::Up).await?.is_none_or(|run| !run.succeeded()) {
                return Ok(None);
            }
            let seen = eye.observe(&stage.work).await?;
            walk.reached.push(Reached { seen, checkpoint: Some(Checkpoint::of(&stage.work).await?) });
            walk.legs.push(Leg { step, direction: Direction::Up, before: place, behind: place + 1 });
        }
        let waived = |step: &PlannedStep| matches!(step.rollback, Rollback::Waived(_));
        let first = plan.steps.iter().rposition(waived).map_or(0, |last| last + 1);
        let mut here = plan.steps.len();
        for (place, step) in plan.steps.iter().enumerate().skip(first).rev() {
            match walk.take(stage, step, Direction::Down).await? {
                Some(run) if !run.succeeded() => {
                    walk.left_out.push(format!("the way back from `{}` on: it is refused undisturbed", step.name));
                    break;
                }
                Some(_) => {
                    let behind = walk.arrive(stage, &mut eye, place).await?;
                    walk.legs.push(Leg { step, direction: Direction::Down, before: here, behind });
                    here = behind;
                }
                None => {}
            }
        }
        Ok(Some(walk))
    }

    /// Which end this is: the one before the step, where the way back leads there exactly, otherwise one of its own.
    async fn arrive(&mut self, stage: &Stage, eye: &mut Eye, before: usize) -> Result<usize, RunError> {
        let seen = eye.observe(&stage.work).await?;
        let same = |reached: &Reached| {
            diff(&reached.seen.catalog, &seen.catalog).is_empty()
                && changed(&reached.seen.relations, &seen.relations).is_empty()
                && reached.seen.sequences == seen.sequences
        };
        if self.reached.get(before).is_some_and(same) {
            return Ok(before);
        }
        self.reached.push(Reached { seen, checkpoint: Some(Checkpoint::of(&stage.work).await?) });
        Ok(self.reached.len() - 1)
    }

    async fn take(
        &mut self,
        stage: &Stage,
        step: &PlannedStep,
        direction: Direction,
    ) -> Result<Option<StepRun>, RunError> {
        let mut clerk = Clerk::beside(&stage.work).await?;
        let run = take(&stage.work.options(), step, direction, &mut clerk).await?;
        self.ran.append(&mut clerk.ran);
        self.largest = self.largest.max(clerk.bytes);
        close(clerk.own).await;
        Ok(run)
    }

    /// The step of a point with its two ends: before it, and behind it undisturbed.
    pub(super) fn leg(&self, direction: Direction, step: &str) -> Option<(&'p PlannedStep, &Reached, &Reached)> {
        let leg = self.legs.iter().find(|leg| leg.direction == direction && leg.step.name == step)?;
        Some((leg.step, self.reached.get(leg.before)?, self.reached.get(leg.behind)?))
    }
}

/// Takes a step one way; `None` where it has no way back.
pub(super) async fn take(
    options: &sqlx::postgres::PgConnectOptions,
    step: &PlannedStep,
    direction: Direction,
    attendant: &mut dyn Attendant,
) -> Result<Option<StepRun>, ApplyError> {
    match direction {
        Direction::Down => apply::run_down(options, step, attendant).await,
        Direction::Up | Direction::Verify => apply::run_up(options, step, attendant, &mut |_| ()).await.map(Some),
    }
}

/// The application's relations that a session has locked and that others see.
const LOCKED: &str = "select distinct n.nspname::text, c.relname::text
   from pg_catalog.pg_locks l join pg_catalog.pg_class c on c.oid = l.relation
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where l.pid = $1 and l.granted and l.locktype = 'relation' and c.relkind in ('r', 'p') and c.relpersistence <> 't'
    and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
    and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'pgproof')
    and not exists (select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')";

/// Writes down what runs, over a connection of its own.
#[derive(Debug)]
struct Clerk {
    own: PgConnection,
    ran: Vec<Ran>,
    held: BTreeSet<RelationName>,
    bytes: u64,
}

impl Clerk {
    async fn beside(database: &Database) -> Result<Self, RunError> {
        let own = database.connect().await?;
        Ok(Self { own, ran: Vec::new(), held: BTreeSet::new(), bytes: 0 })
    }

    async fn size(&mut self) -> Result<u64, sqlx::Error> {
        let bytes: i64 = sqlx::query_scalar("select pg_catalog.pg_database_size(pg_catalog.current_database())")
            .fetch_one(&mut self.own)
            .await?;
        Ok(u64::try_from(bytes).unwrap_or_default())
    }

    async fn locked(&mut self, connection: &mut PgConnection) -> Result<BTreeSet<RelationName>, sqlx::Error> {
        let pid: i32 = sqlx::query_scalar("select pg_catalog.pg_backend_pid()").fetch_one(connection).await?;
        let names: Vec<(String, String)> = sqlx::query_as(LOCKED).bind(pid).fetch_all(&mut self.own).await?;
        Ok(names.into_iter().map(|(schema, name)| RelationName::new(schema, name)).collect())
    }

    async fn starts(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.held = self.locked(connection).await?;
        self.bytes = self.size().await?;
        Ok(())
    }

    async fn ended(&mut self, place: Place<'_>, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let (before, locked) = (self.bytes, self.locked(connection).await?);
        let now = self.size().await?;
        self.ran.push(Ran {
            direction: place.direction,
            step: place.step.to_owned(),
            file: place.file.to_owned(),
            line: place.line,
            command: place.command.to_owned(),
            transaction: place.transaction,
            waits_midway: place.sql.to_lowercase().contains("concurrently"),
            index: place.index,
            wanted: locked.difference(&self.held).cloned().collect(),
            held: self.held.clone(),
            grew: now > before,
        });
        self.bytes = now.max(before);
        Ok(())
    }
}

impl Attendant for Clerk {
    fn at<'a>(
        &'a mut self,
        boundary: Boundary<'a>,
        connection: &'a mut PgConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        async move {
            match boundary {
                Boundary::StatementStarts(_) => self.starts(connection).await,
                Boundary::StatementEnded(place) => self.ended(place, connection).await,
                Boundary::Opened { .. } | Boundary::CommitStarts(_) | Boundary::Committed(_) => Ok(()),
            }
        }
        .boxed()
    }
}
