//! What a person sees while a run is under way: a progress bar, a screen, or plain lines.

mod draw;
mod lines;
mod screen;
mod terminal;

use self::lines::Lines;
use self::terminal::Watched;
use super::arguments::ShownArguments;
use super::console::Console;
use super::progress::Progress;
use super::settings::Settings;
use crate::record::{Event, Listener};
use crate::scenario::Plan;

/// One of the three, by what was asked for and whether a person watches.
pub(crate) enum Shown<'a> {
    Bar(Progress),
    Screen(Watched),
    Lines(Lines<'a>),
}

impl<'a> Shown<'a> {
    /// The screen where it was asked for and there is a terminal; plain lines where there is none.
    pub(crate) fn new(plan: &Plan, arguments: &ShownArguments, settings: &Settings, console: &'a Console) -> Self {
        if !arguments.watch {
            return Self::Bar(Progress::new(settings));
        }
        match settings.watched.then(|| Watched::start(plan)) {
            Some(Ok(screen)) => Self::Screen(screen),
            // A terminal that can not be drawn on still shows lines.
            Some(Err(_)) | None => Self::Lines(Lines::new(console)),
        }
    }

    /// Gives the terminal back.
    pub(crate) fn finish(self) {
        if let Self::Bar(bar) = self {
            bar.finish();
        }
    }
}

impl Listener for Shown<'_> {
    fn on(&mut self, event: &Event) {
        match self {
            Self::Bar(bar) => bar.on(event),
            Self::Screen(screen) => screen.on(event),
            Self::Lines(lines) => lines.on(event),
        }
    }
}
