//! The path taken there and back under live traffic, with its locks watched, on a clone of its own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::RunError;
use super::runner::Tee;
use super::stage::Stage;
use crate::apply::traffic::{Traffic, try_requests};
use crate::apply::{self, ApplyError, Attendant, LockWatch};
use crate::facts::{Direction, StepRun, When};
use crate::judge::Rehearsal;
use crate::record::Event;
use crate::scenario::{Plan, PlannedStep, PlannedWorkload, Rollback, Stretch};

/// How often it is told how the traffic fares.
const PULSE: Duration = Duration::from_millis(250);

/// Takes the path there and back in `stage.work`, and says what the traffic met and which locks were taken.
///
/// Verifications are left out: they may count rows that the traffic adds to. A step that is refused ends it; the run
/// itself, without traffic, then says whether it is refused there too.
pub(super) async fn rehearse(
    stage: &Stage,
    plan: &Plan,
    workload: &Arc<PlannedWorkload>,
    listener: &mut Tee<'_>,
) -> Result<Rehearsal, RunError> {
    let options = stage.work.options();
    let touched = try_requests(&options, workload).await?;
    let stall = Duration::try_from_secs_f64(plan.budget.stall_ms / 1_000.0).unwrap_or(Duration::MAX);
    let mut traffic = Traffic::start(&options, Arc::clone(workload), stall).await?;
    let watch = LockWatch::start(&options).await?;
    let mut attendant = (traffic.attendant(), watch.attendant());
    let mut road =
        Road { stage, workload, traffic: &traffic, watch: &watch, attendant: &mut attendant, runs: Vec::new() };
    road.rest(When::WarmUp, 0, 0.5, listener).await;
    road.rest(When::Rest, 0, 1.0, listener).await;
    if road.forward(&plan.steps, listener).await? {
        road.rest(When::Migrated, plan.steps.len(), 1.0, listener).await;
        traffic.check_ledgers(&When::Migrated).await?;
        if let Some(left) = road.back(&plan.steps, listener).await? {
            road.rest(When::Restored, left, 0.5, listener).await;
        }
    }
    let runs = road.runs;
    traffic.end().await;
    let all_the_way = runs.iter().filter(|run| run.direction == Direction::Down).count() > 0;
    if all_the_way && runs.iter().all(StepRun::succeeded) {
        traffic.check_ledgers(&When::Restored).await?;
    }
    let mut trace = traffic.trace();
    trace.touched = touched;
    Ok(Rehearsal { runs, workload: trace, locks: watch.finish().await })
}

/// The way there and back, and who goes along.
struct Road<'a> {
    stage: &'a Stage,
    workload: &'a PlannedWorkload,
    traffic: &'a Traffic,
    watch: &'a LockWatch,
    attendant: &'a mut dyn Attendant,
    runs: Vec<StepRun>,
}

impl Road<'_> {
    /// Nothing runs but the traffic, for so many times the workload's rest.
    async fn rest(&self, when: When, steps: usize, times: f64, listener: &mut Tee<'_>) {
        self.traffic.enter(when, Stretch::at(steps)).await;
        let told = Mutex::new(listener);
        felt(self.traffic, &told, sleep(self.workload.declared.rest_s * times)).await;
    }

    /// Takes every step; whether all of them ran to their ends.
    async fn forward(&mut self, steps: &[PlannedStep], listener: &mut Tee<'_>) -> Result<bool, RunError> {
        for (low, step) in steps.iter().enumerate() {
            if !self.take(step, Direction::Up, low, listener).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Back to the point of no return: a step whose way back is waived ends it. How many steps are applied then;
    /// `None` where a way back was refused.
    async fn back(&mut self, steps: &[PlannedStep], listener: &mut Tee<'_>) -> Result<Option<usize>, RunError> {
        let mut applied = steps.len();
        for (low, step) in steps.iter().enumerate().rev() {
            if matches!(step.rollback, Rollback::Waived(_)) {
                break;
            }
            if !self.take(step, Direction::Down, low, listener).await? {
                return Ok(None);
            }
            applied = low;
        }
        Ok(Some(applied))
    }

    /// One step, with `low` steps applied on its lower side; whether it ran to its end.
    async fn take(
        &mut self,
        step: &PlannedStep,
        direction: Direction,
        low: usize,
        listener: &mut Tee<'_>,
    ) -> Result<bool, RunError> {
        let when = When::Step { step: step.name.clone(), direction };
        self.traffic.enter(when, Stretch { low, high: low + 1 }).await;
        listener.tell(&Event::StepStarted { step: step.name.clone(), direction });
        let options = self.stage.work.options();
        let told = Mutex::new(&mut *listener);
        let mut progress = |progress| tell(&told, &Event::BatchCommitted { step: step.name.clone(), progress });
        let attendant = &mut *self.attendant;
        let run = async {
            match direction {
                Direction::Up => apply::run_up(&options, step, attendant, &mut progress).await.map(Some),
                Direction::Down | Direction::Verify => apply::run_down(&options, step, attendant).await,
            }
        };
        let run = Box::pin(patiently(self.traffic, self.workload.declared.patience_s, run));
        let run = felt(self.traffic, &told, run).await?;
        self.watch.rest();
        let succeeded = run.as_ref().is_none_or(StepRun::succeeded);
        self.runs.extend(run);
        let applied = if (direction == Direction::Up) == succeeded { low + 1 } else { low };
        self.traffic.stays(applied);
        felt(self.traffic, &told, sleep(self.workload.declared.soak_s)).await;
        Ok(succeeded)
    }
}

/// Waits for a step; where it goes on longer than `patience_s`, the traffic is paused until it ends.
async fn patiently<T>(
    traffic: &Traffic,
    patience_s: f64,
    run: impl Future<Output = Result<T, ApplyError>>,
) -> Result<T, ApplyError> {
    let mut run = std::pin::pin!(run);
    let began = Instant::now();
    let patience = Duration::try_from_secs_f64(patience_s).unwrap_or(Duration::MAX);
    if let Ok(run) = tokio::time::timeout(patience, &mut run).await {
        return run;
    }
    let running = traffic.pause();
    let paused = Instant::now();
    let run = run.await;
    if let Some(running) = running {
        traffic.paused(running, paused - began, paused.elapsed());
    }
    traffic.resume();
    run
}

/// Tells how the traffic fares, again and again, until something ends.
async fn felt<T>(traffic: &Traffic, told: &Mutex<&mut Tee<'_>>, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        match tokio::time::timeout(PULSE, &mut work).await {
            Ok(done) => return done,
            Err(_) => tell(told, &Event::TrafficFelt(traffic.pulse())),
        }
    }
}

/// What was told before a panic elsewhere is as true as it was.
fn tell(told: &Mutex<&mut Tee<'_>>, event: &Event) {
    told.lock().unwrap_or_else(PoisonError::into_inner).tell(event);
}

async fn sleep(seconds: f64) {
    if let Ok(duration) = Duration::try_from_secs_f64(seconds) {
        tokio::time::sleep(duration).await;
    }
}
