//! The two paths under the same traffic: one is not felt, the other is.

use pgproof::judge::Verdict;
use pgproof::scenario::Claim;
use pgproof::testing::{Subject, prove};

use crate::support::{Outcome, SMALL, selection, settings};

#[tokio::test]
async fn nothing_that_either_application_was_told_is_saved_is_missing() -> Outcome {
    let selection = selection("single_source", SMALL, None)?;
    let record =
        prove(&token_events::source()?, &selection, &Subject::embedded(15), &settings(&[Claim::Online])).await?;
    let online = record.claims.get(&Claim::Online).ok_or("nothing is said about L")?;
    assert_ne!(online.verdict, Verdict::Refuted, "{}: {:#?}", online.reason, record.findings);
    Ok(())
}

/// Five thousand readings and a refresh on every write: each writer waits for those before it.
#[tokio::test]
async fn a_refresh_on_every_write_is_felt() -> Outcome {
    let selection = selection("naive_refresh", 0.05, None)?;
    let source = token_events::source()?.with(|mut scenario| {
        // What a fast machine would still notice.
        scenario.budget.stall_ms = 50.0;
        scenario.budget.lock_wait_ms = Some(50.0);
        if let Some(workload) = &mut scenario.workload {
            workload.rate = 8.0;
            workload.patience_s = 10.0;
        }
        scenario
    });
    let record = prove(&source, &selection, &Subject::embedded(15), &settings(&[Claim::Online])).await?;
    let online = record.claims.get(&Claim::Online).ok_or("nothing is said about L")?;
    assert_eq!(online.verdict, Verdict::Refuted, "{} {:#?}", online.reason, record.findings);
    Ok(())
}
