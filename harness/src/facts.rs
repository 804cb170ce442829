//! What was seen, as plain values. Observers make them, checks read them; nothing here knows good from bad.

pub mod answer;
mod bootstrap;
mod bytes;
mod cost;
pub mod difference;
mod dry_run;
mod fault;
pub mod fingerprint;
mod growth;
mod latency;
mod locks;
mod observation;
mod plan_shape;
mod query_plan;
pub mod relation;
mod replica;
mod rollout;
pub mod sequence;
pub mod server_parity;
mod sighting;
mod step_run;
mod workload;

pub use answer::{Answer, Reply, Seen};
pub use bootstrap::{BOOTSTRAP_DRAWS, BOOTSTRAP_SEED, Bootstrap};
pub use bytes::Bytes;
pub use cost::{Cost, RelationGrowth, RelationSize, StatementCost, StepCost};
pub use difference::{CellDifference, DifferenceKind, RowDifference, RowDifferences};
pub use dry_run::{DryOutcome, DryRow, DryStep};
pub use fault::{
    FaultKind, FaultObject, FaultOutcome, FaultPoint, FaultRows, FaultSequence, FaultSide, FaultSweep, FaultTrial,
    UnknownFaultKind, way,
};
pub use fingerprint::{Fingerprint, NumericMode};
pub use growth::{Growth, Law, Measure, Prediction, SizeCost, Steepness, StepGrowth};
pub use latency::{Latency, Ratio, Samples};
pub use locks::{
    HeldLock, LockSeen, LockTrace, LockedRelation, OwnWait, RowsOf, Sampling, StatementLocks, StatementSeen, Waiter,
    WrittenRows,
};
pub use observation::{Asserted, LegacySight, Observation};
pub use plan_shape::{PlanNode, PlanShape};
pub use query_plan::{Access, Completion, NodeRows, QueryPlan};
pub use relation::{ChangeCounter, RelationInfo, RelationKind};
pub use replica::{CancelledRead, ReplicaLag, ReplicaStep, ReplicaTrace};
pub use rollout::{
    Breach, Gate, RolloutAnswer, RolloutDifference, RolloutFailure, RolloutPhase, RolloutReply, RolloutTrace,
    WayAnswer, WayFigures, WayOutcome,
};
pub use sequence::SequencePosition;
pub use server_parity::{Means, RelationParity, ServerParity, ServerSeen};
pub use sighting::Sighting;
pub use step_run::{BatchProgress, Direction, Refusal, SetAside, StatementRun, StepRun};
pub use workload::{
    Awaited, BackOff, LedgerCheck, Quantiles, RequestFailure, Running, ShadowCheck, ShadowDifference, Stall,
    TrafficPause, TrafficPeriod, TrafficPulse, When, WorkloadTrace,
};
