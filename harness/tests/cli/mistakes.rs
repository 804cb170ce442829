//! A scenario that is wrong: exit code 2, before any server is started.

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

#[test]
fn broken_toml_is_shown_where_it_breaks() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "number = 7", "number = ")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn an_unknown_key_is_shown_with_what_was_expected() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "rows = 40", "row = 40")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn an_unknown_recipe_is_shown_in_its_line() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "{ integer = [1, 500] }", "{ integr = [1, 500] }")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_seed_that_refers_to_nothing_is_refused() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "{ integer = [1, 500] }", "{ reference = \"prices\", column = \"id\" }")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn an_unknown_scenario_gets_the_nearest_one() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "minni"])?);
    Ok(())
}

#[test]
fn a_directory_without_scenarios_says_so() -> Outcome {
    assert_seen!(Workshop::empty()?.run(&["run"])?);
    Ok(())
}

#[test]
fn an_unknown_path_and_variant_get_the_nearest_ones() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--path", "expnd", "--variant", "namless"])?);
    Ok(())
}

#[test]
fn missing_sql_files_are_all_named() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.remove("legacy.sql")?;
    workshop.remove("nameless.sql")?;
    assert_seen!(workshop.run(&["run", "mini", "--variant", "nameless"])?);
    Ok(())
}

#[test]
fn a_missing_directory_of_steps_is_named() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "migrations/expand", "migration/expand")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_file_that_belongs_to_no_step_is_named() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("migrations/expand/030_more.sql", "select 1;\n")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_meta_command_that_is_not_supported_is_shown_in_its_line() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("migrations/expand/020_index.up.sql", "select 1;\n\\copy orders from 'orders.csv'\n")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_string_that_never_ends_is_shown_where_it_starts() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("migrations/expand/020_index.up.sql", "select 1;\nselect 'it;\n")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn concurrently_inside_a_transaction_is_found_without_a_server() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop
        .write("migrations/expand/020_index.up.sql", "create index concurrently by_customer on orders (customer);\n")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_step_without_a_way_back_says_how_to_waive_it() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.remove("migrations/expand/020_index.down.sql")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_waiver_for_no_step_is_refused() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace(
        "scenario.toml",
        "directory = \"migrations/expand\"\n",
        "directory = \"migrations/expand\"\nwaive = [{ step = \"020_indx\", reason = \"none\" }]\n",
    )?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_parity_map_of_neither_form_is_refused() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "target = \"select name from customers\"\n", "")?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_batch_of_no_rows_is_shown_in_its_line() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write(
        "migrations/expand/030_fill.batch.toml",
        "relation = \"orders\"\nkey = \"id\"\nsize = 0\nup = \"select 1\"\n",
    )?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_batch_with_half_of_its_work_says_what_is_missing() -> Outcome {
    let workshop = Workshop::mini()?;
    let half = "relation = \"orders\"\nkey = \"id\"\nread = \"select 1\"\nwrite = \"select 1\"\n";
    workshop.write("migrations/expand/030_fill.batch.toml", half)?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}

#[test]
fn a_transform_that_no_crate_gives_is_named() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write(
        "migrations/expand/030_fill.batch.toml",
        "relation = \"orders\"\nkey = \"id\"\nread = \"select 1\"\ntransform = \"fill\"\nwrite = \"select 1\"\n",
    )?;
    assert_seen!(workshop.run(&["run", "mini"])?);
    Ok(())
}
