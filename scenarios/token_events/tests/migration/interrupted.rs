//! The path, interrupted at every boundary, ends as undisturbed; a script that can not be run again is told.

use pgproof::judge::Code;
use pgproof::load::Source;
use pgproof::record::RunRecord;
use pgproof::run::{FaultSettings, Faults, RunSettings};
use pgproof::scenario::Claim;
use pgproof::testing::{Subject, all_proven, prove};

use crate::support::{Outcome, SMALL, STEPS, selection, settings, unguarded};

async fn interrupted(source: &Source) -> Outcome<RunRecord> {
    let faults = Some(FaultSettings::of(Faults::All));
    let settings = RunSettings { faults, ..settings(&[Claim::Applies, Claim::Resumable]) };
    Ok(prove(source, &selection("single_source", SMALL, None)?, &Subject::embedded(15), &settings).await?)
}

#[tokio::test]
async fn wherever_the_path_is_interrupted_it_is_run_again_to_the_same_end() -> Outcome {
    let record = interrupted(&token_events::source()?).await?;
    all_proven(&record)?;
    let sweep = record.faults.as_ref().ok_or("nothing was interrupted")?;
    assert!(sweep.trials.len() > 100, "{} interruptions of seven steps", sweep.trials.len());
    Ok(())
}

#[tokio::test]
async fn an_index_that_is_left_half_built_and_in_the_way_is_named_with_its_step() -> Outcome {
    let cleared = "drop index concurrently if exists public.token_events_reading_key;\n";
    let planted = unguarded()?.replace(&format!("{STEPS}/011_index_events.up.sql"), cleared, "")?;
    let record = interrupted(&planted.source()?).await?;
    let found: Vec<_> = record.findings.iter().filter(|finding| finding.code == Code::F001).collect();
    assert!(found.iter().any(|finding| finding.message.contains("011_index_events")), "{:#?}", record.findings);
    assert!(
        record.findings.iter().all(|finding| !finding.message.contains("041_migrate_data")),
        "{:#?}",
        record.findings
    );
    Ok(())
}
