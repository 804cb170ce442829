//! What each normaliser makes of the payload that its provider documents, and of an odd one.

use std::collections::BTreeMap;

use pgproof_snapshots::directory;
use rstest::rstest;
use serde_json::value::RawValue;

#[rstest]
#[case::shopify("shopify")]
#[case::stripe_charge("stripe_charge")]
#[case::stripe_checkout("stripe_checkout")]
#[case::testimonials("testimonials")]
#[case::announcements("announcements")]
#[case::instant_capture("instant_capture")]
#[case::live_visitors("live_visitors")]
#[case::calendly("calendly")]
fn a_payload_becomes_flat_keys(#[case] name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let file = format!("{}/tests/payloads/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let payload = std::fs::read_to_string(file)?;
    let provider = name.split_once("_ch").map_or(name, |(provider, _)| provider);
    let input = format!(
        r#"{{"provider":"{provider}","event_type":"as told","created_at":"2025-11-20T00:00:00.000000Z","event_data":{payload}}}"#
    );
    let canonical = canonical_events::normalise::event(&input)?;
    // Values are shown as they are written: a number read as floating point would lose its digits.
    let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&canonical)?;
    let shown: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(directory("canonical_events", "normalise"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown.join("\n")));
    Ok(())
}
