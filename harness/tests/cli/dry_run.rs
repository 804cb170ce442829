//! What the backfills would do, as the command tells it.

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

const FILL: &str = r#"relation = "orders"
key = "id"
size = 15
up = "update orders set amount = 10 / (amount - 7) where id > $1::int and id <= $2::int and customer = 'Ana'"
down = "select 1 where $1::int < $2::int"
"#;

/// `mini` with a backfill that an order with an amount of 7 makes fail.
fn with_fill(more: &str) -> Outcome<Workshop> {
    let workshop = Workshop::mini()?;
    workshop.write("nameless.sql", "insert into orders values (1000, 'Ana', 7);\n")?;
    workshop.write("migrations/expand/030_fill.batch.toml", &format!("{FILL}{more}"))?;
    workshop.write("migrations/expand/005_failures.up.sql", "create table failures (id text, reason text);\n")?;
    workshop.write("migrations/expand/005_failures.down.sql", "drop table failures;\n")?;
    Ok(workshop)
}

const ASIDE: &str = "set_aside = \"insert into failures select * from unnest($1::text[], $2::text[])\"\n";

#[test]
fn a_dry_run_counts_what_would_be_done_and_tells_of_each_row() -> Outcome {
    let workshop = with_fill(ASIDE)?;
    let seen = workshop.run(&["run", "mini", "--variant", "nameless", "--dry-run", "--server", "embedded"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert_seen!(seen);
    let place = workshop.path().join("target/pgproof/mini/expand");
    let lines = std::fs::read_to_string(place.join("dry-run.jsonl"))?;
    assert_eq!(lines.lines().count(), 41);
    let last = lines.lines().find(|line| line.contains("\"1000\"")).ok_or("nothing about 1000")?;
    let last: serde_json::Value = serde_json::from_str(last)?;
    assert_eq!((&last["outcome"], &last["reason"]), (&"set-aside".into(), &"division by zero".into()), "{last}");
    let table = std::fs::read_to_string(place.join("dry-run.csv"))?;
    assert!(table.starts_with("step,key,outcome,column,before,after,reason\n"), "{table}");
    assert!(table.contains("\"030_fill\",\"1000\",set-aside,,,,\"division by zero\"\n"), "{table}");
    assert!(!place.join("run.json").exists(), "nothing was judged");
    Ok(())
}

#[test]
fn a_backfill_that_would_be_refused_refutes_its_dry_run() -> Outcome {
    let workshop = with_fill("")?;
    let seen = workshop.run(&["run", "mini", "--variant", "nameless", "--dry-run", "--server", "embedded"])?;
    assert_eq!(seen.code, Some(1), "{seen}");
    assert!(seen.stdout.contains("refused: division by zero"), "{seen}");
    Ok(())
}
