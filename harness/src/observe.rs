//! Looks at a database and returns facts; each file asks one family of questions.

pub mod answer;
pub mod differences;
pub mod encoding;
pub mod error;
pub mod fingerprint;
mod ordering;
pub mod relation;
pub mod relations;
pub mod schema;
pub mod sequences;
pub mod session;
pub mod sizes;
mod statistics;
mod volatile;

pub(crate) use answer::refusal;
pub use answer::{answer, answer_inside, seen_as, seen_by, text_rows};
pub use differences::{Effort, differences, differences_within};
pub use error::ObserveError;
pub use fingerprint::{canary, fingerprint};
pub use relation::{Keyed, RowSource, describe, primary_key};
pub use relations::read_relations;
pub use schema::{read_catalog, read_schema};
pub use sequences::{read_sequences, restore_sequences};
pub use session::pin;
pub use sizes::{Sizes, read_cost_settings, read_sizes};
pub use statistics::flush_statistics;
pub use volatile::reproducible_columns;
