//! Keeps what the server says while a statement runs.
//!
//! sqlx hands notices to `tracing` only, under its own target. A subscriber that is the default for just one future
//! collects them, and passes everything on to the subscriber that was there.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

const TARGET: &str = "sqlx::postgres::notice";

/// Notices collected so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Notices(Arc<Mutex<Vec<String>>>);

impl Notices {
    /// Takes what was collected since the last call.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A dispatcher that collects into this and passes on to the present default.
    pub(super) fn dispatch(&self) -> Dispatch {
        let behind = tracing::dispatcher::get_default(Dispatch::clone);
        Dispatch::new(Collector { notices: self.clone(), behind })
    }
}

struct Collector {
    notices: Notices,
    behind: Dispatch,
}

impl Subscriber for Collector {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target() == TARGET { Interest::sometimes() } else { self.behind.register_callsite(metadata) }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        (metadata.target() == TARGET && *metadata.level() <= Level::INFO) || self.behind.enabled(metadata)
    }

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == TARGET {
            let mut message = Message(None);
            event.record(&mut message);
            if let Some(text) = message.0 {
                self.notices.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
            }
        }
        if self.behind.enabled(event.metadata()) {
            self.behind.event(event);
        }
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.behind.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.behind.record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.behind.record_follows_from(span, follows);
    }

    fn enter(&self, span: &Id) {
        self.behind.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.behind.exit(span);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.behind.clone_span(id)
    }

    fn try_close(&self, id: Id) -> bool {
        self.behind.try_close(id)
    }
}

struct Message(Option<String>);

impl Visit for Message {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = Some(format!("{value:?}"));
        }
    }
}
