//! A server with a path on it, to be interrupted again and again.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use sqlx::PgConnection;

use super::compare::compared;
use super::points::Ran;
use crate::apply::{self, ApplyError, Attendant, Boundary, Saboteur};
use crate::database::Checkpoint;
use crate::facts::{FaultKind, FaultOutcome, FaultPoint, FaultSide, Observation, StepRun};
use crate::observe::ObserveError;
use crate::run::RunError;
use crate::run::look::{Eye, close};
use crate::run::stage::Stage;
use crate::scenario::{Plan, PlannedStep, TransactionMode};
use crate::server::{Provider, Proxy};

/// One end of every step.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) seen: Observation,
    /// `None` stands for the template: what there was before the first step.
    pub(super) checkpoint: Option<Checkpoint>,
}

pub(super) struct Worker<'p> {
    plan: &'p Plan,
    stage: Stage,
    proxy: Option<Proxy>,
    /// What there is before the first step, and behind each.
    reached: Vec<Reached>,
    boundaries: Vec<Ran>,
}

impl<'p> Worker<'p> {
    /// Starts a server and walks the path undisturbed; `None` where a step is refused.
    pub(super) async fn prepare(plan: &'p Plan, provider: &Provider) -> Result<Option<Self>, RunError> {
        let stage = Box::pin(Stage::alone(plan, provider)).await?;
        let proxy = Proxy::before(stage.server.connector())?;
        let mut eye = Eye::default();
        let mut reached = vec![Reached { seen: eye.observe(&stage.work).await?, checkpoint: None }];
        let mut clerk = Clerk::default();
        for step in &plan.steps {
            let run = apply::run_up(&stage.work.options(), step, &mut clerk, &mut |_| ()).await?;
            if !run.succeeded() {
                stage.clear().await?;
                return Ok(None);
            }
            let seen = eye.observe(&stage.work).await?;
            reached.push(Reached { seen, checkpoint: Some(Checkpoint::of(&stage.work).await?) });
        }
        Ok(Some(Self { plan, stage, proxy, reached, boundaries: clerk.ran }))
    }

    pub(super) fn boundaries(&self) -> &[Ran] {
        &self.boundaries
    }

    pub(super) fn has_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// Interrupts a step, runs it again unless it is known to be done, and compares.
    pub(super) async fn attempt(&mut self, point: &FaultPoint) -> Result<FaultOutcome, RunError> {
        let plan = self.plan;
        let found = plan.steps.iter().zip(&self.reached).zip(self.reached.iter().skip(1));
        let Some(((step, before), behind)) = found.into_iter().find(|((step, _), _)| step.name == point.step) else {
            return Ok(FaultOutcome::NotMet);
        };
        let stage = &self.stage;
        match &before.checkpoint {
            Some(checkpoint) => checkpoint.restore(&stage.work).await?,
            None => stage.renew().await?,
        }
        let mut eye = Eye::default();
        if point.kind != FaultKind::Server {
            // A killed server forgets what was written where, so there every relation has to be read.
            eye.adopt(&stage.work, &before.seen).await?;
        }
        let (struck, transaction, interrupted) = self.interrupt(step, point).await?;
        if !struck {
            return Ok(FaultOutcome::NotMet);
        }
        if point.kind == FaultKind::Server {
            self.stage.server.recover().await?;
        }
        let stage = &self.stage;
        let done = match (&interrupted, transaction) {
            // A tool that records a step in the step's own transaction finds the record.
            (None, Some(id)) if step.transaction() == TransactionMode::PerFile => has_committed(stage, &id).await?,
            (Some(run), _) => run.succeeded(),
            (None, _) => false,
        };
        if !done {
            let run = apply::run_up(&stage.work.options(), step, &mut (), &mut |_| ()).await?;
            if let Some(refusal) = run.refusal {
                let place = format!("{}:{}", refusal.file, refusal.line);
                return Ok(FaultOutcome::Refused { message: refusal.message, place });
            }
        }
        let now = eye.observe(&stage.work).await?;
        compared(plan, behind, &stage.work, &now).await
    }

    /// Takes the step until it is interrupted; whether it was, the transaction that was at stake, and the step's own
    /// account where it lived to give one.
    async fn interrupt(
        &self,
        step: &PlannedStep,
        point: &FaultPoint,
    ) -> Result<(bool, Option<String>, Option<StepRun>), RunError> {
        let database = self.stage.work.name();
        let straight = self.stage.work.options();
        let proxy = self.proxy.as_ref().filter(|_| point.kind == FaultKind::Answer);
        let options = proxy.map_or_else(|| straight.clone(), |proxy| proxy.connector().options(database));
        let mut saboteur = Saboteur::new(point, straight, &self.stage.server, proxy);
        let outcome = apply::run_up(&options, step, &mut saboteur, &mut |_| ()).await;
        let (struck, transaction) = saboteur.finish().await;
        match outcome {
            // Behind the last statement nothing more is sent: it is the tool that is gone, before it made its note.
            Ok(_) if struck && point.side == FaultSide::After => Ok((true, None, None)),
            Ok(run) => Ok((struck && !run.succeeded(), transaction, Some(run))),
            Err(ApplyError::Server { .. } | ApplyError::Connect { .. }) if struck => Ok((true, transaction, None)),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the server, and with it all that is in it.
    pub(super) async fn end(self) {
        drop(self.proxy);
        self.stage.abandon().await;
    }
}

/// What an atomic record of the step would tell (PostgreSQL manual, 9.27.8). A transaction that a killed server never
/// wrote down is one of the future to it.
async fn has_committed(stage: &Stage, transaction: &str) -> Result<bool, RunError> {
    let mut connection = stage.work.connect().await?;
    let status: Option<String> = sqlx::query_scalar(
        "select case when t.id < pg_snapshot_xmax(pg_current_snapshot()) then pg_xact_status(t.id) end
           from (select $1::text::xid8) t (id)",
    )
    .bind(transaction)
    .fetch_one(&mut connection)
    .await
    .map_err(ObserveError::reading("what became of a transaction"))?;
    close(connection).await;
    Ok(status.as_deref() == Some("committed"))
}

/// Writes down what runs.
#[derive(Debug, Default)]
struct Clerk {
    ran: Vec<Ran>,
}

impl Attendant for Clerk {
    fn at<'a>(&'a mut self, boundary: Boundary<'a>, _: &'a mut PgConnection) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        if let Boundary::StatementEnded(place) = boundary {
            self.ran.push(Ran {
                step: place.step.to_owned(),
                file: place.file.to_owned(),
                line: place.line,
                command: place.command.to_owned(),
                waits_midway: place.sql.to_lowercase().contains("concurrently"),
                index: place.index,
            });
        }
        ready(Ok(())).boxed()
    }
}
