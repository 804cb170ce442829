//! `pgproof schema`.

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

const SHOPS: &str = "create table shops (id integer primary key, name text not null, opened date);
create index shops_by_name on shops (name);
create view open_shops as select id, name from shops where opened < current_date;
create table fees (id integer primary key, amount numeric(10, 2));
";

const STORES: &str = "create type mood as enum ('good', 'bad');
create table stores (id integer primary key, name text not null, opened date);
create index shops_by_name on stores (name);
create table fees (id integer primary key, amount numeric(12, 2), how mood);
";

fn workshop() -> Outcome<Workshop> {
    let workshop = Workshop::mini()?;
    std::fs::write(workshop.path().join("shops.sql"), SHOPS)?;
    std::fs::write(workshop.path().join("stores.sql"), STORES)?;
    Ok(workshop)
}

#[test]
fn a_directory_of_migrations_is_dumped_as_text() -> Outcome {
    let workshop = workshop()?;
    let directory = workshop.path().join("steps");
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join("010_orders.up.sql"), "create table orders (id integer primary key);")?;
    std::fs::write(directory.join("010_orders.down.sql"), "drop table orders;")?;
    std::fs::write(directory.join("020_note.up.sql"), "alter table orders add column note text default 'none';")?;
    assert_seen!(workshop.run(&["schema", "dump", "steps"])?);
    Ok(())
}

#[test]
fn a_file_is_dumped_as_sql_in_stages() -> Outcome {
    assert_seen!(workshop()?.run(&["schema", "dump", "shops.sql", "--format", "sql"])?);
    Ok(())
}

#[test]
fn two_schemas_that_differ_are_told_with_counts_and_fail() -> Outcome {
    assert_seen!(workshop()?.run(&["schema", "diff", "shops.sql", "stores.sql"])?);
    Ok(())
}

#[test]
fn two_schemas_that_differ_make_a_page() -> Outcome {
    assert_seen!(workshop()?.run(&["schema", "diff", "shops.sql", "stores.sql", "--format", "markdown"])?);
    Ok(())
}

#[test]
fn a_dumped_schema_compares_with_what_it_was_dumped_of() -> Outcome {
    let workshop = workshop()?;
    let dumped = workshop.run(&["schema", "dump", "shops.sql", "--format", "json"])?;
    assert_eq!(dumped.code, Some(0), "{dumped}");
    std::fs::write(workshop.path().join("shops.json"), &dumped.stdout)?;
    let seen = workshop.run(&["schema", "diff", "shops.json", "shops.sql"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.contains("the same: 14 of 14 objects are equal, parity 100.0 %"), "{seen}");
    let sql = workshop.run(&["schema", "dump", "shops.json", "--format", "sql"])?;
    assert_eq!(sql.code, Some(2), "{sql}");
    Ok(())
}

#[test]
fn what_was_agreed_on_does_not_fail_and_is_printed_with_its_reason() -> Outcome {
    let workshop = workshop()?;
    std::fs::write(workshop.path().join("wider.sql"), SHOPS.replace("10, 2", "12, 2"))?;
    let arguments = ["schema", "diff", "shops.sql", "wider.sql", "--out", "seen"];
    let seen = workshop.run(&arguments)?;
    assert_eq!(seen.code, Some(1), "{seen}");
    let json = std::fs::read_to_string(workshop.path().join("seen/schema_differences.json"))?;
    assert!(json.contains("\"numeric(12,2)\""), "{json}");
    let agreed = "column public.fees.amount=the target counts in millions";
    assert_seen!(workshop.run(&[&arguments[..4], &["--except", agreed]].concat())?);
    Ok(())
}

#[test]
fn a_difference_without_a_reason_is_not_agreed_on() -> Outcome {
    let seen = workshop()?.run(&["schema", "diff", "shops.sql", "stores.sql", "--except", "table public.fees"])?;
    assert_eq!(seen.code, Some(2), "{seen}");
    assert!(seen.stderr.contains("a difference needs a reason"), "{seen}");
    Ok(())
}

#[test]
fn sql_that_takes_a_role_for_granted_is_told_how_to_get_one() -> Outcome {
    let workshop = workshop()?;
    std::fs::write(workshop.path().join("granted.sql"), format!("{SHOPS}grant select on shops to clerk;\n"))?;
    assert_seen!(workshop.run(&["schema", "dump", "granted.sql"])?);
    let seen = workshop.run(&["schema", "dump", "granted.sql", "--role", "clerk"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.contains("    grant to clerk SELECT\n"), "{seen}");
    Ok(())
}

#[test]
fn a_schema_that_is_not_there_is_a_mistake() -> Outcome {
    let workshop = workshop()?;
    assert_seen!(workshop.run(&["schema", "diff", "missing.sql", "scenarios/mini"])?);
    Ok(())
}

#[test]
fn an_address_is_refused_without_its_password() -> Outcome {
    let seen = workshop()?.run(&["schema", "dump", "mysql://me:secret@host/db"])?;
    assert_eq!(seen.code, Some(2), "{seen}");
    assert!(!seen.stderr.contains("secret"), "{seen}");
    Ok(())
}

#[test]
fn a_migration_is_written_in_stages_once_it_is_proven() -> Outcome {
    let workshop = workshop()?;
    let after = format!("{SHOPS}create index on fees (amount); alter table shops add column note text;");
    std::fs::write(workshop.path().join("after.sql"), after)?;
    let seen = workshop.run(&["schema", "migrate", "shops.sql", "after.sql", "--out", "steps", "--stages"])?;
    let read = |name: &str| std::fs::read_to_string(workshop.path().join("steps").join(name));
    let (up, down) = (read("700_indexes.up.sql")?, read("700_indexes.down.sql")?);
    assert_seen!(seen);
    insta::assert_snapshot!("the_steps_of_the_index", format!("-- up\n{up}\n-- down\n{down}"));
    let again = workshop.run(&["schema", "migrate", "after.sql", "after.sql", "--out", "none"])?;
    assert!(again.code == Some(0) && again.stdout.contains("nothing to do"), "{again}");
    Ok(())
}

#[test]
fn a_migration_that_would_lose_rows_is_stopped_and_writes_nothing() -> Outcome {
    let workshop = workshop()?;
    assert_seen!(workshop.run(&["schema", "migrate", "shops.sql", "stores.sql", "--out", "steps"])?);
    assert!(!workshop.path().join("steps").exists());
    let allowed = ["--allow", "table public.shops"];
    let seen =
        workshop.run(&[&["schema", "migrate", "shops.sql", "stores.sql", "--out", "steps"], &allowed[..]].concat())?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(workshop.path().join("steps/010_schema.down.sql").is_file());
    Ok(())
}

#[test]
fn a_file_is_split_into_stages_and_its_rows_are_left_out_by_name() -> Outcome {
    let workshop = workshop()?;
    std::fs::write(workshop.path().join("filled.sql"), format!("{SHOPS}insert into fees values (1, 2);\n"))?;
    assert_seen!(workshop.run(&["schema", "split", "filled.sql", "--out", "steps"])?);
    let same = workshop.run(&["schema", "diff", "shops.sql", "steps"])?;
    assert_eq!(same.code, Some(0), "{same}");
    Ok(())
}
