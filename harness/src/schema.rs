//! The catalog of one database as a value: its model, its canonical text, and the difference of two.
//!
//! Nothing here talks to a server: [`crate::observe`] reads a [`Catalog`], this module compares and prints it.
//! A catalog holds definitions only. Rows, and the position of sequences, are data and are observed elsewhere.

mod array_cast;
mod catalog;
mod difference;
mod kind;
pub mod normalise;
mod object;
mod text;
mod token;
pub mod view_text;

pub use catalog::{Catalog, Unknown};
pub use difference::{Change, Difference, diff, roots};
pub use kind::Kind;
pub use object::{Object, ObjectId};
