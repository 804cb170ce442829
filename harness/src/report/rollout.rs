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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Breach, RolloutFailure, RolloutTrace};
    use crate::scenario::{Gates, Way};

    fn phase(share: u8, began_ms: f64, old: u64, new: u64) -> RolloutPhase {
        let figures =
            |requests| WayFigures { requests, p50_ms: 2.0, p95_ms: 812.4, max_ms: 903.0, ..WayFigures::default() };
        let new = WayFigures { creations: new / 2, created: new / 2, ..figures(new) };
        RolloutPhase { share, began_ms, old: figures(old), new, compared: new.requests, unconfirmed: 0, different: 0 }
    }

    fn page(breach: Option<Breach>, failures: Vec<RolloutFailure>) -> String {
        let phases = vec![phase(0, 0.0, 60, 0), phase(50, 1_500.0, 14, 16), phase(0, 3_300.0, 60, 0)];
        let trace =
            RolloutTrace { rate: 40.0, gates: Gates::default(), phases, breach, failures, differences: Vec::new() };
        let record = RunRecord { rollout: Some(trace), ..RunRecord::default() };
        let mut page = String::new();
        let _ = rollout(&record, &mut page);
        page
    }

    #[test]
    fn the_page_says_when_at_which_share_and_why_the_flag_went_back() {
        let breach = Breach {
            gate: Gate::ResponseMs,
            share: 50,
            at_ms: 3_210.0,
            answers: 16,
            value: 812.4,
            limit: 500.0,
            request: "look".to_owned(),
        };
        let failure = RolloutFailure {
            request: "look".to_owned(),
            way: Way::New,
            share: 50,
            sqlstate: "57014".to_owned(),
            message: "a | b".to_owned(),
            count: 2,
        };
        let page = page(Some(breach), vec![failure]);
        let lines: Vec<&str> = page.lines().skip(5).collect();
        assert_eq!(
            lines,
            [
                "| flag | from s | way | requests | failed | created | p50 ms | p95 ms | longest | compared | different |",
                "| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
                "| 0 % | 0.0 | old | 60 | 0 |  | 2.0 | 812.4 | 903.0 |  |  |",
                "| 50 % | 1.5 | old | 14 | 0 |  | 2.0 | 812.4 | 903.0 |  |  |",
                "| 50 % | 1.5 | new | 16 | 0 | 8/8 | 2.0 | 812.4 | 903.0 | 16 | 0 |",
                "| 0 % | 3.3 | old | 60 | 0 |  | 2.0 | 812.4 | 903.0 |  |  |",
                "",
                "**The flag went back to 0** 3.2 s into the rollout, at 50 %: `response_ms` was 812 ms over 16 answers \
                 and must be below 500 ms; last answered was `look`.",
                "",
                "* `look` failed 2 × the new way with 57014, first at 50 %: a \\| b",
            ]
        );
    }

    #[test]
    fn a_rollout_that_kept_its_gates_says_so_and_a_run_without_one_has_no_section() {
        assert!(page(None, Vec::new()).ends_with("\nEvery gate was kept.\n"));
        let mut page = String::new();
        let _ = rollout(&RunRecord::default(), &mut page);
        assert_eq!(page, "");
    }
}
