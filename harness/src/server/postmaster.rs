//! A `postgres` process of ours: started, waited for, listened to, stopped.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::error::ServerError;
use super::launch::spawn_bound;

const READY: &str = "database system is ready to accept connections";
/// Crash recovery of a big directory may take its time; a start from a cached cluster takes 20 ms.
const PATIENCE: Duration = Duration::from_mins(1);
const TAIL_LINES: usize = 60;

/// A running postmaster. Dropped, it is stopped at once.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Mutex<Child>,
    pid: Pid,
    log: Log,
}

/// The last lines of a server's stderr.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<VecDeque<String>>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Starting,
    Ready,
    /// No process writes to stderr any more: all have ended.
    Silent,
}

impl Postmaster {
    /// Starts the command and returns when the server says that it accepts connections.
    ///
    /// # Errors
    ///
    /// The program can not be run, or it ends before it is ready: [`ServerError::NotStarted`] with its last words.
    pub(super) async fn start(mut command: Command, data: &Path, log_path: &Path) -> Result<Self, ServerError> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let program = Path::new(command.get_program()).to_owned();
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(log_path);
        let file = file.map_err(ServerError::file("open", log_path))?;
        let mut child = spawn_bound(command).map_err(|source| ServerError::Program { program, source })?;
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or(0));
        let (progress, mut changes) = watch::channel(Progress::Starting);
        let log = Log::default();
        if let Some(stderr) = child.stderr.take() {
            log.clone().drain(stderr, file, progress);
        }
        let postmaster = Self { child: Mutex::new(child), pid, log };
        postmaster.wait_until_ready(&mut changes, data).await?;
        Ok(postmaster)
    }

    /// Starts the command so that it outlives this process, and returns when it accepts connections. Blocks.
    pub(super) fn detach(mut command: Command, data: &Path, log_path: &Path) -> Result<(), ServerError> {
        let log = OpenOptions::new().append(true).create(true).mode(0o600).open(log_path);
        let log = log.map_err(ServerError::file("open", log_path))?;
        let program = Path::new(command.get_program()).to_owned();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).process_group(0);
        let mut child = command.spawn().map_err(|source| ServerError::Program { program, source })?;
        let deadline = std::time::Instant::now() + PATIENCE;
        while std::time::Instant::now() < deadline && matches!(child.try_wait(), Ok(None)) {
            if status_is_ready(data, child.id()) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
        let text = fs::read_to_string(log_path).unwrap_or_default();
        let log = Self::last_lines(text.lines());
        Err(ServerError::NotStarted { kind: "embedded", log })
    }

    /// The last things a server said, without what every start and stop says.
    fn last_lines<'a>(lines: impl Iterator<Item = &'a str>) -> String {
        const ROUTINE: &[&str] =
            &["starting PostgreSQL", "listening on", "database system ", "shutting down", "checkpoint "];
        let mut telling: Vec<&str> = lines.filter(|line| !ROUTINE.iter().any(|words| line.contains(words))).collect();
        let skipped = telling.len().saturating_sub(8);
        telling.split_off(skipped).join("\n")
    }

    async fn wait_until_ready(&self, changes: &mut watch::Receiver<Progress>, data: &Path) -> Result<(), ServerError> {
        let deadline = Instant::now() + PATIENCE;
        // A scenario's `log_min_messages` may hide the line; the status in postmaster.pid is then what is left to read.
        let mut look = interval(Duration::from_millis(25));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let wait = async {
            loop {
                tokio::select! {
                    news = changes.changed() => match (news, *changes.borrow()) {
                        (Ok(()), Progress::Ready) => return true,
                        (Err(_), _) | (_, Progress::Silent) => return false,
                        (Ok(()), Progress::Starting) => {}
                    },
                    _ = look.tick() => if status_is_ready(data, self.pid.as_raw().unsigned_abs()) { return true },
                }
            }
        };
        match timeout_at(deadline, wait).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ServerError::NotStarted { kind: "embedded", log: self.log.tail() }),
            Err(_) => {
                let log = format!("not ready after {} s; {}", PATIENCE.as_secs(), self.log.tail());
                Err(ServerError::NotStarted { kind: "embedded", log })
            }
        }
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether the process still runs.
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.child().try_wait(), Ok(None))
    }

    /// The last lines that the server wrote.
    pub(super) fn last_words(&self) -> String {
        self.log.tail()
    }

    /// Ends the server by a signal, waits until it is gone.
    pub(super) fn stop(&self, signal: Signal) {
        let mut child = self.child();
        // Once waited for, the number may belong to another process.
        if matches!(child.try_wait(), Ok(None)) {
            let _ = kill(self.pid, signal);
        }
        let _ = child.wait();
    }

    /// Kills the server and every process that it started. Stopped first, it starts no other meanwhile.
    pub(super) fn kill_all(&self) {
        let mut child = self.child();
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        let _ = kill(self.pid, Signal::SIGSTOP);
        let children = children_of(self.pid);
        for process in children.iter().copied().chain([self.pid]) {
            let _ = kill(process, Signal::SIGKILL);
        }
        let _ = child.wait();
        // Orphans now; whoever inherits them takes them away. Until then they hold the shared memory.
        while children.iter().any(|process| is_running(*process)) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.stop(Signal::SIGQUIT);
    }
}

impl Log {
    /// Reads stderr to its end on a thread of its own: a full pipe would stop the server.
    fn drain(self, stderr: ChildStderr, mut file: File, progress: watch::Sender<Progress>) {
        let read = move || {
            let mut reader = BufReader::new(stderr);
            let mut line = Vec::new();
            // Lines may hold any bytes of any encoding.
            while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                let _ = file.write_all(&line);
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                if text.contains(READY) {
                    progress.send_replace(Progress::Ready);
                }
                self.push(text);
            }
            progress.send_replace(Progress::Silent);
        };
        // Without the thread, the sender is dropped with the closure, and the wait ends.
        let _ = thread::Builder::new().name("pgproof-server-log".to_owned()).spawn(read);
    }

    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == TAIL_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    fn tail(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Postmaster::last_lines(lines.iter().map(String::as_str))
    }
}

/// The processes that a process has started (`proc_pid_stat(5)`: the fourth field behind the name in parentheses).
fn children_of(parent: Pid) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    numbers
        .map(Pid::from_raw)
        .filter(|process| parent_and_state(*process).is_some_and(|(of, _)| of == parent))
        .collect()
}

fn parent_and_state(process: Pid) -> Option<(Pid, String)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?.to_owned();
    Some((Pid::from_raw(fields.next()?.parse().ok()?), state))
}

/// Whether a process is there and no zombie.
fn is_running(process: Pid) -> bool {
    parent_and_state(process).is_some_and(|(_, state)| state != "Z" && state != "X")
}

/// The first and the eighth line of `postmaster.pid` (`src/include/utils/pidfile.h`). The file of a server that was
/// killed says that it is ready, until the next one writes its own.
fn status_is_ready(data: &Path, process: u32) -> bool {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else { return false };
    let line = |place: usize| text.lines().nth(place).map(str::trim);
    line(0) == Some(process.to_string().as_str()) && line(7) == Some("ready")
}
