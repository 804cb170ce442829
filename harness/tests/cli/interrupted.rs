//! Stopped in the middle, politely or not: nothing is left behind.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rstest::rstest;

use crate::external::{databases, host};
use crate::workshop::{Outcome, Workshop, until};

/// Long enough that only an interruption ends it.
const SLEEP: &str = "select pg_sleep(600);\n";

/// Where a run is interrupted.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// While the template is built.
    Baseline,
    /// In a step's statement.
    Step,
    /// In a step's statement, with requests under way and others waiting for it.
    Traffic,
}

/// Requests that wait for the step, and one that takes its time.
const WORKLOAD: &str = "[workload]\nrate = 50\nclients = 4\nrest_s = 0.2\n\n[[workload.request]]\nname = \"look\"\n\
    sql = \"select count(*) from orders\"\n\n[[query]]";

impl Place {
    fn workshop(self) -> Outcome<Workshop> {
        let workshop = Workshop::mini()?;
        match self {
            Self::Baseline => workshop.write("legacy.sql", SLEEP)?,
            Self::Step => workshop.write("migrations/expand/020_index.up.sql", SLEEP)?,
            Self::Traffic => {
                workshop.replace("scenario.toml", "[[query]]", WORKLOAD)?;
                workshop.write("migrations/expand/020_index.up.sql", &format!("lock table orders;\n{SLEEP}"))?;
            }
        }
        Ok(workshop)
    }

    /// The line of the log that says that this place is reached.
    fn line(self) -> &'static str {
        match self {
            Self::Baseline => "building the template",
            Self::Step | Self::Traffic => "020_index up …",
        }
    }
}

/// A run that has reached its place.
struct Running {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Running {
    fn start(command: Command, place: Place) -> Outcome<Self> {
        Self::start_until(command, place.line())
    }

    /// Runs until a line of the log holds the words.
    fn start_until(mut command: Command, words: &str) -> Outcome<Self> {
        command.env("PGPROOF_LOG", "pgproof=debug").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut stderr = BufReader::new(child.stderr.take().ok_or("no stderr")?);
        let mut said = String::new();
        while stderr.read_line(&mut said)? > 0 {
            if said.lines().last().is_some_and(|line| line.contains(words)) {
                return Ok(Self { child, stderr });
            }
        }
        child.wait()?;
        Err(format!("the run ended before `{words}`: {said}").into())
    }

    /// Sends the signal; the exit code and what was said after it.
    fn end(mut self, signal: Signal) -> Outcome<(Option<i32>, String)> {
        kill(Pid::from_raw(i32::try_from(self.child.id())?), signal)?;
        let mut said = String::new();
        self.stderr.read_to_string(&mut said)?;
        Ok((self.child.wait()?.code(), said))
    }
}

#[rstest]
fn an_interrupted_run_leaves_no_process_and_no_directory(
    #[values(Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP)] signal: Signal,
    #[values(Place::Baseline, Place::Step, Place::Traffic)] place: Place,
) -> Outcome {
    let workshop = place.workshop()?;
    let running = Running::start(workshop.command(&["run", "mini"]), place)?;
    assert!(!workshop.servers()?.is_empty(), "no server runs in {}", workshop.run_dir().display());
    let (code, said) = running.end(signal)?;
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted: nothing is left behind\n"), "{said}");
    workshop.nothing_left(Duration::from_secs(2))
}

#[rstest]
fn a_killed_run_leaves_no_process_and_a_clean_removes_its_directory(
    #[values(Place::Baseline, Place::Step, Place::Traffic)] place: Place,
) -> Outcome {
    let workshop = place.workshop()?;
    let running = Running::start(workshop.command(&["run", "mini"]), place)?;
    assert!(!workshop.servers()?.is_empty(), "no server runs in {}", workshop.run_dir().display());
    assert_eq!(running.end(Signal::SIGKILL)?.0, None);
    until(Duration::from_secs(2), || {
        let left = workshop.servers()?;
        Ok(if left.is_empty() { Ok(()) } else { Err(format!("processes {left:?} outlived their harness")) })
    })?;
    assert_eq!(std::fs::read_dir(workshop.run_dir())?.count(), 1, "the directory of the killed run");
    let seen = workshop.run(&["clean"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.starts_with("removed [run]/pgproof-"), "{seen}");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn an_interrupted_run_leaves_no_database_on_another_s_server(
    #[values(Signal::SIGINT, Signal::SIGTERM)] signal: Signal,
    #[values(Place::Baseline, Place::Step, Place::Traffic)] place: Place,
) -> Outcome {
    let (host, workshop) = (host().await?, place.workshop()?);
    let (before, url) = (databases(&host).await?, host.secret_url("postgres"));
    let running = Running::start(workshop.command(&["run", "mini", "--server", &url]), place)?;
    let (code, said) = running.end(signal)?;
    assert_eq!(code, Some(130), "{said}");
    assert_eq!(databases(&host).await?, before, "{said}");
    Ok(host.stop().await?)
}

#[rstest]
#[tokio::test]
async fn a_clean_drops_what_a_killed_run_left_on_another_s_server(
    #[values(Place::Baseline, Place::Step, Place::Traffic)] place: Place,
) -> Outcome {
    let (host, workshop) = (host().await?, place.workshop()?);
    let (before, url) = (databases(&host).await?, host.secret_url("postgres"));
    let running = Running::start(workshop.command(&["run", "mini", "--server", &url]), place)?;
    running.end(Signal::SIGKILL)?;
    let seen = workshop.run(&["clean", "--server", &url])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.contains("dropped pgproof_"), "{seen}");
    // A sealed template is whole: the next run of the same plan takes it.
    let left = databases(&host).await?.into_iter().filter(|name| !name.starts_with("pgproof_t_")).collect::<Vec<_>>();
    assert_eq!(left, before);
    Ok(host.stop().await?)
}

/// A sweep is long, and what it has seen so far is worth keeping: it is judged, and the next one goes on from there.
#[rstest]
fn an_interrupted_sweep_of_faults_decides_nothing_and_the_same_command_goes_on_with_it(
    #[values(Signal::SIGINT, Signal::SIGTERM)] signal: Signal,
) -> Outcome {
    let workshop = Workshop::mini()?;
    let sweep = ["run", "mini", "--only", "A,F", "--faults", "statements", "--fault-kinds", "backend,server"];
    let running = Running::start_until(workshop.command(&sweep), "2 of ")?;
    let (code, said) = running.end(signal)?;
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted: the same command goes on with the faults"), "{said}");
    workshop.nothing_left(Duration::from_secs(2))?;
    let out = workshop.path().join("target/pgproof/mini/expand");
    let record: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(out.join("run.json"))?)?;
    let claim = |record: &serde_json::Value, name: &str| record["claims"][name]["verdict"].as_str().map(str::to_owned);
    assert_eq!(claim(&record, "applies").as_deref(), Some("proven"), "{record:#}");
    assert_eq!(claim(&record, "resumable").as_deref(), Some("inconclusive"), "{record:#}");
    let reason = record["claims"]["resumable"]["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("stopped on request after "), "{reason}");
    let tried = record["faults"]["trials"].as_array().map_or(0, Vec::len);
    assert!(tried >= 2 && out.join("faults.jsonl").is_file(), "{tried}");
    let seen = workshop.run(&sweep)?;
    assert_eq!(seen.code, Some(0), "{seen}");
    let record: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(out.join("run.json"))?)?;
    assert_eq!(record["faults"]["resumed"].as_u64(), u64::try_from(tried).ok(), "{record:#}");
    assert_eq!(claim(&record, "resumable").as_deref(), Some("proven"), "{record:#}");
    assert!(!out.join("faults.jsonl").exists(), "a finished sweep leaves a journal");
    Ok(())
}
