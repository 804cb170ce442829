//! From a provider's payload to flat keys: `template.…` for what is shown, `meta.…` for what it is.
//!
//! Pure and total: a payload of another shape gives fewer keys, never a panic; the only refusals are of what `jsonb` can
//! not hold. The original is read, never written.

mod announcements;
mod document;
mod generic;
mod instant_capture;
mod live_visitors;
mod number;
mod shopify;
mod stripe;
mod testimonials;
mod timestamp;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use document::Document;

/// An event as the job reads it.
#[derive(Deserialize)]
struct Input<'a> {
    provider: String,
    event_type: Option<String>,
    created_at: String,
    #[serde(borrow)]
    event_data: &'a RawValue,
}

/// Flat keys and their values, each the text of a JSON value.
type Canonical = BTreeMap<String, String>;

/// The canonical event, as JSON text, of an event given as JSON: `provider`, `event_type`, `created_at` (the text that
/// `meta.timestamp` gets where the payload has no time of its own) and `event_data`.
///
/// # Errors
/// The input is no such JSON, or the payload holds what `jsonb` refuses.
pub fn event(input: &str) -> Result<String, String> {
    let input: Input<'_> = serde_json::from_str(input).map_err(|error| format!("not an event: {error}"))?;
    let data = Document::read(input.event_data.get())?;
    let (mut canonical, at, kind) = match input.provider.as_str() {
        "shopify" => shopify::normalise(&data),
        "stripe" => stripe::normalise(&data),
        "testimonials" => testimonials::normalise(&data),
        "announcements" => announcements::normalise(&data),
        "instant_capture" => instant_capture::normalise(&data),
        "live_visitors" => live_visitors::normalise(&data),
        _ => generic::normalise(&data),
    };
    canonical.insert("meta.provider".to_owned(), document::quoted(&input.provider));
    canonical.insert("meta.timestamp".to_owned(), document::quoted(&at.unwrap_or(input.created_at)));
    if let Some(kind) = kind.or_else(|| input.event_type.as_deref().map(document::quoted)) {
        canonical.insert("meta.event_type".to_owned(), kind);
    }
    let fields: Vec<String> =
        canonical.iter().map(|(key, value)| format!("{}:{value}", document::quoted(key))).collect();
    Ok(format!("{{{}}}", fields.join(",")))
}

/// What a provider's normaliser gives: the flat keys, the payload's own time, and its own event type.
type Normalised = (Canonical, Option<String>, Option<String>);

/// The keys of which a value was found.
fn collect<const N: usize>(fields: [(&str, Option<String>); N]) -> Canonical {
    fields.into_iter().filter_map(|(key, value)| Some((format!("template.{key}"), value?))).collect()
}
