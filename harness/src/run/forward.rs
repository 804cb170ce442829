//! The way forward.

use super::RunError;
use super::account::Account;
use super::back::changed;
use super::look::{Depth, Eye, Legacy};
use super::runner::Tee;
use super::stage::Stage;
use crate::apply;
use crate::facts::{Direction, Observation, StepRun};
use crate::judge::{Again, CaseFile, LeftBehind, SightAt};
use crate::record::Event;
use crate::scenario::{Claim, PlannedStep};
use crate::schema::diff;

/// What was there before each step, in order.
pub(super) type Road = Vec<Observation>;

/// Takes every step, looks behind each as far as the wanted claims need it, and returns what was there before each;
/// `None` where a step was refused.
pub(super) async fn first(
    stage: &Stage,
    wanted: &[Claim],
    mut account: Option<Account>,
    legacy: &Legacy,
    eye: &mut Eye,
    case: &mut CaseFile<'_>,
    listener: &mut Tee<'_>,
) -> Result<Option<Road>, RunError> {
    let plan = case.plan;
    let mut road = Vec::with_capacity(plan.steps.len());
    // The database to migrate is a clone of the same template as the baseline: what was seen there is here.
    eye.adopt(&stage.work, &case.baseline).await?;
    let mut here = eye.observe(&stage.work).await?;
    for step in &plan.steps {
        if !take(stage, step, account.as_mut(), &mut case.runs, listener).await? {
            settle(account, case, listener).await?;
            if plan.expected_refusal().is_some() {
                let now = eye.observe(&stage.work).await?;
                let left = Again {
                    catalog: diff(&here.catalog, &now.catalog),
                    rows: changed(&here.relations, &now.relations),
                };
                case.left_behind = Some(LeftBehind { step: step.name.clone(), left });
            }
            return Ok(None);
        }
        verify(stage, step, &mut case.runs, listener).await?;
        let sight = Box::pin(async {
            if wanted.contains(&Claim::Compatible) {
                legacy.sight(&stage.work, Depth::Answers).await.map(Some)
            } else {
                Ok(None)
            }
        });
        let sight = if wanted.contains(&Claim::Reversible) {
            let (behind, sight) = eye.observe_beside(&stage.work, sight).await?;
            road.push(std::mem::replace(&mut here, behind));
            if sight.is_some() {
                eye.adopt(&stage.work, &here).await?;
            }
            sight
        } else {
            sight.await?
        };
        case.boundaries.extend(sight.map(|sight| SightAt { step: step.name.clone(), sight }));
    }
    settle(account, case, listener).await?;
    case.after = Some(if wanted.contains(&Claim::Reversible) { here } else { eye.observe(&stage.work).await? });
    Ok(Some(road))
}

/// Takes `steps` without looking, and without their verifications, which the first way had: where it arrives is compared
/// with where the first way did. Whether all of them ran to their ends.
pub(super) async fn again(
    stage: &Stage,
    steps: &[PlannedStep],
    runs: &mut Vec<StepRun>,
    listener: &mut Tee<'_>,
) -> Result<bool, RunError> {
    for step in steps {
        if !take(stage, step, None, runs, listener).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the way forward cost is known to everybody.
async fn settle(account: Option<Account>, case: &mut CaseFile<'_>, listener: &mut Tee<'_>) -> Result<(), RunError> {
    if let Some(account) = account {
        let cost = account.close().await?;
        listener.tell(&Event::CostMeasured(cost.clone()));
        case.cost = Some(cost);
    }
    Ok(())
}

/// One step, entered in the account if there is one; whether it ran to its end.
async fn take(
    stage: &Stage,
    step: &PlannedStep,
    mut account: Option<&mut Account>,
    runs: &mut Vec<StepRun>,
    listener: &mut Tee<'_>,
) -> Result<bool, RunError> {
    let options = stage.work.options();
    listener.tell(&Event::StepStarted { step: step.name.clone(), direction: Direction::Up });
    let mut meter = match &mut account {
        Some(account) => Some(account.before().await?),
        None => None,
    };
    let run = apply::run_up(&options, step, &mut meter, &mut |progress| {
        listener.tell(&Event::BatchCommitted { step: step.name.clone(), progress });
    })
    .await?;
    if let Some(account) = account {
        account.enter(&run).await?;
    }
    listener.tell(&Event::StepFinished(run.clone()));
    let succeeded = run.succeeded();
    runs.push(run);
    Ok(succeeded)
}

/// A step's own verification. One that fails refutes, but the step was taken: going on tells what else it broke, and
/// which rows.
async fn verify(
    stage: &Stage,
    step: &PlannedStep,
    runs: &mut Vec<StepRun>,
    listener: &mut Tee<'_>,
) -> Result<(), RunError> {
    if let Some(run) = apply::run_verify(&stage.work.options(), step).await? {
        listener.tell(&Event::StepFinished(run.clone()));
        runs.push(run);
    }
    Ok(())
}
