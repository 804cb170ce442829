//! Both applications at work while the path is taken there and back.

use pgproof::judge::Code;
use pgproof::load::Source;
use pgproof::scenario::Claim;
use pgproof::testing::{all_proven, findings_of};

use crate::support::{Outcome, guarded, run};

const CLAIMS: [Claim; 2] = [Claim::Applies, Claim::Online];

/// How long a request may take is for a machine that does nothing else; here only what failed, was lost or differs counts.
fn patient(source: Source) -> Source {
    source.with(|mut scenario| {
        scenario.budget.stall_ms = 60_000.0;
        scenario
    })
}

#[tokio::test]
async fn no_request_fails_and_no_write_is_lost() -> Outcome {
    let record = run(&patient(medallion::source()?), None, &CLAIMS).await?;
    all_proven(&record)?;
    let trace = record.workload.as_ref().ok_or("no traffic")?;
    assert!(trace.failures.is_empty(), "{:?}", trace.failures);
    assert_eq!(trace.shadows.len(), 3);
    assert!(trace.shadows.iter().all(|shadow| shadow.compared > 0), "{:?}", trace.shadows);
    assert!(trace.ledgers.iter().all(|check| check.acknowledged > 0 && check.refused.is_none()), "{:?}", trace.ledgers);
    assert_eq!(trace.ledgers.len(), 8, "four requests, behind the last step and behind the last way back");
    Ok(())
}

#[tokio::test]
async fn a_mirror_that_forgets_new_products_loses_them_on_the_way_back() -> Outcome {
    let planted = guarded()?.replace(
        "migrations/expand/130_compatibility_views.up.sql",
        "create trigger products_to_organization after insert or update or delete on public.products",
        "create trigger products_to_organization after update of unit_price on public.products",
    )?;
    let record = run(&patient(planted.source()?), None, &CLAIMS).await?;
    let lost = findings_of(&record, Code::L003);
    let of: Vec<_> = lost.iter().filter_map(|finding| finding.relation.as_deref()).collect();
    assert!(of.contains(&"open_product") && of.contains(&"new_open_product"), "{:#?}", record.findings);
    assert!(lost.iter().all(|finding| finding.message.contains("behind the last way back")), "{lost:#?}");
    Ok(())
}
