//! Both paths on every server with every kind of data.

use pgproof::judge::Verdict;
use pgproof::scenario::Claim;
use pgproof::testing::{Subject, all_proven, prove};
use pgproof_snapshots::directory;
use rstest::rstest;

use crate::support::{Outcome, selection, settings};

const CLAIMS: [Claim; 5] = [Claim::Applies, Claim::Parity, Claim::Compatible, Claim::Schema, Claim::Reversible];

/// A kind of server, by name: a container is only asked for in the test that uses it.
#[derive(Debug, Clone, Copy)]
enum On {
    Embedded15,
    Docker17,
}

#[rstest]
#[case::embedded_15_rust_clean(On::Embedded15, "rust_jobs", None)]
#[case::embedded_15_rust_odd(On::Embedded15, "rust_jobs", Some("odd"))]
#[case::embedded_15_rust_documented(On::Embedded15, "rust_jobs", Some("documented"))]
#[case::embedded_15_sql_clean(On::Embedded15, "sql_functions", None)]
#[case::embedded_15_sql_odd(On::Embedded15, "sql_functions", Some("odd"))]
#[case::embedded_15_sql_documented(On::Embedded15, "sql_functions", Some("documented"))]
#[case::docker_17_rust_clean(On::Docker17, "rust_jobs", None)]
#[case::docker_17_rust_odd(On::Docker17, "rust_jobs", Some("odd"))]
#[case::docker_17_sql_odd(On::Docker17, "sql_functions", Some("odd"))]
#[case::docker_17_sql_documented(On::Docker17, "sql_functions", Some("documented"))]
#[tokio::test]
async fn every_claim_is_proven(#[case] on: On, #[case] path: &str, #[case] variant: Option<&str>) -> Outcome {
    let test = format!("every_claim_is_proven::{on:?}::{path}::{}", variant.unwrap_or("clean"));
    let subject = match on {
        On::Embedded15 => Some(Subject::embedded(15)),
        On::Docker17 => Subject::docker_or_skip(&test).await?,
    };
    let Some(subject) = subject else { return Ok(()) };
    let source = canonical_events::source()?;
    let record = prove(&source, &selection(path, variant), &subject, &settings(&CLAIMS)).await?;
    let schema = record.schema.as_deref().ok_or("the path was not taken to its end")?;
    let mut insta = insta::Settings::clone_current();
    // One agreed schema: which implementation did the work leaves no trace in it.
    insta.set_snapshot_path(directory("canonical_events", path));
    insta.set_prepend_module_to_snapshot(false);
    insta.set_omit_expression(true);
    insta.bind(|| insta::assert_snapshot!("schema", schema));
    all_proven(&record)?;
    assert_eq!(record.count(Verdict::Proven), CLAIMS.len());
    Ok(())
}

#[test]
fn both_paths_agree_on_one_schema() -> Outcome {
    let read = |path| std::fs::read_to_string(directory("canonical_events", path).join("schema.snap"));
    assert_eq!(read("rust_jobs")?, read("sql_functions")?);
    Ok(())
}
