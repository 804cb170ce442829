//! Claim P: nothing lost, invented or altered.

use super::{CaseFile, Code, Compared, Doubt, Finding, Repaired, Ruling};
use crate::facts::{DifferenceKind, RowDifference, RowDifferences, SequencePosition};
use crate::scenario::{Claim, Plan};
use crate::sql::Position;

pub(super) fn parity(case: &CaseFile<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for compared in &case.compared {
        match &compared.outcome {
            Ok(differences) => rule_on(case.plan, compared, differences, &mut ruling),
            Err(reason) => ruling.findings.push(
                Finding::new(Code::P006, format!("`{}` can not be read after the migration: {reason}", compared.what))
                    .about(&compared.what)
                    .help("keep the relation under its old name, or list it under `[[path.retire]]` with the reason"),
            ),
        }
    }
    for repaired in &case.repaired {
        ruling.findings.extend(unfounded(repaired));
    }
    if let Some(after) = &case.after {
        // One that was behind before is not the migration's doing.
        let newly_behind = |sequence: &&SequencePosition| {
            !case.baseline.sequences.iter().any(|old| {
                old.relation == sequence.relation && old.owner_column == sequence.owner_column && old.is_behind()
            })
        };
        for sequence in after.sequences.iter().filter(newly_behind) {
            if let (true, Some((table, column)), Some(max)) =
                (sequence.is_behind(), &sequence.owner_column, sequence.column_max)
            {
                ruling.findings.push(
                    Finding::new(
                        Code::P004,
                        format!(
                            "sequence `{}` will next give {}, but `{table}.{column}` already holds {max}",
                            sequence.relation,
                            next_of(sequence)
                        ),
                    )
                    .about(&sequence.relation)
                    .key(format!("{table}.{column}={max}"))
                    .help("after copying rows, set the sequence: `select setval(…, (select max(…) from …))`"),
                );
            }
        }
        let rows: u64 = case.compared.iter().map(|compared| compared.rows).sum();
        let repaired: usize = case.repaired.iter().map(|repaired| repaired.keys.len()).sum();
        ruling.evidence = format!("{} comparisons, {} rows, 0 differ", case.compared.len(), thousands(rows));
        let empty = case.compared.iter().filter(|compared| compared.relation.is_none() && compared.rows == 0).count();
        if empty > 0 {
            ruling.evidence = format!("{} ({empty} of them over no rows)", ruling.evidence);
        }
        if repaired > 0 {
            ruling.evidence = format!("{}, {} repaired as declared", ruling.evidence, thousands(repaired as u64));
        }
        if rows == 0 {
            ruling.doubts.push(Doubt::new(Claim::Parity, "there was no row to compare"));
        }
    }
    ruling
}

/// A repair that names nothing hides that it did nothing; one that names too much could hide a loss.
fn unfounded(repaired: &Repaired) -> Option<Finding> {
    let what = &repaired.rows_of;
    let (message, key) = match (repaired.keys.is_empty(), repaired.strangers.first()) {
        (true, _) => (format!("the variant says that rows of `{what}` are repaired, but none is named"), None),
        (false, None) => return None,
        (false, Some(stranger)) => {
            let strangers = repaired.strangers.len();
            (
                format!("the repair of `{what}` names rows that the baseline never had ({strangers} in all)"),
                Some(stranger),
            )
        }
    };
    let finding = Finding::new(Code::P007, message).about(what).help(format!("declared: {}", repaired.what));
    Some(match key {
        Some(key) => finding.key(key),
        None => finding,
    })
}

fn rule_on(plan: &Plan, compared: &Compared, differences: &RowDifferences, ruling: &mut Ruling) {
    let what = &compared.what;
    for column in &differences.columns_only_before {
        ruling.findings.push(
            Finding::new(Code::P006, format!("column `{column}` of `{what}` can not be read after the migration"))
                .about(what)
                .help("let a view under the old name show the column, or retire the relation with the reason"),
        );
    }
    if let [first, ..] = differences.columns_only_after.as_slice() {
        ruling.doubts.push(Doubt::new(
            Claim::Parity,
            format!(
                "`{what}` asks the migrated side for the column `{first}`, which the baseline's side does not give"
            ),
        ));
    }
    for row in &differences.named {
        ruling.findings.push(at_writer(plan, what, finding_of(what, row, differences)));
    }
}

/// The finding at the first statement of the path that writes rows to what was compared, where there is one.
fn at_writer(plan: &Plan, what: &str, finding: Finding) -> Finding {
    let Some(statement) = plan.writer_of(what) else { return finding };
    let Position { file, line, column } = &statement.position;
    Finding {
        column: Some(*column),
        source_line: Some(statement.line_text(*line).to_owned()),
        ..finding.in_file(file.to_string(), *line)
    }
}

pub(super) fn finding_of(what: &str, row: &RowDifference, all: &RowDifferences) -> Finding {
    let finding = match &row.kind {
        DifferenceKind::Missing(_) => {
            Finding::new(Code::P001, format!("`{what}` lost a row ({} in all)", thousands(all.missing)))
                .help("look at the joins and filters of the copy: an inner join drops what has no partner")
        }
        DifferenceKind::Extra(_) => Finding::new(
            Code::P002,
            format!("`{what}` has a row that the baseline never had ({} in all)", thousands(all.extra)),
        )
        .help("look for a copy that ran twice, or a join that multiplies"),
        DifferenceKind::Changed(columns) => {
            let cells: Vec<String> = columns
                .iter()
                .map(|cell| {
                    format!(
                        "`{}` was {} and is {}",
                        cell.column,
                        shown(cell.before.as_deref()),
                        shown(cell.after.as_deref())
                    )
                })
                .collect();
            Finding::new(
                Code::P003,
                format!("a row of `{what}` changed ({} in all): {}", thousands(all.changed), cells.join("; ")),
            )
            .help("compare the expressions of the copy column by column: order, casts, lengths, time zones")
        }
        DifferenceKind::Duplicate { .. } => Finding::new(Code::P005, format!("`{what}` has a key more than once"))
            .help("the key that is declared for the comparison must be unique on both sides"),
    };
    finding.about(what).key(key_text(row))
}

/// The row's key for people: `column=value` with `, ` between.
pub(crate) fn key_text(row: &RowDifference) -> String {
    let cells = row.key.iter().map(|(column, cell)| format!("{column}={}", cell.as_deref().unwrap_or("NULL")));
    cells.collect::<Vec<_>>().join(", ")
}

/// What a sequence will give next, for people.
pub(super) fn next_of(sequence: &SequencePosition) -> String {
    sequence.next_value().map_or_else(|| "nothing".to_owned(), |next| next.to_string())
}

fn shown(cell: Option<&str>) -> String {
    cell.map_or_else(|| "NULL".to_owned(), |text| format!("`{text}`"))
}

/// A number with commas between its thousands.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
