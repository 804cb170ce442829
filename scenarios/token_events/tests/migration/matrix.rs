//! Every server with every size, path and kind of data.

use pgproof::judge::{Code, Finding, Verdict};
use pgproof::record::RunRecord;
use pgproof::report::{Colour, terminal};
use pgproof::scenario::Claim;
use pgproof::testing::{Subject, all_proven, prove};
use pgproof_snapshots::directory;
use rstest::rstest;

use crate::support::{Outcome, SMALL, selection, settings};

/// What can be decided on little data; latency can not.
const CLAIMS: [Claim; 5] = [Claim::Applies, Claim::Parity, Claim::Compatible, Claim::Schema, Claim::Reversible];

/// A kind of server, by name: a container is only asked for in the test that uses it.
#[derive(Debug, Clone, Copy)]
enum On {
    Embedded15,
    Docker17,
}

#[rstest]
#[case::embedded_15_of_1_000(On::Embedded15, "single_source", SMALL, None)]
#[case::embedded_15_of_10_000(On::Embedded15, "single_source", 0.1, None)]
#[case::embedded_15_impossible_values(On::Embedded15, "single_source", SMALL, Some("impossible_values"))]
#[case::embedded_15_foreign_events(On::Embedded15, "single_source", SMALL, Some("foreign_events"))]
#[case::embedded_15_naive(On::Embedded15, "naive_refresh", SMALL, None)]
#[case::docker_17_of_1_000(On::Docker17, "single_source", SMALL, None)]
#[case::docker_17_of_10_000(On::Docker17, "single_source", 0.1, None)]
#[case::docker_17_naive(On::Docker17, "naive_refresh", SMALL, None)]
#[tokio::test]
async fn every_claim_is_proven(
    #[case] on: On,
    #[case] path: &str,
    #[case] scale: f64,
    #[case] variant: Option<&str>,
) -> Outcome {
    let test = format!("every_claim_is_proven::{on:?}::{path}::{}", variant.unwrap_or("clean"));
    let subject = match on {
        On::Embedded15 => Some(Subject::embedded(15)),
        On::Docker17 => Subject::docker_or_skip(&test).await?,
    };
    let Some(subject) = subject else { return Ok(()) };
    let selection = selection(path, scale, variant)?;
    let record = prove(&token_events::source()?, &selection, &subject, &settings(&CLAIMS)).await?;
    agrees_with_snapshots(&record, path, scale, variant)?;
    all_proven(&record)?;
    assert_eq!(record.count(Verdict::Proven), CLAIMS.len());
    Ok(())
}

/// The same snapshots for every server: the schema of each path, and the claims table of each size and variant.
fn agrees_with_snapshots(record: &RunRecord, path: &str, scale: f64, variant: Option<&str>) -> Outcome {
    let schema = record.schema.as_deref().ok_or("the path was not taken to its end")?;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(directory("token_events", path));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("schema", schema));
    settings.add_filter(r"PostgreSQL [0-9.]+ \w+", "PostgreSQL [version]");
    settings.add_filter(r"\d+\.\d s\b", "[time]");
    settings.set_snapshot_suffix(variant.map_or_else(|| format!("{scale}"), str::to_owned));
    settings.bind(|| insta::assert_snapshot!("claims", terminal(record, Colour::Never, 500)));
    Ok(())
}

/// The plan of each named query is the agreed one at the size that the scenario is about a tenth of.
#[tokio::test]
async fn the_plans_of_the_named_queries_are_the_agreed_ones() -> Outcome {
    let source = token_events::source()?;
    let selection = selection("single_source", 0.1, None)?;
    let record = prove(&source, &selection, &Subject::embedded(15), &settings(&[Claim::Quick])).await?;
    assert_eq!(record.latency.len(), source.scenario().queries.len());
    let changed = |finding: &&Finding| matches!(finding.code, Code::Q004 | Code::Q005);
    assert_eq!(record.findings.iter().find(changed), None);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(directory("token_events", "single_source"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for query in &record.latency {
        assert!(query.expected.is_some(), "{}: the document's figure is not carried along", query.name);
        let plans = format!("before\n{}\n\nafter\n{}", query.plan_before, query.plan_after);
        settings.bind(|| insta::assert_snapshot!(format!("plan_{}", query.name), plans));
    }
    Ok(())
}
