use pgproof::judge::{Code, Verdict};
use pgproof::load::Selection;
use pgproof::run::RunSettings;
use pgproof::scenario::Claim;
use pgproof::scenario::seed::Scale;
use pgproof::testing::{Planted, Subject, all_proven, findings_of, prove};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Every claim but the schema, which nobody has agreed on yet.
fn settings() -> RunSettings {
    let claims = Claim::ALL.into_iter().filter(|claim| *claim != Claim::Schema).collect();
    RunSettings { claims, ..RunSettings::default() }
}

#[tokio::test]
async fn the_path_is_proven() -> Outcome {
    let record = prove(&library::source()?, &Selection::default(), &Subject::any_embedded(), &settings()).await?;
    Ok(all_proven(&record)?)
}

#[tokio::test]
async fn another_seed_and_a_container_make_no_difference() -> Outcome {
    let test = "another_seed_and_a_container_make_no_difference";
    // Without an engine, the test says on stderr that it was skipped.
    let Some(subject) = Subject::docker_or_skip(test).await? else { return Ok(()) };
    let selection = Selection { seed: Some(8), ..Selection::default() };
    let record = prove(&library::source()?, &selection, &subject, &settings()).await?;
    Ok(all_proven(&record)?)
}

#[tokio::test]
async fn a_price_that_changes_on_the_way_is_noticed() -> Outcome {
    // A copy of the scenario with a fault in it: a check that never fails proves nothing.
    let planted = Planted::copy_of(&library::source()?)?
        .append("migrations/expand/030_author_key.up.sql", "update books set price = price + 1 where id = 110;")?;
    let settings = RunSettings { claims: vec![Claim::Parity], ..RunSettings::default() };
    let record = prove(&planted.source()?, &Selection::default(), &Subject::any_embedded(), &settings).await?;
    assert_eq!(record.verdict(Claim::Parity), Some(Verdict::Refuted));
    let found = findings_of(&record, Code::P003);
    assert!(found.iter().any(|finding| finding.key.as_deref() == Some("id=110")), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn a_run_says_what_it_found_as_data() -> Outcome {
    let selection = Selection { scale: Scale::new(0.1).ok_or("no scale")?, ..Selection::default() };
    let settings = RunSettings { claims: vec![Claim::Applies, Claim::Reversible], ..RunSettings::default() };
    let source = library::source()?.with(|mut scenario| {
        // What counts all the rows does not hold for a tenth of them.
        scenario.assertions.retain(|assertion| assertion.claim == Claim::Applies);
        scenario
    });
    let record = prove(&source, &selection, &Subject::any_embedded(), &settings).await?;
    assert_eq!(record.rows.get(&"books".parse()?), Some(&20));
    assert!(record.steps.iter().all(|step| step.refusal.is_none()));
    all_proven(&record)?;
    Ok(())
}
