//! Every server with every kind of data.

use pgproof::judge::{Code, Finding, Verdict};
use pgproof::record::RunRecord;
use pgproof::report::{Colour, markdown, terminal};
use pgproof::scenario::Claim;
use pgproof::testing::{Subject, all_proven, prove};
use pgproof_snapshots::directory;
use rstest::rstest;

use crate::support::{Outcome, selection, settings};

/// What can be decided on a hundredth of the data; latency can not.
const CLAIMS: [Claim; 5] = [Claim::Applies, Claim::Parity, Claim::Compatible, Claim::Schema, Claim::Reversible];

/// A kind of server, by name: a container is only asked for in the test that uses it.
#[derive(Debug, Clone, Copy)]
enum On {
    Embedded15,
    Docker17,
}

#[rstest]
#[case::embedded_15_clean(On::Embedded15, None)]
#[case::embedded_15_duplicate_keys(On::Embedded15, Some("duplicate_keys"))]
#[case::embedded_15_orphaned_transactions(On::Embedded15, Some("orphaned_transactions"))]
#[case::embedded_15_missing_grants(On::Embedded15, Some("missing_grants"))]
#[case::docker_17_clean(On::Docker17, None)]
#[case::docker_17_duplicate_keys(On::Docker17, Some("duplicate_keys"))]
#[case::docker_17_orphaned_transactions(On::Docker17, Some("orphaned_transactions"))]
#[case::docker_17_missing_grants(On::Docker17, Some("missing_grants"))]
#[tokio::test]
async fn every_claim_is_proven(#[case] on: On, #[case] variant: Option<&str>) -> Outcome {
    let test = format!("every_claim_is_proven::{on:?}::{}", variant.unwrap_or("clean"));
    let subject = match on {
        On::Embedded15 => Some(Subject::embedded(15)),
        On::Docker17 => Subject::docker_or_skip(&test).await?,
    };
    let Some(subject) = subject else { return Ok(()) };
    let record = prove(&medallion::source()?, &selection(variant)?, &subject, &settings(&CLAIMS)).await?;
    agrees_with_snapshots(&record, variant)?;
    all_proven(&record)?;
    assert_eq!(record.count(Verdict::Proven), CLAIMS.len());
    let reversible = record.claims.get(&Claim::Reversible).ok_or("nothing is said about R")?;
    assert!(reversible.reason.contains("backup restored"), "{}", reversible.reason);
    Ok(())
}

/// The same snapshots for every server: the schema, the claims table, and for clean data the page.
fn agrees_with_snapshots(record: &RunRecord, variant: Option<&str>) -> Outcome {
    let schema = record.schema.as_deref().ok_or("the path was not taken to its end")?;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(directory("medallion", "expand"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    if let Some(variant) = variant {
        settings.set_snapshot_suffix(variant);
    }
    settings.bind(|| insta::assert_snapshot!("schema", schema));
    settings.add_filter(r"PostgreSQL [0-9.]+ \w+, PostGIS [0-9.]+", "PostgreSQL [version], PostGIS [version]");
    settings.add_filter(r"\d+\.\d s\b", "[time]");
    settings.add_filter(r"\| \d+\.\d \|", "| [time] |");
    settings.bind(|| insta::assert_snapshot!("claims", terminal(record, Colour::Never, 500)));
    if variant.is_none() {
        settings.bind(|| insta::assert_snapshot!("report", markdown(record)));
    }
    Ok(())
}

/// The plan of each named query is the agreed one, and none of them gave up an index or was misjudged.
#[tokio::test]
async fn every_named_query_runs_on_both_sides_by_the_agreed_plans() -> Outcome {
    let source = medallion::source()?;
    let record = prove(&source, &selection(None)?, &Subject::embedded(15), &settings(&[Claim::Quick])).await?;
    let named: Vec<&str> = source.scenario().queries.iter().map(|query| query.name.as_str()).collect();
    let measured: Vec<&str> = record.latency.iter().map(|query| query.name.as_str()).collect();
    assert_eq!(measured, named);
    let changed = |finding: &&Finding| matches!(finding.code, Code::Q004 | Code::Q005);
    assert_eq!(record.findings.iter().find(changed), None);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(directory("medallion", "expand"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for query in &record.latency {
        assert!(query.samples >= 7 && query.ratio.is_some(), "{query:?}");
        let plans = format!("before\n{}\n\nafter\n{}", query.plan_before, query.plan_after);
        settings.bind(|| insta::assert_snapshot!(format!("plan_{}", query.name), plans));
    }
    Ok(())
}
