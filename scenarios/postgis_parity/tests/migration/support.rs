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

/// A tenth of the orders and what hangs on them; the catalogue is whole.
pub(crate) fn selection() -> Outcome<Selection> {
    Ok(Selection { scale: Scale::new(0.1).ok_or("no scale")?, ..Selection::default() })
}

/// The claims that are put to the test, and nothing is kept.
pub(crate) fn settings(claims: &[Claim]) -> RunSettings {
    RunSettings { claims: claims.to_vec(), ..RunSettings::default() }
}

/// A copy of the scenario to plant a fault in, without the steps' own verifications: only the claims may tell.
pub(crate) fn unguarded() -> Outcome<Planted> {
    Ok(Planted::copy_of(&postgis_parity::source()?)?.without_verifications("migrations/parity")?)
}

/// Runs a scenario on the embedded server.
pub(crate) async fn run(source: &Source, claims: &[Claim]) -> Outcome<RunRecord> {
    Ok(prove(source, &selection()?, &Subject::embedded(15), &settings(claims)).await?)
}

/// The finding of `code` about `what`; an error that shows all findings where there is none.
pub(crate) fn about<'r>(record: &'r RunRecord, code: Code, what: &str) -> Outcome<&'r Finding> {
    let is_it = |finding: &&Finding| finding.relation.as_deref() == Some(what) || finding.key.as_deref() == Some(what);
    let found = findings_of(record, code).into_iter().find(is_it);
    found.ok_or_else(|| format!("no {code} about {what}; there are {:#?}", record.findings).into())
}
