//! A command line that is wrong: exit code 2, one clear error.

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

#[test]
fn a_scale_of_nothing_is_refused() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--scale", "0"])?);
    Ok(())
}

#[test]
fn a_seed_that_is_no_number_is_refused() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--seed", "many"])?);
    Ok(())
}

#[test]
fn a_claim_that_does_not_exist_is_refused_with_those_that_do() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--only", "parity,speed"])?);
    Ok(())
}

#[test]
fn only_and_skip_exclude_each_other() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--only", "parity", "--skip", "quick"])?);
    Ok(())
}

#[test]
fn a_kind_of_fault_that_does_not_exist_is_refused_with_those_that_do() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--faults", "all", "--fault-kinds", "disk,fire"])?);
    Ok(())
}

#[test]
fn kinds_of_faults_without_boundaries_to_plant_them_at_are_refused() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--fault-kinds", "disk"])?);
    Ok(())
}

#[test]
fn an_unknown_option_gets_the_nearest_one() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--pth", "expand"])?);
    Ok(())
}

#[test]
fn an_unknown_command_gets_the_nearest_one() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["rum"])?);
    Ok(())
}

#[test]
fn a_server_that_is_none_is_refused() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--server", "mysql"])?);
    Ok(())
}

#[test]
fn a_url_of_another_kind_is_refused_without_its_password() -> Outcome {
    let seen = Workshop::mini()?.run(&["run", "mini", "--server", "mysql://me:hunter2@localhost/db"])?;
    assert!(!seen.to_string().contains("hunter2"), "{seen}");
    assert_seen!(seen);
    Ok(())
}

#[test]
fn a_broken_url_is_refused_without_its_password() -> Outcome {
    let seen = Workshop::mini()?.run(&["run", "mini", "--server", "postgresql://me:hunter2@localhost:many/db"])?;
    assert!(!seen.to_string().contains("hunter2"), "{seen}");
    assert_seen!(seen);
    Ok(())
}

#[test]
fn an_unknown_finding_code_gets_the_nearest_one() -> Outcome {
    assert_seen!(Workshop::empty()?.run(&["explain", "P01"])?);
    Ok(())
}
