//! Instant capture: a form of the customer's own page.

use super::document::Document;
use super::{Normalised, collect};

pub(super) fn normalise(data: &Document<'_>) -> Normalised {
    let fields = collect([
        ("form_name", data.text(&["form_name", "form_id"])),
        ("customer_name", data.text(&["fields.first_name", "fields.name", "fields.full_name"])),
        ("customer_city", data.text(&["fields.city", "geo.city"])),
        ("customer_country", data.text(&["fields.country", "geo.country"])),
        ("page_url", data.text(&["page_url", "page.url"])),
    ]);
    (fields, data.time(&["captured_at", "submitted_at"]), None)
}
