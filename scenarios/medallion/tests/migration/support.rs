//! What the tests of this scenario share.

use pgproof::judge::{Code, Finding};
use pgproof::load::{Selection, Source};
use pgproof::record::RunRecord;
use pgproof::run::RunSettings;
use pgproof::scenario::Claim;
use pgproof::scenario::seed::Scale;
use pgproof::testing::{Planted, Subject, findings_of, prove};

/// What a test returns: anything that went wrong, as text.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Where the steps of the path lie.
pub(crate) const STEPS: &str = "migrations/expand";

/// A hundredth of the sales, clean or in a variant.
pub(crate) fn selection(variant: Option<&str>) -> Outcome<Selection> {
    let scale = Scale::new(0.01).ok_or("no scale")?;
    Ok(Selection { variant: variant.map(str::to_owned), scale, ..Selection::default() })
}

/// The claims that are put to the test, and nothing is kept.
pub(crate) fn settings(claims: &[Claim]) -> RunSettings {
    RunSettings { claims: claims.to_vec(), ..RunSettings::default() }
}

/// A copy of the scenario to plant a fault in, without the steps' own verifications: only the claims may tell.
pub(crate) fn unguarded() -> Outcome<Planted> {
    Ok(Planted::copy_of(&medallion::source()?)?.without_verifications(STEPS)?)
}

/// A copy of the scenario to plant a fault in.
pub(crate) fn guarded() -> Outcome<Planted> {
    Ok(Planted::copy_of(&medallion::source()?)?)
}

/// Runs a scenario on the embedded server, a hundredth of its size.
pub(crate) async fn run(source: &Source, variant: Option<&str>, claims: &[Claim]) -> Outcome<RunRecord> {
    Ok(prove(source, &selection(variant)?, &Subject::embedded(15), &settings(claims)).await?)
}

/// The findings of `code` about `relation`; an error that shows all findings where there is none.
pub(crate) fn about<'r>(record: &'r RunRecord, code: Code, relation: &str) -> Outcome<Vec<&'r Finding>> {
    let found: Vec<&Finding> =
        findings_of(record, code).into_iter().filter(|finding| finding.relation.as_deref() == Some(relation)).collect();
    if found.is_empty() {
        return Err(format!("no {code} about {relation}; there are {:#?}", record.findings).into());
    }
    Ok(found)
}

/// The keys of some findings.
pub(crate) fn keys(findings: &[&Finding]) -> Vec<String> {
    findings.iter().filter_map(|finding| finding.key.clone()).collect()
}

/// The finding whose key is `key`.
pub(crate) fn of_key<'r>(findings: &[&'r Finding], key: &str) -> Outcome<&'r Finding> {
    let found = findings.iter().find(|finding| finding.key.as_deref() == Some(key)).copied();
    found.ok_or_else(|| format!("no finding has the key {key}: {findings:#?}").into())
}
