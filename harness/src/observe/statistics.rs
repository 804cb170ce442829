//! The server's own counters of what was written.

use sqlx::{Executor, PgConnection};

/// Makes what this session wrote count for other sessions at once.
///
/// Servers before 15 have no such function; there nobody relies on the counters, and every relation is read each time.
pub async fn flush_statistics(connection: &mut PgConnection) {
    let _ = connection.execute("select pg_stat_force_next_flush()").await;
}
