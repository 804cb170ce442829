//! Keeps the account of a way forward: what each step takes and leaves.

use super::RunError;
use super::follower::Follower;
use crate::apply::{Meter, OWN_SCHEMA};
use crate::database::Database;
use crate::facts::{Cost, RelationGrowth, RelationSize, StepCost, StepRun};
use crate::observe::{self, Sizes};
use crate::sql::RelationName;

/// The servers that show what a session counted as soon as it flushes.
const FLUSHES_FROM: u16 = 15;

/// A meter beside the steps, and the sizes before each of them.
#[derive(Debug)]
pub(super) struct Account {
    meter: Meter,
    before: Sizes,
    cost: Cost,
    flushes: bool,
    follower: Option<Follower>,
}

impl Account {
    /// Opens an account of what is done in `database`, and of how a replica follows.
    pub(super) async fn open(database: &Database, follower: Option<Follower>) -> Result<Self, RunError> {
        let mut meter = Meter::open(&database.options()).await?;
        let settings = observe::read_cost_settings(meter.connection()).await?;
        let flushes = database.connector().major() >= FLUSHES_FROM;
        Ok(Self { meter, before: Sizes::default(), cost: Cost { settings, ..Cost::default() }, flushes, follower })
    }

    /// Looks at what there is before a step; what stands by while it runs.
    pub(super) async fn before(&mut self) -> Result<&mut Meter, RunError> {
        self.before = observe::read_sizes(self.meter.connection(), &[OWN_SCHEMA]).await?;
        if let Some(follower) = &mut self.follower {
            follower.before().await?;
        }
        self.meter.take();
        Ok(&mut self.meter)
    }

    /// Enters a step that ran, to its end or not.
    pub(super) async fn enter(&mut self, run: &StepRun) -> Result<(), RunError> {
        let reading = self.meter.take();
        let after = observe::read_sizes(self.meter.connection(), &[OWN_SCHEMA]).await?;
        let before = std::mem::take(&mut self.before);
        let relations = growths(&before, &after);
        let told = |count: u64| self.flushes.then_some(count);
        self.cost.steps.push(StepCost {
            step: run.step.clone(),
            direction: run.direction,
            duration_ms: (run.duration_ms - reading.measuring_ms).max(0.0),
            longest_transaction_ms: reading.longest_transaction_ms,
            wal_bytes: reading.wal_bytes,
            temp_bytes: told(after.temp_bytes.saturating_sub(before.temp_bytes)),
            rows_read: told(relations.iter().map(read).sum()),
            database_bytes_before: before.database_bytes,
            database_bytes_peak: reading.peak_bytes.max(after.database_bytes).max(before.database_bytes),
            database_bytes_after: after.database_bytes,
            statements: reading.statements,
            relations: relations.into_iter().filter(changed).collect(),
            measuring_ms: reading.measuring_ms,
        });
        if let Some(follower) = &mut self.follower {
            follower.behind(&run.step).await?;
        }
        Ok(())
    }

    /// Closes the account.
    pub(super) async fn close(self) -> Result<Cost, RunError> {
        let Self { meter, mut cost, follower, .. } = self;
        meter.close().await;
        if let Some(follower) = follower {
            cost.replica = Some(follower.finish().await?);
        }
        Ok(cost)
    }
}

fn growths(before: &Sizes, after: &Sizes) -> Vec<RelationGrowth> {
    let growth = |name: &RelationName| RelationGrowth {
        relation: name.clone(),
        before: before.relations.get(name).cloned(),
        after: after.relations.get(name).cloned(),
    };
    let gone = before.relations.keys().filter(|name| !after.relations.contains_key(name));
    after.relations.keys().chain(gone).map(growth).collect()
}

fn changed(growth: &RelationGrowth) -> bool {
    let written = |size: &Option<RelationSize>| size.as_ref().map(|size| (size.written_rows, size.file));
    growth.bytes() != 0 || growth.dead_rows() != 0 || written(&growth.before) != written(&growth.after)
}

/// Rows read from a relation that is still there; one that was made anew counts from its beginning.
fn read(growth: &RelationGrowth) -> u64 {
    let counted = |size: &Option<RelationSize>| size.as_ref().map(|size| size.read_rows).unwrap_or_default();
    counted(&growth.after).checked_sub(counted(&growth.before)).unwrap_or_else(|| counted(&growth.after))
}
