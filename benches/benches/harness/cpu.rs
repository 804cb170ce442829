//! The processor's time that the harness and a server of its own have taken so far.

use std::fs;
use std::time::Duration;

use pgproof_benches::Failure;

/// A tick of `proc_pid_stat(5)`: `USER_HZ` is 100 on every architecture that PostgreSQL is packaged for.
const TICK: Duration = Duration::from_millis(10);

/// Of this process, the postmaster, its children, and those of them that have ended.
pub(crate) fn taken(postmaster: i32) -> Result<Duration, Failure> {
    let mut ticks = own(&stat("self")?)?;
    let server = stat(&postmaster.to_string())?;
    ticks += own(&server)? + field(&server, 15)? + field(&server, 16)?;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // One that has ended since is counted with its parent, or with the next look.
        let Ok(child) = stat(&name) else { continue };
        if field(&child, 3)? == u64::from(postmaster.unsigned_abs()) {
            ticks += own(&child)?;
        }
    }
    Ok(TICK * u32::try_from(ticks)?)
}

/// The fields of `/proc/<process>/stat` from the third on; the second, a name, may hold anything.
fn stat(process: &str) -> Result<Vec<String>, Failure> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = text.rsplit_once(')').ok_or("a process without a name")?;
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}

/// In user mode and in the kernel.
fn own(stat: &[String]) -> Result<u64, Failure> {
    Ok(field(stat, 13)? + field(stat, 14)?)
}

/// A field by its place in the manual less one, as `stat` begins with the third.
fn field(stat: &[String], place: usize) -> Result<u64, Failure> {
    Ok(stat.get(place - 2).ok_or("a short line")?.parse()?)
}
