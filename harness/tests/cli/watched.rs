//! A run on a terminal's screen: however it ends, the terminal is as it was.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::pty::{OpenptyResult, Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{Termios, tcgetattr};
use nix::unistd::Pid;

use crate::workshop::{Outcome, Workshop, until};

/// Takes the screen; the cursor is hidden behind it.
const TAKEN: &str = "\u{1b}[?1049h";

const GIVEN_BACK: &str = "\u{1b}[?1049l";

const CURSOR_SHOWN: &str = "\u{1b}[?25h";

/// A run whose three streams are one terminal.
struct OnTerminal {
    child: Child,
    terminal: OwnedFd,
    before: Termios,
    shown: Arc<Mutex<Vec<u8>>>,
    reading: JoinHandle<()>,
}

impl OnTerminal {
    fn start(workshop: &Workshop, arguments: &[&str]) -> Outcome<Self> {
        let size = Winsize { ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        let OpenptyResult { master, slave } = openpty(Some(&size), None)?;
        let before = tcgetattr(&slave)?;
        let mut command = workshop.command(arguments);
        command.stdin(slave.try_clone()?).stdout(slave.try_clone()?).stderr(slave.try_clone()?);
        let child = command.spawn()?;
        let shown = Arc::new(Mutex::new(Vec::new()));
        let reading = std::thread::spawn({
            let shown = Arc::clone(&shown);
            move || {
                let (mut master, mut some) = (File::from(master), [0; 4_096]);
                // When nobody holds the other end any more, reading fails.
                while let Ok(count @ 1..) = master.read(&mut some) {
                    let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                    shown.extend_from_slice(some.get(..count).unwrap_or_default());
                }
            }
        });
        Ok(Self { child, terminal: slave, before, shown, reading })
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Waits until the screen shows this.
    fn shows(&self, text: &str) -> Outcome {
        until(Duration::from_mins(1), || {
            let shown = self.shown();
            Ok(if shown.contains(text) { Ok(()) } else { Err(format!("no `{text}`: {shown}")) })
        })
    }

    /// The exit code, everything that was shown, and that the terminal is as it was.
    fn end(mut self) -> Outcome<(Option<i32>, String)> {
        let code = self.child.wait()?.code();
        assert_eq!(tcgetattr(self.terminal.as_fd())?, self.before, "what the terminal does with keys");
        drop(self.terminal);
        self.reading.join().map_err(|_| "the reader panicked")?;
        let shown = String::from_utf8_lossy(&self.shown.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
        Ok((code, shown))
    }
}

/// What was said behind the screen.
fn behind(shown: &str) -> Outcome<&str> {
    assert_eq!((shown.matches(TAKEN).count(), shown.matches(GIVEN_BACK).count()), (1, 1), "{shown:?}");
    let (_, behind) = shown.split_once(GIVEN_BACK).ok_or("the screen was not given back")?;
    assert!(behind.contains(CURSOR_SHOWN), "{behind:?}");
    Ok(behind)
}

#[test]
fn a_run_that_comes_to_its_end_prints_its_claims_behind_the_screen() -> Outcome {
    let workshop = Workshop::mini()?;
    let (code, shown) = OnTerminal::start(&workshop, &["run", "mini", "--only", "A", "--watch"])?.end()?;
    assert_eq!(code, Some(0), "{shown:?}");
    assert!(behind(&shown)?.contains("A  applies"), "{shown:?}");
    workshop.nothing_left(Duration::from_secs(10))
}

#[test]
fn a_run_that_is_interrupted_gives_the_terminal_back() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("migrations/expand/020_index.up.sql", "select pg_sleep(600);\n")?;
    let running = OnTerminal::start(&workshop, &["run", "mini", "--only", "A", "--watch"])?;
    running.shows("020_index")?;
    assert_ne!(tcgetattr(running.terminal.as_fd())?, running.before, "keys are not echoed on the screen");
    kill(Pid::from_raw(i32::try_from(running.child.id())?), Signal::SIGINT)?;
    let (code, shown) = running.end()?;
    assert_eq!(code, Some(130), "{shown:?}");
    assert!(behind(&shown)?.contains("interrupted: nothing is left behind"), "{shown:?}");
    workshop.nothing_left(Duration::from_secs(10))
}

#[test]
fn a_run_that_can_not_look_says_why_behind_the_screen() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("legacy.sql", "select nothing_there;\n")?;
    let (code, shown) = OnTerminal::start(&workshop, &["run", "mini", "--watch"])?.end()?;
    assert_eq!(code, Some(2), "{shown:?}");
    assert!(behind(&shown)?.contains("nothing_there"), "{shown:?}");
    workshop.nothing_left(Duration::from_secs(10))
}
