//! What all works need: the runtime, the scenario, a seeded and a migrated database, and where figures go.

use std::io::Write as _;
use std::rc::Rc;
use std::time::Duration;

use criterion::{Criterion, SamplingMode};
use pgproof::load::{Selection, Source};
use pgproof::scenario::Plan;
use pgproof::testing::{Pair, Subject, migrated_pair};
use pgproof_benches::{Arguments, Comparison, Failure, Table, Target, Timing, selection};
use tokio::runtime::Runtime;

/// The fewest samples that criterion takes.
const CRITERIONS_FEWEST: usize = 10;

pub(crate) struct Bench {
    runtime: Rc<Runtime>,
    pub(crate) source: Source,
    pub(crate) selection: Selection,
    arguments: Arguments,
    criterion: Criterion,
    pair: Option<Rc<Pair>>,
    table: Table,
}

impl Bench {
    pub(crate) fn of_this_process() -> Result<Self, Failure> {
        let arguments = Arguments::of_this_process();
        let criterion = Criterion::default()
            .sample_size(CRITERIONS_FEWEST)
            .warm_up_time(Duration::from_nanos(1))
            .measurement_time(Duration::from_millis(1))
            .configure_from_args();
        Ok(Self {
            runtime: Rc::new(Runtime::new()?),
            source: medallion::source()?,
            selection: selection(&arguments)?,
            arguments,
            criterion,
            pair: None,
            table: Table::default(),
        })
    }

    /// Whether this work is to be measured.
    pub(crate) fn wants(&self, work: &str) -> bool {
        self.arguments.wants(&name(work))
    }

    /// Whether each work only has to run once.
    pub(crate) fn is_test(&self) -> bool {
        self.arguments.is_test()
    }

    pub(crate) fn plan(&self) -> Result<Plan, Failure> {
        Ok(self.source.plan(&self.selection)?)
    }

    /// The runtime; what is connected in it is to be used in it.
    pub(crate) fn runtime(&self) -> Rc<Runtime> {
        Rc::clone(&self.runtime)
    }

    /// The seeded database and the migrated one, made now if that was not done yet.
    pub(crate) fn pair(&mut self) -> Result<Rc<Pair>, Failure> {
        if let Some(pair) = &self.pair {
            return Ok(Rc::clone(pair));
        }
        tell("seeding and migrating …");
        let subject = Subject::any_embedded();
        let built = migrated_pair(&self.source, &self.selection, &subject);
        let pair = Rc::new(self.runtime.block_on(built)?);
        self.pair = Some(Rc::clone(&pair));
        Ok(pair)
    }

    /// Measures both sides in turn, keeps the row, and shows criterion the samples where they are enough for it.
    pub(crate) fn compare(
        &mut self,
        work: &str,
        reference_is: &str,
        target: Target,
        pairs: usize,
        reference: &mut dyn FnMut() -> Result<Duration, Failure>,
        ours: &mut dyn FnMut() -> Result<Duration, Failure>,
    ) -> Result<(), Failure> {
        let pairs = if self.is_test() { 1 } else { pairs };
        let comparison = Comparison::measure(work, reference_is, target, pairs, reference, ours)?;
        if pairs >= CRITERIONS_FEWEST {
            let mut group = self.criterion.benchmark_group(name(work));
            group.sampling_mode(SamplingMode::Flat).sample_size(pairs);
            for (side, timing) in [("reference", &comparison.reference), ("ours", &comparison.ours)] {
                let mut samples = replay(timing);
                group.bench_function(side, |bencher| {
                    bencher.iter_custom(&mut samples);
                });
            }
            group.finish();
        }
        self.table.push(&comparison);
        Ok(())
    }

    /// Adds a row that is no comparison of times.
    pub(crate) fn row(&mut self, row: [String; 5]) {
        self.table.push_row(row);
    }

    /// Prints the table and stops the server.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.criterion.final_summary();
        // One run of each tells that they run, not how long they take.
        if !self.is_test() && !self.table.is_empty() {
            writeln!(std::io::stdout(), "\n{}", self.table)?;
        }
        if let Some(pair) = self.pair.take().and_then(Rc::into_inner) {
            self.runtime.block_on(pair.clear())?;
        }
        Ok(())
    }
}

fn name(work: &str) -> String {
    format!("harness/{work}")
}

/// The samples in order, one for each time criterion asks. Its first question is the warm-up, answered by the last.
fn replay(timing: &Timing) -> impl FnMut(u64) -> Duration {
    let last = timing.0.last().copied().unwrap_or_default();
    let mut samples = std::iter::once(last).chain(timing.0.clone()).collect::<Vec<_>>().into_iter().cycle();
    move |iterations| {
        let sample = samples.next().unwrap_or_default();
        sample * u32::try_from(iterations).unwrap_or(u32::MAX)
    }
}

pub(crate) fn tell(text: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}
