//! What an author writes: what to migrate, by which paths, and what must hold. Values only, no I/O.
//!
//! A [`Scenario`] is read from `scenario.toml` (or built in Rust); with the texts of its files it becomes a checked,
//! hashed [`Plan`], the only thing the runner takes.

mod batch;
mod budget;
mod caller;
mod claim;
mod expectation;
mod identity;
mod manifest;
mod mistake;
mod path;
mod plan;
mod prelude;
mod rollout;
pub mod seed;
pub mod server_map;
mod size;
mod variant;
mod workload;

pub use batch::{BatchJob, BatchManifest, BatchOptions, BatchWork, RowTransform};
pub use budget::Budget;
pub use caller::Caller;
pub use claim::{Claim, UnknownClaim};
pub use expectation::{Assertion, LegacyStatement, Moment, NamedQuery, ParityMap, ParityPair};
pub use identity::{Identity, Isolation, Sampled, Scope};
pub use manifest::{Baseline, Requires, Scenario};
pub use mistake::Mistake;
pub use path::{
    MigrationPath, PlannedStep, Regrant, Retired, Retyped, Rollback, StepWork, TransactionMode, Volatile, Waiver,
};
pub use plan::{Plan, PlanParts};
pub use prelude::Prelude;
pub use rollout::{Does, Gates, PlannedRollout, Rollout, RolloutRequest, Way};
pub use size::Size;
pub use variant::{Exception, Repair, Variant, VariantExpectation};
pub(crate) use workload::text_array;
pub use workload::{Application, Kind, Ledger, PlannedWorkload, Request, Shadow, Stretch, Work, Workload};
