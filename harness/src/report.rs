//! What people and machines read: each report is a function of the [`RunRecord`](crate::record::RunRecord) alone,
//! or of what a dry run answered.

mod cost;
mod dry_run;
mod event_log;
mod faults;
mod json;
mod locks;
mod markdown;
mod rollout;
mod scale;
mod schema_comparison;
mod server_parity;
mod snippet;
mod terminal;
mod traffic;

pub use dry_run::{DRY_RUN_HEADER, dry_row_csv, dry_row_json, dry_steps};
pub use event_log::{log_csv, log_json, log_markdown};
pub use json::json;
pub use markdown::markdown;
pub use scale::{scale_markdown, scale_terminal};
pub use schema_comparison::{comparison_json, comparison_markdown, comparison_terminal};
pub use server_parity::{parity_json, parity_markdown, parity_terminal};
pub use snippet::{finding_snippet, mistake_snippet};
pub use terminal::{Colour, terminal};
