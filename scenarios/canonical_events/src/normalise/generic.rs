//! Any other provider: every plain value at the top keeps its own name.

use super::document::Document;
use super::{Canonical, Normalised};

pub(super) fn normalise(data: &Document<'_>) -> Normalised {
    let fields: Canonical = data.plain().map(|(key, value)| (format!("template.{key}"), value)).collect();
    (fields, data.time(&["timestamp", "created_at", "occurred_at"]), data.text(&["type"]))
}
