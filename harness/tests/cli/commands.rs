//! The other commands.

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

#[test]
fn scenarios_are_listed_with_their_paths_and_variants() -> Outcome {
    let workshop = Workshop::mini()?;
    assert_seen!(workshop.run(&["list"])?);
    Ok(())
}

#[test]
fn a_list_of_no_scenarios_says_where_they_would_be() -> Outcome {
    assert_seen!(Workshop::empty()?.run(&["list"])?);
    Ok(())
}

#[test]
fn a_list_goes_on_behind_a_broken_scenario_and_fails() -> Outcome {
    let workshop = Workshop::mini()?;
    let other = workshop.path().join("scenarios/broken");
    std::fs::create_dir_all(&other)?;
    std::fs::write(other.join("scenario.toml"), "name = 1\n")?;
    assert_seen!(workshop.run(&["list"])?);
    Ok(())
}

#[test]
fn every_finding_code_is_explained() -> Outcome {
    let workshop = Workshop::empty()?;
    let all = workshop.run(&["explain"])?;
    assert_eq!((all.code, all.stderr.as_str()), (Some(0), ""));
    let codes: Vec<&str> = all.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(codes.len() > 20, "{codes:?}");
    for code in codes {
        let page = workshop.run(&["explain", code])?;
        assert_eq!(page.code, Some(0), "{code}");
        assert!(page.stdout.lines().next().is_some_and(|line| line.contains(code)), "{page}");
    }
    // As it is typed by people in a hurry.
    assert_eq!(workshop.run(&["explain", "p001"])?.code, Some(0));
    Ok(())
}

#[test]
fn doctor_says_which_servers_start_and_what_scenarios_would_miss() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.replace(
        "scenario.toml",
        "[baseline]",
        "[requires]\nextensions = [\"no_such_extension\"]\n\n[baseline]",
    )?;
    let seen = workshop.run(&["doctor"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.contains("no_such_extension: missing; apt-get install postgresql-"), "{seen}");
    assert!(seen.stdout.contains("starts and answers"), "{seen}");
    assert!(seen.stdout.contains("docker    does not start"), "{seen}");
    Ok(())
}

#[test]
fn a_clean_of_a_clean_place_removes_nothing() -> Outcome {
    let seen = Workshop::mini()?.run(&["clean"])?;
    assert_eq!((seen.code, seen.stdout.as_str(), seen.stderr.as_str()), (Some(0), "", ""));
    Ok(())
}

#[test]
fn every_shell_gets_its_completions() -> Outcome {
    let workshop = Workshop::empty()?;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let seen = workshop.run(&["completions", shell])?;
        assert_eq!((seen.code, seen.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(seen.stdout.contains("no-keep") && seen.stdout.contains("explain"), "{seen}");
    }
    let other = workshop.run(&["completions", "bush"])?;
    assert_eq!(other.code, Some(2), "{other}");
    assert!(other.stderr.contains("a similar value exists: 'bash'"), "{other}");
    Ok(())
}

#[test]
fn a_reader_that_goes_away_is_no_bug() -> Outcome {
    let workshop = Workshop::empty()?;
    let mut child = workshop
        .command(&["completions", "zsh"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
