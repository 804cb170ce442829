//! Stripe: the event around a charge, a payment intent or a checkout session; amounts come in minor units.

use super::document::Document;
use super::{Normalised, collect};

pub(super) fn normalise(data: &Document<'_>) -> Normalised {
    let currency = data.currency(&["data.object.currency"]);
    let fields = collect([
        (
            "product_name",
            data.text(&[
                "data.object.metadata.product_name",
                "data.object.description",
                "data.object.statement_descriptor",
            ]),
        ),
        (
            "customer_name",
            data.text(&[
                "data.object.customer_details.name",
                "data.object.billing_details.name",
                "data.object.shipping.name",
            ]),
        ),
        (
            "customer_city",
            data.text(&[
                "data.object.customer_details.address.city",
                "data.object.billing_details.address.city",
                "data.object.shipping.address.city",
            ]),
        ),
        (
            "customer_country",
            data.text(&[
                "data.object.customer_details.address.country",
                "data.object.billing_details.address.country",
                "data.object.shipping.address.country",
            ]),
        ),
        ("amount", data.minor_units(&["data.object.amount_total", "data.object.amount"], currency.as_deref())),
        ("currency", currency),
    ]);
    (fields, data.time(&["created", "data.object.created"]), data.text(&["type"]))
}
