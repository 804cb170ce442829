//! What people and machines read: each report is a function of the [`RunRecord`](crate::record::RunRecord) alone.

mod cost;
mod json;
mod markdown;
mod snippet;
mod terminal;
mod traffic;

pub use json::json;
pub use markdown::markdown;
pub use snippet::{finding_snippet, mistake_snippet};
pub use terminal::{Colour, terminal};
