//! Which locks a step takes, and who waits: seen from inside its session, and by a sampler beside it.
//!
//! The attendant asks over the step's own connection at the end of each statement: exact modes, names of what is not
//! committed yet, what was read, written and rewritten; it sees no waiter. The sampler has a connection of its own and
//! sees waiters and what commits itself (`CONCURRENTLY`, `VACUUM`, procedures); it has gaps, which the trace states.

mod inside;
mod ledger;
mod sample;
mod sampler;

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgConnectOptions;

pub use self::inside::LockAttendant;
use self::ledger::Ledger;
use self::sampler::Sampler;
use super::error::ApplyError;
use crate::facts::LockTrace;

/// What the two observers know together.
type Shared = Arc<Mutex<Ledger>>;

/// An observer of a rehearsal's locks. Dropped, it stops looking at once.
#[derive(Debug)]
pub struct LockWatch {
    shared: Shared,
    sampler: Sampler,
}

impl LockWatch {
    /// Opens the sampler's connection to the database that is to be migrated, and looks from now on.
    ///
    /// # Errors
    /// The server can not be reached.
    pub async fn start(options: &PgConnectOptions) -> Result<Self, ApplyError> {
        let shared: Shared = Arc::new(Mutex::new(Ledger::default()));
        let sampler = Sampler::start(options, Arc::clone(&shared))
            .await
            .map_err(|source| ApplyError::Connect { step: "the lock observer".to_owned(), source })?;
        Ok(Self { shared, sampler })
    }

    /// Who is to stand by while the steps run.
    pub fn attendant(&self) -> LockAttendant {
        LockAttendant::new(Arc::clone(&self.shared))
    }

    /// How often other sessions were looked at so far.
    pub fn looks(&self) -> u64 {
        open(&self.shared).looks()
    }

    /// The step is over: nobody is looked at until the next one opens its session.
    pub fn rest(&self) {
        open(&self.shared).rest();
    }

    /// Closes the sampler's connection and says what was seen.
    pub async fn finish(self) -> LockTrace {
        let stopped = self.sampler.stop().await;
        let mut trace = open(&self.shared).trace();
        trace.sampling.stopped = stopped;
        trace
    }
}

/// The ledger is a list of facts: whoever panicked over it left it readable.
fn open(shared: &Shared) -> std::sync::MutexGuard<'_, Ledger> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
