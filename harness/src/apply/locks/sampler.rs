//! The task that looks again and again.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::sample::look;
use super::{Shared, open};

/// The time between two looks. What falls between them is seen from inside the session, or not at all.
const EVERY: Duration = Duration::from_millis(8);

/// Looks at the lock table over a connection of its own. Dropped, it stops.
#[derive(Debug)]
pub(super) struct Sampler {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Option<String>>,
}

impl Sampler {
    pub(super) async fn start(options: &PgConnectOptions, shared: Shared) -> Result<Self, sqlx::Error> {
        let options = options.clone().application_name("pgproof lock sampler");
        let mut connection = PgConnection::connect_with(&options).await?;
        let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::integer")
            .fetch_one(&mut connection)
            .await?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let ended = look_on(&mut connection, version, &shared, stopped).await;
            // Nobody asks whether a connection that is no longer needed closed politely.
            let _ = connection.close().await;
            ended.err().map(|error| error.to_string())
        });
        Ok(Self { stop: Some(stop), task })
    }

    /// Ends the task; why it ended before it was asked to, if it did.
    pub(super) async fn stop(mut self) -> Option<String> {
        drop(self.stop.take());
        (&mut self.task).await.unwrap_or_else(|error| Some(error.to_string()))
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn look_on(
    connection: &mut PgConnection,
    version: i32,
    shared: &Shared,
    mut stopped: oneshot::Receiver<()>,
) -> Result<(), sqlx::Error> {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Between two looks, so that no answer is left half read.
        tokio::select! {
            _ = &mut stopped => return Ok(()),
            _ = ticks.tick() => {}
        }
        let (pid, asked_ms) = {
            let ledger = open(shared);
            (ledger.pid(), ledger.now())
        };
        if let Some(pid) = pid {
            let sample = look(connection, pid, version).await?;
            open(shared).sampled(pid, asked_ms, &sample);
        }
    }
}
