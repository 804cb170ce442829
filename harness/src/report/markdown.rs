//! The record as a page, for a pull request or a wiki.

use std::fmt::Write;

use super::terminal::{counts, heading, listed};
use super::{locks, rollout, traffic};
use crate::facts::{BOOTSTRAP_DRAWS, Direction};
use crate::record::RunRecord;
use crate::scenario::Claim;

/// The record as Markdown: claims, findings, steps, cost, traffic, locks, faults, latency with plans, rows.
pub fn markdown(record: &RunRecord) -> String {
    let mut page = String::new();
    // Writing to a String can not fail.
    let _ = write(record, &mut page);
    page
}

fn write(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    writeln!(page, "# {}\n\n{}\n", heading(record), counts(record))?;
    if let Some(reason) = &record.stopped {
        writeln!(page, "**Stopped early:** {}\n", cell(reason))?;
    }
    writeln!(page, "| | claim | verdict | |\n| --- | --- | --- | --- |")?;
    for claim in Claim::ALL {
        if let Some(result) = record.claims.get(&claim) {
            writeln!(page, "| {} | {claim} | {} | {} |", claim.letter(), result.verdict.name(), cell(&result.reason))?;
        }
    }
    findings(record, page)?;
    exceptions(record, page)?;
    steps(record, page)?;
    if let Some(cost) = &record.cost {
        super::cost::cost(cost, page)?;
    }
    traffic::traffic(record, page)?;
    locks::locks(record, page)?;
    rollout::rollout(record, page)?;
    super::faults::faults(record, page)?;
    latency(record, page)?;
    rows(record, page)
}

fn findings(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    if record.findings.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n## Findings\n\n| code | about | key | where | what | help |\n| --- | --- | --- | --- | --- | --- |"
    )?;
    for finding in &record.findings {
        let place = match (&finding.file, finding.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            _ => String::new(),
        };
        let shown = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            finding.code,
            shown(&finding.relation),
            shown(&finding.key),
            cell(&place),
            cell(&finding.message),
            shown(&finding.help)
        )?;
    }
    Ok(())
}

fn exceptions(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    if !record.waivers.is_empty() {
        writeln!(page, "\n## Waived\n")?;
    }
    for waiver in &record.waivers {
        writeln!(page, "* `{}`: {}", waiver.what, waiver.reason)?;
    }
    if !record.repairs.is_empty() {
        writeln!(page, "\n## Repaired\n")?;
    }
    for repair in &record.repairs {
        writeln!(
            page,
            "* {} rows of `{}`: {} ({})",
            repair.keys.len(),
            repair.rows_of,
            repair.what,
            listed(&repair.keys)
        )?;
    }
    Ok(())
}

fn steps(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    writeln!(
        page,
        "\n## Steps\n\n| step | way | statements | rows | ms | |\n| --- | --- | ---: | ---: | ---: | --- |"
    )?;
    for run in record.steps.iter().filter(|run| run.direction != Direction::Verify || !run.succeeded()) {
        let rows: u64 = run.statements.iter().map(|statement| statement.rows).sum();
        let outcome = run.refusal.as_ref().map(|refusal| cell(&refusal.message)).unwrap_or_default();
        writeln!(
            page,
            "| {} | {} | {} | {rows} | {:.1} | {outcome} |",
            run.step,
            run.direction.name(),
            run.statements.len(),
            run.duration_ms
        )?;
    }
    Ok(())
}

fn latency(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    if record.latency.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n## Latency\n\n| query | before ms | after ms | ratio (95 %) | budget ms |\n| --- | ---: | ---: | ---: | ---: |"
    )?;
    for query in &record.latency {
        let ratio = query.ratio.map(|ratio| format!("{:.2} ({:.2}–{:.2})", ratio.estimate, ratio.low, ratio.high));
        let budget = query.budget_ms.map(|budget| budget.to_string());
        writeln!(
            page,
            "| {} | {:.2} | {:.2} | {} | {} |",
            query.name,
            query.before_ms,
            query.after_ms,
            ratio.unwrap_or_default(),
            budget.unwrap_or_default()
        )?;
    }
    if let Some(seed) = record.latency.iter().find_map(|query| query.bootstrap_seed) {
        writeln!(
            page,
            "\nSamples of both sides in turn; the interval of the ratio of the medians is that of {BOOTSTRAP_DRAWS} bootstrap draws from the seed {seed}."
        )?;
    }
    promised(record, page)?;
    for query in record.latency.iter().filter(|query| query.plan_before != query.plan_after) {
        writeln!(
            page,
            "\nThe plan of `{}` before:\n\n```text\n{}\n```\n\nand after:\n\n```text\n{}\n```",
            query.name, query.plan_before, query.plan_after
        )?;
    }
    Ok(())
}

/// What somebody promised, beside what was measured.
fn promised(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    let promised: Vec<_> = record.latency.iter().filter(|query| query.expected.is_some()).collect();
    if !promised.is_empty() {
        writeln!(page, "\n| query | promised | measured |\n| --- | --- | --- |")?;
    }
    for query in promised {
        let expected = cell(query.expected.as_deref().unwrap_or_default());
        writeln!(page, "| {} | {expected} | {:.1} ms → {:.1} ms |", query.name, query.before_ms, query.after_ms)?;
    }
    Ok(())
}

fn rows(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    writeln!(page, "\n## Rows\n\n| relation | before | after |\n| --- | ---: | ---: |")?;
    let mut names: Vec<_> = record.rows.keys().chain(record.rows_after.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let shown = |rows: Option<&u64>| rows.map(ToString::to_string).unwrap_or_default();
        writeln!(
            page,
            "| {} | {} | {} |",
            cell(&name.to_string()),
            shown(record.rows.get(name)),
            shown(record.rows_after.get(name))
        )?;
    }
    Ok(())
}

/// A text that can stand in a table's cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
