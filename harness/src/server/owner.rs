//! Whose a run directory, a container or a database is, so that what the dead left can be told from what the living use.

use std::fs;
use std::os::unix::fs::MetadataExt;

use serde::{Deserialize, Serialize};

/// A process, named so that a later one with the same number is not mistaken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    machine: String,
    boot: String,
    /// The namespace in which `pid` counts.
    namespace: u64,
    pid: u32,
    started: u64,
}

/// What can be said about an owner from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It runs.
    Alive,
    /// It ended: its number is free or taken by another process, or its machine was started anew.
    Dead,
    /// It is on another machine or in another container: not ours to judge.
    Unknown,
}

impl Owner {
    /// This process.
    pub fn current() -> Self {
        let pid = std::process::id();
        Self {
            machine: machine(),
            boot: first_line("/proc/sys/kernel/random/boot_id"),
            namespace: fs::metadata("/proc/self/ns/pid").map_or(0, |meta| meta.ino()),
            pid,
            started: start_time(pid).unwrap_or(0),
        }
    }

    /// Whether the process still runs, as far as this process can tell.
    pub fn life(&self) -> Life {
        let here = Self::current();
        if self.machine != here.machine {
            return Life::Unknown;
        }
        if self.boot != here.boot {
            return Life::Dead;
        }
        if self.namespace != here.namespace {
            return Life::Unknown;
        }
        match start_time(self.pid) {
            Some(started) if started == self.started => Life::Alive,
            _ => Life::Dead,
        }
    }

    /// One line of JSON, for a label or a comment.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The machine's identity with the host's name: containers of one machine share the first and differ in the second.
fn machine() -> String {
    format!("{}/{}", first_line("/etc/machine-id"), first_line("/proc/sys/kernel/hostname"))
}

fn first_line(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

/// When the process started, in clock ticks since boot: field 22 of `/proc/<pid>/stat` (proc(5)).
fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold spaces and parentheses itself.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    // A zombie does nothing any more, though its number is still taken.
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_a_reused_number_is_not_it() {
        let me = Owner::current();
        assert_eq!(me.life(), Life::Alive);
        assert_eq!(Owner { started: me.started + 1, ..me.clone() }.life(), Life::Dead);
        assert_eq!(Owner { boot: "before".to_owned(), ..me.clone() }.life(), Life::Dead);
        assert_eq!(Owner { machine: "elsewhere".to_owned(), ..me }.life(), Life::Unknown);
    }
}
