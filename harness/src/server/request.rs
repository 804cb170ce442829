//! What is asked of a server, wherever it comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a scenario needs from its server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The major version, such as `15`; any when absent.
    pub major: Option<u16>,
    /// Server settings, such as `shared_preload_libraries`, that win over our own.
    pub settings: BTreeMap<String, String>,
    /// Extensions that `CREATE EXTENSION` must be able to find.
    pub extensions: Vec<String>,
    /// The locale of the cluster (encoding is always UTF8); `C.UTF-8` when absent. External servers ignore it.
    pub locale: Option<String>,
    /// Whether data must survive a crash of the machine.
    pub durability: Durability,
    /// Where the data directory goes.
    pub placement: Placement,
    /// How much data will be in the server at its fullest, clones included, as far as that is known.
    pub estimated_bytes: Option<u64>,
    /// A volume of this many bytes beside the data directory, that can be filled; only an embedded server that is started
    /// by root can have one.
    pub volume: Option<u64>,
}

/// Whether a server that we make flushes to disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// No fsync, no full-page writes, asynchronous commit: fast, and worthless after a crash of the machine.
    #[default]
    ThrowAway,
    /// PostgreSQL's own defaults, for figures about durable commits.
    Real,
}

/// Where the data directory of a server that we make goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Placement {
    /// Memory when there is room enough, otherwise the disk.
    #[default]
    Auto,
    /// Memory (`/dev/shm`), whatever the room.
    Memory,
    /// A new directory below this one.
    Disk(PathBuf),
}
