//! From a campaign's one `data_source` to its list of data sources, or the question for a person.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Sources that the application feeds itself: no integration belongs to them.
const NATIVE: [&str; 3] = ["announcements", "instant_capture", "live_visitors"];

#[derive(Deserialize)]
struct Legacy<'a> {
    data_source: Option<String>,
    #[serde(borrow)]
    settings: Option<&'a RawValue>,
    /// The owner's active integrations of the provider that `data_source` names, by name and id.
    integrations: Vec<Integration>,
}

#[derive(Deserialize)]
struct Integration {
    id: String,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Mapped<'a> {
    DataSources([DataSource; 1]),
    NativeConfig { source: String, settings: Option<&'a RawValue> },
    Review { reason: &'static str, candidates: Vec<Candidate> },
}

#[derive(Serialize)]
struct DataSource {
    provider: String,
    integration_id: String,
    integration_name: String,
}

#[derive(Serialize)]
struct Candidate {
    integration_id: String,
    integration_name: String,
}

/// What a legacy campaign (JSON with `data_source`, `settings` and the `integrations` that could be meant) becomes, as
/// JSON with one of the keys `data_sources`, `native_config` and `review`. Of several integrations none is guessed.
///
/// # Errors
/// The input is no such JSON.
pub fn map(input: &str) -> Result<String, String> {
    let legacy: Legacy<'_> = serde_json::from_str(input).map_err(|error| format!("not a campaign: {error}"))?;
    let source = legacy.data_source.as_deref().map(|source| source.trim_matches(' ').to_ascii_lowercase());
    let mapped = match source.filter(|source| !source.is_empty()) {
        None => Mapped::Review { reason: "no data source", candidates: Vec::new() },
        Some(source) if NATIVE.contains(&source.as_str()) => {
            let settings = legacy.settings.filter(|settings| settings.get() != "null");
            Mapped::NativeConfig { source, settings }
        }
        Some(provider) => one_of(provider, legacy.integrations),
    };
    serde_json::to_string(&mapped).map_err(|error| error.to_string())
}

fn one_of<'a>(provider: String, integrations: Vec<Integration>) -> Mapped<'a> {
    match <[Integration; 1]>::try_from(integrations) {
        Ok([Integration { id, name }]) => {
            Mapped::DataSources([DataSource { provider, integration_id: id, integration_name: name }])
        }
        Err(none) if none.is_empty() => {
            Mapped::Review { reason: "no integration of this provider", candidates: Vec::new() }
        }
        Err(several) => Mapped::Review {
            reason: "several integrations of this provider",
            candidates: several
                .into_iter()
                .map(|one| Candidate { integration_id: one.id, integration_name: one.name })
                .collect(),
        },
    }
}
