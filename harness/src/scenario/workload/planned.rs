//! A workload whose texts, recipes and steps are checked: what comes when, and with which values.

use super::{Application, Workload};
use crate::scenario::seed::{Draw, Generator, Value};
use crate::sql::{ParameterText, RelationName, quote_literal};

/// The schema of the generator's tables that parameters come from; no relation of the database is in it.
pub(super) const PARAMETERS: &str = "parameters of requests";

/// The traffic of a path. Which request comes when, and with which values, depends on the seed's number alone.
#[derive(Debug)]
pub struct PlannedWorkload {
    /// As it was written.
    pub declared: Workload,
    pub(super) kinds: Vec<Kind>,
    pub(super) generator: Generator,
    pub(super) number: u64,
}

/// Between how many applied steps the database is: equal while it rests, one apart while a step runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretch {
    /// The smaller number of steps.
    pub low: usize,
    /// The larger one.
    pub high: usize,
}

impl Stretch {
    /// With so many steps applied, and none running.
    pub const fn at(steps: usize) -> Self {
        Self { low: steps, high: steps }
    }
}

/// A kind of request.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Its name in reports.
    pub name: String,
    /// Whose it is.
    pub application: Application,
    /// The role it runs as.
    pub role: Option<String>,
    /// What it asks.
    pub work: Work,
    pub(super) weight: f64,
    /// The least and the greatest number of applied steps with which it works.
    pub(super) works: (usize, usize),
    pub(super) parameters: usize,
}

/// What a request asks.
#[derive(Debug, Clone)]
pub enum Work {
    /// Statements in one transaction.
    Request {
        /// In their order.
        statements: Vec<ParameterText>,
        /// What it wrote is looked for afterwards.
        ledger: Option<Ledger>,
    },
    /// One question, asked twice in one snapshot.
    Shadow {
        /// Of the old path.
        old: ParameterText,
        /// Of the new one.
        new: ParameterText,
        /// With how many steps applied the new path is there.
        from: usize,
        /// The share of the questions that goes to both for each number of steps from there on.
        share: Vec<f64>,
    },
}

/// How to find what a request wrote: queries over the text array `$1` of keys.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Behind the last step.
    pub forward: ParameterText,
    /// Behind the last way back; nobody asks where `None`.
    pub back: Option<ParameterText>,
}

impl Kind {
    /// Whether it works all over a stretch.
    pub fn works_in(&self, stretch: Stretch) -> bool {
        self.works.0 <= stretch.low && stretch.high <= self.works.1
    }

    /// What it asks the old path.
    pub fn statements(&self) -> &[ParameterText] {
        match &self.work {
            Work::Request { statements, .. } => statements,
            Work::Shadow { old, .. } => std::slice::from_ref(old),
        }
    }

    /// How what it wrote is found.
    pub fn ledger(&self) -> Option<&Ledger> {
        match &self.work {
            Work::Request { ledger, .. } => ledger.as_ref(),
            Work::Shadow { .. } => None,
        }
    }
}

impl PlannedWorkload {
    /// The kinds of request, those of `[[workload.request]]` first.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Of which kind request number `index` is in a stretch, and whether a shadow goes to both paths; `None` where no
    /// kind works.
    pub fn pick(&self, index: u64, stretch: Stretch) -> Option<(usize, bool)> {
        let mut draw = Draw::of_cell(self.number, index);
        let working = || self.kinds.iter().enumerate().filter(|(_, kind)| kind.works_in(stretch));
        let total: f64 = working().map(|(_, kind)| kind.weight).sum();
        let mut left = draw.fraction() * total;
        let mut chosen = None;
        for (place, kind) in working() {
            chosen = Some((place, kind));
            left -= kind.weight;
            if left < 0.0 {
                break;
            }
        }
        let (place, kind) = chosen?;
        let both = match &kind.work {
            Work::Shadow { from, share, .. } => stretch
                .low
                .checked_sub(*from)
                .and_then(|passed| share.get(passed).or(share.last()))
                .is_some_and(|share| draw.fraction() < *share),
            Work::Request { .. } => false,
        };
        Some((place, both))
    }

    /// The values of request number `index` of the kind at `place`, as SQL literals without a type: the server takes
    /// each for the type that the statement needs there, as it does with a parameter.
    pub fn literals(&self, place: usize, index: u64) -> Vec<String> {
        let Some(kind) = self.kinds.get(place) else { return Vec::new() };
        let Some(rows) = self.generator.table(&table_of(place)) else { return Vec::new() };
        (1..=kind.parameters)
            .map(|number| rows.column(&column_of(number)).map_or(Value::Null, |column| rows.cell(column, index)))
            .map(|value| literal(&value))
            .collect()
    }
}

/// The generator's table of the kind at `place`.
pub(super) fn table_of(place: usize) -> RelationName {
    RelationName::new(PARAMETERS, place.to_string())
}

pub(super) fn column_of(number: usize) -> String {
    format!("${number}")
}

fn literal(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::List(values) => quote_literal(&array(values)),
        other => {
            let mut text = String::new();
            other.write_text(&mut text);
            quote_literal(&text)
        }
    }
}

/// An array as the server reads it (PostgreSQL manual, 8.15.2).
fn array(values: &[Value<'_>]) -> String {
    let elements: Vec<String> = values
        .iter()
        .map(|value| match value {
            Value::Null => "NULL".to_owned(),
            Value::List(values) => array(values),
            other => {
                let mut text = String::new();
                other.write_text(&mut text);
                quoted_element(&text)
            }
        })
        .collect();
    format!("{{{}}}", elements.join(","))
}

fn quoted_element(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The literal of a text array.
pub(crate) fn text_array(texts: &[String]) -> String {
    let elements: Vec<String> = texts.iter().map(|text| quoted_element(text)).collect();
    quote_literal(&format!("{{{}}}", elements.join(",")))
}
