use super::fixture::{case, codes, compared, judged, plan, ran, refused};
use crate::facts::{Asserted, Direction};
use crate::judge::{AssertionAnswer, ClaimResult, Code, Judgement, Verdict, judge};
use crate::scenario::{Claim, Plan};

fn verdict(judgement: &Judgement, claim: Claim) -> Verdict {
    judgement.claims.get(&claim).unwrap().verdict
}

#[test]
fn where_all_is_well_what_was_looked_at_is_proven_and_the_rest_says_why_not() {
    let plan = plan("");
    let judgement = judged(&case(&plan));
    assert_eq!(codes(&judgement), []);
    for claim in [Claim::Applies, Claim::Parity, Claim::Compatible, Claim::Schema, Claim::Reversible] {
        assert_eq!(verdict(&judgement, claim), Verdict::Proven, "{claim}: {}", judgement.claims[&claim].reason);
    }
    let why = [
        (Claim::Resumable, "no fault was planted"),
        (Claim::Online, "the scenario declares no workload"),
        (Claim::Affordable, "nobody measured"),
        (Claim::Watched, "this version "),
    ];
    for (claim, words) in why {
        let result = judgement.claims.get(&claim).unwrap();
        assert_eq!(result.verdict, Verdict::Skipped);
        assert!(result.reason.starts_with(words), "{claim}: {}", result.reason);
    }
}

#[test]
fn a_step_that_stopped_refutes_applying_and_leaves_the_others_undecided() {
    let plan = plan("");
    let mut case = case(&plan);
    case.runs = vec![ran("010_a", Direction::Up), refused("020_b", Direction::Up)];
    case.after = None;
    case.compared.clear();
    case.back.clear();
    case.again = None;
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::A001]);
    let finding = judgement.findings.first().unwrap();
    assert_eq!((finding.file.as_deref(), finding.line), (Some("d/020_b.up.sql"), Some(3)));
    for claim in [Claim::Parity, Claim::Compatible, Claim::Schema, Claim::Reversible, Claim::Quick] {
        assert_eq!(verdict(&judgement, claim), Verdict::Inconclusive, "{claim}");
    }
    assert_eq!(judgement.overall(), Verdict::Refuted);
}

#[test]
fn a_step_that_fails_only_when_applied_again_is_a_matter_of_the_way_back() {
    let plan = plan("");
    let mut case = case(&plan);
    case.runs.pop();
    case.runs.push(refused("020_b", Direction::Up));
    case.again = None;
    let judgement = judged(&case);
    assert_eq!(codes(&judgement), [Code::R005]);
    for claim in [Claim::Applies, Claim::Parity, Claim::Compatible, Claim::Schema] {
        assert_eq!(verdict(&judgement, claim), Verdict::Proven, "{claim}");
    }
}

#[test]
fn a_verification_that_fails_is_no_failure_of_a_statement_and_is_told_once() {
    let plan = plan("");
    let mut case = case(&plan);
    case.runs.insert(1, refused("010_a", Direction::Verify));
    case.runs.push(refused("010_a", Direction::Verify));
    assert_eq!(codes(&judged(&case)), [Code::A002]);
}

#[test]
fn a_claim_that_was_not_asked_for_is_skipped_whatever_the_facts() {
    let plan = plan("");
    let mut case = case(&plan);
    case.compared = vec![compared("stores", 0, Vec::new())];
    let judgement = judge(&case, &[Claim::Applies]);
    assert_eq!(verdict(&judgement, Claim::Parity), Verdict::Skipped);
    assert_eq!(judgement.claims[&Claim::Parity].reason, "not asked for");
    assert_eq!(judgement.overall(), Verdict::Proven);
}

#[test]
fn the_worst_verdict_is_the_whole_and_nothing_looked_at_is_not_proven() {
    use Verdict::{Inconclusive, Proven, Refuted, Skipped};

    let of = |verdicts: &[Verdict]| {
        let result = |verdict: &Verdict| ClaimResult { verdict: *verdict, reason: String::new() };
        let claims = Claim::ALL.into_iter().zip(verdicts.iter().map(result)).collect();
        Judgement { claims, findings: Vec::new() }.overall()
    };
    assert_eq!(of(&[Proven, Refuted, Inconclusive, Skipped]), Refuted);
    assert_eq!(of(&[Proven, Inconclusive, Skipped]), Inconclusive);
    assert_eq!(of(&[Skipped, Proven]), Proven);
    assert_eq!(of(&[Skipped, Skipped]), Skipped);
    assert_eq!(of(&[]), Skipped);
}

fn asserting(claim: &str) -> Plan {
    plan(&format!(
        "[[assertion]]\nname = 'it holds'\nclaim = '{claim}'\nwhen = 'after'\nsql = 'select 1'\nexpect = [['1']]"
    ))
}

#[test]
fn every_assertion_is_heard_also_one_about_a_claim_that_has_no_check() {
    for claim in Claim::ALL {
        let plan = asserting(claim.name());
        for (answer, held) in
            [(Ok(vec![vec!["1".to_owned()]]), true), (Ok(Vec::new()), false), (Err("refused".to_owned()), false)]
        {
            let mut case = case(&plan);
            let assertion = plan.assertions.first().unwrap();
            case.assertions = vec![AssertionAnswer { assertion, asserted: Asserted { answer } }];
            let judgement = judged(&case);
            let expected = if held { Vec::new() } else { vec![Code::of_assertion(claim)] };
            assert_eq!(codes(&judgement), expected, "{claim}");
            assert!(judgement.findings.iter().all(|finding| finding.key.as_deref() == Some("it holds")));
        }
    }
}
