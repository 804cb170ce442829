//! Phase 12: the flag at 10, 50 and 100 %, and back.

use pgproof::facts::{Gate, RolloutTrace};
use pgproof::judge::{Code, Finding, Verdict};
use pgproof::load::Source;
use pgproof::record::RunRecord;
use pgproof::scenario::Claim;
use pgproof::testing::{Planted, all_proven, findings_of};
use rstest::rstest;

use crate::support::{Outcome, run, selection, source_of};

const CANONICAL: &str = "migrations/shared/canonical.sql";

/// How long a request may take is for a machine that does nothing else.
fn patient(source: Source) -> Source {
    source.with(|mut scenario| {
        if let Some(rollout) = &mut scenario.rollout {
            rollout.phase_s = 1.0;
            rollout.gates.response_ms = 60_000.0;
        }
        scenario
    })
}

async fn rolled_out(
    source: &Source,
    path: &str,
    variant: Option<&str>,
) -> Result<RunRecord, Box<dyn std::error::Error>> {
    run(source, &selection(path, variant), &[Claim::Applies, Claim::Online]).await
}

fn trace(record: &RunRecord) -> Result<&RolloutTrace, &'static str> {
    record.rollout.as_ref().ok_or("nothing was rolled out")
}

fn only(record: &RunRecord, code: Code) -> Result<&Finding, String> {
    match findings_of(record, code).as_slice() {
        [finding] if record.findings.len() == 1 => Ok(finding),
        _ => Err(format!("{:#?}", record.findings)),
    }
}

/// Behind the breach the flag stands at 0, and the old way works.
fn went_back(trace: &RolloutTrace) -> Outcome {
    let last = trace.phases.last().ok_or("no phase")?;
    assert_eq!((last.share, last.new.requests, last.old.failures), (0, 0, 0), "{trace:#?}");
    assert!(last.old.requests > 0, "{trace:#?}");
    Ok(())
}

#[rstest]
#[case::rust("rust_jobs", None)]
#[case::sql("sql_functions", None)]
#[tokio::test]
async fn the_flag_reaches_a_hundred_percent_and_goes_back(
    #[case] path: &str,
    #[case] variant: Option<&str>,
) -> Outcome {
    let record = rolled_out(&patient(canonical_events::source()?), path, variant).await?;
    all_proven(&record)?;
    let trace = trace(&record)?;
    assert_eq!((trace.breach.as_ref(), trace.failures.len()), (None, 0));
    assert_eq!(trace.phases.iter().map(|phase| phase.share).collect::<Vec<_>>(), [0, 10, 50, 100, 0]);
    let at_a_hundred = trace.phases.get(3).ok_or("no phase at 100 %")?;
    assert_eq!((at_a_hundred.old.requests, at_a_hundred.new.requests, at_a_hundred.compared), (0, 40, 40));
    assert!(at_a_hundred.new.created > 0 && at_a_hundred.new.created == at_a_hundred.new.creations);
    went_back(trace)
}

/// Each provider's widget is another branch: the one that is wrong is named by its event.
#[rstest]
#[case::testimonials("testimonials", "'template.message'")]
#[case::live_visitors("live_visitors", "'template.visitor_count'")]
#[tokio::test]
async fn a_new_way_that_is_wrong_for_one_provider_is_named_and_the_flag_goes_back(
    #[case] provider: &str,
    #[case] key: &str,
) -> Outcome {
    let planted = Planted::copy_of(&canonical_events::source()?)?.replace(
        "scenario.toml",
        &format!("when '{provider}' then {key}"),
        &format!("when '{provider}' then 'template.nothing'"),
    )?;
    let record = rolled_out(&patient(source_of(&planted)?), "sql_functions", None).await?;
    let finding = only(&record, Code::L016)?;
    assert_eq!(finding.relation.as_deref(), Some("a_widget"));
    assert!(finding.message.contains(&format!(", {provider}, ")) && finding.message.contains("NULL)"), "{finding:#?}");
    assert_eq!(record.verdict(Claim::Online), Some(Verdict::Refuted));
    let trace = trace(&record)?;
    assert_eq!(trace.breach.as_ref().map(|breach| breach.gate), Some(Gate::SameAnswers));
    went_back(trace)
}

#[tokio::test]
async fn a_new_way_that_is_slow_at_fifty_percent_is_caught_there() -> Outcome {
    // At 10 % the widget is asked a few times, at 50 % more than eight times.
    let planted = Planted::copy_of(&canonical_events::source()?)?
        .replace(
            CANONICAL,
            "grant usage on schema canonical to service_role;",
            "grant usage on schema canonical to service_role;\ncreate sequence canonical.calls;\ngrant usage on sequence canonical.calls to service_role;",
        )?
        .replace(
            "scenario.toml",
            "from events as e\nwhere e.id = $1\n\"\"\"",
            "from events as e, lateral (select pg_sleep(case when nextval('canonical.calls') > 8 then 1.2 else 0 end)) as slow\nwhere e.id = $1\n\"\"\"",
        )?;
    let source = source_of(&planted)?.with(|mut scenario| {
        if let Some(rollout) = &mut scenario.rollout {
            rollout.phase_s = 1.0;
            rollout.window = 10;
            rollout.gates.response_ms = 1_000.0;
        }
        scenario
    });
    let record = rolled_out(&source, "sql_functions", None).await?;
    let finding = only(&record, Code::L015)?;
    assert_eq!(finding.key.as_deref(), Some("response_ms at 50 %"), "{finding:#?}");
    let trace = trace(&record)?;
    assert_eq!(trace.phases.iter().map(|phase| phase.share).collect::<Vec<_>>(), [0, 10, 50, 0]);
    assert_eq!(trace.breach.as_ref().map(|breach| (breach.gate, breach.share)), Some((Gate::ResponseMs, 50)));
    went_back(trace)
}

#[tokio::test]
async fn a_server_that_may_not_call_the_normalisers_fails_at_ten_percent() -> Outcome {
    let planted = Planted::copy_of(&canonical_events::source()?)?.replace(
        CANONICAL,
        "grant usage on schema canonical to service_role;",
        "",
    )?;
    let record = rolled_out(&patient(source_of(&planted)?), "sql_functions", None).await?;
    let finding = only(&record, Code::L015)?;
    assert_eq!(finding.key.as_deref(), Some("error_rate at 10 %"), "{finding:#?}");
    assert!(finding.message.contains("permission denied for schema canonical (42501)"), "{finding:#?}");
    went_back(trace(&record)?)
}

#[tokio::test]
async fn campaigns_that_row_security_keeps_from_being_made_are_counted() -> Outcome {
    // The new form forgets to say who asks: no integration is seen, and nothing is made of it.
    let planted = Planted::copy_of(&canonical_events::source()?)?.replace(
        "scenario.toml",
        "true);\ninsert into campaigns (id, user_id, name, campaign_type, data_source, data_sources, created_at)",
        "false) where false;\ninsert into campaigns (id, user_id, name, campaign_type, data_source, data_sources, created_at)",
    )?;
    let record = rolled_out(&patient(source_of(&planted)?), "sql_functions", None).await?;
    let finding = only(&record, Code::L015)?;
    assert!(finding.key.as_deref().is_some_and(|key| key.starts_with("creation_success at ")), "{finding:#?}");
    went_back(trace(&record)?)
}
