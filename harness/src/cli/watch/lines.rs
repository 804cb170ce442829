//! The events as plain lines on stderr.

use std::time::{Duration, Instant};

use crate::cli::console::Console;
use crate::record::{Event, Listener, LogEntry};

/// Of what comes in quick succession, one line in so long.
const SELDOM: Duration = Duration::from_secs(1);

/// Says each event as it happens; of batches and pulses only some, and of a seeded relation only its end.
pub(crate) struct Lines<'a> {
    console: &'a Console,
    began: Instant,
    told: Option<Instant>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(console: &'a Console) -> Self {
        Self { console, began: Instant::now(), told: None }
    }
}

impl Listener for Lines<'_> {
    fn on(&mut self, event: &Event) {
        if matches!(event, Event::Seeded { done, of, .. } if done < of) {
            return;
        }
        let often = matches!(event, Event::BatchCommitted { .. } | Event::TrafficFelt(_));
        if often && self.told.is_some_and(|told| told.elapsed() < SELDOM) {
            return;
        }
        let Some(entry) = LogEntry::of(self.began.elapsed(), event) else { return };
        if often {
            self.told = Some(Instant::now());
        }
        self.console.talk(&line(&entry));
    }
}

fn line(entry: &LogEntry) -> String {
    let took = entry.took_ms.filter(|_| matches!(entry.kind.as_str(), "phase" | "step" | "run"));
    let took = took.map(|took| format!(" ({:.2} s)", took / 1_000.0)).unwrap_or_default();
    let at = Duration::from_millis(entry.at_ms).as_secs_f64();
    format!("{at:.1} s  {}{took}", entry.text)
}
