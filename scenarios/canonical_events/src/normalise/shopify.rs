//! Shopify: the order that the webhook `orders/create` sends.

use super::document::Document;
use super::{Normalised, collect};

pub(super) fn normalise(data: &Document<'_>) -> Normalised {
    let fields = collect([
        ("product_name", data.text(&["line_items.0.title", "line_items.0.name"])),
        ("quantity", data.text(&["line_items.0.quantity"])),
        (
            "customer_name",
            data.text(&["customer.first_name", "billing_address.first_name", "shipping_address.first_name"]),
        ),
        (
            "customer_city",
            data.text(&["shipping_address.city", "billing_address.city", "customer.default_address.city"]),
        ),
        (
            "customer_country",
            data.text(&[
                "shipping_address.country_code",
                "billing_address.country_code",
                "customer.default_address.country_code",
            ]),
        ),
        ("order_number", data.text(&["order_number", "name"])),
        ("amount", data.text(&["current_total_price", "total_price"])),
        ("currency", data.currency(&["currency"])),
    ]);
    (fields, data.time(&["created_at", "processed_at"]), None)
}
