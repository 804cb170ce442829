//! Faults planted into the steps of a path under live traffic, and the online forms beside them.

use pgproof::record::RunRecord;
use pgproof::report::{Colour, terminal};
use pgproof::run::RunSettings;
use pgproof::scenario::Claim;
use pgproof::testing::{Example, Subject, prove};

use crate::Outcome;

/// Budgets of time that nothing misses: what is found goes by rows.
const HEAD: &str = r#"-- == scenario ==
-- [budget]
-- stall_ms = 600000
-- [workload]
-- rate = 40
-- clients = 2
-- rest_s = 0.2
-- soak_s = 0.0
-- [[workload.request]]
-- name = "order"
-- sql = "insert into orders (customer, amount, note) values (1, 1, 'x')"
-- [[workload.request]]
-- name = "rename"
-- sql = "update customers set name = 'x' where id = 1"
-- [[workload.request]]
-- name = "settings"
-- sql = "select value from settings"
-- == baseline ==
create table customers (id integer primary key, name text);
create table orders (id bigint generated always as identity primary key, customer integer, amount integer, note text);
create table settings (value integer);
create table archive (id integer, note text);
insert into customers select n, 'c' from generate_series(1, 3000) n;
insert into orders (customer, amount, note) select n, n, 'x' from generate_series(1, 3000) n;
insert into settings select generate_series(1, 10);
insert into archive select n, 'a' from generate_series(1, 3000) n;
analyze;
"#;

/// A path of steps whose way back does nothing.
async fn run(steps: &[&str]) -> Outcome<RunRecord> {
    let mut text = HEAD.to_owned();
    for (index, step) in steps.iter().enumerate() {
        let number = format!("{:03}", (index + 1) * 10);
        text.extend([&format!("-- == up {number} ==\n"), *step, &format!("\n-- == down {number} ==\nselect 1;\n")]);
    }
    let example = Example::parse(&text)?;
    let settings = RunSettings { claims: vec![Claim::Online], ..RunSettings::default() };
    Ok(prove(&example.source()?, &example.selection(), &Subject::any_embedded(), &settings).await?)
}

/// What was found: `code relation file:line`.
fn found(record: &RunRecord) -> Vec<String> {
    let shown = |text: &Option<String>| text.clone().unwrap_or_default();
    record
        .findings
        .iter()
        .map(|one| {
            let line = one.line.unwrap_or_default();
            format!("{} {} {}:{line}", one.code, shown(&one.relation), shown(&one.file).replace("steps/", ""))
        })
        .collect()
}

#[tokio::test]
async fn each_planted_fault_is_named_with_its_relation_and_its_place() -> Outcome {
    let record = run(&[
        "create index orders_by_customer on orders (customer);",
        "select 1;\nalter table orders alter column amount type bigint;",
        "alter table orders alter column note set not null;",
        "alter table orders add constraint placed_by foreign key (customer) references customers;",
        "select 1;\n\nupdate orders set amount = amount + 1 where id <= 2000;",
        "-- no-transaction\nvacuum full customers;",
        "alter table orders add column a integer;\nselect count(note) from orders;",
        "-- no-transaction\ncreate index orders_by_amount on orders (amount);",
        "-- no-transaction\nalter table orders add constraint positive check (amount > 0);",
        "alter table customers add constraint named check (name is not null) not valid;\n\
         alter table customers validate constraint named;",
    ])
    .await?;
    let mut found = found(&record);
    found.sort();
    assert_eq!(
        found,
        [
            "L011 customers 060_step.up.sql:2",
            "L011 orders 020_step.up.sql:2",
            "L012 customers 040_step.up.sql:1",
            "L012 customers 100_step.up.sql:2",
            "L012 orders 010_step.up.sql:1",
            "L012 orders 030_step.up.sql:1",
            "L012 orders 040_step.up.sql:1",
            "L012 orders 070_step.up.sql:2",
            "L012 orders 080_step.up.sql:2",
            "L012 orders 090_step.up.sql:2",
            "L014 orders 050_step.up.sql:3",
        ],
        "{}",
        terminal(&record, Colour::Never, 100)
    );
    Ok(())
}

#[tokio::test]
async fn the_online_forms_and_relations_that_nobody_misses_are_no_finding() -> Outcome {
    let record = run(&[
        "-- no-transaction\ncreate index concurrently orders_by_customer on orders (customer);",
        "alter table orders add constraint noted check (note is not null) not valid;",
        "-- no-transaction\nalter table orders validate constraint noted;\n\
         alter table orders alter column note set not null;",
        "alter table orders add constraint placed_by foreign key (customer) references customers not valid;",
        "alter table orders validate constraint placed_by;",
        "alter table orders add column a integer not null default 7;",
        "-- no-transaction\nupdate orders set amount = amount + 1 where id <= 900;\n\
         update orders set amount = amount + 1 where id > 900 and id <= 1800;",
        // What the path made.
        "create table parcels (id integer, note text);\ninsert into parcels select n, 'p' from generate_series(1, 3000) n;\n\
         create index on parcels (id);\nupdate parcels set note = 'q';",
        "alter table parcels alter column id type bigint;\nalter table parcels alter column note set not null;",
        // What nobody touches.
        "create index on archive (id);\nalter table archive alter column id type bigint;\nupdate archive set note = 'b';",
        // What is small.
        "alter table settings alter column value type bigint;\ncreate index on settings (value);",
        // Who reads does not keep readers or writers away.
        "select count(note) from orders;\nanalyze orders;",
        "-- no-transaction\nvacuum orders;\nreindex index concurrently orders_pkey;",
    ])
    .await?;
    assert_eq!(found(&record), [""; 0], "{}", terminal(&record, Colour::Never, 100));
    let locks = record.locks.as_ref().ok_or("no locks in the record")?;
    assert!(locks.statements.iter().any(|statement| !statement.locks.is_empty()), "nothing was watched");
    assert_eq!(locks.sampling.stopped, None);
    Ok(())
}
