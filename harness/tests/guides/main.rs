//! `docs/guides/using-the-crates.md` prints the files that are included here, and they run as they are printed.

mod library;

include!("proving.rs");

mod rows_in_rust {
    use pgproof::scenario::Claim;
    use pgproof::testing::{Subject, all_proven, prove};

    include!("rows_in_rust.rs");

    #[tokio::test]
    async fn the_path_is_proven_with_the_rows_and_the_job() -> super::Outcome {
        let mut settings = super::settings();
        settings.claims.retain(|claim| *claim != Claim::Quick);
        let source = in_rust(super::library::source()?);
        let record = prove(&source, &super::Selection::default(), &Subject::any_embedded(), &settings).await?;
        all_proven(&record)?;
        assert_eq!(record.rows.get(&"drafts".parse()?), Some(&5));
        let job = record.steps.iter().find(|step| step.step == "015_initials").ok_or("the job did not run")?;
        assert!(job.statements.iter().map(|statement| statement.rows).sum::<u64>() >= 3, "{job:?}");
        Ok(())
    }
}

mod servers {
    include!("servers.rs");
}

#[test]
fn the_guide_prints_these_files_as_they_are() -> Outcome {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_to_string(directory.join("../docs/guides/using-the-crates.md"))?;
    for file in ["proving.rs", "rows_in_rust.rs", "servers.rs"] {
        let text = std::fs::read_to_string(directory.join("tests/guides").join(file))?;
        assert!(guide.contains(&format!("```rust\n{text}```\n")), "the guide does not print {file} as it is");
    }
    Ok(())
}
