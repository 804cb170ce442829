//! A server that somebody else runs: looked at, never changed.

use std::io;

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection};

use super::connector::{Connector, ServerKind};
use super::error::ServerError;
use super::request::Request;
use super::running::{setting, version};
use super::url::ServerUrl;

/// What was found out about an external server.
pub(super) struct Reached {
    pub(super) connector: Connector,
    pub(super) version: String,
}

/// Connects, and checks that the server has what the request needs.
pub(super) async fn reach(url: &ServerUrl, request: &Request) -> Result<Reached, ServerError> {
    let (maintenance, mut connection) = connect(url).await?;
    let (version, major) = version(&mut connection).await?;
    may_create_databases(&mut connection, url).await?;
    has_extensions(&mut connection, request, major, ServerKind::External).await?;
    for (name, wanted) in &request.settings {
        let found = setting(&mut connection, name).await?.unwrap_or_default();
        if !satisfies(name, wanted, &found) {
            return Err(ServerError::SettingDiffers { name: name.clone(), wanted: wanted.clone(), found });
        }
    }
    let _ = connection.close().await;
    let connector = Connector::new(ServerKind::External, url.options().clone(), url.password(), &maintenance, major);
    Ok(Reached { connector, version })
}

/// To the database `postgres`, where the advisory locks of every harness meet; otherwise to the one the URL names.
async fn connect(url: &ServerUrl) -> Result<(String, PgConnection), ServerError> {
    let options = url.options().clone().application_name("pgproof");
    let first = options.clone().database("postgres").connect().await;
    let named = options.get_database().filter(|name| *name != "postgres").map(str::to_owned);
    match (first, named) {
        (Ok(connection), _) => Ok(("postgres".to_owned(), connection)),
        (Err(sqlx::Error::Database(_)), Some(name)) => match options.database(&name).connect().await {
            Ok(connection) => Ok((name, connection)),
            Err(error) => Err(refused(url, error)),
        },
        (Err(error), _) => Err(refused(url, error)),
    }
}

/// Why the first connection failed. Class 28 is "invalid authorization specification" (PostgreSQL manual, appendix A).
pub(super) fn refused(url: &ServerUrl, source: sqlx::Error) -> ServerError {
    let address = url.to_string();
    let login = match &source {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("28")),
        // No password at all where the server asks for one.
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::InvalidInput,
        _ => false,
    };
    if login {
        let user = url.options().get_username().to_owned();
        return ServerError::Login { address, user, source };
    }
    ServerError::Unreachable { address, source }
}

async fn may_create_databases(connection: &mut PgConnection, url: &ServerUrl) -> Result<(), ServerError> {
    let (may, user): (bool, String) = sqlx::query_as(
        "select rolcreatedb or rolsuper, rolname::text from pg_catalog.pg_roles where rolname = current_user",
    )
    .fetch_one(connection)
    .await
    .map_err(|source| ServerError::Query { doing: "read the user's rights", source })?;
    if may { Ok(()) } else { Err(ServerError::NoCreateDatabase { address: url.to_string(), user }) }
}

/// Asks a server whether it can create what the request needs.
pub(super) async fn has_extensions(
    connection: &mut PgConnection,
    request: &Request,
    major: u16,
    kind: ServerKind,
) -> Result<(), ServerError> {
    if request.extensions.is_empty() {
        return Ok(());
    }
    let found: Vec<String> =
        sqlx::query_scalar("select name::text from pg_catalog.pg_available_extensions where name = any($1)")
            .bind(&request.extensions)
            .fetch_all(connection)
            .await
            .map_err(|source| ServerError::Query { doing: "list the server's extensions", source })?;
    match request.extensions.iter().find(|name| !found.contains(name)) {
        Some(missing) => Err(ServerError::Extension { name: missing.clone(), major, kind: kind.as_str() }),
        None => Ok(()),
    }
}

/// A list of libraries must hold the wanted ones; any other value must be the same.
fn satisfies(name: &str, wanted: &str, found: &str) -> bool {
    if name.ends_with("_preload_libraries") {
        let parts = |list: &str| list.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        let found = parts(found);
        return parts(wanted).iter().all(|library| library.is_empty() || found.contains(library));
    }
    wanted.trim().eq_ignore_ascii_case(found.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_libraries_than_wanted_are_no_difference() {
        assert!(satisfies("shared_preload_libraries", "pg_cron", "pg_stat_statements, pg_cron"));
        assert!(!satisfies("shared_preload_libraries", "pg_cron", "pg_stat_statements"));
        assert!(!satisfies("wal_level", "logical", "replica"));
    }
}
