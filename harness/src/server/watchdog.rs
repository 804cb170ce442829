//! A small process that removes a container when the harness is gone, however it went.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use super::places::Places;

/// Waits on a pipe from us: a word dismisses it, the pipe's end (we are dead) makes it remove the container. The
/// engine may still be creating it then, so it tries until it was there once, for a few seconds.
const SCRIPT: &str = r#"trap "" HUP INT TERM
read -r word && [ "$word" = dismissed ] && exit 0
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    "$1" rm --force --volumes "$2" 2>&1 | grep -q "^$2$" && exit 0
    sleep 0.3
done"#;

/// Holds the other end of the pipe.
#[derive(Debug)]
pub(super) struct Watchdog {
    child: Child,
}

impl Watchdog {
    /// Starts one for a container by its name. Without a `docker` command there is none: the next sweep must do.
    pub(super) fn start(places: &Places, container: &str) -> Option<Self> {
        let Some(program) = places.find_program("docker") else {
            tracing::info!("no `docker` command on the path: a killed harness leaves its container to the next sweep");
            return None;
        };
        let child = Command::new("sh")
            .args(["-c", SCRIPT, "pgproof-watchdog"])
            .arg(program)
            .arg(container)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Out of reach of a Ctrl-C on the terminal.
            .process_group(0)
            .spawn()
            .ok()?;
        Some(Self { child })
    }

    /// The container is gone already.
    pub(super) fn dismiss(mut self) {
        if let Some(mut pipe) = self.child.stdin.take() {
            let _ = pipe.write_all(b"dismissed\n");
        }
        let _ = self.child.wait();
    }

    /// Has the container removed now, and waits for that.
    pub(super) fn bite(mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
