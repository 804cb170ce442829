//! A path taken at several sizes: a step that grows worse than linearly is named, and no other.

use std::error::Error;

use pgproof::facts::{Law, Measure, Steepness};
use pgproof::judge::{Code, Verdict};
use pgproof::load::Selection;
use pgproof::record::ScaleRecord;
use pgproof::report::{Colour, scale_markdown, scale_terminal};
use pgproof::scenario::seed::Scale;
use pgproof::testing::{Example, Subject, scale};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// A step whatever the rows, one as the rows, one that leaves pairs of rows and one that reads them and leaves nothing.
const PATH: &str = r#"-- == scenario ==
-- [seed]
-- number = 1
-- [[seed.table]]
-- name = "shops"
-- rows = 7
-- fixed = true
-- [seed.table.columns]
-- id = { serial = 1 }
-- [[seed.table]]
-- name = "sales"
-- rows = 200
-- [seed.table.columns]
-- id = { serial = 1 }
-- region = { integer = [0, 4], distribution = "round_robin" }
-- amount = { integer = [1, 500] }
-- == baseline ==
create table shops (id integer primary key);
create table sales (id integer primary key, region integer not null, amount integer not null);
-- == up 010 ==
create table regions (id integer primary key, name text not null);
insert into regions values (1, 'NCR'), (2, 'CAR');
-- == down 010 ==
drop table regions;
-- == up 020 ==
alter table sales add column net integer;

update sales set net = amount * 100 / 112;
-- == down 020 ==
alter table sales drop column net;
"#;

/// Pairs of rows are written.
const PAIRS: &str = "-- == up 030 ==
create table alike (one integer, other integer);

insert into alike
select a.id, b.id from sales a join sales b on a.region = b.region;
-- == down 030 ==
drop table alike;
";

/// Pairs of rows are read: each subquery reads the whole table, which has no index on what it compares.
const SUBQUERY: &str = "-- == up 040 ==
alter table sales add column place integer;
update sales set place = (select count(*) from sales other where other.amount < sales.amount);
-- == down 040 ==
alter table sales drop column place;
";

async fn at(text: &str, factors: &[f64], to: Option<u64>) -> Outcome<ScaleRecord> {
    let example = Example::parse(text)?;
    let at: Vec<Scale> = factors.iter().filter_map(|factor| Scale::new(*factor)).collect();
    Ok(scale(&example.source()?, &Selection::default(), &at, to, &Subject::any_embedded()).await?)
}

fn shown(record: &ScaleRecord) -> String {
    format!("{}\n{}", scale_terminal(record, Colour::Never, 120), scale_markdown(record))
}

fn steepness(record: &ScaleRecord, step: &str) -> Option<Steepness> {
    record.steps.iter().find(|growth| growth.step == step).map(|growth| growth.steepness)
}

#[tokio::test]
async fn a_step_that_writes_pairs_of_rows_is_named_with_its_file_and_the_others_are_not() -> Outcome {
    let record = at(&format!("{PATH}{PAIRS}{SUBQUERY}"), &[1.0, 4.0, 16.0], Some(1_000_000)).await?;
    let found: Vec<_> = record.findings.iter().map(|finding| (finding.code, finding.key.as_deref())).collect();
    assert_eq!(found, [(Code::W005, Some("030_step")), (Code::W005, Some("040_step"))], "{}", shown(&record));
    let places: Vec<_> = record.findings.iter().map(|finding| (finding.file.as_deref(), finding.line)).collect();
    assert_eq!(places.first(), Some(&(Some("steps/030_step.up.sql"), Some(3))), "{}", shown(&record));
    assert_eq!(places.get(1).and_then(|place| place.0), Some("steps/040_step.up.sql"));
    for step in ["010_step", "020_step"] {
        assert_eq!(steepness(&record, step), Some(Steepness::Gentle), "{step}\n{}", shown(&record));
    }
    assert_eq!(record.verdict, Verdict::Refuted);
    let growth = |step: &str, measure| {
        record.steps.iter().find(|growth| growth.step == step).and_then(|growth| growth.growth(measure))
    };
    assert_eq!(growth("030_step", Measure::Wal).map(|growth| growth.law), Some(Law::Quadratic));
    // It writes as many rows as there are; what it reads is their square.
    let subquery = growth("040_step", Measure::RowsRead).ok_or("no rows were read")?;
    assert_eq!((subquery.law, subquery.steepness), (Law::Quadratic, Steepness::Steep), "{}", shown(&record));
    assert_eq!(growth("040_step", Measure::Wal).map(|growth| growth.steepness), Some(Steepness::Gentle));
    assert_eq!(growth("010_step", Measure::Wal).map(|growth| growth.law), Some(Law::Constant));
    assert_eq!(growth("020_step", Measure::Wal).map(|growth| growth.law), Some(Law::Linear), "{}", shown(&record));
    // A million rows are 312.5 times the largest size, and the pairs of them 97,656 times its pairs.
    let pairs = growth("030_step", Measure::Wal).ok_or("no log was written")?;
    let times = pairs.predicted.estimate / pairs.measured;
    assert!((50_000.0..=110_000.0).contains(&times), "{times}\n{}", shown(&record));
    Ok(())
}

#[tokio::test]
async fn a_path_that_grows_as_its_rows_is_proven_and_says_what_it_becomes() -> Outcome {
    let record = at(PATH, &[1.0, 4.0, 16.0], None).await?;
    assert_eq!(record.findings, [], "{}", shown(&record));
    assert_eq!(record.verdict, Verdict::Proven, "{}", shown(&record));
    assert_eq!((record.relation.to_string().as_str(), record.to), ("sales", 32_000));
    let rows: Vec<u64> = record.sizes.iter().map(|size| size.rows).collect();
    assert_eq!(rows, [200, 800, 3_200]);
    // What is small is done more often.
    let times: Vec<usize> = record.sizes.iter().map(|size| size.costs.len()).collect();
    assert_eq!(times, [3, 2, 1]);
    Ok(())
}

#[tokio::test]
async fn two_sizes_do_not_tell_a_line_from_pairs_of_rows_and_that_is_said() -> Outcome {
    let record = at(PATH, &[8.0, 16.0], None).await?;
    assert_eq!(record.verdict, Verdict::Inconclusive, "{}", shown(&record));
    assert_eq!(record.findings, []);
    assert!(scale_terminal(&record, Colour::Never, 120).contains("too few sizes to tell"), "{}", shown(&record));
    Ok(())
}

#[tokio::test]
async fn a_seed_that_no_scale_changes_and_a_step_that_is_refused_are_the_authors_to_mend() -> Outcome {
    let fixed = PATH.replace("-- rows = 200", "-- rows = 200\n-- fixed = true");
    let error = at(&fixed, &[1.0, 4.0], None).await.err().ok_or("sizes that are all alike were taken")?;
    assert!(error.to_string().contains("the sizes do not differ"), "{error}");
    let wrong = PATH.replace("update sales set net", "update sales set nett");
    let error = at(&wrong, &[1.0, 4.0], None).await.err().ok_or("a step that fails was taken")?;
    assert!(error.to_string().contains("nett"), "{error}");
    Ok(())
}
