//! What killed harnesses left on a server that lives on.

use sqlx::Connection;

use super::error::DatabaseError;
use super::mark::{Mark, State};
use super::name::{DatabaseName, PREFIX};
use super::owned::{drop_ours, maintain};
use crate::server::{Life, Server};

/// Drops the clones and half-built templates of dead owners; returns the names of what was dropped, in order.
///
/// Touches only databases whose name begins with `pgproof_` *and* whose comment is ours; of those it leaves sealed
/// templates, what was kept, what a living process uses, and what it can not judge (made from another machine). What the
/// server refuses to drop is left, with a word. Safe at any time.
///
/// # Errors
///
/// The server can not be reached or asked.
pub async fn sweep_databases(server: &Server) -> Result<Vec<String>, DatabaseError> {
    let mut connection = maintain(server.connector()).await?;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select datname::text, pg_catalog.shobj_description(oid, 'pg_database') from pg_catalog.pg_database
         where pg_catalog.starts_with(datname::text, $1)
           and pg_catalog.shobj_description(oid, 'pg_database') is not null
         order by 1",
    )
    .bind(PREFIX)
    .fetch_all(&mut connection)
    .await
    .map_err(DatabaseError::statement("list", PREFIX))?;
    let mut dropped = Vec::new();
    for (name, comment) in rows {
        let Some(mark) = Mark::parse(&comment) else { continue };
        let abandoned = matches!(mark.state, State::Building | State::Clone) && mark.owner.life() == Life::Dead;
        let (true, Ok(name)) = (abandoned, DatabaseName::new(&name)) else { continue };
        match drop_ours(&mut connection, &name).await {
            Ok(()) => dropped.push(name.to_string()),
            Err(error) => tracing::warn!(database = %name, %error, "can not drop an abandoned database"),
        }
    }
    let _ = connection.close().await;
    Ok(dropped)
}
