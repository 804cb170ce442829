//! Claim W: what it costs stays within its budget.

use super::{CaseFile, Ruling};

pub(super) fn affordable(_case: &CaseFile<'_>) -> Ruling {
    Ruling::skipped("no budget is declared: add `duration_s`, `wal_bytes` or `disk_bytes` to `[budget]`")
}
