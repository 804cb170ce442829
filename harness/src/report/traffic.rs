//! What live traffic met, step by step, for the Markdown page.

use std::fmt::Write;

use super::markdown::cell;
use crate::record::RunRecord;

pub(super) fn traffic(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    let Some(trace) = &record.workload else { return Ok(()) };
    writeln!(
        page,
        "\n## Traffic\n\n{} requests at {}/s; milliseconds from when a request was due\n\n\
         | while | requests | failed | p50 | p90 | p99 | longest | of | waited for the migration |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |",
        trace.requests, trace.rate
    )?;
    for period in &trace.periods {
        let latency = period.latency;
        let request = period.longest.as_ref().map(|stall| cell(&stall.request)).unwrap_or_default();
        let stalls = [&period.longest, &period.held_up].into_iter().flatten();
        let blocked = stalls.map(|stall| stall.blocked_ms).fold(0.0, f64::max);
        writeln!(
            page,
            "| {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {request} | {} |",
            period.when.name(),
            period.requests,
            period.failures,
            latency.p50_ms,
            latency.p90_ms,
            latency.p99_ms,
            latency.max_ms,
            if blocked > 0.0 { format!("{blocked:.0}") } else { String::new() }
        )?;
    }
    for back_off in &trace.back_offs {
        writeln!(
            page,
            "\nThe backfill `{}` ({}) rested longer behind {} of its batches, {:.1} s in all, while requests took longer \
             than the budget.",
            back_off.step,
            back_off.direction.name(),
            back_off.batches,
            back_off.rested_ms / 1_000.0
        )?;
    }
    if !trace.failures.is_empty() {
        writeln!(page)?;
    }
    for failure in &trace.failures {
        let place = match &failure.running {
            Some(running) => format!("{}:{} ({})", running.file, running.line, running.command),
            None => failure.when.name(),
        };
        writeln!(
            page,
            "* `{}` failed {} × with {} at {place}: {}",
            failure.request, failure.count, failure.sqlstate, failure.message
        )?;
    }
    Ok(())
}
