//! A throw-away server for a test, and short ways to talk to it.

use std::error::Error;

use pgproof::observe::relation::{Keyed, RowSource};
use pgproof::observe::session::pin;
use pgproof::server::{Places, Provider, Request, Server, Source};
use sqlx::{AssertSqlSafe, PgConnection};

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// A server of the test's own; stopped when dropped.
pub(crate) async fn server() -> Result<Server, Box<dyn Error>> {
    Ok(Provider::new(Source::Embedded, Request::default(), Places::from_environment()).start().await?)
}

/// A pinned session in the maintenance database.
pub(crate) async fn session(server: &Server) -> Result<PgConnection, Box<dyn Error>> {
    let mut connection = server.connect(server.connector().maintenance()).await?;
    pin(&mut connection).await?;
    Ok(connection)
}

pub(crate) async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await?;
    Ok(())
}

pub(crate) fn query(sql: &str) -> RowSource {
    RowSource::Query(sql.to_owned())
}

pub(crate) fn keyed(sql: &str, key: &[&str]) -> Keyed {
    Keyed { source: query(sql), key: key.iter().map(ToString::to_string).collect() }
}
