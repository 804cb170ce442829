//! The terminal while the screen is on it, and as it was afterwards.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};

use super::draw::draw;
use super::screen::Screen;
use crate::record::{Event, Listener};
use crate::scenario::Plan;

/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(150);

/// A screen on stderr that a thread draws. Dropped, for whatever reason, it gives the terminal back as it was.
///
/// Ctrl-C stays a signal: keys are not echoed, and that is all that is changed about them.
pub(crate) struct Watched {
    screen: Arc<Mutex<Screen>>,
    began: Instant,
    stop: Option<Sender<()>>,
    drawing: Option<JoinHandle<()>>,
}

impl Watched {
    /// Takes the terminal and begins to draw.
    pub(crate) fn start(plan: &Plan) -> io::Result<Self> {
        let screen = Arc::new(Mutex::new(Screen::of(plan)));
        let began = Instant::now();
        let borrowed = Borrowed::take()?;
        let mut terminal = Terminal::new(CrosstermBackend::new(io::stderr()))?;
        let (stop, stopped) = channel();
        let drawing = std::thread::Builder::new().name("watch".to_owned()).spawn({
            let screen = Arc::clone(&screen);
            move || {
                let _borrowed = borrowed;
                loop {
                    let now = began.elapsed();
                    if terminal.draw(|frame| draw(frame, &open(&screen), now)).is_err() {
                        return;
                    }
                    if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                        return;
                    }
                }
            }
        })?;
        Ok(Self { screen, began, stop: Some(stop), drawing: Some(drawing) })
    }
}

fn open(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    // What was shown before a panic elsewhere can still be shown.
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Listener for Watched {
    fn on(&mut self, event: &Event) {
        open(&self.screen).on(self.began.elapsed(), event);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(drawing) = self.drawing.take() {
            let _ = drawing.join();
        }
    }
}

/// The terminal, which goes back to how it was.
struct Borrowed {
    before: Option<Termios>,
    given_back: Arc<AtomicBool>,
}

impl Borrowed {
    fn take() -> io::Result<Self> {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(mut quiet) = before.clone() {
            quiet.local_flags.remove(LocalFlags::ECHO | LocalFlags::ICANON);
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &quiet);
        }
        let borrowed = Self { before, given_back: Arc::new(AtomicBool::new(false)) };
        execute!(io::stderr(), EnterAlternateScreen, Hide)?;
        let given_back = Arc::clone(&borrowed.given_back);
        let previous = std::panic::take_hook();
        // What a panic says must not go down with the screen.
        std::panic::set_hook(Box::new(move |panic| {
            leave(&given_back);
            previous(panic);
        }));
        Ok(borrowed)
    }
}

fn leave(given_back: &AtomicBool) {
    if !given_back.swap(true, Ordering::SeqCst) {
        let _ = execute!(io::stderr(), LeaveAlternateScreen, Show);
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        leave(&self.given_back);
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, before);
        }
    }
}
