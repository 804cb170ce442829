//! Compares the rows of two servers that somebody else runs: each in one snapshot, and only read.

mod sources;

use futures_util::{StreamExt, stream};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use self::sources::{Mapped, mapped};
use crate::facts::fingerprint::{CanaryVector, Method};
use crate::facts::{NumericMode, RelationParity, ServerParity, ServerSeen};
use crate::observe::{self, Effort, ObserveError, differences_within};
use crate::scenario::server_map::{MappedRelation, Numbers, ServerMap};
use crate::server::{ServerError, ServerUrl};
use crate::sql::{RelationName, quote_literal};

/// What is to be compared.
#[derive(Debug, Clone)]
pub struct ParityRequest {
    /// The server whose rows are right.
    pub legacy: ServerUrl,
    /// The server that must have them.
    pub target: ServerUrl,
    /// What belongs to what; every table that the legacy server has, under its name, where there is none.
    pub map: Option<ServerMap>,
    /// How much is read.
    pub effort: Effort,
    /// How many differences of each kind and relation are named.
    pub limit: usize,
    /// How many relations are compared at once, each over a connection to either server.
    pub jobs: usize,
    /// Relations that an interrupted run has compared already.
    pub finished: Vec<RelationParity>,
}

/// Why two servers could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum ParityError {
    /// One of them can not be reached.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A look at one of them failed.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// The map asks for what is not there.
    #[error("{0}")]
    Map(String),
    /// Values print differently on the two servers, so no comparison of rows would mean anything.
    #[error("the servers do not agree on known values: {0}")]
    Canary(String),
}

impl ParityError {
    /// What a person can do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Server(error) => error.hint(),
            Self::Observe(error) => error.hint(),
            Self::Map(_) => Some("see `docs/guides/comparing-servers.md` for what a map can say".to_owned()),
            Self::Canary(_) => Some("compare the columns of that type by an expression of the map".to_owned()),
        }
    }
}

/// One side: where it is, and the open transaction whose snapshot every other connection takes.
struct Side<'u> {
    url: &'u ServerUrl,
    holder: PgConnection,
    snapshot: String,
    seen: ServerSeen,
    canary: CanaryVector,
}

/// Compares every relation, tells `on` of each that is finished, and returns them in the order of the map.
///
/// Nothing is written on either server: every transaction is READ ONLY, and all of one server's are of one snapshot.
///
/// # Errors
/// We could not look.
pub async fn compare_servers(
    request: &ParityRequest,
    on: &mut (dyn FnMut(&RelationParity, usize) + Send),
) -> Result<ServerParity, ParityError> {
    let (mut legacy, mut target) = tokio::try_join!(Side::open(&request.legacy), Side::open(&request.target))?;
    let hash = legacy.canary.shared_hash(&target.canary).ok_or_else(|| {
        let mut pairs = legacy.canary.texts.iter().zip(&target.canary.texts);
        ParityError::Canary(match pairs.find(|(left, right)| left != right) {
            Some((left, right)) => format!("`{left}` on the legacy server is `{right}` on the target"),
            None => "one of them knows fewer".to_owned(),
        })
    })?;
    let map = match &request.map {
        Some(map) => map.clone(),
        None => each(&mut legacy.holder).await?,
    };
    if map.relations.is_empty() {
        return Err(ParityError::Map("there is no relation to compare".to_owned()));
    }
    let numeric = match map.numeric {
        Numbers::Strict => NumericMode::Strict,
        Numbers::Value => NumericMode::Value,
    };
    let method = Method { numeric, hash };
    let mut relations: Vec<Option<RelationParity>> = Vec::new();
    let mut open = Vec::new();
    for (place, relation) in map.relations.iter().enumerate() {
        let done = request
            .finished
            .iter()
            .find(|done| done.legacy == relation.legacy.to_string() && done.target == relation.target().to_string());
        relations.push(done.map(|done| RelationParity { earlier: true, ..done.clone() }));
        if done.is_none() {
            open.push((place, mapped(&mut legacy.holder, &mut target.holder, relation).await?));
        }
    }
    let of = open.len();
    let (one, other) = (&legacy, &target);
    let compared = open.into_iter().map(|(place, mapped)| async move {
        let compared = compare(one, other, &mapped, method, request).await;
        compared.map(|compared| (place, compared))
    });
    let mut compared = Box::pin(stream::iter(compared).buffer_unordered(request.jobs.max(1)));
    while let Some(finished) = compared.next().await {
        let (place, finished) = finished?;
        on(&finished, of);
        if let Some(slot) = relations.get_mut(place) {
            *slot = Some(finished);
        }
    }
    drop(compared);
    legacy.close().await;
    target.close().await;
    let exact = request.effort == Effort::Exact;
    let relations = relations.into_iter().flatten().collect();
    Ok(ServerParity { legacy: legacy.seen, target: target.seen, method, exact, relations })
}

/// A map of every table that belongs to the application, each to the one of its name.
///
/// # Errors
/// The catalog can not be read.
pub async fn each(legacy: &mut PgConnection) -> Result<ServerMap, ParityError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select n.nspname::pg_catalog.text, c.relname::pg_catalog.text
         from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and not c.relispartition
           and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
           and not exists (select from pg_catalog.pg_depend d
                           where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')
         order by 1, 2",
    )
    .fetch_all(legacy)
    .await
    .map_err(ObserveError::reading("the legacy server's tables"))?;
    let relations = rows.into_iter().map(|(schema, name)| MappedRelation::same(RelationName::new(schema, name)));
    Ok(ServerMap { numeric: Numbers::Strict, relations: relations.collect() })
}

async fn compare(
    legacy: &Side<'_>,
    target: &Side<'_>,
    mapped: &Mapped,
    method: Method,
    request: &ParityRequest,
) -> Result<RelationParity, ParityError> {
    let (mut left, mut right) = tokio::try_join!(legacy.join(), target.join())?;
    let (differences, means) = differences_within(
        &mut left,
        &mapped.legacy,
        &mut right,
        &mapped.target,
        request.limit,
        method,
        request.effort,
    )
    .await?;
    // Read only, so there is nothing to lose where a goodbye is not heard.
    let _ = tokio::join!(left.close(), right.close());
    Ok(RelationParity {
        legacy: mapped.names.0.clone(),
        target: mapped.names.1.clone(),
        key: mapped.target.key.clone(),
        means,
        differences,
        ignored: mapped.ignored.clone(),
        snapped: mapped.snapped.clone(),
        earlier: false,
    })
}

/// What every transaction of ours is.
const READ_ONLY: &str = "begin isolation level repeatable read read only";

impl<'u> Side<'u> {
    async fn open(url: &'u ServerUrl) -> Result<Self, ParityError> {
        let mut holder = url.connect().await?;
        observe::pin(&mut holder).await?;
        let what = || ObserveError::reading(format!("a snapshot of {url}"));
        holder.execute(READ_ONLY).await.map_err(what())?;
        let (snapshot, version, moment): (String, String, String) = sqlx::query_as(
            "select pg_catalog.pg_export_snapshot(), pg_catalog.current_setting('server_version'),
                    pg_catalog.pg_current_snapshot()::pg_catalog.text",
        )
        .fetch_one(&mut holder)
        .await
        .map_err(what())?;
        let canary = observe::canary(&mut holder).await?;
        let seen = ServerSeen { address: url.to_string(), version, snapshot: moment };
        Ok(Self { url, holder, snapshot, seen, canary })
    }

    /// Another connection that sees the same.
    async fn join(&self) -> Result<PgConnection, ParityError> {
        let mut connection = self.url.connect().await?;
        observe::pin(&mut connection).await?;
        let script = format!(
            "{READ_ONLY}; set transaction snapshot {}; set local work_mem = '64MB'",
            quote_literal(&self.snapshot)
        );
        sqlx::raw_sql(AssertSqlSafe(script))
            .execute(&mut connection)
            .await
            .map_err(ObserveError::reading(format!("a snapshot of {}", self.url)))?;
        Ok(connection)
    }

    async fn close(&mut self) {
        let _ = self.holder.execute("rollback").await;
    }
}
