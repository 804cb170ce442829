//! Nothing is left behind, however the harness ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pgproof::server::{Kept, Places, Provider, Request, Source, can_bound_a_volume, sweep};
use rstest::rstest;
use tokio::time::{sleep, timeout};

use crate::subject::{Kind, Outcome, Subject, ask, docker_or_skip, docker_source, tell, test_name};

/// Tells the child which server to hold: `embedded`, `embedded-volume`, `docker`, or `docker-unwatched`.
const HOLD: &str = "PGPROOF_TEST_HOLD";
/// Where the child puts its run directories.
const DISK: &str = "PGPROOF_TEST_DISK";

#[tokio::test]
async fn a_stopped_server_leaves_no_process_and_no_directory() -> Outcome {
    for stop in [true, false] {
        let Some(subject) = Subject::start(Kind::Embedded, &test_name(), Request::default()).await? else {
            return Ok(());
        };
        let pid = subject.server.process().ok_or("no process")?;
        let data = subject.server.data_directory().ok_or("no directory")?;
        assert!(data.join("PG_VERSION").is_file() && is_process(pid));
        if stop {
            subject.stop().await?;
        } else {
            drop(subject);
        }
        assert!(!data.parent().ok_or("no parent")?.exists() && !is_process(pid));
    }
    Ok(())
}

#[tokio::test]
async fn a_stopped_container_is_removed() -> Outcome {
    for stop in [true, false] {
        let Some(subject) = Subject::start(Kind::Docker, &test_name(), Request::default()).await? else {
            return Ok(());
        };
        let id = subject.server.container().ok_or("no container")?.to_owned();
        assert!(is_container(&id)?);
        if stop {
            subject.stop().await?;
        } else {
            drop(subject);
        }
        assert!(!is_container(&id)?);
    }
    Ok(())
}

/// Holds a server until it is killed when a test below asks for that, otherwise only until it was seen.
#[tokio::test]
async fn a_server_is_held_as_long_as_its_harness_lives() -> Outcome {
    let hold = std::env::var(HOLD).ok();
    let mut places = Places::from_environment();
    if let Ok(disk) = std::env::var(DISK) {
        (places.memory, places.disk) = (None, PathBuf::from(disk));
    }
    if hold.as_deref() == Some("docker-unwatched") {
        places.path.clear();
    }
    let source =
        if hold.as_deref().is_some_and(|hold| hold.starts_with("docker")) { docker_source() } else { Source::Embedded };
    // Where none can be mounted, the server is held without one.
    let volume = (hold.as_deref() == Some("embedded-volume") && can_bound_a_volume().is_ok()).then_some(16 << 20);
    let request = Request { volume, ..Request::default() };
    let server = Provider::new(source, request, places).start().await?;
    let named = match (server.process(), server.container()) {
        (Some(pid), _) => pid.to_string(),
        (None, Some(container)) => container.to_owned(),
        (None, None) => return Err("neither a process nor a container".into()),
    };
    if hold.is_some() {
        writeln!(std::io::stdout(), "\nheld {named}")?;
        std::io::stdout().flush()?;
        std::future::pending::<()>().await;
    }
    assert!(server.is_alive().await);
    server.stop().await?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_killed_harness_leaves_no_server_and_a_sweep_removes_its_directory(
    #[values("embedded", "embedded-volume")] hold: &str,
) -> Outcome {
    let disk = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o755)).tempdir()?;
    let (mut harness, held) = start_holding(hold, Some(disk.path()))?;
    let pid: i32 = held.parse()?;
    let processes = descendants(pid)?;
    assert!(is_process(pid) && processes.len() > 1, "{processes:?}");
    harness.kill()?;
    harness.wait()?;
    until(Duration::from_secs(2), || Ok(!is_process(pid) && !processes.iter().any(|pid| is_process(*pid)))).await?;
    let left = std::fs::read_dir(disk.path())?.count();
    assert_eq!(left, 1, "the directory of the killed harness");
    let places = Places { memory: None, disk: disk.path().to_owned(), ..Places::from_environment() };
    assert_eq!(sweep(&places, Kept::Leave).await.directories.len(), 1);
    assert_eq!(std::fs::read_dir(disk.path())?.count(), 0);
    Ok(())
}

#[tokio::test]
async fn a_killed_harness_leaves_no_container() -> Outcome {
    if !has_docker(&test_name()).await? {
        return Ok(());
    }
    let (mut harness, container) = start_holding("docker", None)?;
    assert!(is_container(&container)?);
    harness.kill()?;
    harness.wait()?;
    // The watchdog's doing: no sweep is called.
    until(Duration::from_secs(20), || Ok(!is_container(&container)?)).await
}

#[tokio::test]
async fn a_sweep_removes_the_container_of_a_killed_harness() -> Outcome {
    if !has_docker(&test_name()).await? {
        return Ok(());
    }
    let (mut harness, container) = start_holding("docker-unwatched", None)?;
    let living = Subject::start(Kind::Docker, &test_name(), Request::default()).await?.ok_or("no engine any more")?;
    assert!(is_container(&container)?, "a sweep took the container of a living harness");
    harness.kill()?;
    harness.wait()?;
    assert!(is_container(&container)?, "nobody watches this one");
    sweep(&Places::from_environment(), Kept::Leave).await;
    assert!(!is_container(&container)?);
    assert!(living.server.is_alive().await);
    living.stop().await
}

#[tokio::test]
async fn a_server_that_is_killed_in_mid_run_is_reported_as_dead() -> Outcome {
    let Some(subject) = Subject::start(Kind::Embedded, &test_name(), Request::default()).await? else { return Ok(()) };
    let server = &subject.server;
    let mut connection = server.connect("postgres").await?;
    let pid = server.process().ok_or("no process")?;
    kill(Pid::from_raw(pid), Signal::SIGQUIT)?;
    // The server's end is what ends this statement.
    let lost = sqlx::query("select pg_sleep(60)").execute(&mut connection).await;
    let lost = lost.err().ok_or("the server outlived SIGQUIT")?;
    let deadline = Duration::from_secs(10);
    timeout(deadline, async {
        while server.is_alive().await {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await?;
    let error = server.explain("sleep", lost).await;
    assert!(error.to_string().starts_with("the embedded server died"), "{error}");
    let data = server.data_directory().ok_or("no directory")?;
    subject.stop().await?;
    assert!(!data.exists());
    Ok(())
}

/// This very test binary as another process that holds a server; what it holds.
fn start_holding(what: &str, disk: Option<&Path>) -> Outcome<(Child, String)> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["--exact", "left_behind::a_server_is_held_as_long_as_its_harness_lives", "--nocapture"])
        .env(HOLD, what)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(disk) = disk {
        command.env(DISK, disk);
    }
    let mut child = command.spawn()?;
    let output = BufReader::new(child.stdout.take().ok_or("no stdout")?);
    for line in output.lines() {
        if let Some(held) = line?.strip_prefix("held ") {
            return Ok((child, held.to_owned()));
        }
    }
    let mut words = String::new();
    child.stderr.take().ok_or("no stderr")?.read_to_string(&mut words)?;
    child.wait()?;
    Err(format!("the child held nothing: {words}").into())
}

async fn has_docker(test: &str) -> Outcome<bool> {
    let provider = Provider::new(docker_source(), Request::default(), Places::from_environment());
    match docker_or_skip(test, provider).await? {
        Some(server) => {
            server.stop().await?;
            Ok(true)
        }
        None => Ok(false),
    }
}

fn is_process(pid: i32) -> bool {
    // A zombie that nobody has waited for yet does nothing any more.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z')))
}

fn descendants(parent: i32) -> Outcome<Vec<i32>> {
    let text = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
    Ok(text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}

fn is_container(id: &str) -> Outcome<bool> {
    let listed = Command::new("docker")
        .args(["ps", "--all", "--quiet", "--no-trunc", "--filter"])
        .arg(format!("id={id}"))
        .output()?;
    assert!(listed.status.success(), "docker ps failed");
    Ok(!listed.stdout.is_empty())
}

/// Waits for something another process does; the limit is there so that a failure ends.
async fn until(limit: Duration, mut happened: impl FnMut() -> Outcome<bool>) -> Outcome {
    timeout(limit, async {
        while !happened()? {
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    })
    .await?
}

#[rstest]
#[tokio::test]
async fn a_kept_server_answers_until_a_sweep_takes_kept_ones(
    #[values(Kind::Embedded, Kind::Docker)] kind: Kind,
) -> Outcome {
    // A directory of its own: a sweep of kept ones must not reach what a person kept on this machine.
    let disk = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o755)).tempdir()?;
    let places = Places { memory: None, disk: disk.path().to_owned(), ..Places::from_environment() };
    let source = if kind == Kind::Embedded { Source::Embedded } else { docker_source() };
    let provider = Provider::new(source, Request::default(), places.clone());
    let Some(server) = docker_or_skip(&test_name(), provider).await? else { return Ok(()) };
    let (connector, container) = (server.connector().clone(), server.container().map(str::to_owned));
    let mut connection = server.connect("postgres").await?;
    tell(&mut connection, "create table evidence as select 1 as row").await?;
    drop(connection);
    let address = server.keep("postgres").await?;
    let mut connection = connector.connect("postgres").await?;
    assert_eq!(ask::<i64>(&mut connection, "select count(*) from evidence").await?, 1);
    drop(connection);
    if let Some(container) = container {
        assert!(address.starts_with("docker exec -it pgproof-kept-"), "{address}");
        assert!(is_container(&container)?);
        assert!(Command::new("docker").args(["rm", "--force", "--volumes", &container]).output()?.status.success());
        return Ok(());
    }
    let remove = sweep(&places, Kept::Leave).await.directories;
    assert!(remove.is_empty(), "{remove:?}");
    // The harness that kept it still lives, but has let go of the lock.
    assert_eq!(sweep(&places, Kept::Remove).await.directories.len(), 1);
    assert!(connector.connect("postgres").await.is_err());
    assert_eq!(std::fs::read_dir(disk.path())?.count(), 0);
    Ok(())
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_nothing() -> Outcome {
    let disk = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o755)).tempdir()?;
    let places = Places { memory: None, disk: disk.path().to_owned(), ..Places::from_environment() };
    let provider = Provider::new(Source::Embedded, Request::default(), places);
    let mut seen = 0;
    for millis in [1, 20, 60, 120, 200] {
        let given_up = timeout(Duration::from_millis(millis), provider.start()).await;
        seen += usize::from(given_up.is_err());
        drop(given_up);
    }
    assert!(seen > 0, "no start took longer than a millisecond");
    until(Duration::from_secs(10), || Ok(std::fs::read_dir(disk.path())?.count() == 0)).await
}
