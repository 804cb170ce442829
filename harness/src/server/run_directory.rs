//! The private directory of one running server, locked as long as its harness lives.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use rand::RngExt;

use super::error::ServerError;
use super::launch::Account;
use super::owner::Owner;

const LOCK: &str = "lock";
const KEPT: &str = "kept";
/// A directory that is still being made; it gets its final name once its lock is held.
const UNFINISHED: &str = ".new";

/// `pgproof-<uid>-<random>` below a base directory. Holds `lock`, `data`, `socket` and `server.log`.
///
/// Dropped, it is removed with all in it, unless it was marked as kept. Its server must have ended before.
#[derive(Debug)]
pub(super) struct RunDirectory {
    path: PathBuf,
    kept: bool,
    _lock: File,
}

impl RunDirectory {
    /// Makes and locks a new directory, with empty `data` and `socket` inside that belong to `account`.
    pub(super) fn create(base: &Path, account: Option<&Account>) -> Result<Self, ServerError> {
        let name = format!("{}{:010x}", prefix(), rand::rng().random::<u64>() & 0xff_ffff_ffff);
        let path = base.join(&name);
        let unfinished = base.join(format!("{name}{UNFINISHED}"));
        // The server's user must pass through, and needs to see nothing else.
        let mode = if account.is_some() { 0o711 } else { 0o700 };
        make_directory(&unfinished, mode, None)?;
        let lock = write_locked(&unfinished.join(LOCK));
        let finished = lock.and_then(|lock| {
            make_directory(&unfinished.join("data"), 0o700, account)?;
            make_directory(&unfinished.join("socket"), 0o700, account)?;
            fs::rename(&unfinished, &path).map_err(ServerError::file("rename", &unfinished))?;
            Ok(Self { path, kept: false, _lock: lock })
        });
        if finished.is_err() {
            let _ = fs::remove_dir_all(&unfinished);
        }
        finished
    }

    /// The directory that it was made in.
    pub(super) fn base(&self) -> PathBuf {
        self.path.parent().unwrap_or(&self.path).to_owned()
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// Where a volume of the server's own is mounted; others see an empty directory.
    pub(super) fn volume(&self) -> PathBuf {
        self.path.join("volume")
    }

    /// Makes that directory.
    pub(super) fn make_volume(&self) -> Result<(), ServerError> {
        make_directory(&self.volume(), 0o700, None)
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.path.join("socket")
    }

    /// Lets a server of another user, in a container, make its socket. Only this user gets as far as the directory.
    pub(super) fn open_socket(&self) -> Result<(), ServerError> {
        let path = self.socket();
        fs::set_permissions(&path, Permissions::from_mode(0o777)).map_err(ServerError::file("open", &path))
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// Leaves the directory to be removed by nobody but a sweep that takes kept ones too.
    pub(super) fn mark_kept(&mut self) -> Result<(), ServerError> {
        let path = self.path.join(KEPT);
        fs::write(&path, "").map_err(ServerError::file("write", &path))?;
        self.kept = true;
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for RunDirectory {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        if let Err(error) = remove_tree(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "can not remove the run directory, a sweep will try again");
        }
    }
}

/// Which abandoned run directories a sweep takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Abandoned {
    /// Those that were kept on purpose stay.
    NotKept,
    /// Those too.
    All,
}

/// Removes the run directories below `base` whose harness has ended, and first their servers, should one still run.
///
/// Returns what was removed. What can not be removed is left, with a word.
pub(super) fn sweep_base(base: &Path, which: Abandoned) -> Vec<PathBuf> {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(&prefix())));
    let mut removed = Vec::new();
    for path in ours.map(|entry| entry.path()) {
        // Whoever may write to the base can take our name: only what belongs to this user is ours.
        let own =
            fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir() && meta.uid() == Uid::effective().as_raw());
        if !own || (which == Abandoned::NotKept && path.join(KEPT).exists()) {
            continue;
        }
        let Some(_lock) = lock_abandoned(&path) else { continue };
        end_server(&path.join("data"));
        match remove_tree(&path) {
            Ok(()) => removed.push(path),
            Err(error) => tracing::warn!(path = %path.display(), %error, "can not remove an abandoned run directory"),
        }
    }
    removed
}

fn prefix() -> String {
    format!("pgproof-{}-", Uid::effective())
}

fn make_directory(path: &Path, mode: u32, account: Option<&Account>) -> Result<(), ServerError> {
    DirBuilder::new().mode(mode).create(path).map_err(ServerError::file("make the directory", path))?;
    // The process's umask may have taken bits away.
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(ServerError::file("set the mode of", path))?;
    let Some(account) = account else { return Ok(()) };
    chown(path, Some(account.uid.as_raw()), Some(account.gid.as_raw())).map_err(ServerError::file("give away", path))
}

fn write_locked(path: &Path) -> Result<File, ServerError> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(ServerError::file("make the file", path))?;
    file.lock().map_err(ServerError::file("lock", path))?;
    writeln!(file, "{}", Owner::current().to_json()).map_err(ServerError::file("write", path))?;
    Ok(file)
}

/// The lock of a directory that nobody holds any more.
fn lock_abandoned(path: &Path) -> Option<File> {
    let unfinished = path.to_str().is_some_and(|name| name.ends_with(UNFINISHED));
    if unfinished && !older_than(path, Duration::from_mins(1)) {
        return None;
    }
    let file = match File::open(path.join(LOCK)) {
        Ok(file) => file,
        // The maker was killed before the lock was there; a minute is enough for the living.
        Err(error) if error.kind() == io::ErrorKind::NotFound && older_than(path, Duration::from_mins(1)) => {
            return File::open(path).ok();
        }
        Err(_) => return None,
    };
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
    }
}

fn older_than(path: &Path, age: Duration) -> bool {
    let modified = fs::symlink_metadata(path).and_then(|meta| meta.modified());
    modified.is_ok_and(|modified| SystemTime::now().duration_since(modified).is_ok_and(|passed| passed > age))
}

/// Ends a server that outlived its harness, and waits until it is gone (ten seconds at most).
fn end_server(data: &Path) {
    let Some(pid) = postmaster_of(data) else { return };
    let _ = kill(pid, Signal::SIGQUIT);
    for _ in 0..1000 {
        if !works_in(pid, data) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = kill(pid, Signal::SIGKILL);
}

/// The postmaster named in `postmaster.pid`, if that process really works in this directory.
fn postmaster_of(data: &Path) -> Option<Pid> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?);
    works_in(pid, data).then_some(pid)
}

fn works_in(pid: Pid, data: &Path) -> bool {
    let cwd = fs::read_link(format!("/proc/{pid}/cwd"));
    cwd.is_ok_and(|cwd| cwd == data.canonicalize().unwrap_or_else(|_| data.to_owned()))
}

/// Removes a directory that a dying process may still be emptying: what vanished by itself is no error.
fn remove_tree(path: &Path) -> io::Result<()> {
    for _ in 0..3 {
        match fs::remove_dir_all(path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => {}
            other => return other,
        }
    }
    if path.exists() { fs::remove_dir_all(path) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_takes_the_abandoned_and_leaves_the_living_and_the_kept() {
        let base = tempfile::tempdir().unwrap();
        let living = RunDirectory::create(base.path(), None).unwrap();
        // Not locked and not removed, as when its process was killed.
        let leave = |mark: bool| {
            let mut run = RunDirectory::create(base.path(), None).unwrap();
            run.mark_kept().unwrap();
            if !mark {
                fs::remove_file(run.path().join(KEPT)).unwrap();
            }
            run.path().to_owned()
        };
        let (kept, abandoned) = (leave(true), leave(false));
        fs::create_dir(base.path().join("somebody-elses")).unwrap();
        assert_eq!(sweep_base(base.path(), Abandoned::NotKept), std::slice::from_ref(&abandoned));
        assert!(living.path().is_dir() && kept.is_dir() && !abandoned.exists());
        assert_eq!(sweep_base(base.path(), Abandoned::All), [kept]);
        assert!(base.path().join("somebody-elses").is_dir());
    }

    #[test]
    fn a_directory_in_the_making_is_left_alone() {
        let base = tempfile::tempdir().unwrap();
        let fresh = base.path().join(format!("{}abc{UNFINISHED}", prefix()));
        fs::create_dir(&fresh).unwrap();
        assert!(sweep_base(base.path(), Abandoned::All).is_empty());
        assert!(fresh.is_dir());
    }
}
