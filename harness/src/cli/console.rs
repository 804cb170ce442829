//! The one home of printing: data to stdout, talk to stderr.

use std::io::Write;

use tracing_subscriber::EnvFilter;

use super::settings::Settings;
use crate::report::Colour;

/// The two streams, one writer at a time.
#[derive(Debug)]
pub(crate) struct Console {
    colour: Colour,
    stdout: std::io::Stdout,
    stderr: std::io::Stderr,
}

impl Console {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { colour: settings.colour, stdout: std::io::stdout(), stderr: std::io::stderr() }
    }

    /// What was asked for. A reader that went away (a closed pipe) ends the talk, not the program.
    pub(crate) fn data(&self, text: &str) {
        let mut stdout = self.stdout.lock();
        let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    }

    /// What a person may want to know.
    pub(crate) fn talk(&self, text: &str) {
        let _ = writeln!(self.stderr.lock(), "{text}");
    }

    /// One clear error, and its remedy.
    pub(crate) fn error(&self, message: &str, hint: Option<&str>) {
        let (red, bold, reset) =
            if self.colour == Colour::Always { ("\x1b[1;31m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
        self.talk(&format!("{red}error{reset}{bold}: {message}{reset}"));
        if let Some(hint) = hint {
            self.talk(&format!("  = help: {hint}"));
        }
    }
}

/// Sends the log to stderr, as much of it as was asked for.
pub(crate) fn trace(settings: &Settings) {
    let default = match settings.verbose {
        0 => "pgproof=warn",
        1 => "pgproof=info",
        _ => "pgproof=debug,sqlx=debug",
    };
    let filter = EnvFilter::new(settings.log.as_deref().unwrap_or(default));
    // A second subscriber in one process (a test) keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .without_time()
        .try_init();
}
