//! One server for a test, and databases on it.

use std::error::Error;
use std::io::Write;

use pgproof::database::{Database, DatabaseError, Template};
use pgproof::observe::schema::read_catalog;
use pgproof::schema::{Catalog, Change, Difference, diff, roots};
use pgproof::server::{DEFAULT_IMAGE, Places, Provider, Request, Server, ServerError, Source};
use sqlx::{AssertSqlSafe, Connection};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The script with one object of every kind.
pub(crate) const RICH: &str = include_str!("rich.sql");

/// The roles of the script: they belong to the server, not to a database.
pub(crate) const ROLES: &str = r#"create role "Odd Role"; create role anon; create role authenticated"#;

/// A server spawned here.
pub(crate) async fn embedded() -> Outcome<Server> {
    let request = Request { extensions: vec!["postgis".to_owned()], ..Request::default() };
    let server = Provider::new(Source::Embedded, request, Places::from_environment()).start().await?;
    run(&mut server.connect("postgres").await?, ROLES).await?;
    Ok(server)
}

/// A server in a container; without an engine or an image a line on stderr that names the skipped test, or, when
/// `PGPROOF_REQUIRE_DOCKER=1`, the error.
pub(crate) async fn docker(test: &str) -> Outcome<Option<Server>> {
    let image = std::env::var("PGPROOF_IMAGE").unwrap_or_else(|_| DEFAULT_IMAGE.to_owned());
    let required = std::env::var("PGPROOF_REQUIRE_DOCKER").is_ok_and(|value| value == "1");
    let reason =
        match Provider::new(Source::Docker { image }, Request::default(), Places::from_environment()).start().await {
            Ok(server) => {
                run(&mut server.connect("postgres").await?, ROLES).await?;
                return Ok(Some(server));
            }
            Err(error) if required => return Err(error.into()),
            Err(ServerError::NoEngine { .. }) => "no docker engine".to_owned(),
            Err(ServerError::NoImage { image, .. }) => format!("no image {image}"),
            Err(error) => return Err(error.into()),
        };
    writeln!(std::io::stderr(), "skipped: {test}: {reason}")?;
    Ok(None)
}

/// A sealed database on which a script was run.
pub(crate) async fn template(server: &Server, name: &str, script: &str) -> Outcome<Template> {
    let built = Template::ensure(server, name, async |database: &Database| {
        let mut connection = database.connect().await?;
        run(&mut connection, script).await.map_err(|source| DatabaseError::Connect { name: name.to_owned(), source })
    });
    Ok(built.await?)
}

pub(crate) async fn run(connection: &mut sqlx::PgConnection, script: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(script.to_owned())).execute(connection).await.map(|_| ())
}

/// The catalog of a clone after a script; the clone is dropped.
pub(crate) async fn catalog_after(template: &Template, script: &str) -> Outcome<Catalog> {
    let clone = template.clone_as(None).await?;
    let mut connection = clone.connect().await?;
    run(&mut connection, script).await?;
    let catalog = read_catalog(&mut connection, &[]).await?;
    connection.close().await?;
    clone.drop().await?;
    Ok(catalog)
}

/// What differs, a line each, in short: without the parts of a whole, without values.
pub(crate) fn told(before: &Catalog, after: &Catalog) -> Vec<String> {
    roots(&diff(before, after))
        .into_iter()
        .map(|Difference { object, change }| match change {
            Change::Added => format!("added {object}"),
            Change::Removed => format!("removed {object}"),
            Change::Changed { attribute, .. } => format!("changed {object}: {attribute}"),
        })
        .collect()
}
