//! Two databases for a test, and short ways to compare them.

use std::error::Error;

use pgproof::facts::{DifferenceKind, RelationParity, ServerParity};
use pgproof::observe::Effort;
use pgproof::run::{ParityError, ParityRequest, compare_servers};
use pgproof::scenario::server_map::ServerMap;
use pgproof::server::{Places, Provider, Request, Server, Source};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A legacy and a target database, of one server or of two.
pub(crate) struct Two {
    pub(crate) legacy: PgConnection,
    pub(crate) target: PgConnection,
    pub(crate) urls: (String, String),
    _servers: Vec<Server>,
}

impl Two {
    /// Two databases of one embedded server.
    pub(crate) async fn databases() -> Outcome<Self> {
        let server = Provider::new(Source::Embedded, Request::default(), Places::from_environment()).start().await?;
        let mut control = server.connect(server.connector().maintenance()).await?;
        for name in ["legacy", "target"] {
            run(&mut control, &format!("create database {name}")).await?;
        }
        control.close().await?;
        let urls = (server.secret_url("legacy"), server.secret_url("target"));
        let (legacy, target) = (server.connect("legacy").await?, server.connect("target").await?);
        Ok(Self { legacy, target, urls, _servers: vec![server] })
    }

    /// A database of an embedded server, and one of another kind.
    pub(crate) async fn servers(other: Source) -> Outcome<Self> {
        let start = |source| Provider::new(source, Request::default(), Places::from_environment());
        let (here, there) = (start(Source::Embedded).start().await?, start(other).start().await?);
        let name = "postgres";
        let urls = (here.secret_url(name), there.secret_url(name));
        let (legacy, target) = (here.connect(name).await?, there.connect(name).await?);
        Ok(Self { legacy, target, urls, _servers: vec![here, there] })
    }

    /// Runs the same SQL on both sides.
    pub(crate) async fn both(&mut self, sql: &str) -> Outcome {
        run(&mut self.legacy, sql).await?;
        run(&mut self.target, sql).await?;
        Ok(())
    }

    /// Compares every table, or what the map says.
    pub(crate) async fn compare(&self, map: Option<&str>, effort: Effort) -> Result<ServerParity, ParityError> {
        let map =
            map.map(|text| toml::from_str::<ServerMap>(text).map_err(|error| ParityError::Map(error.to_string())));
        let request = ParityRequest {
            legacy: self.urls.0.parse().map_err(|_| ParityError::Map("no URL".to_owned()))?,
            target: self.urls.1.parse().map_err(|_| ParityError::Map("no URL".to_owned()))?,
            map: map.transpose()?,
            effort,
            limit: 20,
            jobs: 2,
            finished: Vec::new(),
        };
        compare_servers(&request, &mut |_, _| ()).await
    }
}

pub(crate) async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await?;
    Ok(())
}

/// The one relation that was compared.
pub(crate) fn only(parity: &ServerParity) -> Outcome<&RelationParity> {
    match parity.relations.as_slice() {
        [relation] => Ok(relation),
        other => Err(format!("{} relations were compared", other.len()).into()),
    }
}

/// Missing, extra, changed, not unique.
pub(crate) fn counts(relation: &RelationParity) -> (u64, u64, u64, u64) {
    let found = &relation.differences;
    (found.missing, found.extra, found.changed, found.duplicates)
}

/// The keys of the rows that were named, with the columns that differ.
pub(crate) fn named(relation: &RelationParity) -> Vec<String> {
    let shown = |row: &pgproof::facts::RowDifference| {
        let key: Vec<_> = row.key.iter().map(|(_, cell)| cell.as_deref().unwrap_or("NULL")).collect();
        let what = match &row.kind {
            DifferenceKind::Missing(_) => "missing".to_owned(),
            DifferenceKind::Extra(_) => "extra".to_owned(),
            DifferenceKind::Changed(cells) => {
                cells.iter().map(|cell| cell.column.as_str()).collect::<Vec<_>>().join(" ")
            }
            DifferenceKind::Duplicate { .. } => "duplicate".to_owned(),
        };
        format!("{}: {what}", key.join(","))
    };
    relation.differences.named.iter().map(shown).collect()
}
