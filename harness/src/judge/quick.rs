//! Claim Q: the named queries stay within their budgets, and their plans go on using what there is.

mod estimate;
mod index_use;

use super::{CaseFile, Code, Doubt, Finding, QueryRun, Ruling};
use crate::facts::{BOOTSTRAP_SEED, Latency, Ratio};
use crate::scenario::{Claim, NamedQuery};

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

/// What the samples say about a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Within,
    Straddling,
    Beyond,
}

/// The median against the budget; within where there is none.
fn of_budget(query: &NamedQuery, latency: &Latency) -> Standing {
    let (low, high) = latency.after.interval_ms();
    match query.budget_ms {
        Some(budget) if low > budget => Standing::Beyond,
        Some(budget) if high > budget => Standing::Straddling,
        _ => Standing::Within,
    }
}

/// The ratio against what is allowed; within where nobody feels the difference.
fn of_ratio(query: &NamedQuery, latency: &Latency) -> Standing {
    let ratio = latency.ratio();
    let felt = latency.after.median_ms() - latency.before.median_ms() >= FELT_MS;
    match felt {
        true if ratio.low > query.max_ratio => Standing::Beyond,
        true if ratio.high > query.max_ratio => Standing::Straddling,
        _ => Standing::Within,
    }
}

/// Whether these samples leave it open if the query keeps its limits, so that more of them are worth their time.
pub fn is_undecided(query: &NamedQuery, latency: &Latency) -> bool {
    match of_budget(query, latency) {
        Standing::Beyond => false,
        Standing::Straddling => true,
        Standing::Within => of_ratio(query, latency) == Standing::Straddling,
    }
}

/// Refuted where the whole interval lies above what is allowed, undecided where it straddles that. A query above its
/// budget is not told a second time for its ratio.
fn judge_latency(run: &QueryRun<'_>, latency: &Latency, ruling: &mut Ruling) {
    let name = &run.query.name;
    let after = latency.after.median_ms();
    let (low, high) = latency.after.interval_ms();
    let budget = run.query.budget_ms.unwrap_or(f64::INFINITY);
    match of_budget(run.query, latency) {
        Standing::Within => {}
        Standing::Straddling => ruling.doubts.push(Doubt::new(
            Claim::Quick,
            format!(
                "{name} takes {after:.1} ms, interval {low:.1}–{high:.1} straddles its budget of {budget} (bootstrap seed {BOOTSTRAP_SEED})"
            ),
        )),
        Standing::Beyond => {
            let message =
                format!("`{name}` takes {after:.1} ms (interval {low:.1}–{high:.1}), its budget is {budget} ms");
            ruling.findings.push(slow(run, Code::Q001, message));
            return;
        }
    }
    let Ratio { estimate, low, high } = latency.ratio();
    let allowed = run.query.max_ratio;
    match of_ratio(run.query, latency) {
        Standing::Within => {}
        Standing::Straddling => ruling.doubts.push(Doubt::new(
            Claim::Quick,
            format!(
                "{name} {estimate:.2} ×, interval {low:.2}–{high:.2} straddles {allowed} (bootstrap seed {BOOTSTRAP_SEED})"
            ),
        )),
        Standing::Beyond => {
            let message =
                format!("`{name}` became {estimate:.2} × slower (interval {low:.2}–{high:.2}), it may become {allowed} ×");
            ruling.findings.push(slow(run, Code::Q002, message));
        }
    }
}

fn slow(run: &QueryRun<'_>, code: Code, message: String) -> Finding {
    Finding::new(code, message)
        .key(&run.query.name)
        .help(format!("its plan now: {}", run.plan_after.shape.to_string().replace('\n', " / ")))
}
