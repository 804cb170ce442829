//! Where a step ended that was interrupted, against where it ends undisturbed.

use sqlx::PgConnection;

use super::sequences::repeating;
use super::walk::Reached;
use crate::database::{Checkpoint, Database};
use crate::facts::{DifferenceKind, FaultObject, FaultOutcome, FaultRows, NumericMode, Observation, RowDifferences};
use crate::judge::key_text;
use crate::observe::{self, Keyed, ObserveError, RowSource};
use crate::run::RunError;
use crate::run::back::{changed, stable_columns};
use crate::run::look::{close, pinned};
use crate::run::stage::Stage;
use crate::scenario::Plan;
use crate::schema::{Difference, diff};
use crate::sql::RelationName;

/// How many keys are named.
const NAMED: usize = 5;

/// Columns that a sequence fills, and those that refer to such a column: a sequence does not roll back, so a step that
/// was interrupted and run again gives other numbers to the same rows.
const NUMBERED: &str = "with own as (
    select a.attrelid, a.attnum, a.attname from pg_catalog.pg_attribute a
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attnum > 0 and not a.attisdropped
       and (a.attidentity <> '' or pg_catalog.pg_get_expr(d.adbin, d.adrelid) like 'nextval(%'))
 select a.attname::text from pg_catalog.pg_attribute a
  where a.attrelid = pg_catalog.to_regclass($1) and (exists (select from own where own.attrelid = a.attrelid and own.attnum = a.attnum)
     or exists (select from pg_catalog.pg_constraint k join own on own.attrelid = k.confrelid and own.attnum = any (k.confkey)
          where k.contype = 'f' and k.conrelid = a.attrelid and a.attnum = any (k.conkey)))";

/// Compares the catalog, the rows of every relation whose content differs, and where the sequences stand.
pub(super) async fn compared(
    plan: &Plan,
    stage: &Stage,
    (before, undisturbed): (&Reached, &Reached),
    now: &Observation,
) -> Result<FaultOutcome, RunError> {
    let (baseline, work) = (&stage.baseline, &stage.work);
    let differences = diff(&undisturbed.seen.catalog, &now.catalog);
    let told =
        |difference: &Difference| FaultObject { object: difference.object.to_string(), what: difference.to_string() };
    let objects: Vec<FaultObject> = differences.iter().map(told).collect();
    let mut rows = Vec::new();
    let right = undisturbed.checkpoint.as_ref().map_or(baseline, Checkpoint::database);
    let suspects = changed(&undisturbed.seen.relations, &now.relations);
    // A relation that only one side has is an object that differs.
    let both = suspects.into_iter().filter(|(_, (before, after))| before.is_some() && after.is_some());
    for (relation, _) in both {
        rows.extend(differing(plan, right, work, &relation).await?);
    }
    let sequences = repeating(&before.seen.sequences, &undisturbed.seen.sequences, &now.sequences);
    if objects.is_empty() && rows.is_empty() && sequences.is_empty() {
        return Ok(FaultOutcome::Recovered);
    }
    Ok(FaultOutcome::Elsewhere { objects, rows, sequences })
}

async fn differing(
    plan: &Plan,
    undisturbed: &Database,
    work: &Database,
    relation: &RelationName,
) -> Result<Option<FaultRows>, RunError> {
    let (mut left, mut right) = tokio::try_join!(pinned(undisturbed), pinned(work))?;
    let columns = stable_columns(&mut right, plan, relation).await?;
    let key = observe::primary_key(&mut right, relation).await?.unwrap_or_default();
    let kept = |key: &String| columns.as_ref().is_none_or(|columns| columns.contains(key));
    let key = if key.iter().all(kept) { key } else { Vec::new() };
    let keyed = Keyed { source: RowSource::Relation(relation.clone(), columns.clone()), key };
    let mut differences = between(&mut left, &mut right, &keyed).await?;
    if !differences.is_empty() {
        let numbered = numbered(&mut right, relation).await?;
        let shapes = observe::describe(&mut right, &keyed.source).await?;
        let others: Vec<String> =
            shapes.into_iter().map(|shape| shape.name).filter(|name| !numbered.contains(name)).collect();
        if !numbered.is_empty() && !others.is_empty() {
            let bag = Keyed { source: RowSource::Relation(relation.clone(), Some(others)), key: Vec::new() };
            if between(&mut left, &mut right, &bag).await?.is_empty() {
                differences = RowDifferences::default();
            }
        }
    }
    close(left).await;
    close(right).await;
    Ok((!differences.is_empty()).then(|| named(relation, &differences)))
}

async fn between(
    left: &mut PgConnection,
    right: &mut PgConnection,
    keyed: &Keyed,
) -> Result<RowDifferences, ObserveError> {
    observe::differences(left, keyed, right, keyed, NAMED, NumericMode::Strict).await
}

async fn numbered(connection: &mut PgConnection, relation: &RelationName) -> Result<Vec<String>, ObserveError> {
    sqlx::query_scalar(NUMBERED)
        .bind(relation.quoted())
        .fetch_all(connection)
        .await
        .map_err(ObserveError::reading(format!("which columns of `{relation}` sequences fill")))
}

fn named(relation: &RelationName, differences: &RowDifferences) -> FaultRows {
    let counted = [
        (differences.missing, "missing"),
        (differences.extra, "too many"),
        (differences.changed, "with other values"),
        (differences.duplicates, "with a key that is there twice"),
    ];
    let what: Vec<String> =
        counted.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let keys = differences.named.iter().map(|row| {
        let kind = match &row.kind {
            DifferenceKind::Changed(cells) => {
                let cells: Vec<String> = cells
                    .iter()
                    .map(|cell| {
                        let text = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "NULL".to_owned());
                        format!("{}: {} instead of {}", cell.column, text(&cell.after), text(&cell.before))
                    })
                    .collect();
                format!(" ({})", cells.join(", "))
            }
            _ => String::new(),
        };
        format!("{}{kind}", key_text(row))
    });
    FaultRows {
        relation: relation.clone(),
        what: format!("rows: {}", what.join(", ")),
        keys: keys.take(NAMED).collect(),
    }
}
