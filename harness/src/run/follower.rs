//! Watches a physical replica while the path is taken: how far it is behind, and whether the path cancels a long read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, PgConnection};
use tokio::task::JoinHandle;

use super::RunError;
use super::look::{close, own_relations};
use crate::database::Database;
use crate::facts::{CancelledRead, ReplicaLag, ReplicaStep, ReplicaTrace};
use crate::observe::ObserveError;
use crate::server::{Connector, Replica, Server, ServerError};

/// The time between two looks.
const INTERVAL: Duration = Duration::from_millis(5);

/// How long a replica is waited for behind a step; what it is behind by then is told.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often a read is begun that the replay cancels at once.
const TRIES: usize = 100;

/// What is flushed on the server, and what is replayed on the replica, as bytes from the beginning of the log.
const FLUSHED: &str = "select (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint";
const REPLAYED: &str = "select (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint";

/// Where commits do not wait for their flush, the log is flushed every 200 ms, up to the middle of a record that can not be
/// replayed yet: that would look like a lag. Production's commits flush at once; so does nearly this.
const FLUSH_OFTEN: [&str; 2] = ["alter system set wal_writer_delay = '5ms'", "select pg_reload_conf()"];
const FLUSH_AS_BEFORE: [&str; 2] = ["alter system reset wal_writer_delay", "select pg_reload_conf()"];

/// A record that changes nothing, in a transaction that is flushed before it ends: with it all before it is flushed,
/// whatever the server does with the commits of others.
const FLUSH: &str = "begin; set local synchronous_commit = on;
    select pg_logical_emit_message(true, 'pgproof', ''); commit";

/// A replica, and who looks at it.
#[derive(Debug)]
pub(super) struct Follower {
    replica: Replica,
    database: String,
    primary: PgConnection,
    secondary: PgConnection,
    lag: Arc<Mutex<ReplicaLag>>,
    looking: Looking,
    reader: Option<Reader>,
    steps: Vec<ReplicaStep>,
}

/// Ends with who holds it.
#[derive(Debug)]
struct Looking(JoinHandle<()>);

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A transaction on the replica that has read every relation and goes on.
#[derive(Debug)]
struct Reader {
    backend: i32,
    asleep: JoinHandle<Result<(), sqlx::Error>>,
}

impl Follower {
    /// Starts a replica of the server and looks at it; nothing where the server is somebody else's.
    pub(super) async fn start(server: &Server, database: &Database) -> Result<Option<Self>, RunError> {
        let Some(replica) = server.replica().await? else { return Ok(None) };
        let connect = async |connector: &Connector, database: &str| {
            let doing = "ask about the replica";
            connector.connect(database).await.map_err(|source| ServerError::Query { doing, source })
        };
        let (here, there) = (server.connector(), replica.connector());
        let primary = connect(here, database.name()).await?;
        // Not the database that is migrated: there, the replay cancels also the question how far it is.
        let secondary = connect(there, there.maintenance()).await?;
        let sides = (connect(here, here.maintenance()).await?, connect(there, there.maintenance()).await?);
        let lag = Arc::new(Mutex::new(ReplicaLag::default()));
        let looking = Looking(tokio::spawn(look(sides.0, sides.1, Arc::clone(&lag))));
        let database = database.name().to_owned();
        let mut follower =
            Self { replica, database, primary, secondary, lag, looking, reader: None, steps: Vec::new() };
        follower.tell(FLUSH_OFTEN).await?;
        // What building the databases wrote is not a step's.
        follower.caught_up().await?;
        follower.forget();
        Ok(Some(follower))
    }

    /// Begins a read on the replica that goes on while the next step runs.
    pub(super) async fn before(&mut self) -> Result<(), RunError> {
        // What was looked at behind the last step may have written, too.
        self.caught_up().await?;
        let mut tries = 0;
        let reader = loop {
            match self.begin_reader().await {
                // Something else was replayed at that moment.
                Err(RunError::Observe(ObserveError::Query { source, .. })) if is_conflict(&source) && tries < TRIES => {
                    tries += 1;
                }
                outcome => break outcome?,
            }
        };
        self.reader = Some(reader);
        self.forget();
        Ok(())
    }

    async fn begin_reader(&self) -> Result<Reader, RunError> {
        let asked = || ObserveError::reading("the replica");
        let doing = "begin a read on the replica";
        let connected = self.replica.connector().connect(&self.database).await;
        let mut connection = connected.map_err(|source| ServerError::Query { doing, source })?;
        let relations = own_relations(&mut connection).await?;
        sqlx::raw_sql("begin isolation level repeatable read").execute(&mut connection).await.map_err(asked())?;
        for info in relations {
            let touch = format!("savepoint touch; select from {} limit 1; release touch", info.name.quoted());
            match sqlx::raw_sql(AssertSqlSafe(touch)).execute(&mut connection).await {
                Err(source) if is_conflict(&source) => return Err(asked()(source).into()),
                // A view may not be readable, or its owner may not read: the rest is read all the same.
                Err(error) => {
                    tracing::debug!(%error, relation = %info.name, "not read on the replica");
                    sqlx::raw_sql("rollback to touch").execute(&mut connection).await.map_err(asked())?;
                }
                Ok(_) => {}
            }
        }
        let pid = "select pg_backend_pid()";
        let backend: i32 = sqlx::query_scalar(pid).fetch_one(&mut connection).await.map_err(asked())?;
        let asleep =
            tokio::spawn(
                async move { sqlx::raw_sql("select pg_sleep(86400)").execute(&mut connection).await.map(|_| ()) },
            );
        Ok(Reader { backend, asleep })
    }

    /// Waits until the replica has all that the step wrote, and ends the read.
    pub(super) async fn behind(&mut self, step: &str) -> Result<(), RunError> {
        self.caught_up().await?;
        let cancelled = self.end_reader().await?;
        let (lag_ms, lag_bytes) = self.lag.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.steps.push(ReplicaStep { step: step.to_owned(), lag_ms, lag_bytes, cancelled });
        Ok(())
    }

    /// Ends the replica; how it followed.
    pub(super) async fn finish(mut self) -> Result<ReplicaTrace, RunError> {
        self.end_reader().await?;
        self.tell(FLUSH_AS_BEFORE).await?;
        let Self { replica, primary, secondary, lag, looking, steps, .. } = self;
        drop(looking);
        close(primary).await;
        close(secondary).await;
        replica.stop().await?;
        let (looks, longest_gap_ms) = lag.lock().unwrap_or_else(PoisonError::into_inner).looks();
        Ok(ReplicaTrace { steps, looks, longest_gap_ms })
    }

    async fn tell(&mut self, statements: [&'static str; 2]) -> Result<(), RunError> {
        for statement in statements {
            let asked = ObserveError::reading("how often the server flushes");
            sqlx::raw_sql(statement).execute(&mut self.primary).await.map_err(asked)?;
        }
        Ok(())
    }

    fn forget(&self) {
        self.lag.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    async fn caught_up(&mut self) -> Result<(), RunError> {
        let asked = || ObserveError::reading("how far the replica is");
        sqlx::raw_sql(FLUSH).execute(&mut self.primary).await.map_err(asked())?;
        let written: i64 = sqlx::query_scalar(FLUSHED).fetch_one(&mut self.primary).await.map_err(asked())?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match sqlx::query_scalar::<_, i64>(REPLAYED).fetch_one(&mut self.secondary).await {
                Err(source) if !is_conflict(&source) => return Err(asked()(source).into()),
                Ok(replayed) if replayed >= written => return Ok(()),
                _ if Instant::now() > deadline => return Ok(()),
                _ => {}
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Ends the read that goes on; why the server cancelled it, if it did.
    async fn end_reader(&mut self) -> Result<Option<CancelledRead>, RunError> {
        let Some(reader) = self.reader.take() else { return Ok(None) };
        if !reader.asleep.is_finished() {
            sqlx::query("select pg_cancel_backend($1)")
                .bind(reader.backend)
                .execute(&mut self.secondary)
                .await
                .map_err(ObserveError::reading("the replica"))?;
        }
        Ok(match reader.asleep.await {
            Ok(Err(sqlx::Error::Database(error))) => told(error.as_ref()),
            Ok(Err(error)) => Some(CancelledRead { sqlstate: String::new(), reason: error.to_string() }),
            Ok(Ok(())) | Err(_) => None,
        })
    }
}

/// Whether the replay cancelled it.
fn is_conflict(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() == Some("40001")
}

/// `57014` without a detail is our own request.
fn told(error: &dyn sqlx::error::DatabaseError) -> Option<CancelledRead> {
    let detail = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().and_then(|error| error.detail());
    let sqlstate = error.code().unwrap_or_default().into_owned();
    (sqlstate != "57014").then(|| CancelledRead { sqlstate, reason: detail.unwrap_or(error.message()).to_owned() })
}

/// Looks until it is ended, or a server is gone.
async fn look(mut primary: PgConnection, mut secondary: PgConnection, lag: Arc<Mutex<ReplicaLag>>) {
    let began = Instant::now();
    let mut next = tokio::time::interval(INTERVAL);
    next.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        next.tick().await;
        // What is replayed is asked last: what is flushed between the two questions is not taken for a lag.
        let flushed: Result<i64, _> = sqlx::query_scalar(FLUSHED).fetch_one(&mut primary).await;
        let replayed: Result<i64, _> = sqlx::query_scalar(REPLAYED).fetch_one(&mut secondary).await;
        let (flushed, replayed) = match (flushed, replayed) {
            (Ok(flushed), Ok(replayed)) => (flushed, replayed),
            (_, Err(error)) if is_conflict(&error) => continue,
            _ => return,
        };
        let at_ms = began.elapsed().as_secs_f64() * 1_000.0;
        let mut lag = lag.lock().unwrap_or_else(PoisonError::into_inner);
        lag.look(at_ms, flushed.unsigned_abs(), replayed.unsigned_abs());
    }
}
