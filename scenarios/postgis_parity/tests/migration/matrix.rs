//! Every server, against the same snapshots.

use pgproof::judge::Verdict;
use pgproof::scenario::Claim;
use pgproof::testing::{Subject, all_proven, prove};
use pgproof_snapshots::directory;
use rstest::rstest;

use crate::support::{Outcome, selection, settings};

/// What can be decided on a part of the data; latency can not.
const CLAIMS: [Claim; 5] = [Claim::Applies, Claim::Parity, Claim::Compatible, Claim::Schema, Claim::Reversible];

/// A kind of server, by name: a container is only asked for in the test that uses it.
#[derive(Debug, Clone, Copy)]
enum On {
    Embedded15,
    Docker17,
}

#[rstest]
#[case::embedded_15(On::Embedded15)]
#[case::docker_17(On::Docker17)]
#[tokio::test]
async fn every_claim_is_proven(#[case] on: On) -> Outcome {
    let subject = match on {
        On::Embedded15 => Some(Subject::embedded(15)),
        On::Docker17 => Subject::docker_or_skip("every_claim_is_proven::docker_17").await?,
    };
    let Some(subject) = subject else { return Ok(()) };
    let record = prove(&postgis_parity::source()?, &selection()?, &subject, &settings(&CLAIMS)).await?;
    let schema = record.schema.as_deref().ok_or("the path was not taken to its end")?;
    let mut snapshots = insta::Settings::clone_current();
    snapshots.set_snapshot_path(directory("postgis_parity", "parity"));
    snapshots.set_prepend_module_to_snapshot(false);
    snapshots.set_omit_expression(true);
    snapshots.bind(|| insta::assert_snapshot!("schema", schema));
    all_proven(&record)?;
    assert_eq!(record.count(Verdict::Proven), CLAIMS.len());
    Ok(())
}
