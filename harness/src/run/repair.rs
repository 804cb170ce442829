//! Rows that a variant's repairs name: left out of a comparison on both sides, and told.

use std::collections::BTreeSet;

use super::RunError;
use super::look::{close, pinned};
use super::stage::Stage;
use crate::database::Database;
use crate::judge::Repaired;
use crate::observe::{self, Keyed, RowSource};
use crate::scenario::{Plan, Repair};
use crate::sql::{quote_identifier, quote_literal};

/// Two sides of a comparison without the rows that repairs name.
pub(super) struct Rest {
    pub(super) before: Keyed,
    pub(super) after: Keyed,
    pub(super) repaired: Vec<Repaired>,
}

type Cells = Vec<Option<String>>;

/// Leaves out of the comparison `what` the rows that the plan's repairs name for it.
pub(super) async fn without_repaired(
    stage: &Stage,
    plan: &Plan,
    what: &str,
    mut before: Keyed,
    mut after: Keyed,
) -> Result<Rest, RunError> {
    let mut repaired = Vec::new();
    for repair in plan.repairs(what) {
        let keys = named_keys(&stage.work, repair).await?;
        let known = known_keys(&stage.baseline, repair, &before.source, &keys).await?;
        let shown =
            |keys: &mut dyn Iterator<Item = &Cells>| keys.map(|cells| key_text(repair, cells)).collect::<Vec<_>>();
        repaired.push(Repaired {
            rows_of: what.to_owned(),
            what: repair.what.clone(),
            keys: shown(&mut keys.iter()),
            strangers: shown(&mut keys.iter().filter(|cells| !known.contains(*cells))),
        });
        if !keys.is_empty() {
            before.source = filtered(&before.source, repair, &keys, "not in");
            after.source = filtered(&after.source, repair, &keys, "not in");
        }
    }
    Ok(Rest { before, after, repaired })
}

/// The keys that a repair names, asked of the migrated database.
async fn named_keys(work: &Database, repair: &Repair) -> Result<Vec<Cells>, RunError> {
    let mut connection = pinned(work).await?;
    let asked = observe::text_rows(&mut connection, &repair.keys).await;
    close(connection).await;
    let rows = asked.map_err(|error| failed(repair, &error))?;
    match rows.iter().find(|cells| cells.len() != repair.key.len()) {
        Some(cells) => Err(RunError::Repair {
            rows_of: repair.rows_of.clone(),
            message: format!("`keys` answers {} columns, `key` names {}", cells.len(), repair.key.len()),
        }),
        None => Ok(rows),
    }
}

/// Those of the keys that rows of the baseline have.
async fn known_keys(
    baseline: &Database,
    repair: &Repair,
    source: &RowSource,
    keys: &[Cells],
) -> Result<BTreeSet<Cells>, RunError> {
    if keys.is_empty() {
        return Ok(BTreeSet::new());
    }
    let RowSource::Query(found) = filtered(source, repair, keys, "in") else { return Ok(BTreeSet::new()) };
    let columns: Vec<String> =
        repair.key.iter().map(|column| format!("f.{}::text", quote_identifier(column))).collect();
    let sql = format!("select {} from ({found}) f", columns.join(", "));
    let mut connection = pinned(baseline).await?;
    let asked = observe::text_rows(&mut connection, &sql).await;
    close(connection).await;
    Ok(asked.map_err(|error| failed(repair, &error))?.into_iter().collect())
}

fn failed(repair: &Repair, error: &sqlx::Error) -> RunError {
    let message = error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    RunError::Repair { rows_of: repair.rows_of.clone(), message }
}

/// The rows of `source` whose key is, or is not, among `keys`.
fn filtered(source: &RowSource, repair: &Repair, keys: &[Cells], relation: &str) -> RowSource {
    let inner = match source {
        RowSource::Query(sql) => sql.clone(),
        RowSource::Relation(name, None) => format!("select * from {}", name.quoted()),
        RowSource::Relation(name, Some(columns)) => {
            let columns: Vec<String> = columns.iter().map(|column| quote_identifier(column)).collect();
            format!("select {} from {}", columns.join(", "), name.quoted())
        }
    };
    // A mark in front keeps a NULL from any text, so that both sides can be hashed and are never unknown.
    let columns: Vec<String> =
        repair.key.iter().map(|column| format!("coalesce('=' || r.{}::text, '')", quote_identifier(column))).collect();
    let mark =
        |cell: &Option<String>| quote_literal(&cell.as_ref().map_or_else(String::new, |text| format!("={text}")));
    let listed: Vec<String> =
        keys.iter().map(|cells| format!("({})", cells.iter().map(mark).collect::<Vec<_>>().join(", "))).collect();
    RowSource::Query(format!(
        "select * from ({inner}\n) r where ({}) {relation} (values {})",
        columns.join(", "),
        listed.join(", ")
    ))
}

fn key_text(repair: &Repair, cells: &Cells) -> String {
    let cell = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "NULL".to_owned());
    let parts = repair.key.iter().zip(cells).map(|(column, value)| format!("{column}={}", cell(value)));
    parts.collect::<Vec<_>>().join(", ")
}
