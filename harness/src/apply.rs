//! Takes a step forward or back, the way its tool would, and says what happened.
//!
//! A statement that the server refuses is a fact ([`Refusal`](crate::facts::Refusal)); a server that is gone, full or
//! shutting down is an [`ApplyError`], since then nothing was learnt about the migration.

mod answers;
mod attendant;
mod batch;
mod error;
mod locks;
mod meter;
mod notices;
pub mod rollout;
mod saboteur;
mod session;
mod step;
pub mod traffic;

pub use attendant::{Attendant, Boundary, Place};
pub(crate) use batch::OWN_SCHEMA;
pub use error::ApplyError;
pub use locks::{LockAttendant, LockWatch};
pub use meter::{Meter, Reading};
pub use saboteur::{LockOrder, Saboteur};
pub use step::{dry_run, run_down, run_script, run_up, run_verify};
