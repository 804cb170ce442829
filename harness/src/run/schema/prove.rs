//! Puts a migration of a schema to the test on a clone, before anybody is given it.

use super::{SchemaError, Workshop, discard, read_database};
use crate::apply;
use crate::database::Database;
use crate::facts::Direction;
use crate::scenario::TransactionMode;
use crate::schema::{Catalog, Change, Difference, Graph, diff, sql_dump};
use crate::sql::Script;

/// The scripts of one step, named as a scenario's path names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaStep {
    /// `NNN_name`.
    pub name: String,
    /// The way forward.
    pub up: Script,
    /// The way back.
    pub down: Script,
}

/// What is left to differ; nothing, where the migration does what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// Between the schema that was arrived at and the one that was to be.
    pub forward: Vec<Difference>,
    /// Between the schema that the way back arrives at and the one it was.
    pub back: Vec<Difference>,
}

impl Proof {
    /// Whether nothing differs, either way.
    pub fn holds(&self) -> bool {
        self.forward.is_empty() && self.back.is_empty()
    }
}

impl Workshop {
    /// Makes an empty clone of `before`, takes it forward, forward again and back, back again, and compares.
    ///
    /// The order of columns is not compared: the server can not change it.
    ///
    /// # Errors
    /// No server can be had, or it refuses a statement; the place is told.
    pub async fn prove(
        &mut self,
        before: (&Catalog, &Graph),
        after: &Catalog,
        steps: &[SchemaStep],
    ) -> Result<Proof, SchemaError> {
        let sql = sql_dump(before.0, before.1)?;
        let script = Script::parse_alone("clone.sql", &sql).map_err(SchemaError::unreadable)?;
        let database = self.applied(&[script]).await?;
        let proof = walk(&database, after, steps).await;
        discard(database).await?;
        proof
    }
}

async fn walk(database: &Database, after: &Catalog, steps: &[SchemaStep]) -> Result<Proof, SchemaError> {
    let (start, _) = read_database(database).await?;
    let mut proof = Proof::default();
    for _ in 0..2 {
        for step in steps {
            take(database, &step.name, Direction::Up, &step.up).await?;
        }
        proof.forward.extend(left(&read_database(database).await?.0, after));
    }
    for _ in 0..2 {
        for step in steps.iter().rev() {
            take(database, &step.name, Direction::Down, &step.down).await?;
        }
        proof.back.extend(left(&read_database(database).await?.0, &start));
    }
    for differences in [&mut proof.forward, &mut proof.back] {
        differences.sort_unstable();
        differences.dedup();
    }
    Ok(proof)
}

/// Runs a script as the runner of a scenario would.
///
/// # Errors
/// The server is gone, or refuses a statement.
pub(super) async fn take(
    database: &Database,
    step: &str,
    direction: Direction,
    script: &Script,
) -> Result<(), SchemaError> {
    let mode = TransactionMode::of(script);
    let run = apply::run_script(&database.options(), step, direction, script, mode, &mut ()).await?;
    run.refusal.map_or(Ok(()), |refusal| Err(SchemaError::Refused(Box::new(refusal))))
}

/// What differs but the order of columns.
fn left(seen: &Catalog, wanted: &Catalog) -> Vec<Difference> {
    let of_order = |change: &Change| matches!(change, Change::Changed { attribute, .. } if attribute == "columns");
    diff(seen, wanted).into_iter().filter(|difference| !of_order(&difference.change)).collect()
}
