//! A panic anywhere is a bug of ours, and is told as one.

use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;

/// Where bugs are reported.
const REPORT_TO: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");

/// Does the work; should anything panic meanwhile, on any thread, says so in one line and answers [`Exit::Bug`].
///
/// Unwinding runs every destructor on its way, so servers end as they do after an error.
pub(crate) fn guarded(work: impl FnOnce() -> Exit) -> Exit {
    let panicked = Arc::new(AtomicBool::new(false));
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new({
        let panicked = Arc::clone(&panicked);
        move |panic| {
            // What panics after the first one is most often its consequence.
            if !panicked.swap(true, Ordering::Relaxed) {
                let _ = writeln!(std::io::stderr().lock(), "{}", message(panic));
            }
        }
    }));
    let exit = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(previous);
    match exit {
        Ok(exit) if !panicked.load(Ordering::Relaxed) => exit,
        _ => Exit::Bug,
    }
}

fn message(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    let words = panic.payload_as_str().unwrap_or("a panic without words").lines().next().unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    format!("error: this is a bug of pgproof {version}, please report it to {REPORT_TO}: {words}{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test: the hook is the whole process's.
    #[test]
    fn a_panic_on_any_thread_ends_as_a_bug_and_nothing_else_does() {
        assert_eq!(guarded(|| Exit::Refuted), Exit::Refuted);
        assert_eq!(guarded(|| panic!("planted")), Exit::Bug);
        let elsewhere = || {
            let joined = std::thread::spawn(|| panic!("planted")).join();
            if joined.is_err() { Exit::Proven } else { Exit::Usage }
        };
        assert_eq!(guarded(elsewhere), Exit::Bug);
        assert_eq!(Exit::Bug as u8, 70);
    }
}
