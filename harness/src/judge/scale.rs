//! Which steps grow worse than linearly, judged from the path taken at several sizes.

use std::collections::BTreeMap;

use super::growth::{Noise, grow};
use super::{Code, Finding, Verdict, thousands};
use crate::facts::{Growth, Law, Measure, SizeCost, StatementCost, Steepness, StepCost, StepGrowth};

/// What is concluded about the growth of a path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScaleJudgement {
    /// Each step, in order.
    pub steps: Vec<StepGrowth>,
    /// The steps that grow worse than linearly.
    pub findings: Vec<Finding>,
}

impl ScaleJudgement {
    /// Refuted by a step that is steep, undecided by one of which the sizes do not tell, otherwise proven.
    pub fn verdict(&self) -> Verdict {
        let worst = self.steps.iter().map(|step| step.steepness).max();
        match worst {
            Some(Steepness::Steep) => Verdict::Refuted,
            Some(Steepness::Gentle) => Verdict::Proven,
            Some(Steepness::Undecided) | None => Verdict::Inconclusive,
        }
    }
}

/// Times are believed to be steep only from here on, in milliseconds, and if at least half of them is.
const FELT_MS: f64 = 1_000.0;
const HALF: f64 = 0.5;

/// Fits a law to every figure of every step and says what it becomes at `to` rows.
///
/// What hardly varies decides: the log, the disk, the rows read. A time alone makes a step steep only where it is felt
/// and mostly so at three sizes or more; that a time is undecided is no news on a busy machine, and is not told.
pub fn scale(sizes: &[SizeCost], to: u64) -> ScaleJudgement {
    let full_pages = sizes
        .iter()
        .flat_map(|size| &size.costs)
        .any(|cost| cost.settings.get("full_page_writes").is_none_or(|on| on == "on"));
    let mut judgement = ScaleJudgement::default();
    let mut order: Vec<&str> = Vec::new();
    let mut taken: BTreeMap<&str, Vec<(u64, &StepCost)>> = BTreeMap::new();
    for (rows, step) in
        sizes.iter().flat_map(|size| size.costs.iter().flat_map(|cost| &cost.steps).map(move |step| (size.rows, step)))
    {
        if !taken.contains_key(step.step.as_str()) {
            order.push(&step.step);
        }
        taken.entry(&step.step).or_default().push((rows, step));
    }
    for step in order {
        let Some(runs) = taken.get(step) else { continue };
        let mut growths: Vec<Growth> = Measure::ALL
            .into_iter()
            .filter_map(|measure| {
                let points: Option<Vec<(f64, f64)>> =
                    runs.iter().map(|(rows, cost)| Some((float(*rows), measure.of(cost)?))).collect();
                let growth = grow(measure, &points?, Noise::of(measure, full_pages), float(to))?;
                Some(if measure.is_steady() { growth } else { believed(growth, distinct(sizes)) })
            })
            .collect();
        settle_the_disk(&mut growths);
        let counted = |growth: &&Growth| growth.measure.is_steady() || growth.steepness == Steepness::Steep;
        let steepness =
            growths.iter().filter(counted).map(|growth| growth.steepness).max().unwrap_or(Steepness::Undecided);
        let growth = StepGrowth { step: step.to_owned(), steepness, growths };
        judgement.findings.extend(finding(&growth, runs, to));
        judgement.steps.push(growth);
    }
    judgement
}

fn distinct(sizes: &[SizeCost]) -> usize {
    let mut rows: Vec<u64> = sizes.iter().map(|size| size.rows).collect();
    rows.sort_unstable();
    rows.dedup();
    rows.len()
}

/// What lies on the disk is in the log first, tables that are not logged apart: a disk of which the pages are too coarse
/// to tell grows no faster than the log does.
fn settle_the_disk(growths: &mut [Growth]) {
    let logged = growths.iter().any(|growth| growth.measure == Measure::Wal && growth.steepness == Steepness::Gentle);
    for growth in growths.iter_mut().filter(|growth| growth.measure == Measure::Disk) {
        if logged && growth.steepness == Steepness::Undecided {
            growth.steepness = Steepness::Gentle;
        }
    }
}

fn believed(growth: Growth, sizes: usize) -> Growth {
    let sure = growth.measured >= FELT_MS && growth.steep_share.0 >= HALF && sizes >= 3;
    if growth.steepness != Steepness::Steep || (sure && growth.measure == Measure::Duration) {
        return growth;
    }
    Growth { steepness: Steepness::Undecided, ..growth }
}

fn finding(growth: &StepGrowth, runs: &[(u64, &StepCost)], to: u64) -> Option<Finding> {
    let steep = growth.growths.iter().find(|growth| growth.steepness == Steepness::Steep)?;
    let (rows, largest) = runs.iter().max_by_key(|(rows, _)| *rows)?;
    let shown = |value: f64| steep.measure.shown(value);
    let exponent = steep.exponent.map(|exponent| format!(", slope {exponent:.2}")).unwrap_or_default();
    let law = if steep.law == Law::Cubic { "faster than n²" } else { "with n²" };
    let message = format!(
        "step `{}` grows {law} ({}{exponent}): {} at {} rows, {} at {} ({} to {})",
        growth.step,
        steep.measure,
        shown(steep.measured),
        thousands(*rows),
        shown(steep.predicted.estimate),
        thousands(to),
        shown(steep.predicted.low),
        shown(steep.predicted.high)
    );
    let finding = Finding::new(Code::W005, message)
        .key(&growth.step)
        .help("look for a join of a table with itself, a subquery for each row, or a comparison without an index");
    Some(match steepest(steep.measure, runs) {
        Some(statement) => finding.in_file(&statement.file, statement.line),
        None => match largest.heaviest() {
            Some(statement) => finding.in_file(&statement.file, statement.line),
            None => finding,
        },
    })
}

/// The statement whose part of the figure grew the most from the smallest size to the largest. Only the log and the time
/// are known by statement; what reads many rows takes long, what fills the disk is in the log.
fn steepest<'c>(measure: Measure, runs: &[(u64, &'c StepCost)]) -> Option<&'c StatementCost> {
    let figure = |statement: &StatementCost| match measure {
        Measure::Wal | Measure::Disk => float(statement.wal_bytes),
        Measure::RowsRead | Measure::Duration | Measure::LongestTransaction => statement.duration_ms,
    };
    let (_, smallest) = runs.iter().min_by_key(|(rows, _)| *rows)?;
    let (_, largest) = runs.iter().max_by_key(|(rows, _)| *rows)?;
    let grown = |statement: &StatementCost| {
        let same = |other: &&StatementCost| other.file == statement.file && other.line == statement.line;
        figure(statement) - smallest.statements.iter().find(same).map_or(0.0, figure)
    };
    largest.statements.iter().max_by(|a, b| grown(a).total_cmp(&grown(b)))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rows and bytes far below 2⁵³")]
const fn float(count: u64) -> f64 {
    count as f64
}
