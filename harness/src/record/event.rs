//! The one stream that the progress bars, the log and the record listen to.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{QueryRecord, RepairRecord, ServerRecord, WaiverRecord};
use crate::facts::{
    BatchProgress, Cost, Direction, FaultSweep, LockTrace, RolloutTrace, StepRun, TrafficPulse, WorkloadTrace,
};
use crate::judge::{Foreseen, Judgement};
use crate::sql::RelationName;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A run began.
    RunStarted {
        /// The scenario.
        scenario: String,
        /// The path.
        path: String,
        /// The variant of the data.
        variant: Option<String>,
        /// The seed's number.
        seed: u64,
        /// What row counts are multiplied by.
        scale: f64,
        /// The hash of what the template is made of.
        plan_hash: String,
    },
    /// The server answers.
    ServerStarted(ServerRecord),
    /// A part of the run began.
    PhaseStarted(&'static str),
    /// The part that began last is over.
    PhaseFinished(&'static str, Duration),
    /// Rows of a relation were generated and sent.
    Seeded {
        /// The relation.
        relation: RelationName,
        /// Rows so far.
        done: u64,
        /// Rows in all.
        of: u64,
    },
    /// The rows of the baseline by relation.
    BaselineObserved(BTreeMap<RelationName, u64>),
    /// A step is about to run.
    StepStarted {
        /// `NNN_name`.
        step: String,
        /// Which way.
        direction: Direction,
    },
    /// A batch of a backfill was committed.
    BatchCommitted {
        /// `NNN_name`.
        step: String,
        /// How far it came.
        progress: BatchProgress,
    },
    /// A step ran, to its end or not.
    StepFinished(StepRun),
    /// A step's way back, or a relation's keeping, is waived.
    Waived(WaiverRecord),
    /// A variant's rows were set right as declared.
    Repaired(RepairRecord),
    /// The migrated database was looked at.
    MigratedObserved {
        /// Its rows by relation.
        rows: BTreeMap<RelationName, u64>,
        /// Its schema, as an agreed snapshot would hold it.
        schema: String,
    },
    /// What the first way forward cost is known.
    CostMeasured(Cost),
    /// Its locks were watched, beside what a linter expected of them.
    LocksSeen(LockTrace, Vec<Foreseen>),
    /// The path was taken under live traffic.
    TrafficSeen(WorkloadTrace),
    /// How the live traffic fared lately.
    TrafficFelt(TrafficPulse),
    /// The flag of a rollout was turned.
    FlagTurned {
        /// To this percentage.
        share: u8,
    },
    /// Requests were turned over to the new way, and back.
    RolledOut(RolloutTrace),
    /// A step was interrupted and run again.
    FaultTried {
        /// Boundaries tried so far.
        done: usize,
        /// Boundaries in all.
        of: usize,
        /// The boundary.
        what: String,
    },
    /// Every boundary was tried.
    FaultsSwept(FaultSweep),
    /// A named query was measured.
    QueryMeasured(QueryRecord),
    /// The claims are judged.
    Judged(Judgement),
    /// A database stays, and this is its address, without a password.
    Kept(String),
    /// The run is over.
    RunFinished(Duration),
}

/// Whoever wants to know.
pub trait Listener {
    /// Takes notice of an event.
    fn on(&mut self, event: &Event);
}

impl Listener for () {
    fn on(&mut self, _: &Event) {}
}

impl<A: Listener, B: Listener> Listener for (A, B) {
    fn on(&mut self, event: &Event) {
        self.0.on(event);
        self.1.on(event);
    }
}

impl<T: Listener + ?Sized> Listener for &mut T {
    fn on(&mut self, event: &Event) {
        (**self).on(event);
    }
}
