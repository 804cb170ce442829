//! A file system of a bounded size that a server alone sees, so that it can be full without anybody else's being so.
//!
//! It lies in memory, in a mount namespace of the server's own (`mount_namespaces(7)`), and ends with the last
//! process in it: there is nothing to unmount, however this process ends. It takes the rights of root.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::error::ServerError;
use super::launch::{Account, Mount, try_mount};
use super::room;

/// The file that takes what room is left.
const BALLAST: &str = "pgproof-ballast";

/// Where a server sees its volume, and how large it is.
#[derive(Debug, Clone)]
pub(super) struct Volume {
    place: PathBuf,
    bytes: u64,
}

impl Volume {
    /// A volume at a directory that is there.
    pub(super) fn at(place: PathBuf, bytes: u64) -> Self {
        Self { place, bytes }
    }

    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// What has to be mounted for it; nothing where the path can not be told to the kernel.
    pub(super) fn mount(&self, account: &Account) -> Option<Mount> {
        let options =
            format!("size={},mode=0700,uid={},gid={}", self.bytes, account.uid.as_raw(), account.gid.as_raw());
        let place = CString::new(self.place.as_os_str().as_bytes()).ok()?;
        Some(Mount { place, options: CString::new(options).ok()?, account: Some(account.clone()) })
    }

    /// Takes all the room that is left. `process` is one that sees the volume.
    pub(super) fn fill(&self, process: i32) -> Result<(), ServerError> {
        let path = self.ballast(process);
        let failed = |error| ServerError::file("fill the volume with", &path)(error);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&path).map_err(failed)?;
        // Large pieces first, then what is left, page by page.
        for size in [1 << 20, 4096] {
            fill_with(&mut file, &vec![0; size]).map_err(failed)?;
        }
        Ok(())
    }

    /// Gives the room back.
    pub(super) fn make_room(&self, process: i32) -> Result<(), ServerError> {
        let path = self.ballast(process);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(ServerError::file("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    /// The way into another process's mounts (proc(5), `/proc/pid/root`).
    fn ballast(&self, process: i32) -> PathBuf {
        let inside = self.place.strip_prefix("/").unwrap_or(&self.place);
        Path::new("/proc").join(process.to_string()).join("root").join(inside).join(BALLAST)
    }
}

fn fill_with(file: &mut File, piece: &[u8]) -> io::Result<()> {
    loop {
        match file.write_all(piece) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// Whether a server can be given a volume here; tried on a thread whose mounts nobody else sees.
///
/// # Errors
/// Why not, in words.
pub fn can_bound_a_volume() -> Result<(), String> {
    let tried = std::thread::spawn(|| {
        let place = tempfile::tempdir()?;
        let path = CString::new(place.path().as_os_str().as_bytes())?;
        try_mount(&Mount { place: path, options: c"size=64k".to_owned(), account: None })
    });
    let outcome = tried.join().unwrap_or_else(|_| Err(io::Error::other("the thread that tried it is gone")));
    outcome.map_err(|error| format!("a volume of a bounded size takes the right to mount one ({error})"))
}

/// Whether a volume of this size can be filled, and half of the memory that is free stays so.
///
/// # Errors
/// Why not, in words.
pub fn has_memory_for(bytes: u64) -> Result<(), String> {
    fits(bytes, room::available_memory())
}

fn fits(bytes: u64, free: Option<u64>) -> Result<(), String> {
    match free {
        Some(free) if bytes > free / 2 => Err(format!(
            "a volume for this database takes {} MB of memory, and only {} MB are free",
            bytes >> 20,
            free >> 20
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_leaves_half_of_the_memory_free() {
        assert_eq!(fits(400 << 20, Some(800 << 20)), Ok(()));
        let why = fits(401 << 20, Some(800 << 20)).unwrap_err();
        assert!(why.contains("401 MB") && why.contains("800 MB"), "{why}");
    }
}
