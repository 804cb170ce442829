//! Claim R: there, back, and there again.

use std::collections::BTreeMap;

use super::parity::{key_text, next_of};
use super::{Back, CaseFile, Code, Doubt, Finding, Ruling, thousands};
use crate::facts::{DifferenceKind, Direction, Fingerprint};
use crate::scenario::Claim;
use crate::schema::Difference;
use crate::sql::RelationName;

pub(super) fn reversible(case: &CaseFile<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for run in case.runs.iter().filter(|run| run.direction == Direction::Down) {
        if let Some(refusal) = &run.refusal {
            ruling.findings.push(
                Finding::new(
                    Code::R001,
                    format!("rolling back `{}` failed: {} (SQLSTATE {})", run.step, refusal.message, refusal.sqlstate),
                )
                .refused_at(refusal),
            );
        }
    }
    for run in case.second_way() {
        // What failed the first time is told by claim A.
        let known = case
            .first_way()
            .iter()
            .any(|first| first.step == run.step && first.direction == run.direction && !first.succeeded());
        if let (Some(refusal), false) = (&run.refusal, known) {
            ruling.findings.push(
                Finding::new(
                    Code::R005,
                    format!(
                        "applying `{}` again failed: {} (SQLSTATE {})",
                        run.step, refusal.message, refusal.sqlstate
                    ),
                )
                .refused_at(refusal)
                .help("look for what the way back left over"),
            );
        }
    }
    for back in &case.back {
        let place = back.step.as_ref().map_or_else(|| "the whole chain".to_owned(), |step| format!("`{step}`"));
        findings_of(back, &place, &mut ruling.findings);
    }
    if let Some(again) = &case.again {
        // What the way back did not restore differs behind the second way forward too, and is named already.
        let catalog: Vec<Difference> = again
            .catalog
            .iter()
            .filter(|difference| !left(case).any(|left| left.object == difference.object))
            .cloned()
            .collect();
        let mut rows = again.rows.clone();
        rows.retain(|relation, _| !unwaived(case).any(|back| back.rows.contains_key(relation)));
        again_findings(Code::R005, "applying again", &catalog, &rows, &mut ruling.findings);
    }
    match case.restored.as_ref().map(|restored| &restored.outcome) {
        Some(Ok(restored)) => {
            again_findings(Code::R006, "restoring a backup", &restored.catalog, &restored.rows, &mut ruling.findings);
        }
        Some(Err(reason)) => {
            ruling.doubts.push(Doubt::new(Claim::Reversible, format!("a backup could not be tried: {reason}")));
        }
        None => {}
    }
    if case.again.is_none() && ruling.findings.is_empty() {
        let reason = match case.back.iter().rev().find(|back| back.waived.is_some()) {
            Some(Back { step: Some(step), .. }) => {
                format!("nothing was rolled back: the way back of `{step}` is waived")
            }
            _ => "the path was not rolled back and applied again".to_owned(),
        };
        ruling.doubts.push(Doubt::new(Claim::Reversible, reason));
    }
    let waived = case.back.iter().filter(|back| back.waived.is_some()).count();
    ruling.evidence = format!(
        "{} steps back and again, {} restored: 0 of {} objects, 0 of {} rows differ{}",
        unwaived(case).filter(|back| back.step.is_some()).count(),
        if waived > 0 { "what was there before them" } else { "baseline" },
        case.baseline.catalog.len(),
        thousands(case.baseline.rows().values().sum()),
        if case.restored.is_some() { ", backup restored" } else { "" },
    );
    if waived > 0 {
        ruling.evidence = format!("{}; {waived} waived", ruling.evidence);
    }
    ruling
}

fn unwaived<'a>(case: &'a CaseFile<'_>) -> impl Iterator<Item = &'a Back> {
    case.back.iter().filter(|back| back.waived.is_none())
}

fn left<'a>(case: &'a CaseFile<'_>) -> impl Iterator<Item = &'a Difference> {
    unwaived(case).flat_map(|back| &back.catalog)
}

fn findings_of(back: &Back, place: &str, findings: &mut Vec<Finding>) {
    if back.waived.is_some() {
        return;
    }
    let help = "let the way back undo exactly what the way forward did";
    for difference in &back.catalog {
        findings.push(
            Finding::new(Code::R002, format!("rolling back {place} left {difference}"))
                .about(&difference.object)
                .help(help),
        );
    }
    for (relation, differences) in &back.named {
        for row in &differences.named {
            findings.push(
                Finding::new(
                    Code::R003,
                    format!("rolling back {place} left a row of `{relation}` {}", past(&row.kind)),
                )
                .about(relation)
                .key(key_text(row))
                .help(help),
            );
        }
    }
    let named: Vec<&RelationName> =
        back.named.iter().filter(|(_, rows)| !rows.named.is_empty()).map(|(relation, _)| relation).collect();
    for (relation, (before, after)) in &back.rows {
        if !named.contains(&relation) {
            findings.push(
                Finding::new(
                    Code::R003,
                    format!("rolling back {place} left {}", content(relation, before.as_ref(), after.as_ref())),
                )
                .about(relation)
                .help(help),
            );
        }
    }
    for (before, after) in &back.sequences {
        findings.push(
            Finding::new(
                Code::R004,
                format!(
                    "rolling back {place} left `{}` to give {} next, before it was {}",
                    after.relation,
                    next_of(after),
                    next_of(before)
                ),
            )
            .about(&after.relation)
            .help(help),
        );
    }
}

fn again_findings(
    code: Code,
    doing: &str,
    catalog: &[Difference],
    rows: &BTreeMap<RelationName, (Option<Fingerprint>, Option<Fingerprint>)>,
    findings: &mut Vec<Finding>,
) {
    for difference in catalog {
        findings.push(Finding::new(code, format!("{doing} left {difference}")).about(&difference.object));
    }
    for (relation, (before, after)) in rows {
        findings.push(
            Finding::new(code, format!("{doing} left {}", content(relation, before.as_ref(), after.as_ref())))
                .about(relation),
        );
    }
}

fn past(kind: &DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Missing(_) => "missing",
        DifferenceKind::Extra(_) => "too many",
        DifferenceKind::Changed(_) => "changed",
        DifferenceKind::Duplicate { .. } => "twice",
    }
}

fn content(relation: &RelationName, before: Option<&Fingerprint>, after: Option<&Fingerprint>) -> String {
    match (before, after) {
        (Some(before), Some(after)) if before.rows == after.rows => {
            format!("`{relation}` with {} rows as before but other values", thousands(after.rows))
        }
        (Some(before), Some(after)) => {
            format!("`{relation}` with {} rows, before it had {}", thousands(after.rows), thousands(before.rows))
        }
        (Some(before), None) => format!("`{relation}` gone, which had {} rows", thousands(before.rows)),
        _ => format!("`{relation}`, which was not there before"),
    }
}
