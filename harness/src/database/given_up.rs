//! What a run that was given up in mid-air has made on a server that lives on.

use sqlx::{AssertSqlSafe, Connection};

use super::error::DatabaseError;
use super::mark::execute;
use super::name::DatabaseName;
use super::owned::{drop_by_name, maintain};
use super::template::lock_call;
use crate::server::Connector;

/// How long to wait for our own lost sessions to let go of the template; they do at once, or after the statement that
/// they are in the middle of.
const PATIENCE: &str = "set lock_timeout = '3s'";

/// Drops the databases of these names and, unless somebody else uses it, the template of the plan, whole or half-built.
///
/// For a run whose future was dropped, so that nobody has the values any more that would drop them. The names must be
/// those that this run drew for itself: they are dropped without a look at their comments, which may not be there yet.
///
/// # Errors
///
/// The server can not be reached or refuses.
pub async fn drop_given_up(
    connector: &Connector,
    plan_hash: &str,
    names: &[&DatabaseName],
) -> Result<(), DatabaseError> {
    let template = DatabaseName::template(plan_hash)?;
    let mut session = maintain(connector).await?;
    execute(&mut session, PATIENCE.to_owned()).await.map_err(DatabaseError::statement("lock", template.as_str()))?;
    // Our lost session holds the shared lock as long as it still makes a clone, so the clones come after this.
    let free =
        sqlx::raw_sql(AssertSqlSafe(lock_call("pg_advisory_lock", &template, "use"))).execute(&mut session).await;
    for name in names {
        drop_by_name(&mut session, name).await?;
    }
    if free.is_ok() {
        drop_by_name(&mut session, &template).await?;
    }
    let _ = session.close().await;
    Ok(())
}
