//! What backfills would do: a line a row for machines, a table for people.

use std::fmt::Write;

use crate::facts::{DryRow, DryStep};
use crate::judge::thousands;

/// The header of [`dry_row_csv`].
pub const DRY_RUN_HEADER: &str = "step,key,outcome,column,before,after,reason\n";

/// One row as one line of JSON.
pub fn dry_row_json(row: &DryRow) -> String {
    let mut line = serde_json::to_string(row).unwrap_or_default();
    line.push('\n');
    line
}

/// One row as lines of CSV (RFC 4180): one for each column that would be otherwise, or one without a column. NULL is
/// `\N`, which no quoted cell is.
pub fn dry_row_csv(row: &DryRow) -> String {
    let mut text = String::new();
    let mut line = |column: &str, before: &str, after: &str| {
        let reason = row.reason.as_deref().map(quoted).unwrap_or_default();
        let _ = writeln!(
            text,
            "{},{},{},{column},{before},{after},{reason}",
            quoted(&row.step),
            quoted(&row.key),
            row.outcome.name()
        );
    };
    if row.columns.is_empty() {
        line("", "", "");
    }
    for (column, (before, after)) in &row.columns {
        let cell = |cell: &Option<String>| cell.as_deref().map_or_else(|| "\\N".to_owned(), quoted);
        line(&quoted(column), &cell(before), &cell(after));
    }
    text
}

/// What each backfill would do, a line each, with what is wrong below it.
pub fn dry_steps(steps: &[DryStep]) -> String {
    let mut text = String::new();
    for step in steps {
        let rows: Vec<String> = step.rows.iter().map(|(what, rows)| format!("{what} {}", thousands(*rows))).collect();
        let rows = if rows.is_empty() { "no rows".to_owned() } else { rows.join(", ") };
        let _ = writeln!(text, "{}  {} batches: {rows}", step.step, thousands(step.batches));
        if let Some(refusal) = &step.refusal {
            let _ = writeln!(text, "  refused: {} (SQLSTATE {})", refusal.message, refusal.sqlstate);
        }
        for left in &step.left {
            let _ = writeln!(text, "  changed by a dry run: {left}");
        }
    }
    if steps.is_empty() {
        text.push_str("the path has no backfill\n");
    }
    text
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::facts::DryOutcome;

    #[test]
    fn a_cell_with_quotes_commas_and_lines_stays_one_cell_and_null_is_no_text() {
        let columns = BTreeMap::from([("note".to_owned(), (None, Some("a \"b\",\nc".to_owned())))]);
        let row = DryRow {
            step: "010_x".to_owned(),
            key: "7".to_owned(),
            outcome: DryOutcome::Change,
            columns,
            reason: None,
        };
        assert_eq!(dry_row_csv(&row), "\"010_x\",\"7\",change,\"note\",\\N,\"a \"\"b\"\",\nc\",\n");
        let DryRow { key, outcome, .. } = serde_json::from_str(&dry_row_json(&row)).unwrap_or_else(|_| row.clone());
        assert_eq!((key.as_str(), outcome), ("7", DryOutcome::Change));
    }
}
