//! What is concluded about each claim.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CaseFile, Check, Code, Doubt, Finding, Ruling};
use crate::facts::Direction;
use crate::scenario::Claim;

/// What is concluded about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Put to the test, and it held.
    Proven,
    /// It does not hold; the findings say where.
    Refuted,
    /// Put to the test, and the test did not decide.
    Inconclusive,
    /// Not put to the test; the reason says why.
    Skipped,
}

/// A claim with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimResult {
    /// The verdict.
    pub verdict: Verdict,
    /// What was looked at, what is bad, or why nothing is concluded.
    pub reason: String,
}

/// All that is concluded from a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// One result a claim.
    pub claims: BTreeMap<Claim, ClaimResult>,
    /// What is bad, in the order of the claims.
    pub findings: Vec<Finding>,
}

/// Which check decides which claim. Claims without one say why.
const CHECKS: [(Claim, Result<Check, &str>); 10] = [
    (Claim::Applies, Ok(super::applies::applies)),
    (Claim::Parity, Ok(super::parity::parity)),
    (Claim::Compatible, Ok(super::compatible::compatible)),
    (Claim::Schema, Ok(super::schema::schema)),
    (Claim::Reversible, Ok(super::reversible::reversible)),
    (Claim::Resumable, Ok(super::resumable::resumable)),
    (Claim::Online, Ok(super::online::online)),
    (Claim::Quick, Ok(super::quick::quick)),
    (Claim::Affordable, Ok(super::affordable::affordable)),
    (Claim::Watched, Err("this version does not mutate the migration")),
];

/// Judges every claim in `wanted`; the others are skipped by request.
///
/// A claim is refuted by any finding, undecided by any doubt, and otherwise proven; where a step failed, claims that
/// need the migrated database are undecided, since nobody looked.
pub fn judge(case: &CaseFile<'_>, wanted: &[Claim]) -> Judgement {
    let mut judgement = Judgement::default();
    let taken = case.first_way().iter();
    let stopped = taken.filter(|run| run.direction == Direction::Up).find(|run| !run.succeeded());
    let refused = super::applies::refused_as_declared(case);
    for (claim, check) in CHECKS {
        let result = match (check, refused) {
            _ if !wanted.contains(&claim) => ClaimResult::skipped("not asked for"),
            (Err(reason), _) => ClaimResult::skipped(reason),
            (Ok(_), Some(run)) if claim != Claim::Applies => {
                ClaimResult::skipped(&format!("step `{}` refused the data as declared", run.step))
            }
            (Ok(check), _) => {
                let mut ruling = check(case);
                assertion_findings(case, claim, &mut ruling);
                if let Some(reason) = ruling.skipped.take().filter(|_| ruling.findings.is_empty()) {
                    judgement.claims.insert(claim, ClaimResult::skipped(&reason));
                    continue;
                }
                if let (Some(run), true) = (stopped, claim != Claim::Applies) {
                    // It is the reason for all the others.
                    ruling.doubts.insert(0, Doubt::new(claim, format!("step `{}` did not run to its end", run.step)));
                }
                conclude(&ruling, &mut judgement.findings)
            }
        };
        judgement.claims.insert(claim, result);
    }
    judgement
}

fn conclude(ruling: &Ruling, findings: &mut Vec<Finding>) -> ClaimResult {
    let (verdict, reason) = match (ruling.findings.as_slice(), ruling.doubts.first()) {
        ([], None) => (Verdict::Proven, ruling.evidence.clone()),
        ([], Some(doubt)) => (Verdict::Inconclusive, doubt.reason.clone()),
        ([first], _) => (Verdict::Refuted, format!("{} {}", first.code, first.message)),
        ([first, rest @ ..], _) => {
            (Verdict::Refuted, format!("{} {}, and {} more", first.code, first.message, rest.len()))
        }
    };
    findings.extend_from_slice(&ruling.findings);
    ClaimResult { verdict, reason }
}

fn assertion_findings(case: &CaseFile<'_>, claim: Claim, ruling: &mut Ruling) {
    let mut held = 0;
    for answer in case.assertions.iter().filter(|answer| asserted_under(answer.assertion.claim) == claim) {
        let assertion = answer.assertion;
        let now = match &answer.asserted.answer {
            Ok(rows) if *rows == assertion.expect => {
                held += 1;
                continue;
            }
            Ok(rows) => format!("the answer is {rows:?}, expected {:?}", assertion.expect),
            Err(refusal) => format!("the server refuses it: {refusal}"),
        };
        let message = format!("`{}` does not hold: {now}", assertion.name);
        ruling.findings.push(Finding::new(Code::of_assertion(claim), message).key(&assertion.name));
    }
    if held > 0 {
        let words = if held == 1 { "assertion holds" } else { "assertions hold" };
        ruling.evidence = format!("{}, {held} {words}", ruling.evidence);
    }
}

/// An assertion about a claim that has no check yet is judged with parity, so that none goes unheard.
fn asserted_under(claim: Claim) -> Claim {
    let has_check = CHECKS.iter().any(|(checked, check)| *checked == claim && check.is_ok());
    if has_check { claim } else { Claim::Parity }
}

impl ClaimResult {
    fn skipped(reason: &str) -> Self {
        Self { verdict: Verdict::Skipped, reason: reason.to_owned() }
    }
}

impl Verdict {
    /// One word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
        }
    }
}

impl Judgement {
    /// The worst of all verdicts that were reached: refuted before inconclusive before proven.
    pub fn overall(&self) -> Verdict {
        let has = |wanted: Verdict| self.claims.values().any(|claim| claim.verdict == wanted);
        [Verdict::Refuted, Verdict::Inconclusive, Verdict::Proven]
            .into_iter()
            .find(|verdict| has(*verdict))
            .unwrap_or(Verdict::Skipped)
    }
}
