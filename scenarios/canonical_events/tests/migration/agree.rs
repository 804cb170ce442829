//! The two implementations on payloads that nobody thought of.

use pgproof::testing::Ground;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use sqlx::Connection;

use crate::support::{Outcome, before_events, selection};

const PROVIDERS: [&str; 8] = [
    "shopify",
    "stripe",
    "testimonials",
    "announcements",
    "instant_capture",
    "live_visitors",
    "calendly",
    "Überweisung",
];

/// Names that the normalisers ask for, and others.
const NAMES: [&str; 40] = [
    "line_items",
    "0",
    "title",
    "name",
    "quantity",
    "customer",
    "first_name",
    "billing_address",
    "shipping_address",
    "city",
    "country_code",
    "order_number",
    "total_price",
    "current_total_price",
    "currency",
    "created_at",
    "data",
    "object",
    "metadata",
    "product_name",
    "amount",
    "amount_total",
    "created",
    "type",
    "description",
    "customer_details",
    "address",
    "country",
    "rating",
    "message",
    "fields",
    "geo",
    "at",
    "timestamp",
    "count",
    "page",
    "url",
    "Ünlü",
    "a b",
    "note",
];

/// JSON texts as they may come: odd numbers, escapes that are not allowed, keys that stand twice.
fn json() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,30})",
        "-?(0|[1-9][0-9]{0,5})[.][0-9]{1,8}",
        "-?(0|[1-9][0-9]{0,3})([.][0-9]{1,3})?[eE][+-]?[0-9]{1,3}",
        "1[0-9]{9}",
        "1[0-9]{12}",
    ];
    let text = prop_oneof![
        4 => "[a-zA-Z0-9 .:,äß東😀-]{0,20}".prop_map(|text| format!("\"{text}\"")),
        1 => "(\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-f]{2}|\\\\ud83d\\\\ude00|x){0,4}".prop_map(|text| format!("\"{text}\"")),
        1 => "(\\\\u[0-9a-fA-F]{4}){1,2}".prop_map(|text| format!("\"{text}\"")),
        2 => "[0-3][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,7})?(Z|[+-][01][0-9]:[0-5][0-9])"
            .prop_map(|text| format!("\"{text}\"")),
        2 => "(2023|2024|2100)-(02|04|12)-(28|29|30|31)T10:00:00Z".prop_map(|text| format!("\"{text}\"")),
        1 => "([A-Za-z]{3}|usd|jpy|  )".prop_map(|text| format!("\"{text}\"")),
    ];
    let leaf = prop_oneof![
        3 => number,
        4 => text,
        1 => prop_oneof![Just("null".to_owned()), Just("true".to_owned()), Just("false".to_owned())],
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let field = (proptest::sample::select(NAMES.to_vec()), inner.clone());
        prop_oneof![
            6 => proptest::collection::vec(field, 0..10).prop_map(|fields| {
                let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\" : {value}")).collect();
                format!("{{{}}}", fields.join(", "))
            }),
            1 => proptest::collection::vec(inner, 0..3).prop_map(|items| format!("[ {} ]", items.join(","))),
        ]
    })
}

/// An event as the job reads it.
fn input(provider: &str, data: &str) -> String {
    format!(
        r#"{{"provider":"{provider}","event_type":"kind","created_at":"2025-11-20T00:00:00.000000Z","event_data":{data}}}"#
    )
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_normaliser_gives_the_same_flat_object_twice_or_a_reason(
        provider in proptest::sample::select(PROVIDERS.to_vec()), data in json()
    ) {
        let input = input(provider, &data);
        let once = canonical_events::normalise::event(&input);
        prop_assert_eq!(&once, &canonical_events::normalise::event(&input));
        if let Ok(output) = once {
            let object: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> = serde_json::from_str(&output)
                .map_err(|error| TestCaseError::fail(format!("{output}: {error}")))?;
            prop_assert!(object.contains_key("meta.provider") && object.contains_key("meta.timestamp"));
            prop_assert!(object.values().all(|value| !value.get().starts_with(['{', '['])), "{}", output);
        }
    }

    #[test]
    fn no_text_at_all_makes_a_normaliser_or_a_mapping_panic(text in any::<String>(), data in "[\\[\\]{}\":,\\\\u0-9eE.+d-]{0,60}") {
        let _ = canonical_events::normalise::event(&text);
        let _ = canonical_events::normalise::event(&input("stripe", &data));
        let _ = canonical_events::campaign::map(&text);
    }
}

#[tokio::test]
async fn rust_and_sql_agree_on_two_thousand_payloads_that_nobody_wrote() -> Outcome {
    let mut runner = TestRunner::deterministic();
    let strategy = (proptest::sample::select(PROVIDERS.to_vec()), json());
    let mut payloads: Vec<(String, String)> = Vec::new();
    for _ in 0..2_000 {
        let (provider, data) = strategy.new_tree(&mut runner).map_err(|reason| reason.to_string())?.current();
        payloads.push((provider.to_owned(), data));
    }
    let ground = before_events(&canonical_events::source()?, &selection("sql_functions", None)).await?;
    let differ = differing(&ground, &payloads).await?;
    ground.clear().await?;
    assert!(differ.is_empty(), "{} differ, first: {:#?}", differ.len(), differ.first());
    Ok(())
}

/// The payloads on which the two differ, with what each says.
async fn differing(
    ground: &Ground,
    payloads: &[(String, String)],
) -> Result<Vec<(String, Result<String, String>, Option<String>)>, Box<dyn std::error::Error>> {
    let (providers, data): (Vec<&str>, Vec<&str>) =
        payloads.iter().map(|(provider, data)| (provider.as_str(), data.as_str())).unzip();
    let ours: Vec<Result<String, String>> =
        payloads.iter().map(|(provider, data)| canonical_events::normalise::event(&input(provider, data))).collect();
    let written: Vec<Option<&str>> = ours.iter().map(|output| output.as_deref().ok()).collect();
    let mut connection = ground.work().connect().await?;
    sqlx::raw_sql(
        "create function pg_temp.try_event(provider text, data text) returns jsonb language plpgsql as $$
         begin
           return canonical.event(provider, 'kind', data::json, '2025-11-20 00:00+00');
         exception when data_exception then return null;
         end $$",
    )
    .execute(&mut connection)
    .await?;
    let rows: Vec<(i64, Option<String>)> = sqlx::query_as(
        "select n, theirs::text from (
           select n, ours::jsonb as ours, pg_temp.try_event(provider, data) as theirs
             from unnest($1::text[], $2::text[], $3::text[]) with ordinality as p (provider, data, ours, n)) as both_sides
          where ours is distinct from theirs order by n",
    )
    .bind(&providers)
    .bind(&data)
    .bind(&written)
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    let mut differ = Vec::new();
    for (n, theirs) in rows {
        let index = usize::try_from(n - 1)?;
        let data = data.get(index).copied().unwrap_or_default().to_owned();
        let ours = ours.get(index).cloned().unwrap_or_else(|| Err("nothing".to_owned()));
        differ.push((data, ours, theirs));
    }
    Ok(differ)
}
