//! What the backfills of a path would do, and the proof that asking changed nothing.

use super::RunError;
use super::look::Eye;
use super::runner::Tee;
use super::stage::{Names, Stage};
use crate::apply::{self, Attendant};
use crate::database::Database;
use crate::facts::{DryRow, DryStep, StepRun};
use crate::judge::what_changed;
use crate::record::{Event, Listener, RunRecord};
use crate::scenario::{Plan, PlannedStep, StepWork};
use crate::server::Provider;

/// A path whose backfills were asked.
#[derive(Debug, Default)]
pub struct DryRun {
    /// The backfills, in the order of the path.
    pub steps: Vec<DryStep>,
    /// The step that was refused when it was taken so that the next could be asked.
    pub refused: Option<StepRun>,
}

impl DryRun {
    /// Whether asking left nothing behind and nothing was refused.
    pub fn is_clean(&self) -> bool {
        self.refused.is_none() && self.steps.iter().all(|step| step.refusal.is_none() && step.left.is_empty())
    }
}

/// Takes the path in a disposable database, and asks each backfill what it would do before it is taken; `row` hears what
/// would become of each row. Catalog and rows are looked at before and behind each asking.
///
/// # Errors
/// We could not look; nothing is left behind.
pub async fn dry_run(
    plan: &Plan,
    provider: &Provider,
    listener: &mut (dyn Listener + Send),
    row: &mut (dyn FnMut(DryRow) + Send),
    interrupt: impl Future<Output = ()>,
) -> Result<DryRun, RunError> {
    let names = Names::draw();
    let mut record = RunRecord::new();
    let mut tee = Tee::new(&mut record, listener);
    let mut interrupt = std::pin::pin!(interrupt);
    let server = tokio::select! {
        biased;
        () = &mut interrupt => return Err(RunError::Interrupted),
        server = Stage::server(plan, provider, &names, &mut tee) => server?,
    };
    let connector = server.connector().clone();
    let asked = async {
        let stage = Stage::set(plan, server, &names, &mut tee).await?;
        let outcome = ask(&stage, plan, &mut tee, row).await;
        match outcome {
            Ok(asked) => stage.clear().await.map(|()| asked),
            Err(error) => {
                let error = stage.explain(error).await;
                stage.abandon().await;
                Err(error)
            }
        }
    };
    let outcome = tokio::select! {
        biased;
        () = &mut interrupt => Err(RunError::Interrupted),
        outcome = asked => outcome,
    };
    if outcome.is_err() {
        names.give_up(&connector, plan).await;
    }
    outcome
}

async fn ask(
    stage: &Stage,
    plan: &Plan,
    listener: &mut Tee<'_>,
    row: &mut (dyn FnMut(DryRow) + Send),
) -> Result<DryRun, RunError> {
    let mut run = DryRun::default();
    for step in &plan.steps {
        if matches!(step.work, StepWork::Batches { .. }) {
            let phase = listener.begin("dry run");
            run.steps.extend(ask_step(&stage.work, step, &mut (), row).await?);
            listener.end(&phase);
        }
        listener.tell(&Event::StepStarted { step: step.name.clone(), direction: crate::facts::Direction::Up });
        let taken = apply::run_up(&stage.work.options(), step, &mut (), &mut |_| ()).await?;
        if !taken.succeeded() {
            run.refused = Some(taken);
            break;
        }
    }
    Ok(run)
}

/// Asks one backfill, with a look before and behind; `None` where the step is none.
pub(crate) async fn ask_step(
    database: &Database,
    step: &PlannedStep,
    attendant: &mut dyn Attendant,
    row: &mut (dyn FnMut(DryRow) + Send),
) -> Result<Option<DryStep>, RunError> {
    let mut eye = Eye::default();
    let before = eye.observe(database).await?;
    let Some(mut asked) = apply::dry_run(&database.options(), step, attendant, row).await? else { return Ok(None) };
    // Writes that were rolled back move the counters, so every relation that was written to is read anew.
    let after = eye.observe(database).await?;
    asked.left = what_changed(&before, &after);
    Ok(Some(asked))
}
