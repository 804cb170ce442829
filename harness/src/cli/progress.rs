//! Progress bars on a terminal, plain lines elsewhere when asked for; both hear the same events as the record.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::settings::Settings;
use crate::facts::Direction;
use crate::judge::thousands;
use crate::record::{Event, Listener};

/// Shows what happens while it happens.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(settings: &Settings) -> Self {
        let bar = if settings.watched { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        // The template is a constant that indicatif can read; without it its own style serves as well.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:.bold} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Listener for Progress {
    fn on(&mut self, event: &Event) {
        match event {
            Event::PhaseStarted(phase) => {
                tracing::info!("{phase}");
                self.bar.set_prefix(*phase);
                self.bar.set_message("");
            }
            Event::PhaseFinished(phase, took) => tracing::info!("{phase}: {:.2} s", took.as_secs_f64()),
            Event::ServerStarted(server) => tracing::info!("PostgreSQL {} {}", server.version, server.kind),
            Event::Seeded { relation, done, of } => {
                self.bar.set_message(format!("{relation} {} of {}", thousands(*done), thousands(*of)));
            }
            Event::StepStarted { step, direction } => {
                tracing::debug!("{step} {} …", direction.name());
                self.bar.set_message(match direction {
                    Direction::Down => format!("{step} back"),
                    Direction::Up | Direction::Verify => step.clone(),
                });
            }
            Event::BatchCommitted { step, progress } => {
                self.bar.set_message(format!("{step} {} rows", thousands(progress.rows)));
            }
            Event::StepFinished(run) => {
                tracing::info!("{} {}: {:.0} ms", run.step, run.direction.name(), run.duration_ms);
                for notice in run.statements.iter().flat_map(|statement| &statement.notices) {
                    tracing::debug!("notice: {notice}");
                }
            }
            Event::FlagTurned { share } => {
                tracing::info!("the flag stands at {share} %");
                self.bar.set_message(format!("{share} % the new way"));
            }
            Event::QueryMeasured(query) => self.bar.set_message(query.name.clone()),
            Event::FaultTried { done, of, what } => {
                tracing::debug!("{done} of {of}: {what}");
                self.bar.set_message(format!("{done} of {of}: {what}"));
            }
            Event::RunStarted { .. }
            | Event::FaultsSwept(_)
            | Event::BaselineObserved(_)
            | Event::MigratedObserved { .. }
            | Event::LocksSeen(..)
            | Event::TrafficFelt(_)
            | Event::TrafficSeen(_)
            | Event::RolledOut(_)
            | Event::Waived(_)
            | Event::Repaired(_)
            | Event::CostMeasured(_)
            | Event::Judged(_)
            | Event::Kept(_)
            | Event::RunFinished(_) => {}
        }
    }
}
