//! The order of phases: seed, observe, apply, observe, roll back, apply again, judge.
//!
//! [`run`] owns every server and database it makes: they are gone when it returns, unless the caller asked to keep
//! the evidence. It can be dropped at any await point (Ctrl-C does); the server then dies with it.

mod account;
mod assertions;
mod back;
mod compare;
mod dry_run;
mod error;
mod follower;
mod forward;
mod isolation;
mod journal;
mod latency;
mod look;
mod pair;
mod rehearsal;
mod repair;
mod rollout;
mod runner;
mod scale;
pub mod schema;
mod server_parity;
mod stage;
mod sweep;
mod waivers;

pub(crate) use dry_run::ask_step;
pub use dry_run::{DryRun, dry_run};
pub use error::{RunError, RunFailure};
pub(crate) use journal::Journal;
pub(crate) use look::changes;
pub use pair::{Pair, migrated_pair};
pub use runner::{Finished, Following, Keep, RunSettings, run};
pub use scale::{ScaleSettings, scale};
pub use server_parity::{ParityError, ParityRequest, compare_servers, each};
pub(crate) use stage::Stage;
pub use sweep::{FaultSettings, Faults};
