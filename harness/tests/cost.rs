//! What a way forward costs is measured by step, statement and relation.

use std::error::Error;

use pgproof::facts::{Cost, RelationGrowth, RelationSize, StepCost};
use pgproof::judge::Verdict;
use pgproof::record::RunRecord;
use pgproof::report::markdown;
use pgproof::run::RunSettings;
use pgproof::scenario::Claim;
use pgproof::testing::{Example, Subject, prove};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// A rewrite, an update that leaves dead rows, a sort that spills, statements that commit themselves, and one that
/// writes nothing.
const PATH: &str = r"-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, md5(n::text), n % 500 from generate_series(1, 20000) n;
-- == up 010 ==
alter table sales alter column amount type integer using abs(amount);
-- == down 010 ==
select 1;
-- == up 020 ==
alter table sales add column net integer;

update sales set net = amount where id <= 5000;
-- == down 020 ==
alter table sales drop column net;
-- == up 030 ==
set local work_mem = '64kB';
create table sorted as select * from sales order by store;
-- == down 030 ==
drop table sorted;
-- == up 040 ==
-- no-transaction
create index concurrently sales_by_store on sales (store);
create index concurrently sales_by_amount on sales (amount);
-- == down 040 ==
drop index sales_by_store;
drop index sales_by_amount;
-- == up 050 ==
select count(*) from sales;
-- == down 050 ==
select 1;
";

async fn run(claims: &[Claim]) -> Outcome<RunRecord> {
    let example = Example::parse(PATH)?;
    let settings = RunSettings { claims: claims.to_vec(), ..RunSettings::default() };
    Ok(prove(&example.source()?, &example.selection(), &Subject::any_embedded(), &settings).await?)
}

fn step<'c>(cost: &'c Cost, name: &str) -> Outcome<&'c StepCost> {
    Ok(cost.steps.iter().find(|step| step.step == name).ok_or_else(|| format!("{name} is not there: {cost:#?}"))?)
}

#[tokio::test]
async fn each_step_is_charged_with_what_it_wrote_grew_and_left() -> Outcome {
    let record = run(&[Claim::Applies, Claim::Affordable]).await?;
    let cost = record.cost.as_ref().ok_or("nothing was measured")?;
    assert_eq!(cost.settings.get("wal_level").map(String::as_str), Some("replica"));
    assert_eq!(cost.steps.len(), 5);

    // 20,000 rows of about 70 bytes, and the key: all of it anew while the old copy is still there.
    let rewrite = step(cost, "010_step")?;
    assert!(rewrite.peak_bytes() > 1_000_000 && rewrite.grown_bytes().unsigned_abs() < 100_000, "{rewrite:#?}");
    assert!(rewrite.relations.iter().any(|growth| growth.relation.to_string() == "sales" && growth.is_rewritten()));

    let update = step(cost, "020_step")?;
    let places: Vec<(&str, u32)> =
        update.statements.iter().map(|statement| (statement.command.as_str(), statement.line)).collect();
    assert_eq!(places, [("ALTER TABLE", 1), ("UPDATE", 3)]);
    let heaviest = update.heaviest().ok_or("no statement")?;
    assert_eq!((heaviest.command.as_str(), heaviest.file.as_str()), ("UPDATE", "steps/020_step.up.sql"));
    // At least the new versions of the rows.
    assert!(heaviest.wal_bytes > 5_000 * 60 && update.wal_bytes >= heaviest.wal_bytes, "{update:#?}");
    assert_eq!(update.relations.iter().map(RelationGrowth::dead_rows).sum::<i64>(), 5_000, "{update:#?}");

    let sorted = step(cost, "030_step")?;
    assert!(sorted.temp_bytes.is_none_or(|bytes| bytes > 500_000), "{sorted:#?}");
    assert!(sorted.relations.iter().any(|growth| growth.relation.to_string() == "sorted" && growth.before.is_none()));

    // Each is a transaction of its own: none was as long as both.
    let concurrently = step(cost, "040_step")?;
    let together: f64 = concurrently.statements.iter().map(|statement| statement.duration_ms).sum();
    assert!(concurrently.statements.len() == 2 && concurrently.longest_transaction_ms < together, "{concurrently:#?}");
    let sales = concurrently.relations.iter().find(|growth| growth.relation.to_string() == "sales");
    let sales = sales.ok_or("the indexes belong to no relation")?;
    let index_bytes = |size: &Option<RelationSize>| size.as_ref().map_or(0, |size| size.index_bytes);
    assert!(index_bytes(&sales.after) > index_bytes(&sales.before) + 500_000, "{sales:#?}");

    let nothing = step(cost, "050_step")?;
    assert!(nothing.wal_bytes < 8_192 && nothing.grown_bytes() == 0 && nothing.rows_read != Some(0), "{nothing:#?}");

    let page = markdown(&record);
    for words in ["## Cost", "steps/020_step.up.sql:3 | UPDATE", "| sales | 010_step |", "Without `full_page_writes`"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    Ok(())
}

#[tokio::test]
async fn who_does_not_ask_for_it_does_not_pay_for_it() -> Outcome {
    let record = run(&[Claim::Applies]).await?;
    assert_eq!((record.cost.is_none(), record.verdict(Claim::Affordable)), (true, Some(Verdict::Skipped)));
    Ok(())
}
