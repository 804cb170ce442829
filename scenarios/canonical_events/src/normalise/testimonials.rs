//! Testimonials, as the application's own form sends them.

use super::document::Document;
use super::{Normalised, collect};

pub(super) fn normalise(data: &Document<'_>) -> Normalised {
    let fields = collect([
        ("author_name", data.text(&["author_name", "name", "author.name"])),
        ("author_company", data.text(&["company", "author.company"])),
        ("author_position", data.text(&["position", "author.position"])),
        ("rating", data.text(&["rating"])),
        ("message", data.text(&["message", "content", "testimonial_text"])),
        ("product_name", data.text(&["product_name", "product.name"])),
    ]);
    (fields, data.time(&["submitted_at", "created_at"]), None)
}
