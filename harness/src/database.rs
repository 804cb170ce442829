//! Databases to work in: a template built once for each plan, and clones of it that are dropped or kept.
//!
//! Every database made here is named `pgproof_…` and carries a comment that says whose it is; nothing else is ever
//! dropped. What killed harnesses left on a shared server, [`sweep_databases`] removes.

mod beside;
mod checkpoint;
mod error;
mod given_up;
mod janitor;
mod mark;
mod name;
mod owned;
mod tablespace;
mod template;

pub use checkpoint::Checkpoint;
pub use error::{DatabaseError, TemplateError};
pub use given_up::drop_given_up;
pub use janitor::sweep_databases;
pub use name::{DatabaseName, PREFIX};
pub use owned::Database;
pub use tablespace::create_tablespace;
pub use template::Template;
