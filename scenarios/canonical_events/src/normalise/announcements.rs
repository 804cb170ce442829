//! Announcements, which the application makes itself.

use super::document::Document;
use super::{Normalised, collect};

pub(super) fn normalise(data: &Document<'_>) -> Normalised {
    let fields = collect([
        ("title", data.text(&["title", "headline"])),
        ("message", data.text(&["message", "body"])),
        ("cta_text", data.text(&["cta_text", "cta.text"])),
        ("cta_url", data.text(&["cta_url", "cta.url"])),
    ]);
    (fields, data.time(&["starts_at", "published_at"]), None)
}
