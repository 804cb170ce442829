//! Live visitors: how many look at a page now.

use super::document::Document;
use super::{Normalised, collect};

pub(super) fn normalise(data: &Document<'_>) -> Normalised {
    let fields = collect([
        ("visitor_count", data.text(&["visitor_count", "count"])),
        ("page_url", data.text(&["page_url", "page.url"])),
        ("customer_city", data.text(&["city", "geo.city"])),
        ("customer_country", data.text(&["country", "geo.country"])),
    ]);
    (fields, data.time(&["at", "timestamp"]), None)
}
