//! A point of a sweep of faults, against one plain run of its step.

use std::collections::BTreeMap;

use pgproof::facts::{Direction, FaultKind, FaultSweep};
use pgproof::record::RunRecord;
use pgproof::run::{FaultSettings, Faults, RunSettings};
use pgproof::scenario::Claim;
use pgproof::testing::{Subject, prove};
use pgproof_benches::Failure;

use crate::bench::Bench;

/// Those with few points; one whose session is ended costs what the others do.
const KINDS: [FaultKind; 5] =
    [FaultKind::Server, FaultKind::Answer, FaultKind::Lock, FaultKind::Deadlock, FaultKind::Disk];

/// Steps that are over sooner are no measure of anything.
const LEAST_MS: f64 = 1.0;

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    if !bench.wants("faults") {
        return Ok(());
    }
    let faults = if bench.is_test() { Faults::Batches } else { Faults::All };
    let settings = RunSettings {
        // The way back by itself is what a plain run of it is measured by.
        claims: vec![Claim::Applies, Claim::Reversible, Claim::Resumable],

        faults: Some(FaultSettings { kinds: KINDS.into(), ..FaultSettings::of(faults) }),
        ..RunSettings::default()
    };
    let (source, selection) = (bench.source.clone(), bench.selection.clone());
    let record = bench.runtime().block_on(prove(&source, &selection, &Subject::any_embedded(), &settings))?;
    let sweep = record.faults.as_ref().ok_or("nothing was swept")?;
    let plain = plain(&record);
    for kind in KINDS {
        if let Some(row) = row(kind, sweep, &plain) {
            bench.row(row);
        }
    }
    Ok(())
}

type Plain<'a> = BTreeMap<(Direction, &'a str), f64>;

/// How long each step took each way when nothing was planted; the first time counts.
fn plain(record: &RunRecord) -> Plain<'_> {
    let mut plain = Plain::new();
    for run in &record.steps {
        plain.entry((run.direction, run.step.as_str())).or_insert(run.duration_ms);
    }
    plain
}

/// The median of the points of a kind and of the plain runs of their steps; the ratio within each point.
fn row(kind: FaultKind, sweep: &FaultSweep, plain: &Plain<'_>) -> Option<[String; 5]> {
    let (mut steps, mut points, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for trial in sweep.trials.iter().filter(|trial| trial.point.kind == kind) {
        let Some(step) = plain.get(&(trial.point.direction, trial.point.step.as_str())) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "a point takes no thousands of years")]
        let took = trial.took_ms as f64;
        steps.push(*step);
        points.push(took);
        ratios.push(took / step.max(LEAST_MS));
    }
    let [low, middle, high] = [quantile(&mut ratios, 1)?, quantile(&mut ratios, 2)?, quantile(&mut ratios, 3)?];
    Some([
        format!("fault: {kind}, {} points", points.len()),
        format!("the step: {:.1} ms", quantile(&mut steps, 2)?),
        format!("{:.0} ms", quantile(&mut points, 2)?),
        format!("{middle:.2} × ({low:.2}–{high:.2})"),
        "–".to_owned(),
    ])
}

/// The value that so many quarters lie below.
fn quantile(values: &mut [f64], quarters: usize) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * quarters / 4).copied()
}
