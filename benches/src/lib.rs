//! What both benchmarks share: their arguments, the scenarios, and the comparison of two ways to do one work.
//!
//! Nothing here judges: a figure that misses its target is printed as such, and is no failure.

mod arguments;
mod comparison;
mod table;

pub use arguments::Arguments;
pub use comparison::{Comparison, Failure, Target, Timing};
pub use table::Table;

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
    let scale = match std::env::var("PGPROOF_BENCH_SCALE") {
        Ok(text) => text.parse().map_err(|_| format!("`PGPROOF_BENCH_SCALE={text}` is no positive number"))?,
        // Under `--test` a benchmark only shows that it runs.
        Err(_) if arguments.is_test() => Scale::new(0.01).unwrap_or(Scale::ONE),
        Err(_) => Scale::ONE,
    };
    Ok(Selection { scale, ..Selection::default() })
}
