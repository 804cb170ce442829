//! What the way forward cost, as a section of the page.

use std::fmt::Write;

use super::markdown::cell;
use crate::facts::{Bytes, Cost, ReplicaTrace, StepCost};
use crate::judge::thousands;

/// How many statements of the path and how many relations are named.
const NAMED: usize = 10;

pub(super) fn cost(cost: &Cost, page: &mut String) -> std::fmt::Result {
    writeln!(
        page,
        "\n## Cost\n\nThe first way forward, with nobody else at work.\n\n\
         | step | ms | longest transaction ms | WAL | disk | at once | spilled | dead rows |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for step in &cost.steps {
        writeln!(
            page,
            "| {} | {:.1} | {:.1} | {} | {} | {} | {} | {} |",
            step.step,
            step.duration_ms,
            step.longest_transaction_ms,
            Bytes::of(step.wal_bytes),
            Bytes::grown(step.grown_bytes()),
            Bytes::of(step.peak_bytes()),
            step.temp_bytes.map(|bytes| Bytes::of(bytes).to_string()).unwrap_or_default(),
            dead_rows(step)
        )?;
    }
    writeln!(
        page,
        "| all | {:.1} | | {} | {} | {} | {} | {} |",
        cost.duration_ms(),
        Bytes::of(cost.wal_bytes()),
        Bytes::grown(cost.grown_bytes()),
        cost.peak().map(|(bytes, _)| Bytes::of(bytes).to_string()).unwrap_or_default(),
        cost.temp_bytes().map(|bytes| Bytes::of(bytes).to_string()).unwrap_or_default(),
        thousands(cost.dead_rows().iter().map(|(_, rows)| rows).sum())
    )?;
    statements(cost, page)?;
    relations(cost, page)?;
    if let Some(trace) = &cost.replica {
        replica(trace, page)?;
    }
    terms(cost, page)
}

fn dead_rows(step: &StepCost) -> String {
    let rows: i64 = step.relations.iter().map(crate::facts::RelationGrowth::dead_rows).sum();
    if rows < 0 { format!("-{}", thousands(rows.unsigned_abs())) } else { thousands(rows.unsigned_abs()) }
}

fn statements(cost: &Cost, page: &mut String) -> std::fmt::Result {
    let mut statements: Vec<_> = cost.steps.iter().flat_map(|step| &step.statements).collect();
    statements.sort_by_key(|statement| std::cmp::Reverse(statement.wal_bytes));
    writeln!(page, "\nWhat wrote the most:\n\n| where | statement | ms | WAL |\n| --- | --- | ---: | ---: |")?;
    for statement in statements.into_iter().take(NAMED) {
        let runs = if statement.runs > 1 { format!(" × {}", statement.runs) } else { String::new() };
        writeln!(
            page,
            "| {}:{} | {}{runs} | {:.1} | {} |",
            cell(&statement.file),
            statement.line,
            cell(&statement.command),
            statement.duration_ms,
            Bytes::of(statement.wal_bytes)
        )?;
    }
    Ok(())
}

fn relations(cost: &Cost, page: &mut String) -> std::fmt::Result {
    let mut grown: Vec<_> = cost
        .steps
        .iter()
        .flat_map(|step| step.relations.iter().map(move |growth| (step, growth)))
        .filter(|(_, growth)| growth.bytes() != 0)
        .collect();
    if grown.is_empty() {
        return Ok(());
    }
    grown.sort_by_key(|(_, growth)| std::cmp::Reverse(growth.bytes().abs()));
    writeln!(
        page,
        "\nWhat grew the most:\n\n| relation | step | rows | indexes | long values | rewritten |\n\
         | --- | --- | ---: | ---: | ---: | --- |"
    )?;
    for (step, growth) in grown.into_iter().take(NAMED) {
        let (before, after) = (growth.before.clone().unwrap_or_default(), growth.after.clone().unwrap_or_default());
        let part = |before: u64, after: u64| {
            Bytes::grown(i64::try_from(after).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX))
        };
        let rewritten = if growth.is_rewritten() { "yes" } else { "" };
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {rewritten} |",
            cell(&growth.relation.to_string()),
            step.step,
            part(before.heap_bytes, after.heap_bytes),
            part(before.index_bytes, after.index_bytes),
            part(before.toast_bytes, after.toast_bytes)
        )?;
    }
    Ok(())
}

/// How a physical replica followed, the furthest first.
fn replica(trace: &ReplicaTrace, page: &mut String) -> std::fmt::Result {
    let mut steps: Vec<_> = trace.steps.iter().filter(|step| step.lag_ms > 0.0 || step.cancelled.is_some()).collect();
    steps.sort_by(|a, b| b.lag_ms.total_cmp(&a.lag_ms));
    writeln!(
        page,
        "\nA physical replica followed; it was looked at {} times, at most {:.0} ms apart.",
        thousands(trace.looks),
        trace.longest_gap_ms
    )?;
    if steps.is_empty() {
        return writeln!(page, "It was never seen behind, and no step cancelled a long read on it.");
    }
    writeln!(page, "Where it was behind, or a long read on it was cancelled:\n")?;
    writeln!(page, "| step | ms behind | WAL waiting | a long read |\n| --- | ---: | ---: | --- |")?;
    for step in steps {
        let read = step.cancelled.as_ref().map_or("goes on", |cancelled| &cancelled.reason);
        writeln!(page, "| {} | {:.0} | {} | {} |", step.step, step.lag_ms, Bytes::of(step.lag_bytes), cell(read))?;
    }
    Ok(())
}

/// What the figures depend on, and what they lack.
fn terms(cost: &Cost, page: &mut String) -> std::fmt::Result {
    let settings: Vec<String> = cost.settings.iter().map(|(name, value)| format!("`{name} = {value}`")).collect();
    writeln!(page, "\nMeasured with {}.", settings.join(", "))?;
    if cost.lacks_full_pages() {
        writeln!(
            page,
            "Without `full_page_writes` the log lacks a copy of each page that is changed for the first time after a \
             checkpoint; production writes up to {} more for each checkpoint that the path lives through.",
            Bytes::of(cost.full_page_bytes())
        )?;
    }
    let measuring: f64 = cost.steps.iter().map(|step| step.measuring_ms).sum();
    writeln!(
        page,
        "Dead rows are the server's own estimate. What autovacuum, a checkpoint or a scheduled job wrote while a \
         statement ran is counted with it. Measuring took {measuring:.1} ms beside the steps, and is not in their times."
    )
}
