//! Compares the migrated database with the baseline: declared parity maps, and every legacy relation under its name.

use super::RunError;
use super::look::{Legacy, close, holds_rows, pinned};
use super::repair::{Rest, without_repaired};
use super::stage::Stage;
use crate::facts::{NumericMode, RelationInfo, RowDifferences};
use crate::judge::{CaseFile, Compared, Repaired};
use crate::observe::{self, Keyed, RowSource};
use crate::scenario::Plan;
use crate::server::in_words;

/// How many differing rows of one comparison are named; all of them are counted.
pub(super) const NAMED_ROWS: usize = 20;

/// Fills `case.compared` and `case.repaired`.
pub(super) async fn parity(
    stage: &Stage,
    plan: &Plan,
    legacy: &Legacy,
    case: &mut CaseFile<'_>,
) -> Result<(), RunError> {
    for pair in &plan.parity {
        let query = |sql: &str| Keyed { source: RowSource::Query(sql.to_owned()), key: pair.key.clone() };
        let (before, after) = (query(&pair.legacy), query(&pair.target));
        let (compared, repaired) = compare(stage, plan, &pair.name, before, after).await?;
        case.repaired.extend(repaired);
        case.compared.push(Compared { what: pair.name.clone(), relation: None, lost_columns: Vec::new(), ..compared });
    }
    for info in legacy.relations.iter().filter(|info| plan.retired(&info.name).is_none()) {
        let key = info.primary_key.clone().unwrap_or_default();
        let keyed = |columns: &[String]| Keyed {
            source: RowSource::Relation(info.name.clone(), Some(columns.to_vec())),
            key: if key.iter().all(|column| columns.contains(column)) { key.clone() } else { Vec::new() },
        };
        let name = info.name.to_string();
        let (lost_columns, kept) = lost_columns(stage, info).await?;
        // A column that is gone is told as such; what is left is still compared, unless nothing can be.
        let (compared, repaired) = compare(stage, plan, &name, keyed(&info.columns), keyed(&kept)).await?;
        case.repaired.extend(repaired);
        let rows = if holds_rows(info.kind) { compared.rows } else { 0 };
        case.compared.push(Compared { what: name, relation: Some(info.name.clone()), lost_columns, rows, ..compared });
    }
    // A repair of what nobody compares would be a promise that nobody keeps.
    let declared = plan.variant.iter().flat_map(|(variant, _)| &variant.repairs);
    for repair in declared.filter(|repair| !case.compared.iter().any(|compared| compared.what == repair.rows_of)) {
        let (rows_of, what) = (repair.rows_of.clone(), repair.what.clone());
        case.repaired.push(Repaired { rows_of, what, keys: Vec::new(), strangers: Vec::new() });
    }
    Ok(())
}

async fn compare(
    stage: &Stage,
    plan: &Plan,
    what: &str,
    before: Keyed,
    after: Keyed,
) -> Result<(Compared, Vec<Repaired>), RunError> {
    let Rest { before, after, repaired } = without_repaired(stage, plan, what, before, after).await?;
    let (mut left, mut right) = tokio::try_join!(pinned(&stage.baseline), pinned(&stage.work))?;
    observe::describe(&mut left, &before.source)
        .await
        .map_err(|error| RunError::Query { name: what.to_owned(), message: in_words(&error) })?;
    let mut differences = None;
    let outcome = if let Err(error) = observe::describe(&mut right, &after.source).await {
        Err(in_words(&error))
    } else {
        let method = NumericMode::Strict;
        let (old, new) = tokio::try_join!(
            observe::fingerprint(&mut left, &before.source, method),
            observe::fingerprint(&mut right, &after.source, method)
        )?;
        let rows = old.rows;
        let found = if old == new {
            RowDifferences { before_rows: old.rows, after_rows: new.rows, ..RowDifferences::default() }
        } else {
            observe::differences(&mut left, &before, &mut right, &after, NAMED_ROWS, method).await?
        };
        differences = Some(rows);
        Ok(found)
    };
    close(left).await;
    close(right).await;
    let rows = differences.unwrap_or_default();
    Ok((Compared { what: what.to_owned(), relation: None, rows, outcome, lost_columns: Vec::new() }, repaired))
}

/// Columns that the relation had and has no longer under its old name, or has with another type; and the names of
/// those that can still be read. Where none can, all are named, so that reading them says why.
async fn lost_columns(stage: &Stage, info: &RelationInfo) -> Result<(Vec<String>, Vec<String>), RunError> {
    let source = RowSource::Relation(info.name.clone(), None);
    let (mut left, mut right) = tokio::try_join!(pinned(&stage.baseline), pinned(&stage.work))?;
    let before = observe::describe(&mut left, &source).await?;
    // A relation that is gone altogether is told by the comparison of its rows.
    let after = observe::describe(&mut right, &source).await.unwrap_or_default();
    close(left).await;
    close(right).await;
    let readable: Vec<String> =
        info.columns.iter().filter(|name| after.iter().any(|column| column.name == **name)).cloned().collect();
    if readable.is_empty() {
        return Ok((Vec::new(), info.columns.clone()));
    }
    let kept = |name: &str, kind: &str| after.iter().any(|column| column.name == name && column.type_name == kind);
    let lost = before
        .iter()
        .filter(|column| !kept(&column.name, &column.type_name))
        .map(|column| format!("{} {}", column.name, column.type_name));
    Ok((lost.collect(), readable))
}
