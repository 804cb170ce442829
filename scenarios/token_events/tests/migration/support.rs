//! What the tests of this scenario share.

use pgproof::judge::{Code, Finding};
use pgproof::load::{Selection, Source};
use pgproof::record::RunRecord;
use pgproof::run::RunSettings;
use pgproof::scenario::Claim;
use pgproof::scenario::seed::Scale;
use pgproof::testing::{Ground, Planted, Subject, prove};

/// What a test returns: anything that went wrong, as text.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Where the steps of the path lie.
pub(crate) const STEPS: &str = "migrations/single_source";

/// A hundredth of the readings: 1,000.
pub(crate) const SMALL: f64 = 0.01;

/// So much of the readings, by a path, clean or in a variant.
pub(crate) fn selection(path: &str, scale: f64, variant: Option<&str>) -> Outcome<Selection> {
    let scale = Scale::new(scale).ok_or("no scale")?;
    Ok(Selection { path: Some(path.to_owned()), variant: variant.map(str::to_owned), scale, ..Selection::default() })
}

/// The claims that are put to the test, and nothing is kept.
pub(crate) fn settings(claims: &[Claim]) -> RunSettings {
    RunSettings { claims: claims.to_vec(), ..RunSettings::default() }
}

/// A copy of the scenario to plant a fault in, without the steps' own verifications: only the claims may tell.
pub(crate) fn unguarded() -> Outcome<Planted> {
    Ok(Planted::copy_of(&token_events::source()?)?.without_verifications(STEPS)?)
}

/// Runs a scenario on the embedded server at its smallest size.
pub(crate) async fn run(source: &Source, claims: &[Claim]) -> Outcome<RunRecord> {
    let selection = selection("single_source", SMALL, None)?;
    Ok(prove(source, &selection, &Subject::embedded(15), &settings(claims)).await?)
}

/// A small baseline, migrated.
pub(crate) async fn migrated() -> Outcome<Ground> {
    let selection = selection("single_source", SMALL, None)?;
    let ground = Ground::prepare(&token_events::source()?, &selection, &Subject::embedded(15)).await?;
    let runs = ground.migrate(None).await?;
    match runs.iter().find_map(|run| run.refusal.as_ref()) {
        Some(refusal) => Err(format!("{}:{}: {}", refusal.file, refusal.line, refusal.message).into()),
        None => Ok(ground),
    }
}

/// The findings of `code` about `relation`; an error that shows all findings where there is none.
pub(crate) fn about<'r>(record: &'r RunRecord, code: Code, relation: &str) -> Outcome<Vec<&'r Finding>> {
    let is = |finding: &&Finding| finding.code == code && finding.relation.as_deref() == Some(relation);
    let found: Vec<&Finding> = record.findings.iter().filter(is).collect();
    if found.is_empty() {
        return Err(format!("no {code} about {relation}; there are {:#?}", record.findings).into());
    }
    Ok(found)
}

/// The keys of some findings.
pub(crate) fn keys(findings: &[&Finding]) -> Vec<String> {
    findings.iter().filter_map(|finding| finding.key.clone()).collect()
}
