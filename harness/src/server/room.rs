//! How much room a file system has, and which of two to take.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

use super::places::Places;
use super::request::{Placement, Request};

/// What a cluster and its write-ahead log take beside the data.
const SERVER_BYTES: u64 = 512 << 20;

/// The directory below which the run directory goes.
pub(super) fn base(places: &Places, request: &Request) -> PathBuf {
    match (&request.placement, &places.memory) {
        (Placement::Disk(directory), _) => directory.clone(),
        (Placement::Memory, Some(memory)) => memory.clone(),
        (Placement::Auto, Some(memory)) => {
            let free = free_memory(memory);
            if fits(free, request.estimated_bytes) {
                memory.clone()
            } else {
                let free_mib = free.free >> 20;
                tracing::info!(free_mib, disk = %places.disk.display(), "too little room in memory, the data go to disk");
                places.disk.clone()
            }
        }
        (_, None) => {
            tracing::info!(disk = %places.disk.display(), "no file system in memory here, the data go to disk");
            places.disk.clone()
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Room {
    free: u64,
    total: u64,
}

/// The room of a file system in memory: what it may still take, and never more than the machine has left.
fn free_memory(path: &Path) -> Room {
    let Ok(stat) = statvfs(path) else { return Room { free: 0, total: 0 } };
    let block = stat.fragment_size();
    let free = stat.blocks_available() * block;
    Room { free: free.min(available_memory().unwrap_or(free)), total: stat.blocks() * block }
}

/// `MemAvailable` of proc(5).
pub(super) fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
}

/// With an estimate, it must fit beside the server; without one, a quarter of the file system must be free.
fn fits(room: Room, estimated: Option<u64>) -> bool {
    match estimated {
        Some(bytes) => room.free >= bytes.saturating_add(SERVER_BYTES),
        None => room.free >= SERVER_BYTES.max(room.total / 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_taken_only_with_headroom() {
        let gib = |n: u64| n << 30;
        assert!(fits(Room { free: gib(8), total: gib(16) }, None));
        assert!(!fits(Room { free: gib(3), total: gib(16) }, None));
        assert!(!fits(Room { free: 64 << 20, total: 64 << 20 }, None));
        assert!(fits(Room { free: gib(3), total: gib(16) }, Some(gib(2))));
        assert!(!fits(Room { free: gib(3), total: gib(16) }, Some(gib(3))));
    }

    #[test]
    fn a_named_disk_is_taken_as_it_is() {
        let places = Places::from_environment();
        let request = Request { placement: Placement::Disk("/somewhere".into()), ..Request::default() };
        assert_eq!(base(&places, &request), Path::new("/somewhere"));
    }
}
