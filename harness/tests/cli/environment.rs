//! No server, no room, no permission: exit code 3, and what to do about it.

use std::process::Command;

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

fn requiring(requires: &str) -> Outcome<Workshop> {
    let workshop = Workshop::mini()?;
    workshop.replace("scenario.toml", "[baseline]", &format!("[requires]\n{requires}\n\n[baseline]"))?;
    Ok(workshop)
}

#[test]
fn an_extension_that_no_server_has_is_named_with_its_package() -> Outcome {
    assert_seen!(requiring("extensions = [\"no_such_extension\"]")?.run(&["run", "mini", "--server", "embedded"])?);
    Ok(())
}

#[test]
fn a_version_that_no_server_has_is_named() -> Outcome {
    assert_seen!(requiring("postgres = 99")?.run(&["run", "mini", "--server", "embedded"])?);
    Ok(())
}

#[test]
fn a_setting_that_the_server_refuses_is_told_in_its_words() -> Outcome {
    assert_seen!(requiring("settings = { shared_buffers = \"lots\" }")?.run(&["run", "mini", "--server", "embedded"])?);
    Ok(())
}

#[test]
fn a_library_that_is_not_there_is_named() -> Outcome {
    let workshop = requiring("settings = { shared_preload_libraries = \"no_such_library\" }")?;
    assert_seen!(workshop.run(&["run", "mini", "--server", "embedded"])?);
    Ok(())
}

#[test]
fn a_missing_container_engine_is_told() -> Outcome {
    let seen = Workshop::mini()?.run(&["run", "mini", "--server", "docker"])?;
    assert_eq!(seen.code, Some(3), "{seen}");
    assert!(seen.stderr.contains("= help: start Docker, or use `--server embedded`"), "{seen}");
    assert_eq!(seen.files, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_place_for_the_record_below_a_file_is_noticed_before_the_run() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--out", "scenarios/mini/legacy.sql/record"])?);
    Ok(())
}

#[test]
fn a_place_for_the_record_that_can_not_be_written_to_is_noticed_before_the_run() -> Outcome {
    assert_seen!(Workshop::mini()?.run(&["run", "mini", "--out", "/proc/record"])?);
    Ok(())
}

#[test]
fn a_place_for_the_data_that_is_not_there_is_named() -> Outcome {
    let workshop = Workshop::mini()?;
    let mut command = workshop.command(&["run", "mini"]);
    command.env("PGPROOF_RUN_DIR", workshop.path().join("scenarios/mini/legacy.sql"));
    assert_seen!(workshop.run_command(command)?);
    Ok(())
}

#[test]
fn a_cache_that_can_not_be_written_to_is_named() -> Outcome {
    let workshop = Workshop::mini()?;
    let mut command = workshop.command(&["run", "mini"]);
    command.env("PGPROOF_CACHE_DIR", workshop.path().join("scenarios/mini/legacy.sql/cache"));
    assert_seen!(workshop.run_command(command)?);
    Ok(())
}

#[test]
fn a_server_that_is_killed_in_mid_run_is_told_as_dead() -> Outcome {
    let workshop = Workshop::mini()?;
    // The server's programs run in its data directory, where the first line of this file is its process.
    workshop.write(
        "migrations/expand/020_index.up.sql",
        "select 1;\ncopy (select 1) to program 'kill -9 $(head -n 1 postmaster.pid)';\nselect pg_sleep(60);\n",
    )?;
    let seen = workshop.run(&["run", "mini", "--only", "applies"])?;
    assert_eq!(seen.code, Some(3), "{seen}");
    assert!(seen.stderr.starts_with("error: the embedded server died"), "{seen}");
    assert_eq!(seen.stdout, "");
    assert_eq!(seen.stderr.matches("error: ").count(), 1, "{seen}");
    Ok(())
}

#[test]
fn a_server_that_crashes_and_starts_anew_in_mid_run_is_no_verdict() -> Outcome {
    let workshop = Workshop::mini()?;
    // A backend that is killed takes all others along: the server starts anew and empty-handed.
    workshop.write("migrations/expand/020_index.up.sql", "select 1;\ncopy (select 1) to program 'kill -9 $PPID';\n")?;
    let seen = workshop.run(&["run", "mini", "--only", "applies"])?;
    assert_eq!(seen.code, Some(3), "{seen}");
    assert!(seen.stderr.contains("migrations/expand/020_index.up.sql:2"), "{seen}");
    assert_eq!(seen.stderr.matches("error: ").count(), 1, "{seen}");
    Ok(())
}

#[test]
fn a_connection_that_its_own_step_ends_is_no_verdict() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("migrations/expand/020_index.up.sql", "select pg_terminate_backend(pg_backend_pid());\n")?;
    assert_seen!(workshop.run(&["run", "mini", "--only", "applies"])?);
    Ok(())
}

#[test]
fn a_full_disk_is_told_as_one_before_and_in_mid_run() -> Outcome {
    let fits = Workshop::mini()?;
    fits.write(
        "migrations/expand/020_index.up.sql",
        "create table big as select g, repeat(md5(g::text), 40) as text from generate_series(1, 200000) as g;\n",
    )?;
    for (workshop, size) in [(Workshop::mini()?, "8m"), (fits, "90m")] {
        let Some(command) = on_a_small_disk(&workshop, size)? else { return Ok(()) };
        let seen = workshop.run_command(command)?;
        assert_eq!(seen.code, Some(3), "{seen}");
        assert_eq!(seen.stderr.matches("error: ").count(), 1, "{seen}");
        assert!(seen.stderr.contains("= help: free some") && seen.stderr.contains("PGPROOF_RUN_DIR"), "{seen}");
    }
    Ok(())
}

/// The command in a mount namespace of its own, where the place for data is a small file system.
fn on_a_small_disk(workshop: &Workshop, size: &str) -> Outcome<Option<Command>> {
    let script = format!("mount -t tmpfs -o size={size},mode=755 none \"$PGPROOF_RUN_DIR\" && exec \"$@\"");
    let mut allowed = Command::new("unshare");
    allowed.args(["--mount", "sh", "-c", &script, "sh", "true"]).env("PGPROOF_RUN_DIR", workshop.run_dir());
    if !allowed.output().is_ok_and(|output| output.status.success()) {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {test}: may not mount\n").as_bytes())?;
        return Ok(None);
    }
    let plain = workshop.command(&["run", "mini", "--only", "applies"]);
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script, "sh"]).arg(plain.get_program()).args(plain.get_args());
    command.current_dir(workshop.path()).env_clear();
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ok(Some(command))
}
