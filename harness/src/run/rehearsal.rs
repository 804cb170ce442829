//! The path taken there and back under live traffic, with its locks watched, on a clone of its own.

use super::RunError;
use super::runner::Tee;
use super::stage::Stage;
use crate::apply::{self, Attendant};
use crate::facts::{Direction, LockTrace, StepRun, WorkloadTrace};
use crate::judge::Rehearsal;
use crate::record::Event;
use crate::scenario::{Plan, PlannedStep, Rollback};

/// Takes the path there and back in `stage.work`, and says what the traffic met and which locks were taken.
///
/// Verifications are left out: they may count rows that the traffic adds to. A step that is refused ends it; the run
/// itself, without traffic, then says why.
pub(super) async fn rehearse(stage: &Stage, plan: &Plan, listener: &mut Tee<'_>) -> Result<Rehearsal, RunError> {
    let mut workload = WorkloadTrace::default();
    if let Some(planned) = &plan.workload {
        workload.touched = apply::traffic::try_requests(&stage.work.options(), planned).await?;
    }
    let mut runs = Vec::new();
    let mut attendant = ();
    let taken = forward(stage, &plan.steps, &mut attendant, &mut runs, listener).await?;
    if taken {
        back(stage, &plan.steps, &mut attendant, &mut runs, listener).await?;
    }
    Ok(Rehearsal { runs, workload, locks: LockTrace::default() })
}

async fn forward(
    stage: &Stage,
    steps: &[PlannedStep],
    attendant: &mut dyn Attendant,
    runs: &mut Vec<StepRun>,
    listener: &mut Tee<'_>,
) -> Result<bool, RunError> {
    let options = stage.work.options();
    for step in steps {
        listener.tell(&Event::StepStarted { step: step.name.clone(), direction: Direction::Up });
        let run = apply::run_up(&options, step, attendant, &mut |rows| {
            listener.tell(&Event::BatchCommitted { step: step.name.clone(), rows });
        })
        .await?;
        let succeeded = run.succeeded();
        runs.push(run);
        if !succeeded {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Back to the point of no return: a step whose way back is waived ends it.
async fn back(
    stage: &Stage,
    steps: &[PlannedStep],
    attendant: &mut dyn Attendant,
    runs: &mut Vec<StepRun>,
    listener: &mut Tee<'_>,
) -> Result<(), RunError> {
    let options = stage.work.options();
    for step in steps.iter().rev().take_while(|step| !matches!(step.rollback, Rollback::Waived(_))) {
        listener.tell(&Event::StepStarted { step: step.name.clone(), direction: Direction::Down });
        let Some(run) = apply::run_down(&options, step, attendant).await? else { continue };
        let succeeded = run.succeeded();
        runs.push(run);
        if !succeeded {
            break;
        }
    }
    Ok(())
}
