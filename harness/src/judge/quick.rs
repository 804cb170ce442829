//! Claim Q: the named queries stay within their budgets, and their plans go on using what there is.

mod estimate;
mod index_use;

use super::{CaseFile, Code, Doubt, Finding, QueryRun, Ruling};
use crate::facts::{BOOTSTRAP_SEED, Latency};
use crate::scenario::Claim;

/// A slowdown below this many milliseconds is not felt, whatever its ratio.
const FELT_MS: f64 = 1.0;

pub(super) fn quick(case: &CaseFile<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let mut slowest: Option<(&str, f64)> = None;
    for run in &case.queries {
        match &run.latency {
            Ok(latency) => {
                judge_latency(run, latency, &mut ruling);
                ruling.findings.extend(index_use::unused(case, run));
                ruling.findings.extend(estimate::misjudged(run));
                let median = latency.after.median_ms();
                if slowest.is_none_or(|(_, ms)| median > ms) {
                    slowest = Some((&run.query.name, median));
                }
            }
            Err(reason) => ruling.findings.push(
                Finding::new(Code::Q003, format!("`{}` no longer runs: {reason}", run.query.name)).key(&run.query.name),
            ),
        }
    }
    match slowest {
        Some((name, ms)) => {
            ruling.evidence = format!(
                "{} queries, slowest {name} {ms:.1} ms (quick sample; `just bench` for more)",
                case.queries.len()
            );
        }
        None if ruling.findings.is_empty() => {
            ruling.doubts.push(Doubt::new(Claim::Quick, "the scenario names no query, or none was reached"));
        }
        None => {}
    }
    ruling
}

/// Refuted where the whole interval lies above what is allowed, undecided where it straddles that. A query above its
/// budget is not told a second time for its ratio.
fn judge_latency(run: &QueryRun<'_>, latency: &Latency, ruling: &mut Ruling) {
    let name = &run.query.name;
    let after = latency.after.median_ms();
    if let Some(budget) = run.query.budget_ms {
        let (low, high) = latency.after.interval_ms();
        if low > budget {
            let message =
                format!("`{name}` takes {after:.1} ms (interval {low:.1}–{high:.1}), its budget is {budget} ms");
            ruling.findings.push(slow(run, Code::Q001, message));
            return;
        }
        if high > budget {
            ruling.doubts.push(Doubt::new(
                Claim::Quick,
                format!(
                    "{name} takes {after:.1} ms, interval {low:.1}–{high:.1} straddles its budget of {budget} (bootstrap seed {BOOTSTRAP_SEED})"
                ),
            ));
        }
    }
    let ratio = latency.ratio();
    let allowed = run.query.max_ratio;
    if after - latency.before.median_ms() < FELT_MS || ratio.high <= allowed {
        return;
    }
    if ratio.low > allowed {
        let message = format!(
            "`{name}` became {:.2} × slower (interval {:.2}–{:.2}), it may become {allowed} ×",
            ratio.estimate, ratio.low, ratio.high
        );
        ruling.findings.push(slow(run, Code::Q002, message));
    } else {
        ruling.doubts.push(Doubt::new(
            Claim::Quick,
            format!(
                "{name} {:.2} ×, interval {:.2}–{:.2} straddles {allowed} (bootstrap seed {BOOTSTRAP_SEED})",
                ratio.estimate, ratio.low, ratio.high
            ),
        ));
    }
}

fn slow(run: &QueryRun<'_>, code: Code, message: String) -> Finding {
    Finding::new(code, message)
        .key(&run.query.name)
        .help(format!("its plan now: {}", run.plan_after.shape.to_string().replace('\n', " / ")))
}
