//! What a scenario's document promised, beside what was measured.

use std::fmt;
use std::time::Duration;

use pgproof::scenario::Scenario;
use pgproof::scenario::seed::Scale;

use crate::{Table, Timing, shown};

/// A row for each way forward and each named query at each size, in the order in which they are added.
#[derive(Debug)]
pub struct Promises {
    table: Table,
}

impl Default for Promises {
    fn default() -> Self {
        Self { table: Table::headed(["size", "what", "promised", "before", "after"]) }
    }
}

impl Promises {
    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The way forward: how long its steps took.
    pub fn push_way_forward(&mut self, scenario: &Scenario, scale: Scale, took: Duration) {
        let of_size = scenario.sizes.iter().find(|size| size.scale == scale);
        let promised = of_size.and_then(|size| size.expected.clone()).unwrap_or_else(nothing);
        self.table.push_row([size(scenario, scale), "the way forward".to_owned(), promised, nothing(), shown(took)]);
    }

    /// A query of the scenario: the medians of what was measured on both sides.
    pub fn push_query(&mut self, scenario: &Scenario, scale: Scale, query: &str, before: &Timing, after: &Timing) {
        let of_query = scenario.queries.iter().find(|known| known.name == query);
        let promised = of_query.and_then(|query| query.expected.clone()).unwrap_or_else(nothing);
        let median = |timing: &Timing| if timing.0.is_empty() { nothing() } else { shown(timing.median()) };
        self.table.push_row([size(scenario, scale), query.to_owned(), promised, median(before), median(after)]);
    }
}

impl fmt::Display for Promises {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table.fmt(f)
    }
}

fn nothing() -> String {
    "–".to_owned()
}

/// The rows of the largest table that grows, with its name.
fn size(scenario: &Scenario, scale: Scale) -> String {
    let largest = scenario.seed.tables.iter().filter(|table| table.fixed != Some(true)).max_by_key(|table| table.rows);
    largest.map_or_else(
        || format!("× {}", scale.factor()),
        |table| format!("{} {}", scale.of(table.rows.unwrap_or_default()), table.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIO: &str = "
        name = 't'
        baseline = { files = [] }
        [[path]]
        name = 'main'
        directory = 'd'
        [[size]]
        scale = 0.1
        expected = '2–5 min'
        [[query]]
        name = 'last'
        before = 'select 1'
        expected = '~200 ms → ~2 ms'
        [[seed.table]]
        name = 'readings'
        rows = 1000
        [seed.table.columns]
        id = { serial = 1 }
    ";

    #[test]
    fn the_document_stands_beside_what_was_measured_at_its_size_and_a_dash_where_it_is_silent()
    -> Result<(), toml::de::Error> {
        let scenario: Scenario = toml::from_str(SCENARIO)?;
        let mut promises = Promises::default();
        assert!(promises.is_empty());
        let tenth = Scale::new(0.1).unwrap_or(Scale::ONE);
        promises.push_way_forward(&scenario, tenth, Duration::from_millis(340));
        promises.push_way_forward(&scenario, Scale::ONE, Duration::from_secs(30));
        let timing = |ms: u64| Timing(vec![Duration::from_millis(ms)]);
        promises.push_query(&scenario, tenth, "last", &timing(25), &timing(7));
        let expected = "\
| size          | what            | promised        | before  | after  |
| ------------- | --------------- | --------------- | ------- | ------ |
| 100 readings  | the way forward | 2–5 min         | –       | 340 ms |
| 1000 readings | the way forward | –               | –       | 30.0 s |
| 100 readings  | last            | ~200 ms → ~2 ms | 25.0 ms | 7.0 ms |
";
        assert_eq!(promises.to_string(), expected);
        Ok(())
    }
}
