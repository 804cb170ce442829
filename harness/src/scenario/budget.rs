//! What a migration may cost and how long it may be felt.

use serde::Deserialize;

/// The limits that claims L and W are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// The longest that a request of the live traffic may take, from when it was due, in milliseconds.
    pub stall_ms: f64,
    /// The longest that a session may queue behind a lock of the migration, in milliseconds; `stall_ms` where it is left
    /// out.
    pub lock_wait_ms: Option<f64>,
    /// How many rows of a relation that the traffic touches a statement may scan or rewrite while it holds a lock that
    /// the traffic conflicts with.
    pub blocking_rows: u64,
    /// The longest that the way forward may take, in seconds; unlimited where it is left out.
    pub duration_s: Option<f64>,
    /// The write-ahead log that the way forward may write, in bytes; unlimited where it is left out.
    pub wal_bytes: Option<u64>,
    /// How many bytes more than before the database may hold at once on the way forward, old copies of what is
    /// rewritten included; unlimited where it is left out.
    pub disk_bytes: Option<u64>,
    /// The longest that a physical replica may be behind on the way forward, in milliseconds; unlimited where it is left
    /// out.
    pub replica_lag_ms: Option<f64>,
    /// How many steps of the way forward may cancel a read on a physical replica that lasts longer than they do;
    /// unlimited where it is left out.
    pub replica_cancelled_reads: Option<usize>,
}

impl Budget {
    /// Whether something is asked of a replica.
    pub const fn limits_replica(&self) -> bool {
        self.replica_lag_ms.is_some() || self.replica_cancelled_reads.is_some()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            stall_ms: 200.0,
            lock_wait_ms: None,
            blocking_rows: 1_000,
            duration_s: None,
            wal_bytes: None,
            disk_bytes: None,
            replica_lag_ms: None,
            replica_cancelled_reads: None,
        }
    }
}
