//! Fills a database with the rows of a [`Seed`](crate::scenario::seed::Seed).
//!
//! The rows are generated on every core while the server takes in those before them, by binary `COPY`, parents before
//! children, all tables in one transaction: after an error the database is as it was. A table of some size that is
//! ordinary in every respect is loaded without its indexes and foreign keys, which are built again, validated, in the
//! same transaction; what is out of the ordinary stays in place and costs time instead. Afterwards the sequences that
//! the columns own stand at the highest value, and the tables are analysed.
//!
//! Legacy data come in as a restore brings them: triggers that are enabled fire, as they do for any `COPY`; nothing is
//! disabled, and `session_replication_role` is left alone, because foreign keys must be checked.
//!
//! It refuses to add to a table that has rows.

mod encode;
mod error;
mod load;
mod number;
mod pipeline;
mod rebuild;
mod target;

pub use error::SeedError;
pub use load::{Loaded, LoadedTable, load};
