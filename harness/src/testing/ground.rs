//! A server with a scenario's baseline and a database to migrate, for tests that look where a run does not.

use super::{Subject, TestError, provider};
use crate::apply::{self, Attendant};
use crate::database::Database;
use crate::facts::{Direction, DryRow, DryStep, StepRun};
use crate::judge::Again;
use crate::load::{Selection, Source};
use crate::run::{RunError, Stage, ask_step, changes};
use crate::scenario::{Plan, TransactionMode};
use crate::sql::Script;

/// A baseline, and a copy of it to migrate step by step.
///
/// It ends with [`Ground::clear`]; dropped without it, the server still goes, and its directory with the next sweep.
#[derive(Debug)]
pub struct Ground {
    plan: Plan,
    stage: Stage,
}

impl Ground {
    /// Starts a server and seeds the selected data.
    ///
    /// # Errors
    /// We could not look.
    pub async fn prepare(source: &Source, selection: &Selection, subject: &Subject) -> Result<Self, TestError> {
        let plan = source.plan(selection)?;
        let stage = Stage::alone(&plan, &provider(&plan, subject)).await?;
        Ok(Self { plan, stage })
    }

    /// The database that nobody migrates.
    pub fn baseline(&self) -> &Database {
        &self.stage.baseline
    }

    /// The database to migrate.
    pub fn work(&self) -> &Database {
        &self.stage.work
    }

    /// The address of the database to migrate, with its password, for who takes a URL. Never print it.
    pub fn work_url(&self) -> String {
        self.stage.server_url(self.work().name())
    }

    /// What is to be done.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Takes every step from the one called `from` on, or from the first, up to the first that is refused.
    ///
    /// # Errors
    /// We could not look.
    pub async fn migrate(&self, from: Option<&str>) -> Result<Vec<StepRun>, TestError> {
        self.take(|name| from.is_none_or(|from| name >= from), &mut ()).await
    }

    /// Asks the backfill called `step` what it would do, while `attendant` stands by: the answer and what would become of
    /// each row. The steps before it must have been taken.
    ///
    /// # Errors
    /// We could not look, or there is no such backfill.
    pub async fn dry_run(
        &self,
        step: &str,
        attendant: &mut dyn Attendant,
    ) -> Result<(DryStep, Vec<DryRow>), TestError> {
        let none = || RunError::Statement { name: step.to_owned(), message: "no backfill is called that".to_owned() };
        let planned = self.plan.steps.iter().find(|planned| planned.name == step).ok_or_else(none)?;
        let mut rows = Vec::new();
        let asked = ask_step(self.work(), planned, attendant, &mut |row| rows.push(row)).await?;
        Ok((asked.ok_or_else(none)?, rows))
    }

    /// Takes the steps up to the one called `before`, which is not taken.
    ///
    /// # Errors
    /// We could not look.
    pub async fn migrate_up_to(&self, before: &str) -> Result<Vec<StepRun>, TestError> {
        self.take(|name| name < before, &mut ()).await
    }

    /// Takes the step called `step` while `attendant` stands by.
    ///
    /// # Errors
    /// We could not look; what the attendant fails with counts as such.
    pub async fn take_step(&self, step: &str, attendant: &mut dyn Attendant) -> Result<Vec<StepRun>, TestError> {
        self.take(|name| name == step, attendant).await
    }

    /// Rolls the step called `step` back; `None` where it has no way back.
    ///
    /// # Errors
    /// We could not look.
    pub async fn roll_back(&self, step: &str) -> Result<Option<StepRun>, TestError> {
        let Some(planned) = self.plan.steps.iter().find(|planned| planned.name == step) else { return Ok(None) };
        let run = apply::run_down(&self.work().options(), planned, &mut ()).await;
        Ok(run.map_err(RunError::from)?)
    }

    async fn take(
        &self,
        wanted: impl Fn(&str) -> bool,
        attendant: &mut dyn Attendant,
    ) -> Result<Vec<StepRun>, TestError> {
        let mut runs = Vec::new();
        for step in self.plan.steps.iter().filter(|step| wanted(&step.name)) {
            let run = apply::run_up(&self.work().options(), step, attendant, &mut |_| ()).await;
            let run = run.map_err(RunError::from)?;
            let refused = !run.succeeded();
            runs.push(run);
            if refused {
                break;
            }
        }
        Ok(runs)
    }

    /// Runs SQL on the database to migrate, each statement by itself, as `psql -f` would.
    ///
    /// # Errors
    /// It can not be split, or we could not look; what the server refuses is in the result.
    pub async fn run_sql(&self, name: &str, sql: &str) -> Result<StepRun, TestError> {
        let script = Script::parse_alone(name, sql).map_err(|errors| RunError::Statement {
            name: name.to_owned(),
            message: errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; "),
        })?;
        let options = self.work().options();
        let run = apply::run_script(&options, name, Direction::Up, &script, TransactionMode::None, &mut ()).await;
        Ok(run.map_err(RunError::from)?)
    }

    /// What is different in the database to migrate from the baseline: objects, and relations by their content.
    ///
    /// # Errors
    /// We could not look.
    pub async fn changes(&self) -> Result<Again, TestError> {
        Ok(changes(&self.stage.baseline, &self.stage.work).await?)
    }

    /// Drops the databases and stops the server.
    ///
    /// # Errors
    /// Something stays.
    pub async fn clear(self) -> Result<(), TestError> {
        Ok(self.stage.clear().await?)
    }
}
