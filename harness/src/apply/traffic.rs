//! Live traffic: requests that arrive while steps run.

mod trial;

pub use trial::try_requests;

/// What the sessions of the traffic are called in `pg_stat_activity`.
pub const APPLICATION_NAME: &str = "pgproof traffic";
