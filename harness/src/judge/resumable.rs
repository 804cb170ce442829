//! Claim F: killed anywhere, a re-run finishes or leaves nothing behind.

use super::{CaseFile, Ruling};

pub(super) fn resumable(case: &CaseFile<'_>) -> Ruling {
    let Some(_sweep) = &case.sweep else {
        return Ruling::skipped("no fault was planted: ask with `--faults statements`, `batches` or `all`");
    };
    Ruling::default()
}
