//! `scenario.toml` as a value.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::seed::Seed;
use super::{
    Assertion, BatchJob, Budget, Identity, Isolation, LegacyStatement, MigrationPath, NamedQuery, ParityMap, Prelude,
    Rollout, RowTransform, Size, Variant, Workload,
};

/// What to migrate, by which paths, and what must hold.
///
/// Read from `scenario.toml`; a scenario crate adds the jobs that are written in Rust with [`Scenario::with_job`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name: lower-case letters, digits and underscores.
    pub name: String,
    /// One sentence for people.
    #[serde(default)]
    pub description: String,
    /// What its server must have.
    #[serde(default)]
    pub requires: Requires,
    /// The database before the migration.
    pub baseline: Baseline,
    /// The legacy data.
    #[serde(default)]
    pub seed: Seed,
    /// Deliberately dirty versions of the legacy data.
    #[serde(default, rename = "variant")]
    pub variants: Vec<Variant>,
    /// The routes.
    #[serde(rename = "path")]
    pub paths: Vec<MigrationPath>,
    /// The sizes that benchmarks measure at; that of the seed alone where it is left out.
    #[serde(default, rename = "size")]
    pub sizes: Vec<Size>,
    /// The queries whose latency is compared.
    #[serde(default, rename = "query")]
    pub queries: Vec<NamedQuery>,
    /// The old application's statements.
    #[serde(default, rename = "statement")]
    pub statements: Vec<LegacyStatement>,
    /// Callers by whom row security is put to the test.
    #[serde(default, rename = "identity")]
    pub identities: Vec<Identity>,
    /// Rows that nobody but their owner may see.
    #[serde(default, rename = "isolation")]
    pub isolations: Vec<Isolation>,
    /// What belongs to what.
    #[serde(default, rename = "parity")]
    pub parity: Vec<ParityMap>,
    /// The traffic that goes on while it is migrated.
    pub workload: Option<Workload>,
    /// How requests are turned over to the new way behind the last step.
    pub rollout: Option<Rollout>,
    /// What the migration may cost and how long it may be felt.
    #[serde(default)]
    pub budget: Budget,
    /// Queries and the answers they must give.
    #[serde(default, rename = "assertion")]
    pub assertions: Vec<Assertion>,
    #[serde(skip)]
    jobs: BTreeMap<String, BatchJob>,
    #[serde(skip)]
    transforms: BTreeMap<String, RowTransform>,
}

/// What a scenario's server must have.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requires {
    /// The least major version.
    pub postgres: Option<u16>,
    /// The platform that the baseline is built on.
    pub prelude: Option<Prelude>,
    /// Extensions that must be available to `CREATE EXTENSION`.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// Server settings; `{database}` stands for the name of the database that is migrated.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// Roles whose sight of every legacy relation is compared before and after.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// The database before the migration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// SQL files, run in this order before the data are seeded.
    pub files: Vec<String>,
    /// SQL files, run in this order behind the seed: the conditions that such data are in.
    #[serde(default)]
    pub seeded: Vec<String>,
}

impl Scenario {
    /// The same scenario with a job written in Rust as the forward work of `step`.
    ///
    /// The step takes its place among the path's files by its name.
    #[must_use]
    pub fn with_job(mut self, step: impl Into<String>, job: BatchJob) -> Self {
        self.jobs.insert(step.into(), job);
        self
    }

    /// The same scenario with a function that `.batch.toml` files name as their `transform`.
    #[must_use]
    pub fn with_transform(mut self, name: impl Into<String>, transform: RowTransform) -> Self {
        self.transforms.insert(name.into(), transform);
        self
    }

    /// The functions written in Rust, by name.
    pub fn transforms(&self) -> &BTreeMap<String, RowTransform> {
        &self.transforms
    }

    /// The jobs written in Rust, by step.
    pub fn jobs(&self) -> &BTreeMap<String, BatchJob> {
        &self.jobs
    }
}
