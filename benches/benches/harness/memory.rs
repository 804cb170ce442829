//! The most memory that the harness's own process takes, at two sizes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pgproof_benches::Failure;

use crate::bench::{Bench, tell};

/// The most that the design allows at any size.
const MOST_MIB: u64 = 200;
/// The factor at which the scenario has ten million sales.
const TEN_MILLION: &str = "26.6";

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let large = std::env::var("PGPROOF_BENCH_LARGE").is_ok_and(|value| value == "1");
    let sizes = [("memory, 376 thousand rows", "1", true), ("memory, 10 million rows", TEN_MILLION, large)];
    for (work, scale, wanted) in sizes {
        if !bench.wants(work) || bench.is_test() {
            continue;
        }
        if !wanted {
            tell(&format!("left out: {work}: `PGPROOF_BENCH_LARGE=1` measures it, on 10 GB of disk"));
            continue;
        }
        let peak = peak_mib(&program()?, scale)?;
        let target = if peak <= MOST_MIB { "≤ 200 MB" } else { "≤ 200 MB, missed" };
        bench.row([work, "–", &format!("{peak} MB"), "–", target].map(str::to_owned));
    }
    Ok(())
}

/// The scenario's own command, built in the profile that the benchmark itself was.
fn program() -> Result<PathBuf, Failure> {
    let built =
        Command::new(env!("CARGO")).args(["build", "--quiet", "--release", "--package", "medallion"]).status()?;
    if !built.success() {
        return Err("`medallion` can not be built".into());
    }
    let here = std::env::current_exe()?;
    let target = here.ancestors().nth(2).ok_or("the benchmark lies in no target directory")?;
    Ok(target.join("medallion"))
}

/// Runs the scenario and returns the high-water mark of its own resident memory, which its servers are no part of.
fn peak_mib(program: &Path, scale: &str) -> Result<u64, Failure> {
    let out = tempfile::Builder::new().prefix("pgproof-bench-").tempdir()?;
    let mut run = Command::new(program)
        .args(["run", "--server", "embedded", "--no-keep", "--scale", scale, "--out"])
        .arg(out.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let mut peak = 0;
    let status = loop {
        // The mark only rises, so the last look before the end is the answer.
        peak = high_water_mark(&run).unwrap_or(0).max(peak);
        if let Some(status) = run.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    // A run that judged has gone all the way; that queries miss their budgets on so many rows is no matter here.
    let judged = out.path().join("run.json").is_file() && matches!(status.code(), Some(0 | 1 | 4));
    if judged { Ok(peak >> 10) } else { Err(format!("the run at scale {scale} ended with {status}").into()) }
}

/// `VmHWM` of proc(5), in KiB.
fn high_water_mark(run: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", run.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
