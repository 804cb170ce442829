//! What the tests share.

use canonical_events::with_transforms;
use pgproof::facts::StepRun;
use pgproof::judge::{Code, Finding};
use pgproof::load::{Selection, Source};
use pgproof::record::RunRecord;
use pgproof::run::RunSettings;
use pgproof::scenario::Claim;
use pgproof::testing::{Ground, Planted, Subject, findings_of, prove};

pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

pub(crate) const EVENTS: &str = "310_events";

pub(crate) fn selection(path: &str, variant: Option<&str>) -> Selection {
    Selection { path: Some(path.to_owned()), variant: variant.map(str::to_owned), ..Selection::default() }
}

pub(crate) fn settings(claims: &[Claim]) -> RunSettings {
    RunSettings { claims: claims.to_vec(), ..RunSettings::default() }
}

/// A copy to plant a fault in, without the verifications that would notice it first.
pub(crate) fn unguarded(path: &str) -> Result<Planted, Box<dyn std::error::Error>> {
    let copy = Planted::copy_of(&canonical_events::source()?)?;
    Ok(copy.without_verifications(&format!("migrations/{path}"))?)
}

pub(crate) fn source_of(planted: &Planted) -> Result<Source, Box<dyn std::error::Error>> {
    Ok(with_transforms(planted.source()?))
}

pub(crate) async fn run(
    source: &Source,
    selection: &Selection,
    claims: &[Claim],
) -> Result<RunRecord, Box<dyn std::error::Error>> {
    Ok(prove(source, selection, &Subject::embedded(15), &settings(claims)).await?)
}

/// The findings of `code` about `what`, of which there must be one.
pub(crate) fn about<'r>(record: &'r RunRecord, code: Code, what: &str) -> Result<Vec<&'r Finding>, String> {
    let found: Vec<&Finding> = findings_of(record, code)
        .into_iter()
        .filter(|finding| finding.relation.as_deref() == Some(what) || finding.message.contains(what))
        .collect();
    if found.is_empty() { Err(format!("no {code} about {what}: {:#?}", record.findings)) } else { Ok(found) }
}

/// A ground on which the steps before the events are taken.
pub(crate) async fn before_events(
    source: &Source,
    selection: &Selection,
) -> Result<Ground, Box<dyn std::error::Error>> {
    let ground = Ground::prepare(source, selection, &Subject::embedded(15)).await?;
    succeeded(&ground.migrate_up_to(EVENTS).await?)?;
    Ok(ground)
}

pub(crate) fn succeeded(runs: &[StepRun]) -> Result<(), String> {
    runs.iter().find(|run| !run.succeeded()).map_or(Ok(()), |run| Err(format!("{run:?}")))
}
