//! SQL that the server refuses: in the baseline the scenario is wrong (exit code 2), in a step the migration is (1).

use std::process::Command;

use pgproof::server::{Installation, Places};

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

/// A second statement of step 020 that fails in the middle of a line.
const BROKEN: &str = "create index orders_by_customer on orders (customer);\nupdate orders set amount = amuont + 1;\n";

#[test]
fn sql_that_fails_in_the_baseline_is_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("legacy.sql", "amount integer", "amount integr")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn sql_that_fails_in_a_variant_is_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("nameless.sql", "delete from orders;\n\ninsert into ordres values (1);\n")?;
    assert_seen!(workshop.run(&["run", "mini", "--variant", "nameless"])?);
    Ok(())
}

#[test]
fn a_request_that_does_not_work_before_the_migration_is_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    let workload = "[workload]\nrate = 10\nclients = 1\n\n[[workload.request]]\nname = \"odrers\"\nsql = \"select * from odrers\"\n";
    workshop.replace("scenario.toml", "[[query]]", &format!("{workload}\n[[query]]"))?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_seed_for_a_column_that_is_not_there_is_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("legacy.sql", "customer text", "client text")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn seeded_rows_that_the_server_refuses_are_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("legacy.sql", "amount integer not null", "amount integer not null check (amount < 0)")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_legacy_statement_that_fails_before_the_migration_is_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "select id, amount from orders", "select id, amuont from orders")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_query_that_fails_before_the_migration_is_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "group by customer\"", "group by client\"")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_parity_map_that_fails_before_the_migration_is_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace(
        "scenario.toml",
        "select distinct customer as name from orders",
        "select client as name from orders",
    )?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_backfill_of_a_table_that_is_not_there_is_the_scenarios_mistake() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write(
        "migrations/expand/030_fill.batch.toml",
        "relation = \"ordres\"\nkey = \"id\"\nup = \"select 1 where $1::int < $2::int\"\ndown = \"select 1\"\n",
    )?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn sql_that_fails_in_a_step_refutes_with_its_place_and_the_servers_words() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("migrations/expand/020_index.up.sql", BROKEN)?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    let record = std::fs::read_to_string(workshop.path().join("target/pgproof/mini/expand/run.json"))?;
    let record: serde_json::Value = serde_json::from_str(&record)?;
    let finding = &record["findings"][0];
    assert_eq!(finding["code"], "A001");
    assert_eq!(finding["file"], "migrations/expand/020_index.up.sql");
    assert_eq!((&finding["line"], &finding["column"]), (&2.into(), &28.into()));
    Ok(())
}

#[test]
fn data_that_a_step_refuses_as_declared_are_no_fault_of_it() -> Outcome {
    let seen = Workshop::mini()?.run(&["run", "mini", "--variant", "nameless", "--only", "applies"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.contains("refused as declared"), "{seen}");
    Ok(())
}

#[test]
fn data_that_a_step_refuses_in_other_words_refute_it() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "violates not-null constraint", "has no customer")?;
    assert_seen!(workshop.run(&["run", "mini", "--variant", "nameless", "--only", "applies"])?);
    Ok(())
}

#[test]
fn a_verification_that_answers_no_refutes() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("migrations/expand/010_customers.verify.sql", "select count(*) = 4 from customers;\n")?;
    assert_seen!(workshop.run(&["run", "mini", "--only", "applies"])?);
    Ok(())
}

#[test]
fn evidence_is_kept_when_asked_for_and_a_clean_removes_it() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("migrations/expand/020_index.up.sql", BROKEN)?;
    let seen = workshop.run_that_keeps(workshop.command(&["run", "mini", "--keep", "--only", "applies"]))?;
    assert_eq!(seen.code, Some(1), "{seen}");
    let last = seen.stderr.lines().last().ok_or("nothing on stderr")?;
    let address = last.split_whitespace().last().ok_or("no address")?;
    let record = std::fs::read_to_string(workshop.path().join("target/pgproof/mini/expand/run.json"))?;
    let record: serde_json::Value = serde_json::from_str(&record)?;
    assert_eq!(record["kept"].as_str().map(|kept| workshop.plain(kept)).as_deref(), Some(address));

    // The broken file was rolled back, what came before it is there.
    let address = address.replace("[run]", &workshop.run_dir().to_string_lossy());
    let found = psql(&address, "select to_regclass('customers'), to_regclass('orders_by_customer')")?;
    assert_eq!(found.as_deref(), Some("customers|\n"));

    let cleaned = workshop.run(&["clean"])?;
    assert_eq!((cleaned.code, cleaned.stdout.lines().count()), (Some(0), 1), "{cleaned}");
    assert_eq!(psql(&address, "select 1")?, None);
    Ok(())
}

/// What `psql` answers at this address; nothing where it can not connect.
fn psql(address: &str, sql: &str) -> Outcome<Option<String>> {
    let installations = Installation::discover(&Places::from_environment());
    let bin_dir = &installations.first().ok_or("no PostgreSQL here")?.bin_dir;
    let arguments = ["--no-psqlrc", "--tuples-only", "--no-align", "--command", sql, address];
    let output = Command::new(bin_dir.join("psql")).args(arguments).output()?;
    Ok(if output.status.success() { Some(String::from_utf8(output.stdout)?) } else { None })
}

#[test]
fn nothing_is_kept_of_a_green_run() -> Outcome {
    let seen = Workshop::mini()?.run(&["run", "mini", "--keep", "--only", "applies"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(!seen.stderr.contains("kept"), "{seen}");
    Ok(())
}
