//! A server with a path on it, to be interrupted again and again.

use super::compare::compared;
use super::points::{Means, Ran};
use super::volume;
use super::walk::{Walk, take};
use crate::apply::{ApplyError, LockOrder, Saboteur};
use crate::facts::{FaultKind, FaultOutcome, FaultPoint, FaultSide, StepRun};
use crate::observe::ObserveError;
use crate::run::RunError;
use crate::run::look::{Eye, close};
use crate::run::stage::Stage;
use crate::scenario::{Plan, PlannedStep, TransactionMode};
use crate::server::{Provider, Proxy};

/// What came of a step that was to be interrupted.
struct Interrupted {
    /// Whether the fault came about.
    struck: bool,
    /// The transaction that was at stake.
    transaction: Option<String>,
    /// The step's own account, where it lived to give one.
    run: Option<StepRun>,
}

pub(super) struct Worker<'p> {
    plan: &'p Plan,
    stage: Stage,
    proxy: Option<Proxy>,
    walk: Walk<'p>,
}

impl<'p> Worker<'p> {
    /// Starts a server and walks the path undisturbed; `None` where a step is refused.
    pub(super) async fn prepare(plan: &'p Plan, provider: &Provider) -> Result<Option<Self>, RunError> {
        let stage = Box::pin(Stage::alone(plan, provider)).await?;
        volume::prepare(&stage).await?;
        let proxy = Proxy::before(stage.server.connector())?;
        let Some(walk) = Walk::of(plan, &stage).await? else {
            stage.clear().await?;
            return Ok(None);
        };
        Ok(Some(Self { plan, stage, proxy, walk }))
    }

    pub(super) fn walk(&self) -> &Walk<'p> {
        &self.walk
    }

    pub(super) fn means(&self) -> Means {
        Means { proxy: self.proxy.is_some(), volume: volume::possible(&self.stage) }
    }

    /// Interrupts a step, runs it again unless it is known to be done, and compares.
    pub(super) async fn attempt(&mut self, point: &FaultPoint) -> Result<FaultOutcome, RunError> {
        let Some((step, before, behind)) = self.walk.leg(point.direction, &point.step) else {
            return Ok(FaultOutcome::NotMet);
        };
        let stage = &self.stage;
        match &before.checkpoint {
            Some(checkpoint) => checkpoint.restore(&stage.work).await?,
            None => stage.renew().await?,
        }
        if point.kind == FaultKind::Disk {
            volume::put(&stage.work).await?;
        }
        let mut eye = Eye::default();
        if point.kind != FaultKind::Server {
            // A killed server forgets what was written where, so there every relation has to be read.
            eye.adopt(&stage.work, &before.seen).await?;
        }
        let ran = self.walk.ran.iter().find(|ran| is_of(ran, point));
        let Interrupted { struck, transaction, run: interrupted } = self.interrupt(step, point, ran).await?;
        if point.kind == FaultKind::Disk {
            stage.server.make_room()?;
        }
        if !struck {
            return Ok(FaultOutcome::NotMet);
        }
        if point.kind == FaultKind::Server {
            self.stage.server.recover().await?;
        }
        let stage = &self.stage;
        let atomic = ran.is_some_and(|ran| ran.transaction == TransactionMode::PerFile);
        let done = match (&interrupted, transaction) {
            // A tool that records a step in the step's own transaction finds the record.
            (None, Some(id)) if atomic => has_committed(stage, &id).await?,
            (Some(run), _) => run.succeeded(),
            (None, _) => false,
        };
        if !done {
            let run = take(&stage.work.options(), step, point.direction, &mut ()).await?;
            if let Some(refusal) = run.and_then(|run| run.refusal) {
                let place = format!("{}:{}", refusal.file, refusal.line);
                return Ok(FaultOutcome::Refused { message: refusal.message, place });
            }
        }
        let now = eye.observe(&stage.work).await?;
        compared(self.plan, stage, (before, behind), &now).await
    }

    /// Takes the step until it is interrupted.
    async fn interrupt(
        &self,
        step: &PlannedStep,
        point: &FaultPoint,
        ran: Option<&Ran>,
    ) -> Result<Interrupted, RunError> {
        let database = self.stage.work.name();
        let straight = self.stage.work.options();
        let proxy = self.proxy.as_ref().filter(|_| point.kind == FaultKind::Answer);
        let options = proxy.map_or_else(|| straight.clone(), |proxy| proxy.connector().options(database));
        let order = ran.map(|ran| LockOrder { held: ran.held.clone(), wanted: ran.wanted.clone() });
        let mut saboteur =
            Saboteur::new(point, straight, &self.stage.server, proxy).crossing(order.unwrap_or_default());
        let outcome = take(&options, step, point.direction, &mut saboteur).await;
        let (struck, transaction) = saboteur.finish().await;
        let ended = |struck, transaction, run| Interrupted { struck, transaction, run };
        match outcome {
            // Behind the last statement nothing more is sent: it is the tool that is gone, before it made its note.
            Ok(_) if struck && point.side == FaultSide::After => Ok(ended(true, None, None)),
            Ok(Some(run)) => Ok(ended(struck && came_about(point.kind, &run), transaction, Some(run))),
            Ok(None) => Ok(ended(false, None, None)),
            Err(ApplyError::Server { .. } | ApplyError::Connect { .. }) if struck => Ok(ended(true, transaction, None)),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the server, and with it all that is in it.
    pub(super) async fn end(self) {
        drop(self.proxy);
        self.stage.abandon().await;
    }
}

fn is_of(ran: &Ran, point: &FaultPoint) -> bool {
    (ran.direction, &ran.step, ran.index) == (point.direction, &point.step, point.index)
}

/// Whether a step that was not cut off fell to the fault: a deadlock is one only when the server says so.
fn came_about(kind: FaultKind, run: &StepRun) -> bool {
    let state = run.refusal.as_ref().map(|refusal| refusal.sqlstate.as_str());
    if kind == FaultKind::Deadlock { state == Some("40P01") } else { state.is_some() }
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
