//! What both benchmarks share: their arguments, the scenarios, and the comparison of two ways to do one work.
//!
//! Nothing here judges: a figure that misses its target is printed as such, and is no failure.

mod arguments;
mod comparison;
mod promises;
mod table;

pub use arguments::Arguments;
pub use comparison::{Comparison, Failure, Target, Timing};
pub use promises::Promises;
pub use table::{Table, shown};

use pgproof::load::{LoadError, Selection, Source};
use pgproof::scenario::seed::Scale;

/// Every scenario that is measured.
///
/// # Errors
/// One of them can not be read.
pub fn scenarios() -> Result<Vec<Source>, LoadError> {
    Ok(vec![medallion::source()?, token_events::source()?])
}

/// What of a scenario is measured: its first path on clean data, `PGPROOF_BENCH_SCALE` times as many rows as it says.
///
/// # Errors
/// The variable is set and is no scale.
pub fn selection(arguments: &Arguments) -> Result<Selection, Failure> {
    Ok(at(scale_of_variable()?.or_else(|| scale_of_test(arguments)).unwrap_or(Scale::ONE)))
}

/// What of a scenario is measured, at each of the sizes that it names; at one alone where `PGPROOF_BENCH_SCALE` says so.
///
/// # Errors
/// The variable is set and is no scale.
pub fn selections(arguments: &Arguments, source: &Source) -> Result<Vec<Selection>, Failure> {
    let one = scale_of_variable()?.or_else(|| scale_of_test(arguments));
    let mut scales: Vec<Scale> = match one {
        Some(scale) => vec![scale],
        None => source.scenario().sizes.iter().map(|size| size.scale).collect(),
    };
    if scales.is_empty() {
        scales.push(Scale::ONE);
    }
    Ok(scales.into_iter().map(at).collect())
}

fn at(scale: Scale) -> Selection {
    Selection { scale, ..Selection::default() }
}

fn scale_of_variable() -> Result<Option<Scale>, Failure> {
    match std::env::var("PGPROOF_BENCH_SCALE") {
        Ok(text) => {
            let scale = text.parse().map_err(|_| format!("`PGPROOF_BENCH_SCALE={text}` is no positive number"))?;
            Ok(Some(scale))
        }
        Err(_) => Ok(None),
    }
}

/// Under `--test` a benchmark only shows that it runs.
fn scale_of_test(arguments: &Arguments) -> Option<Scale> {
    if arguments.is_test() { Scale::new(0.01) } else { None }
}
