//! What tests and benchmarks call: the same scenarios, run as the command line runs them.
//!
//! Nothing here panics; a test returns `Result` and asks the record for its verdicts.

mod example;
mod ground;
mod planted;
mod subject;

pub use crate::run::Pair;
pub use example::{Example, ExampleError};
pub use ground::Ground;
pub use planted::{Planted, PlantedError};
pub use subject::{Subject, docker_source};

use std::future::pending;

use crate::judge::{Code, Finding, Verdict};
use crate::load::{LoadError, Selection, Source};
use crate::record::{RunRecord, ScaleRecord};
use crate::run::{self, RunError, RunFailure, RunSettings, ScaleSettings, run};
use crate::scenario::Plan;
use crate::scenario::seed::Scale;
use crate::server::{Places, Provider, Request};

/// Why a test could not look.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// The scenario is wrong.
    #[error("{}", .0.mistakes.iter().map(|mistake| mistake.message.as_str()).collect::<Vec<_>>().join("; "))]
    Load(#[from] LoadError),
    /// The environment is, or what the scenario asks does not work at the baseline.
    #[error(transparent)]
    Run(#[from] RunFailure),
    /// A part of a run that a test took by itself could not be done.
    #[error(transparent)]
    Part(#[from] RunError),
}

/// Runs a path of a scenario on `subject` and returns the record; nothing is kept.
///
/// # Errors
/// We could not look.
pub async fn prove(
    source: &Source,
    selection: &Selection,
    subject: &Subject,
    settings: &RunSettings,
) -> Result<RunRecord, TestError> {
    let plan = source.plan(selection)?;
    let provider = provider(&plan, subject);
    // A run's future is too large to be carried about on the stack of every test.
    let finished = Box::pin(run(&plan, &provider, settings, &mut (), pending())).await?;
    Ok(finished.record)
}

/// Takes a path of a scenario forward at several sizes and returns what is known of its growth; nothing is kept.
///
/// # Errors
/// We could not look, or a step was refused.
pub async fn scale(
    source: &Source,
    selection: &Selection,
    at: &[Scale],
    to: Option<u64>,
    subject: &Subject,
) -> Result<ScaleRecord, TestError> {
    let plan = |scale: &Scale| source.plan(&Selection { scale: *scale, ..selection.clone() });
    let plans = at.iter().map(plan).collect::<Result<Vec<_>, _>>()?;
    let provider = provider(&source.plan(selection)?, subject);
    Ok(Box::pin(run::scale(&ScaleSettings { plans, to }, &provider, &mut (), pending())).await?)
}

/// The baseline of a scenario and the same database migrated, on a server of `subject`, both analysed: what latency is
/// compared on. The caller clears it; dropped, an embedded server takes both along.
///
/// # Errors
/// We could not look, or a step was refused.
pub async fn migrated_pair(source: &Source, selection: &Selection, subject: &Subject) -> Result<Pair, TestError> {
    let plan = source.plan(selection)?;
    Ok(run::migrated_pair(&plan, &provider(&plan, subject)).await?)
}

/// What starts a server of `subject` that has what the plan requires.
pub fn provider(plan: &Plan, subject: &Subject) -> Provider {
    let request = Request {
        major: subject.major(),
        settings: plan.requires.settings.clone(),
        extensions: plan.requires.extensions.clone(),
        ..Request::default()
    };
    Provider::new(subject.source(), request, Places::from_environment())
}

/// Every claim that was put to the test is proven; otherwise what is not, with its findings, as one text.
///
/// # Errors
/// The text.
pub fn all_proven(record: &RunRecord) -> Result<(), String> {
    let bad: Vec<String> = record
        .claims
        .iter()
        .filter(|(_, result)| matches!(result.verdict, Verdict::Refuted | Verdict::Inconclusive))
        .map(|(claim, result)| format!("{claim} {}: {}", result.verdict.name(), result.reason))
        .chain(record.findings.iter().map(shown))
        .collect();
    let proven = record.count(Verdict::Proven);
    match (bad.is_empty(), proven) {
        (true, 1..) => Ok(()),
        (true, 0) => Err("no claim was put to the test".to_owned()),
        (false, _) => Err(bad.join("\n")),
    }
}

/// The findings of one code; a test asks them for their keys.
pub fn findings_of(record: &RunRecord, code: Code) -> Vec<&Finding> {
    record.findings.iter().filter(|finding| finding.code == code).collect()
}

fn shown(finding: &Finding) -> String {
    let about = [&finding.relation, &finding.key].into_iter().flatten().cloned().collect::<Vec<_>>().join(": ");
    format!("{} [{about}] {}", finding.code, finding.message)
}
