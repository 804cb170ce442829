//! Takes a path forward at several sizes, each on databases of its own.

use std::time::Instant;

use super::account::Account;
use super::runner::Tee;
use super::stage::{Names, Stage};
use super::{RunError, RunFailure};
use crate::apply;
use crate::facts::{Cost, Direction, SizeCost};
use crate::judge;
use crate::record::{Event, Listener, RunRecord, SCALE_RECORD_VERSION, ScaleRecord};
use crate::scenario::{Mistake, Plan};
use crate::server::Provider;
use crate::sql::RelationName;

/// At which sizes to look, and for which to say what comes.
#[derive(Debug)]
pub struct ScaleSettings {
    /// The plan at each size.
    pub plans: Vec<Plan>,
    /// Rows of the largest seeded relation; ten times the largest size where it is left out.
    pub to: Option<u64>,
}

/// Rows of the largest seeded relation, and the plan at that size.
type Sizes<'p> = Vec<(u64, &'p Plan)>;

impl ScaleSettings {
    /// The largest seeded relation and its rows at each size, smallest first.
    ///
    /// # Errors
    /// The seed makes no row, or as many at every size.
    fn sizes(&self) -> Result<(RelationName, Sizes<'_>), Mistake> {
        let none = || {
            Mistake::new("the sizes do not differ: no table of the seed has more rows at another scale")
                .hint("give a `[[seed.table]]` a number of `rows`, and name two scales or more with `--at`")
        };
        let largest = |plan: &Plan| {
            let generator = plan.seed.generator(plan.scale).ok()?;
            generator.tables().map(|table| (table.rows(), table.name().clone())).max()
        };
        let most = self.plans.iter().filter_map(largest).max().ok_or_else(none)?.1;
        let rows = |plan: &Plan| {
            let generator = plan.seed.generator(plan.scale).ok()?;
            generator.tables().find(|table| *table.name() == most).map(|table| table.rows())
        };
        let mut sizes: Sizes<'_> = self.plans.iter().filter_map(|plan| Some((rows(plan)?, plan))).collect();
        sizes.sort_by_key(|(rows, _)| *rows);
        sizes.dedup_by_key(|(rows, _)| *rows);
        if sizes.len() < 2 { Err(none()) } else { Ok((most, sizes)) }
    }
}

/// How often the path is taken at the largest size, the one before, and the others: what is quick is done more often.
const TIMES: [usize; 3] = [1, 2, 3];

/// Takes the path forward at each size and fits a law to what each step costs. When `interrupt` comes first it ends, and
/// what it made is removed.
///
/// # Errors
/// We could not look, or a step was refused. Nothing is left behind.
pub async fn scale(
    settings: &ScaleSettings,
    provider: &Provider,
    listener: &mut (dyn Listener + Send),
    interrupt: impl Future<Output = ()>,
) -> Result<ScaleRecord, RunFailure> {
    let mut record = RunRecord::new();
    let outcome = {
        let mut tee = Tee::new(&mut record, listener);
        all(settings, provider, &mut tee, interrupt).await
    };
    outcome
        .map(|found| ScaleRecord { server: record.server.clone(), ..found })
        .map_err(|error| RunFailure { error: Box::new(error), record: Box::new(record) })
}

async fn all(
    settings: &ScaleSettings,
    provider: &Provider,
    listener: &mut Tee<'_>,
    interrupt: impl Future<Output = ()>,
) -> Result<ScaleRecord, RunError> {
    let started = Instant::now();
    let mut interrupt = std::pin::pin!(interrupt);
    let (relation, sizes) = settings.sizes().map_err(RunError::Sizes)?;
    let mut found = Vec::new();
    for (index, (rows, plan)) in sizes.iter().enumerate() {
        let times = TIMES.get(sizes.len() - 1 - index).or(TIMES.last()).copied().unwrap_or(1);
        let names = Names::draw();
        let server = tokio::select! {
            biased;
            () = &mut interrupt => return Err(RunError::Interrupted),
            server = Stage::server(plan, provider, &names, listener) => server?,
        };
        let connector = server.connector().clone();
        let costs = tokio::select! {
            biased;
            () = &mut interrupt => Err(RunError::Interrupted),
            costs = at_one_size(plan, server, &names, times, listener) => costs,
        };
        match costs {
            Ok(costs) => found.push(SizeCost { scale: plan.scale.factor(), rows: *rows, costs }),
            Err(error) => {
                names.give_up(&connector, plan).await;
                return Err(error);
            }
        }
    }
    let largest = found.last().map(|size| size.rows).unwrap_or_default();
    let to = settings.to.unwrap_or(largest.saturating_mul(10));
    let judgement = judge::scale(&found, to);
    let plan = sizes.last().map(|(_, plan)| *plan).ok_or_else(|| RunError::Sizes(Mistake::new("there is no size")))?;
    Ok(ScaleRecord {
        version: SCALE_RECORD_VERSION,
        pgproof: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: plan.scenario.clone(),
        path: plan.path.clone(),
        server: crate::record::ServerRecord::default(),
        seed: plan.seed.number,
        relation,
        to,
        verdict: judgement.verdict(),
        findings: judgement.findings,
        steps: judgement.steps,
        sizes: found,
        duration_ms: started.elapsed().as_secs_f64() * 1_000.0,
    })
}

async fn at_one_size(
    plan: &Plan,
    server: crate::server::Server,
    names: &Names,
    times: usize,
    listener: &mut Tee<'_>,
) -> Result<Vec<Cost>, RunError> {
    let stage = Stage::set(plan, server, names, listener).await?;
    let outcome = repeatedly(plan, &stage, times, listener).await;
    match outcome {
        Ok(costs) => {
            stage.clear().await?;
            Ok(costs)
        }
        Err(error) => {
            let error = stage.explain(error).await;
            stage.abandon().await;
            Err(error)
        }
    }
}

async fn repeatedly(plan: &Plan, stage: &Stage, times: usize, listener: &mut Tee<'_>) -> Result<Vec<Cost>, RunError> {
    let mut costs = Vec::new();
    for time in 0..times {
        if time > 0 {
            stage.renew().await?;
        }
        let phase = listener.begin("take the path");
        costs.push(once(plan, stage, listener).await?);
        listener.end(&phase);
    }
    Ok(costs)
}

/// The way forward without its verifications, which are no part of its cost.
async fn once(plan: &Plan, stage: &Stage, listener: &mut Tee<'_>) -> Result<Cost, RunError> {
    let mut account = Account::open(&stage.work, None).await?;
    let options = stage.work.options();
    for step in &plan.steps {
        listener.tell(&Event::StepStarted { step: step.name.clone(), direction: Direction::Up });
        let meter = account.before().await?;
        let run = apply::run_up(&options, step, meter, &mut |progress| {
            listener.tell(&Event::BatchCommitted { step: step.name.clone(), progress });
        })
        .await?;
        account.enter(&run).await?;
        listener.tell(&Event::StepFinished(run.clone()));
        if let Some(refusal) = run.refusal {
            return Err(RunError::Migration(Box::new(refusal)));
        }
    }
    account.close().await
}
