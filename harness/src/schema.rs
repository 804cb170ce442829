//! The catalog of one database as a value: its model, its canonical text, and the difference of two.
//!
//! Nothing here talks to a server: [`crate::observe`] reads a [`Catalog`], this module compares and prints it.
//! A catalog holds definitions only. Rows, and the position of sequences, are data and are observed elsewhere.

mod array_cast;
mod catalog;
mod comparison;
mod ddl;
mod difference;
mod dump;
mod graph;
mod kind;
mod migration;
mod nesting;
pub mod normalise;
mod object;
mod order;
mod rename;
mod stage;
mod text;
mod token;
pub mod view_text;

pub use catalog::{Catalog, Unknown};
pub use comparison::{Comparison, Exception, KindCount};
pub use difference::{Change, Difference, diff, roots};
pub use dump::sql_dump;
pub use graph::{Graph, default_of};
pub use kind::Kind;
pub use migration::{Migration, MigrationError, MigrationStep, migration};
pub use object::{Object, ObjectId};
pub use order::Cycle;
pub use rename::Rename;
pub use stage::Stage;
