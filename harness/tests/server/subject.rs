//! The servers that a test runs against, and the reason when one can not be had.

use std::error::Error;
use std::io::Write;

use pgproof::server::{DEFAULT_IMAGE, Places, Provider, Request, Server, ServerError, Source};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Embedded,
    Docker,
    External,
}

/// A server under test. An external one is an embedded one that is reached by its URL.
pub(crate) struct Subject {
    pub(crate) server: Server,
    host: Option<Server>,
}

impl Subject {
    /// Starts a server; nothing, with the reason on stderr, when there is no container engine.
    pub(crate) async fn start(kind: Kind, test: &str, request: Request) -> Outcome<Option<Self>> {
        let places = Places::from_environment();
        Ok(Some(match kind {
            Kind::Embedded => {
                Self { server: Provider::new(Source::Embedded, request, places).start().await?, host: None }
            }
            Kind::External => {
                let host = Provider::new(Source::Embedded, request.clone(), places.clone()).start().await?;
                let source: Source = host.secret_url("postgres").parse()?;
                Self { server: Provider::new(source, request, places).start().await?, host: Some(host) }
            }
            Kind::Docker => match docker_or_skip(test, Provider::new(docker_source(), request, places)).await? {
                Some(server) => Self { server, host: None },
                None => return Ok(None),
            },
        }))
    }

    pub(crate) async fn stop(self) -> Outcome {
        self.server.stop().await?;
        if let Some(host) = self.host {
            host.stop().await?;
        }
        Ok(())
    }
}

/// The image that `PGPROOF_IMAGE` names, otherwise the default one.
pub(crate) fn docker_source() -> Source {
    let image = std::env::var("PGPROOF_IMAGE").unwrap_or_else(|_| DEFAULT_IMAGE.to_owned());
    Source::Docker { image }
}

/// A container's server; without an engine or an image a line on stderr that names the skipped test, or, when
/// `PGPROOF_REQUIRE_DOCKER=1`, the error.
pub(crate) async fn docker_or_skip(test: &str, provider: Provider) -> Outcome<Option<Server>> {
    let required = std::env::var("PGPROOF_REQUIRE_DOCKER").is_ok_and(|value| value == "1");
    let reason = match provider.start().await {
        Ok(server) => return Ok(Some(server)),
        Err(error) if required => return Err(error.into()),
        Err(ServerError::NoEngine { .. }) => "no docker engine".to_owned(),
        Err(ServerError::NoImage { image, .. }) => format!("no image {image}"),
        Err(error) => return Err(error.into()),
    };
    writeln!(std::io::stderr(), "skipped: {test}: {reason}")?;
    Ok(None)
}

/// The name of the test that runs, as its runner prints it.
pub(crate) fn test_name() -> String {
    std::thread::current().name().unwrap_or("a test").to_owned()
}

/// One value from a database.
pub(crate) async fn ask<T>(connection: &mut sqlx::PgConnection, statement: &str) -> Result<T, sqlx::Error>
where
    T: Send + Unpin + sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
{
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement.to_owned())).fetch_one(connection).await
}

/// Statements, one after the other.
pub(crate) async fn tell(connection: &mut sqlx::PgConnection, statements: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned())).execute(connection).await.map(|_| ())
}
