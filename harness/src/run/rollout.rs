//! The migrated database with a flag that is turned up, on a clone of its own.

use std::sync::Arc;

use super::RunError;
use super::runner::Tee;
use super::stage::Stage;
use crate::apply;
use crate::facts::RolloutTrace;
use crate::record::Event;
use crate::scenario::{Plan, PlannedRollout};

/// Takes the path in `stage.work`, rolls out on it, and makes the database anew; `None` where a step was refused, which
/// the run itself then tells.
pub(super) async fn roll_out(
    stage: &Stage,
    plan: &Plan,
    rollout: &Arc<PlannedRollout>,
    listener: &mut Tee<'_>,
) -> Result<Option<RolloutTrace>, RunError> {
    let options = stage.work.options();
    let mut trace = None;
    let mut migrated = true;
    for step in &plan.steps {
        let mut progress = |progress| listener.tell(&Event::BatchCommitted { step: step.name.clone(), progress });
        if !apply::run_up(&options, step, &mut (), &mut progress).await?.succeeded() {
            migrated = false;
            break;
        }
    }
    if migrated {
        let mut turned = |share| listener.tell(&Event::FlagTurned { share });
        let seen = apply::rollout::roll_out(&options, Arc::clone(rollout), &mut turned).await?;
        listener.tell(&Event::RolledOut(seen.clone()));
        trace = Some(seen);
    }
    stage.renew().await?;
    Ok(trace)
}
