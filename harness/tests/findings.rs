//! Every finding code has an example that gives it, and one beside it that does not.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use pgproof::judge::{Code, Finding, Verdict};
use pgproof::record::{RunRecord, ScaleRecord};
use pgproof::report::{Colour, scale_terminal, terminal};
use pgproof::run::{FaultSettings, Faults, RunSettings};
use pgproof::scenario::Claim;
use pgproof::scenario::seed::Scale;
use pgproof::testing::{Example, Subject, prove, scale};
use rstest::rstest;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("findings")
}

async fn run(example: &Example) -> Outcome<RunRecord> {
    run_with(example, &RunSettings::default()).await
}

async fn run_with(example: &Example, settings: &RunSettings) -> Outcome<RunRecord> {
    Ok(prove(&example.source()?, &example.selection(), &Subject::any_embedded(), settings).await?)
}

/// Claims that are put to the test only where somebody asks for it.
fn settings(code: Code) -> RunSettings {
    let faults = FaultSettings::of(Faults::All);
    RunSettings { faults: (code.claim() == Claim::Resumable).then_some(faults), ..RunSettings::default() }
}

fn shown(record: &RunRecord) -> String {
    terminal(record, Colour::Never, 100)
}

/// The example's finding is the declared one: its relation and key are equal, its message holds the words.
fn fits(example: &Example, finding: &Finding) -> bool {
    let is = |name, found: &Option<String>| example.expected(name).is_none_or(|text| found.as_deref() == Some(text));
    is("relation", &finding.relation)
        && is("key", &finding.key)
        && example.expected("message").is_none_or(|text| finding.message.contains(text))
}

/// The code that a path taken once does not give: its examples are taken at three sizes.
async fn grown(example: &Example) -> Outcome<ScaleRecord> {
    let at: Vec<Scale> = [0.125, 0.5, 2.0].into_iter().filter_map(Scale::new).collect();
    Ok(scale(&example.source()?, &example.selection(), &at, None, &Subject::any_embedded()).await?)
}

async fn the_bad_example_grows_worse_than_linearly_and_the_good_one_does_not(bad: &Example, good: &Example) -> Outcome {
    let record = grown(bad).await?;
    let text = scale_terminal(&record, Colour::Never, 100);
    assert_eq!(record.verdict, Verdict::Refuted, "bad.sql\n{text}");
    assert!(record.findings.iter().all(|finding| finding.code == Code::W005 && fits(bad, finding)), "bad.sql\n{text}");
    let record = grown(good).await?;
    let text = scale_terminal(&record, Colour::Never, 100);
    assert_eq!((record.findings.len(), record.verdict), (0, Verdict::Proven), "good.sql\n{text}");
    Ok(())
}

async fn the_bad_example_gives_its_code_and_the_good_one_nothing(code: Code) -> Outcome {
    let directory = library().join(code.name());
    let bad = Example::read(&directory.join("bad.sql"))?;
    let declared = ["relation", "key", "message"].iter().any(|name| bad.expected(name).is_some());
    assert!(declared, "{code}: bad.sql declares nothing to expect");
    if code == Code::W005 {
        let good = Example::read(&directory.join("good.sql"))?;
        return the_bad_example_grows_worse_than_linearly_and_the_good_one_does_not(&bad, &good).await;
    }
    let record = run_with(&bad, &settings(code)).await?;
    let codes: BTreeSet<Code> = record.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, BTreeSet::from([code]), "bad.sql\n{}", shown(&record));
    assert_eq!(record.verdict(code.claim()), Some(Verdict::Refuted));
    assert!(record.findings.iter().any(|finding| fits(&bad, finding)), "not the declared finding\n{}", shown(&record));
    let good = Example::read(&directory.join("good.sql"))?;
    let record = run_with(&good, &settings(code)).await?;
    assert_eq!(record.findings, [], "good.sql\n{}", shown(&record));
    assert_eq!(record.verdict(code.claim()), Some(Verdict::Proven), "good.sql\n{}", shown(&record));
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_examples_hold(
    #[values(
        Code::A001, Code::A002, Code::A003, Code::A004, Code::A009, Code::P001, Code::P002, Code::P003, Code::P004,
        Code::P005, Code::P006, Code::P007, Code::P009, Code::C001, Code::C002, Code::C003, Code::C004, Code::C005,
        Code::C006, Code::C009, Code::S001, Code::S002, Code::S009, Code::R001, Code::R002, Code::R003, Code::R004,
        Code::R005, Code::R006, Code::R009, Code::F001, Code::F002, Code::F003, Code::F004, Code::F009, Code::L001,
        Code::L002, Code::L003, Code::L004, Code::L005, Code::L006, Code::L007, Code::L009, Code::L010, Code::L011,
        Code::L012, Code::L013, Code::L014, Code::L015, Code::L016, Code::Q001, Code::Q002, Code::Q003, Code::Q004,
        Code::Q005, Code::Q009, Code::W001, Code::W002, Code::W003, Code::W004, Code::W005, Code::W006, Code::W009
    )]
    code: Code,
) -> Outcome {
    the_bad_example_gives_its_code_and_the_good_one_nothing(code).await
}

/// The list above is a list of test names; a code that it lacks is a code without a test.
#[test]
fn every_code_is_in_the_list_and_has_its_three_files() -> Outcome {
    let list = include_str!("findings.rs").split_once("#[values(").and_then(|(_, rest)| rest.split_once(")]"));
    let (list, _) = list.ok_or("no list of values")?;
    for code in Code::ALL {
        assert!(list.contains(&format!("Code::{code}")), "{code} is not in the list of this test");
        for file in ["README.md", "bad.sql", "good.sql"] {
            assert!(library().join(code.name()).join(file).is_file(), "{code} has no {file}");
        }
    }
    for entry in std::fs::read_dir(library())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || name.parse::<Code>().is_ok(), "`{name}` belongs to no code");
    }
    Ok(())
}

#[test]
fn every_page_says_what_it_means_why_it_matters_how_to_see_it_and_what_to_do() {
    for code in Code::ALL {
        let page = code.page();
        assert!(page.starts_with(&format!("# {code}: {}\n", code.title())), "{code}: another title");
        for heading in ["## What it means", "## Why it matters", "## See it yourself", "## What to do"] {
            assert!(page.contains(&format!("\n{heading}\n\n")), "{code}: no `{heading}`");
        }
        for line in page.lines() {
            assert!(line.chars().count() <= 100, "{code}: wider than 100 columns: {line}");
        }
    }
}

/// What people see, for a finding with a place, one with a key and help, one about an object, and one with a diff.
#[rstest]
#[tokio::test]
async fn the_report_of_a_finding_reads_like_this(
    #[values(Code::A001, Code::P003, Code::R002, Code::S001)] code: Code,
) -> Outcome {
    let record = run(&Example::read(&library().join(code.name()).join("bad.sql"))?).await?;
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
        filters => [(r"(?s)(no budget is declared; measured:).*?(\n\s+M  )", "$1 [figures]$2"), (r"\d+\.\d s", "[seconds] s"), (r"PostgreSQL \d+(\.\d+)? ", "PostgreSQL [version] ")],
    }, {
        insta::assert_snapshot!(format!("finding_{code}"), shown(&record));
    });
    Ok(())
}
