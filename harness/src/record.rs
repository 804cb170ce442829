//! What happens during a run, and what is known at its end.

mod event;
mod log;
mod run_record;
mod scale_record;

pub use event::{Event, Listener};
pub use log::{EventLog, LogEntry};
pub use run_record::{Phase, QueryRecord, RECORD_VERSION, RepairRecord, RunRecord, ServerRecord, WaiverRecord};
pub use scale_record::{SCALE_RECORD_VERSION, ScaleRecord};
