//! Claim A: every step runs the way its tool would run it.

use super::{CaseFile, Code, Finding, LeftBehind, Ruling};
use crate::facts::{Direction, StepRun};

pub(super) fn applies(case: &CaseFile<'_>) -> Ruling {
    let declared = refused_as_declared(case);
    // A refusal on the second way forward says something about the way back.
    let forward = case.first_way().iter().filter(|_| declared.is_none());
    let mut findings: Vec<Finding> = forward.filter_map(refused).collect();
    if let Some(words) = case.plan.expected_refusal() {
        findings.extend(left_behind(case));
        if let Some((run, refusal)) = declared.and_then(|run| Some((run, run.refusal.as_ref()?))) {
            let evidence = format!("`{}` refused as declared, nothing left behind: {}", run.step, refusal.message);
            return Ruling { findings, evidence, ..Ruling::default() };
        }
        if case.after.is_some() {
            findings.push(
                Finding::new(Code::A003, format!("no step refused the variant; one should have, saying `{words}`"))
                    .help("let the step check what it takes for granted, and raise an exception before it changes anything"),
            );
        }
    }
    let first: Vec<&StepRun> = case.first_way().iter().filter(|run| run.direction == Direction::Up).collect();
    let statements: usize = first.iter().map(|run| run.statements.len()).sum();
    let seconds: f64 = first.iter().map(|run| run.duration_ms).sum::<f64>() / 1_000.0;
    Ruling {
        findings,
        evidence: format!("{} steps, {statements} statements, {seconds:.1} s", first.len()),
        ..Ruling::default()
    }
}

/// The step that refused the variant's data with the words that were declared.
pub(super) fn refused_as_declared<'c>(case: &'c CaseFile<'_>) -> Option<&'c StepRun> {
    let words = case.plan.expected_refusal()?;
    let refuses = |run: &&StepRun| run.refusal.as_ref().is_some_and(|refusal| refusal.message.contains(words));
    case.runs.iter().filter(|run| run.direction == Direction::Up).find(refuses)
}

fn left_behind(case: &CaseFile<'_>) -> Vec<Finding> {
    let Some(LeftBehind { step, left }) = &case.left_behind else { return Vec::new() };
    let help = "run the step in one transaction, or check before the first change";
    let objects = left.catalog.iter().map(|difference| {
        Finding::new(Code::A004, format!("`{step}` refused and left {difference}")).about(&difference.object).help(help)
    });
    let rows = left.rows.keys().map(|relation| {
        Finding::new(Code::A004, format!("`{step}` refused and left other rows in `{relation}`"))
            .about(relation)
            .help(help)
    });
    objects.chain(rows).collect()
}

fn refused(run: &StepRun) -> Option<Finding> {
    let refusal = run.refusal.as_ref()?;
    let finding = match run.direction {
        Direction::Verify => Finding::new(
            Code::A002,
            format!("step `{}` ran, but its verification failed: {}", run.step, refusal.message),
        )
        .help("the step did not do its work, or the verification asks for what it does not promise"),
        Direction::Up | Direction::Down => Finding::new(
            Code::A001,
            format!(
                "`{}` failed in step `{}`: {} (SQLSTATE {})",
                refusal.command, run.step, refusal.message, refusal.sqlstate
            ),
        )
        .help("mend the statement; what the step had done before it was rolled back if the file runs in a transaction"),
    };
    Some(finding.refused_at(refusal))
}
