//! How requests were turned over to the new way, phase by phase, for the Markdown page.

use std::fmt::Write;

use super::markdown::cell;
use crate::facts::{Gate, RolloutPhase, WayFigures};
use crate::record::RunRecord;

pub(super) fn rollout(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    let Some(trace) = &record.rollout else { return Ok(()) };
    let gates = trace.gates;
    writeln!(
        page,
        "\n## Rollout\n\n{} requests/s behind the last step; errors {}, p95 {}, creations {}\n\n\
         | flag | from s | way | requests | failed | created | p50 ms | p95 ms | longest | compared | different |\n\
         | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        trace.rate,
        Gate::ErrorRate.demand(gates.error_rate),
        Gate::ResponseMs.demand(gates.response_ms),
        Gate::CreationSuccess.demand(gates.creation_success),
    )?;
    for phase in &trace.phases {
        way(phase, "old", &phase.old, page)?;
        way(phase, "new", &phase.new, page)?;
    }
    match &trace.breach {
        None => writeln!(page, "\nEvery gate was kept.")?,
        Some(breach) => writeln!(
            page,
            "\n**The flag went back to 0** {:.1} s into the rollout, at {} %: `{}` was {} over {} answers and must be {}; \
             last answered was `{}`.",
            breach.at_ms / 1_000.0,
            breach.share,
            breach.gate.name(),
            breach.gate.figure(breach.value),
            breach.answers,
            breach.gate.demand(breach.limit),
            breach.request
        )?,
    }
    if !trace.failures.is_empty() {
        writeln!(page)?;
    }
    for failure in &trace.failures {
        writeln!(
            page,
            "* `{}` failed {} × the {} way with {}, first at {} %: {}",
            failure.request,
            failure.count,
            failure.way.name(),
            failure.sqlstate,
            failure.share,
            cell(&failure.message)
        )?;
    }
    Ok(())
}

/// Nothing of a way that no request went.
fn way(phase: &RolloutPhase, name: &str, figures: &WayFigures, page: &mut String) -> std::fmt::Result {
    if figures.requests == 0 {
        return Ok(());
    }
    let created =
        if figures.creations == 0 { String::new() } else { format!("{}/{}", figures.created, figures.creations) };
    let (compared, different) =
        if name == "new" { (phase.compared.to_string(), phase.different.to_string()) } else { Default::default() };
    writeln!(
        page,
        "| {} % | {:.1} | {name} | {} | {} | {created} | {:.1} | {:.1} | {:.1} | {compared} | {different} |",
        phase.share,
        phase.began_ms / 1_000.0,
        figures.requests,
        figures.failures,
        figures.p50_ms,
        figures.p95_ms,
        figures.max_ms
    )
}
