//! Small paths, swept.

use std::collections::BTreeSet;
use std::error::Error;

use pgproof::facts::{FaultKind, FaultSweep};
use pgproof::judge::{Code, Finding};
use pgproof::load::Source;
use pgproof::record::RunRecord;
use pgproof::report::{Colour, terminal};
use pgproof::run::{FaultSettings, Faults, RunSettings};
use pgproof::scenario::Claim;
use pgproof::testing::{Example, Subject, prove};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// What every path starts from: shops enough that a copy of them takes room.
const BASELINE: &str = "-- == baseline ==
create table sales (id integer primary key, shop text not null, amount integer not null);
insert into sales select i, 'S-' || i % 7, i % 11 from generate_series(1, 5000) i;
create table totals (shop text primary key, amount bigint not null);
insert into totals select shop, sum(amount) from sales group by shop;
create table returns (id integer primary key, amount integer not null);
create table goods (id integer primary key, name text not null);
";

/// A record with its sweep.
pub(crate) struct Swept {
    pub(crate) record: RunRecord,
    pub(crate) sweep: FaultSweep,
}

impl Swept {
    /// Sweeps a path over the sales and their totals; `files` are written into the scenario's directory.
    pub(crate) async fn of(steps: &str, files: &[(&str, &str)], kinds: &[FaultKind]) -> Outcome<Self> {
        Self::on(&Subject::any_embedded(), steps, files, kinds).await
    }

    /// The same on a server of this kind.
    pub(crate) async fn on(
        subject: &Subject,
        steps: &str,
        files: &[(&str, &str)],
        kinds: &[FaultKind],
    ) -> Outcome<Self> {
        let example = Example::parse(&format!("{BASELINE}{steps}"))?;
        let source: Source = example.source()?;
        for (name, text) in files {
            std::fs::write(source.directory().join(name), text)?;
        }
        let settings = FaultSettings { kinds: kinds.iter().copied().collect(), ..FaultSettings::of(Faults::All) };
        let claims = vec![Claim::Applies, Claim::Resumable];
        let settings = RunSettings { claims, faults: Some(settings), ..RunSettings::default() };
        let record = prove(&source, &example.selection(), subject, &settings).await?;
        let sweep = record.faults.clone().ok_or_else(|| terminal(&record, Colour::Never, 100))?;
        Ok(Self { record, sweep })
    }

    /// The report, and what each point came to.
    pub(crate) fn shown(&self) -> String {
        let trials: Vec<String> = self.sweep.trials.iter().map(|t| format!("{:?}: {:?}", t.point, t.outcome)).collect();
        format!("{}\n{}\n{:?}", terminal(&self.record, Colour::Never, 100), trials.join("\n"), self.sweep.unplanted)
    }

    pub(crate) fn codes(&self) -> BTreeSet<Code> {
        self.record.findings.iter().map(|finding| finding.code).collect()
    }

    /// The findings of a code whose message holds the words.
    pub(crate) fn found(&self, code: Code, words: &str) -> Vec<&Finding> {
        let fits = |finding: &&Finding| finding.code == code && finding.message.contains(words);
        self.record.findings.iter().filter(fits).collect()
    }
}
