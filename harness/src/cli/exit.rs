//! What the process says when it ends.

use std::process::ExitCode;

use crate::judge::Verdict;

/// The documented exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Every claim that was put to the test holds, or the command did what it was asked.
    Proven = 0,
    /// A claim is refuted.
    Refuted = 1,
    /// The command line or the scenario is wrong.
    Usage = 2,
    /// No server, no permission, no room.
    Environment = 3,
    /// A claim that was put to the test is undecided.
    Inconclusive = 4,
    /// A bug of ours: something panicked (`EX_SOFTWARE` of sysexits.h).
    Bug = 70,
    /// Interrupted by Ctrl-C, as shells count it (128 + 2).
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Refuted => Self::Refuted,
            Verdict::Inconclusive => Self::Inconclusive,
            Verdict::Proven | Verdict::Skipped => Self::Proven,
        }
    }
}
