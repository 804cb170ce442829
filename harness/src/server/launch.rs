//! The one place that talks to the kernel directly: starting a process that ends when this one does.
#![allow(unsafe_code, reason = "`pre_exec` is the only way to ask for a parent-death signal, and it is unsafe")]

use std::ffi::{CStr, CString};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{OnceLock, mpsc};
use std::thread;

use nix::sys::signal::Signal;
use nix::unistd::{Gid, Group, Uid, User, getppid};

type Job = (Command, mpsc::SyncSender<io::Result<Child>>);

/// The user that server processes run as when this process is root: PostgreSQL refuses to run as root.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) uid: Uid,
    pub(super) gid: Gid,
}

impl Account {
    /// `postgres`, otherwise `nobody`; nothing when this process is not root.
    pub(super) fn unprivileged() -> Option<Self> {
        if !Uid::effective().is_root() {
            return None;
        }
        let named = |name: &str| User::from_name(name).ok().flatten();
        let fallback = || {
            let gid = Group::from_name("nogroup").ok().flatten().map_or(Gid::from_raw(65534), |group| group.gid);
            Self { uid: Uid::from_raw(65534), gid }
        };
        let user = named("postgres").or_else(|| named("nobody"));
        Some(user.map_or_else(fallback, |user| Self { uid: user.uid, gid: user.gid }))
    }

    /// Makes the command run as this user.
    pub(super) fn apply(&self, command: &mut Command) {
        command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
    }
}

/// A file system in memory, seen by one process and its children alone, and who that process is from then on.
#[derive(Debug, Clone)]
pub(super) struct Mount {
    pub(super) place: CString,
    /// Those of tmpfs(5).
    pub(super) options: CString,
    /// Whose rights are left; those of this process where there is none.
    pub(super) account: Option<Account>,
}

impl Mount {
    /// Makes the command mount it before anything else. The command must not change its user by itself, since that would
    /// come first.
    pub(super) fn apply(self, command: &mut Command) {
        // SAFETY: between fork and exec only system calls are made: unshare, mount, setgroups, setgid, setuid; the
        // strings were made before.
        unsafe {
            command.pre_exec(move || try_mount(&self));
        }
    }
}

/// Leaves the mounts that others see, mounts, and gives up all rights but the account's.
#[cfg(target_os = "linux")]
pub(super) fn try_mount(mount: &Mount) -> io::Result<()> {
    use nix::mount::MsFlags;
    nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS)?;
    let nothing = None::<&CStr>;
    nix::mount::mount(nothing, c"/", nothing, MsFlags::MS_REC | MsFlags::MS_PRIVATE, nothing)?;
    let (place, options) = (mount.place.as_c_str(), Some(mount.options.as_c_str()));
    nix::mount::mount(Some(c"tmpfs"), place, Some(c"tmpfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV, options)?;
    if let Some(account) = &mount.account {
        nix::unistd::setgroups(&[])?;
        nix::unistd::setgid(account.gid)?;
        nix::unistd::setuid(account.uid)?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn try_mount(_: &Mount) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Starts a command in a process group of its own (Ctrl-C reaches us first) that gets SIGQUIT when this process ends,
/// however it ends.
///
/// The signal is sent when the *thread* that started the child ends (`prctl(2)`, `PR_SET_PDEATHSIG`), so every child is
/// started from one thread that lives as long as the process.
pub(super) fn spawn_bound(mut command: Command) -> io::Result<Child> {
    static LAUNCHER: OnceLock<Option<mpsc::Sender<Job>>> = OnceLock::new();
    command.process_group(0);
    quit_with_parent(&mut command);
    let launcher = LAUNCHER.get_or_init(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("pgproof-launcher".to_owned())
            .spawn(move || {
                for (mut command, answer) in jobs {
                    // Nobody waiting for the answer: the child would have no owner, so end it again.
                    if let Err(mpsc::SendError(Ok(mut orphan))) = answer.send(command.spawn()) {
                        let _ = orphan.kill();
                        let _ = orphan.wait();
                    }
                }
            })
            .ok()
            .map(|_| sender)
    });
    let gone = || io::Error::other("the thread that starts servers is gone");
    let (answer, child) = mpsc::sync_channel(1);
    launcher.as_ref().ok_or_else(gone)?.send((command, answer)).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}

#[cfg(target_os = "linux")]
fn quit_with_parent(command: &mut Command) {
    let parent = nix::unistd::getpid();
    // SAFETY: between fork and exec only async-signal-safe calls are made: prctl and getppid, no allocation.
    // std runs this after it has changed the user, which would clear the signal.
    unsafe {
        command.pre_exec(move || {
            nix::sys::prctl::set_pdeathsig(Signal::SIGQUIT)?;
            // The parent may have ended before the signal was asked for.
            if getppid() == parent { Ok(()) } else { Err(io::Error::from_raw_os_error(nix::libc::ESRCH)) }
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn quit_with_parent(_: &mut Command) {
    // No such signal here: a server left behind is ended by the next sweep.
    let _ = (Signal::SIGQUIT, getppid());
}
