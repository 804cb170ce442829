//! `pgproof scale`.

use crate::workshop::{Outcome, Workshop};
use serde_json::Value;

/// Sizes at which forty rows become more than a page.
const AT: &[&str] = &["scale", "mini", "--at", "10,100,1000", "--server", "embedded"];

#[test]
fn a_path_that_grows_as_its_rows_ends_well_and_writes_its_record_and_its_page() -> Outcome {
    let workshop = Workshop::mini()?;
    let seen = workshop.run(&[AT, &["--to", "1M"]].concat())?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.starts_with("mini · expand · ") && seen.stdout.contains("at 1,000,000 rows"), "{seen}");
    assert!(seen.stdout.contains("no step grows worse than linearly"), "{seen}");
    assert_eq!(
        seen.files,
        ["[work]/target/pgproof/mini/expand/scale.json", "[work]/target/pgproof/mini/expand/scale.md"],
        "{seen}"
    );
    let path = workshop.path().join("target/pgproof/mini/expand/scale.json");
    let record: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    assert_eq!(
        (&record["version"], &record["relation"], &record["to"]),
        (&1.into(), &"orders".into(), &1_000_000.into())
    );
    assert_eq!((&record["verdict"], record["sizes"].as_array().map(Vec::len)), (&"proven".into(), Some(3)));
    Ok(())
}

#[test]
fn a_step_that_writes_pairs_of_rows_ends_with_its_name_and_exit_code_1() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write(
        "migrations/expand/030_pairs.up.sql",
        "create table pairs as\nselect a.id as one, b.id as other from orders a join orders b on a.customer = b.customer;\n",
    )?;
    workshop.write("migrations/expand/030_pairs.down.sql", "drop table pairs;\n")?;
    let seen = workshop.run(&["scale", "mini", "--at", "2,8,32", "--server", "embedded"])?;
    assert_eq!(seen.code, Some(1), "{seen}");
    for words in
        ["refuted[W005]", "migrations/expand/030_pairs.up.sql:1", "worse than linear: 030_pairs", "explain W005"]
    {
        assert!(seen.stdout.contains(words), "{words}\n{seen}");
    }
    Ok(())
}

#[test]
fn one_size_two_sizes_and_nonsense_are_told_apart() -> Outcome {
    let workshop = Workshop::mini()?;
    let seen = workshop.run(&["scale", "mini", "--at", "2", "--server", "embedded"])?;
    assert_eq!(seen.code, Some(2), "{seen}");
    assert!(seen.stderr.contains("the sizes do not differ"), "{seen}");
    for wrong in [&["--at", "0,1"][..], &["--at", "1,x"], &["--to", "many"], &["--to", "0"]] {
        let seen = workshop.run(&[&["scale", "mini"], wrong].concat())?;
        assert_eq!((seen.code, seen.files.len()), (Some(2), 0), "{seen}");
    }
    Ok(())
}
