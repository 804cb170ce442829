//! The database as it was and the same database migrated, side by side.

use std::time::Instant;

use sqlx::Executor;

use super::look::close;
use super::runner::Tee;
use super::stage::{Names, Stage};
use super::{RunError, RunFailure, forward};
use crate::database::{Database, Template};
use crate::facts::StepRun;
use crate::observe::ObserveError;
use crate::record::RunRecord;
use crate::scenario::Plan;
use crate::server::{Provider, Server};

/// Two clones of one template, one of them migrated, both analysed.
///
/// Whoever has it ends it, by [`Pair::clear`]. Otherwise both go with their server, or, on an external one, by a later
/// sweep, once this process has ended.
#[derive(Debug)]
pub struct Pair {
    stage: Stage,
    runs: Vec<StepRun>,
}

impl Pair {
    /// The server that both are on.
    pub fn server(&self) -> &Server {
        &self.stage.server
    }

    /// What both were cloned from: seeded and sealed.
    pub fn template(&self) -> &Template {
        &self.stage.template
    }

    /// The database as it was.
    pub fn baseline(&self) -> &Database {
        &self.stage.baseline
    }

    /// The database behind the last step.
    pub fn migrated(&self) -> &Database {
        &self.stage.work
    }

    /// The steps that were taken, in order.
    pub fn runs(&self) -> &[StepRun] {
        &self.runs
    }

    /// Drops both and stops the server, if it is ours.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn clear(self) -> Result<(), RunError> {
        self.stage.clear().await
    }
}

/// Builds the baseline of a plan on a server of `provider`, clones it twice, and migrates one of the clones.
/// Its steps are not verified: a run does that.
///
/// # Errors
/// We could not look, or a step was refused. Nothing is left behind; the record says how far it came.
pub async fn migrated_pair(plan: &Plan, provider: &Provider) -> Result<Pair, RunFailure> {
    let mut record = RunRecord::new();
    let started = Instant::now();
    match build(plan, provider, &mut record).await {
        Ok(pair) => Ok(pair),
        Err(error) => {
            record.stopped = Some(error.to_string());
            record.duration_ms = started.elapsed().as_secs_f64() * 1_000.0;
            Err(RunFailure { error: Box::new(error), record: Box::new(record) })
        }
    }
}

async fn build(plan: &Plan, provider: &Provider, record: &mut RunRecord) -> Result<Pair, RunError> {
    let mut nobody = ();
    let mut listener = Tee::new(record, &mut nobody);
    let names = Names::draw();
    let server = Stage::server(plan, provider, &names, &mut listener).await?;
    let connector = server.connector().clone();
    let stage = match Stage::set(plan, server, &names, &mut listener).await {
        Ok(stage) => stage,
        Err(error) => {
            names.give_up(&connector, plan).await;
            return Err(error);
        }
    };
    match migrate(&stage, plan, &mut listener).await {
        Ok(runs) => Ok(Pair { stage, runs }),
        Err(error) => {
            let error = stage.explain(error).await;
            stage.abandon().await;
            names.give_up(&connector, plan).await;
            Err(error)
        }
    }
}

async fn migrate(stage: &Stage, plan: &Plan, listener: &mut Tee<'_>) -> Result<Vec<StepRun>, RunError> {
    let mut runs = Vec::new();
    forward::again(stage, &plan.steps, &mut runs, listener).await?;
    if let Some(refusal) = runs.iter().find_map(|run: &StepRun| run.refusal.clone()) {
        return Err(RunError::Migration(Box::new(refusal)));
    }
    for database in [&stage.baseline, &stage.work] {
        let mut connection = database.connect().await?;
        connection.execute("analyze").await.map_err(ObserveError::reading("statistics (`ANALYZE`)"))?;
        close(connection).await;
    }
    Ok(runs)
}
