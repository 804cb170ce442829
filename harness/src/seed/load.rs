//! All tables of a seed, loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};

use super::SeedError;
use super::encode;
use super::pipeline::{BadCell, Blocks, Layout, write_row};
use super::rebuild::Rebuild;
use super::target::{Presence, Target, Types};
use crate::scenario::seed::{Generator, Scale, Seed, SeedMistake, TableRows};
use crate::sql::{RelationName, quote_identifier, quote_literal};

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The tables that got rows, in the order they were loaded.
    pub tables: Vec<LoadedTable>,
    /// From connecting to the commit: checks, rows, indexes, validated foreign keys.
    pub duration: Duration,
    /// To analyse the tables afterwards.
    pub analysis: Duration,
}

/// One table that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedTable {
    /// The table.
    pub relation: RelationName,
    /// How many rows it has now.
    pub rows: u64,
    /// To generate and load the rows and to build the table's indexes, foreign keys not included.
    pub duration: Duration,
}

/// From this many rows on it pays to build indexes after the rows.
const LARGE: u64 = 5_000;
/// The first rows of every table, tried before anything is loaded.
const TRIED: u64 = 64;

/// Fills the tables of `seed`, which must be there and empty, in one transaction over one connection.
///
/// `progress` is told a table, its rows loaded so far and its rows in all, several times a table. Every mistake that can
/// be seen beforehand is told at once, before any row is loaded. On error, and when the future is dropped before the
/// commit, the database is as it was; only the analysis comes after it.
pub async fn load(
    options: &PgConnectOptions,
    seed: &Seed,
    scale: Scale,
    progress: &(dyn Fn(&RelationName, u64, u64) + Sync),
) -> Result<Loaded, SeedError> {
    let begun = Instant::now();
    let generator = Arc::new(seed.generator(scale).map_err(SeedError::Recipes)?);
    let mut connection = options.connect().await.map_err(SeedError::Connect)?;
    let result = match fill(&mut connection, &generator, progress).await {
        Ok(tables) => {
            let duration = begun.elapsed();
            analyze(&mut connection, &tables).await.map(|analysis| Loaded { tables, duration, analysis })
        }
        Err(error) => Err(error),
    };
    // The connection closes with or without this; closing it in order spares the server's log a complaint.
    let _ = connection.close().await;
    result
}

/// A table, checked.
struct Job<'g> {
    rows: TableRows<'g>,
    oid: i64,
    columns: Vec<String>,
    layout: Arc<Layout>,
}

async fn fill(
    connection: &mut PgConnection,
    generator: &Arc<Generator>,
    progress: &(dyn Fn(&RelationName, u64, u64) + Sync),
) -> Result<Vec<LoadedTable>, SeedError> {
    let mut transaction =
        connection.begin().await.map_err(|source| SeedError::Query { task: "begin a transaction", source })?;
    let jobs = jobs(&mut transaction, generator).await?;
    for job in &jobs {
        refuse_rows(&mut transaction, job.rows.name()).await?;
    }
    // Definitions read with no search path are qualified.
    set(&mut transaction, "set local search_path = ''").await?;
    let names: BTreeMap<i64, RelationName> = jobs.iter().map(|job| (job.oid, job.rows.name().clone())).collect();
    let large = jobs.iter().filter(|job| job.rows.rows() >= LARGE).map(|job| job.oid).collect();
    let rebuild = Rebuild::plan(&mut transaction, &names, &large).await?;
    let order = order(&mut transaction, &jobs, &rebuild).await?;
    set(&mut transaction, "set local search_path to default").await?;
    rebuild.strip(&mut transaction).await?;
    set(&mut transaction, "set local maintenance_work_mem = '256MB'").await?;
    let mut loaded = Vec::new();
    for job in order.into_iter().filter_map(|place| jobs.get(place)).filter(|job| job.rows.rows() > 0) {
        let begun = Instant::now();
        copy(&mut transaction, generator, job, &rebuild, progress).await?;
        rebuild.build(&mut transaction, job.oid).await?;
        let relation = job.rows.name().clone();
        loaded.push(LoadedTable { relation, rows: job.rows.rows(), duration: begun.elapsed() });
    }
    set(&mut transaction, "set local search_path = ''").await?;
    rebuild.finish(&mut transaction).await?;
    set(&mut transaction, "set local search_path to default").await?;
    for job in &jobs {
        advance_sequences(&mut transaction, job).await?;
    }
    transaction.commit().await.map_err(|source| SeedError::Query { task: "commit the rows", source })?;
    Ok(loaded)
}

async fn analyze(connection: &mut PgConnection, tables: &[LoadedTable]) -> Result<Duration, SeedError> {
    let begun = Instant::now();
    let names: Vec<String> = tables.iter().map(|table| table.relation.quoted()).collect();
    if !names.is_empty() {
        let done = sqlx::raw_sql(AssertSqlSafe(format!("analyze {}", names.join(", ")))).execute(connection).await;
        done.map_err(|source| SeedError::Query { task: "analyze the tables", source })?;
    }
    Ok(begun.elapsed())
}

/// Looks every table up and tries its first rows; everything that does not fit is told at once.
async fn jobs<'g>(connection: &mut PgConnection, generator: &'g Generator) -> Result<Vec<Job<'g>>, SeedError> {
    let types = Types::read(connection).await?;
    let mut mistakes = Vec::new();
    let mut jobs = Vec::new();
    for rows in generator.tables() {
        match Target::read(connection, rows.name(), &types).await? {
            Some(target) => jobs.push(job(rows, target, &mut mistakes)),
            None => wrong(&mut mistakes, &rows, None, "there is no such table".to_owned()),
        }
    }
    if mistakes.is_empty() { Ok(jobs) } else { Err(SeedError::Misfits(mistakes)) }
}

fn wrong(mistakes: &mut Vec<SeedMistake>, rows: &TableRows<'_>, column: Option<&str>, message: String) {
    let column = column.map(str::to_owned);
    mistakes.push(SeedMistake { table: rows.name().clone(), column, message });
}

fn job<'g>(rows: TableRows<'g>, target: Target, mistakes: &mut Vec<SeedMistake>) -> Job<'g> {
    if !matches!(target.kind.as_str(), "r" | "p" | "f") {
        wrong(mistakes, &rows, None, "is not a table".to_owned());
    }
    for name in rows.columns().filter(|name| !target.columns.iter().any(|column| column.name == *name)) {
        let distance = |other: &str| strsim::damerau_levenshtein(other, name);
        let near = target.columns.iter().map(|column| column.name.as_str()).min_by_key(|other| distance(other));
        let near = near.filter(|near| distance(near) <= 3).map(|near| format!("; did you mean `{near}`?"));
        wrong(mistakes, &rows, Some(name), format!("the table has no such column{}", near.unwrap_or_default()));
    }
    let (mut columns, mut layout) = (Vec::new(), Layout::new());
    for column in target.columns {
        match (rows.column(&column.name), column.kind, column.presence) {
            (None, _, Presence::Required) => {
                wrong(mistakes, &rows, Some(&column.name), "is not null and has neither recipe nor default".to_owned());
            }
            (None, ..) => {}
            (Some(_), _, Presence::Computed) => {
                wrong(mistakes, &rows, Some(&column.name), "is generated by the table: it takes no recipe".to_owned());
            }
            (Some(_), None, _) => {
                let message = format!("values of type `{}` can not be seeded", column.type_text);
                wrong(mistakes, &rows, Some(&column.name), message);
            }
            (Some(place), Some(kind), _) => {
                try_column(&rows, place, &kind, &column.name, mistakes);
                columns.push(column.name);
                layout.push((place, kind));
            }
        }
    }
    Job { rows, oid: target.oid, columns, layout: Arc::new(layout) }
}

fn try_column(
    rows: &TableRows<'_>,
    place: usize,
    kind: &encode::ColumnType,
    name: &str,
    mistakes: &mut Vec<SeedMistake>,
) {
    let layout = vec![(place, kind.clone())];
    let mut bytes = Vec::new();
    let tried = (0..rows.rows().min(TRIED)).try_for_each(|row| write_row(rows, &layout, row, &mut bytes));
    if let Err(BadCell { row, message, .. }) = tried {
        wrong(mistakes, rows, Some(name), format!("row {}: {message}", row + 1));
    }
}

async fn refuse_rows(connection: &mut PgConnection, name: &RelationName) -> Result<(), SeedError> {
    let question = format!("select exists (select from {})", name.quoted());
    let filled: bool = sqlx::query_scalar(AssertSqlSafe(question))
        .fetch_one(connection)
        .await
        .map_err(|source| SeedError::Query { task: "look whether a table is empty", source })?;
    if filled { Err(SeedError::NotEmpty(name.clone())) } else { Ok(()) }
}

const LIVE_KEYS: &str = "select oid::int8, conrelid::int8, confrelid::int8 from pg_catalog.pg_constraint \
     where contype = 'f' and conrelid <> confrelid and not condeferred and conrelid = any($1::int8[]::oid[])";

/// The places of the jobs, parents by live foreign keys first, otherwise in the generator's order.
async fn order(connection: &mut PgConnection, jobs: &[Job<'_>], rebuild: &Rebuild) -> Result<Vec<usize>, SeedError> {
    let failed = |source| SeedError::Query { task: "read the foreign keys", source };
    let all: Vec<i64> = jobs.iter().map(|job| job.oid).collect();
    let mut live: Vec<(i64, i64)> = Vec::new();
    for row in sqlx::query(LIVE_KEYS).bind(&all).fetch_all(connection).await.map_err(failed)? {
        let (key, child, parent) =
            (row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?, row.try_get(2).map_err(failed)?);
        if !rebuild.drops(child, key) {
            live.push((child, parent));
        }
    }
    let mut order = Vec::new();
    let mut left: BTreeSet<usize> = (0..jobs.len()).collect();
    while !left.is_empty() {
        let waits = |place: &usize| {
            let oid = jobs.get(*place).map(|job| job.oid);
            let open = |parent| left.iter().any(|other| jobs.get(*other).is_some_and(|job| job.oid == parent));
            live.iter().any(|&(child, parent)| Some(child) == oid && open(parent))
        };
        let Some(next) = left.iter().copied().find(|place| !waits(place)) else {
            let first = left.iter().find_map(|place| jobs.get(*place));
            return first.map_or(Ok(order), |job| Err(SeedError::Circle(job.rows.name().clone())));
        };
        left.remove(&next);
        order.push(next);
    }
    Ok(order)
}

async fn copy(
    connection: &mut PgConnection,
    generator: &Arc<Generator>,
    job: &Job<'_>,
    rebuild: &Rebuild,
    progress: &(dyn Fn(&RelationName, u64, u64) + Sync),
) -> Result<(), SeedError> {
    let relation = job.rows.name();
    let failed = |source| SeedError::Load { relation: relation.clone(), source };
    let stopped = |_| SeedError::Stopped(relation.clone());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut blocks = Blocks::start(generator, job.rows.index(), &job.layout, threads).map_err(stopped)?;
    let columns: Vec<String> = job.columns.iter().map(|column| quote_identifier(column)).collect();
    // Rows of a table that this transaction truncated may be frozen at once.
    let freeze = if rebuild.tables.contains_key(&job.oid) { ", freeze" } else { "" };
    let columns = columns.join(", ");
    let statement = format!("copy {} ({columns}) from stdin with (format binary{freeze})", relation.quoted());
    let mut copy = connection.copy_in_raw(&statement).await.map_err(failed)?;
    copy.send(encode::HEADER).await.map_err(failed)?;
    let (mut done, total) = (0, job.rows.rows());
    progress(relation, done, total);
    while let Some(block) = blocks.next().await {
        let block = match block.map_err(stopped).map(|block| block.map_err(|bad| bad_cell(job, bad))) {
            Ok(Ok(block)) => block,
            Ok(Err(error)) | Err(error) => {
                // What the server says to that does not matter: the transaction ends here.
                let _ = copy.abort("a row could not be generated").await;
                return Err(error);
            }
        };
        copy.send(block.bytes).await.map_err(failed)?;
        done += block.rows;
        progress(relation, done, total);
    }
    copy.send(encode::TRAILER).await.map_err(failed)?;
    copy.finish().await.map(drop).map_err(failed)
}

fn bad_cell(job: &Job<'_>, BadCell { place, row, message }: BadCell) -> SeedError {
    let column = job.columns.get(place).cloned().unwrap_or_default();
    SeedError::Cell { relation: job.rows.name().clone(), column, row: row + 1, message }
}

/// Puts every sequence that a seeded column owns at the column's highest value.
async fn advance_sequences(connection: &mut PgConnection, job: &Job<'_>) -> Result<(), SeedError> {
    let failed = |source| SeedError::Query { task: "advance a sequence", source };
    let table = job.rows.name().quoted();
    let arms: Vec<String> = job
        .columns
        .iter()
        .map(|column| {
            let (name, quoted) = (quote_literal(column), quote_identifier(column));
            let sequence = format!("pg_catalog.pg_get_serial_sequence({}, {name})", quote_literal(&table));
            format!("select {sequence}, {} where {sequence} is not null", quote_literal(&quoted))
        })
        .collect();
    if arms.is_empty() {
        return Ok(());
    }
    let owned = sqlx::query(AssertSqlSafe(arms.join(" union all "))).fetch_all(&mut *connection).await;
    for row in owned.map_err(failed)? {
        let (sequence, column): (String, String) = (row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?);
        // A sequence that counts down stands at the lowest.
        let advance = format!(
            "select pg_catalog.setval(s.seqrelid::regclass, m.value) from pg_catalog.pg_sequence s, \
             lateral (select case when s.seqincrement > 0 then (select max({column}) from {table})::int8 \
                else (select min({column}) from {table})::int8 end) m (value) \
             where s.seqrelid = {}::regclass and m.value between s.seqmin and s.seqmax",
            quote_literal(&sequence)
        );
        sqlx::raw_sql(AssertSqlSafe(advance)).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

async fn set(connection: &mut PgConnection, statement: &'static str) -> Result<(), SeedError> {
    let done = sqlx::raw_sql(statement).execute(connection).await;
    done.map(drop).map_err(|source| SeedError::Query { task: "change a setting", source })
}
