//! Live traffic: requests that arrive while steps run.
//!
//! The schedule is an open loop: request number i is due at i divided by the rate, whether or not earlier ones were
//! answered, and its latency counts from then. So a stall is felt by every request that falls into it (Gil Tene, "How
//! not to measure latency", 2013; wrk2). Which request it is and what it asks follows from the seed's number.

mod attendant;
mod beat;
mod board;
mod book;
mod client;
mod ledger;
mod pace;
mod trial;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinSet};

pub use self::attendant::TrafficAttendant;
use self::board::{Board, Due};
use self::client::Client;
pub use self::trial::try_requests;
use super::error::ApplyError;
use crate::facts::{Running, TrafficPause, TrafficPulse, When, WorkloadTrace};
use crate::scenario::{PlannedWorkload, Stretch};

/// What the sessions of the traffic are called in `pg_stat_activity`.
pub const APPLICATION_NAME: &str = "pgproof traffic";

/// Traffic that runs until it is stopped. Dropped, its tasks end and its connections close.
#[derive(Debug)]
pub struct Traffic {
    board: Arc<Board>,
    options: PgConnectOptions,
    clients: JoinSet<()>,
    schedule: Task,
    _watch: Task,
}

/// Ends with its owner.
#[derive(Debug)]
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Traffic {
    /// Opens the connections and begins with the warm-up. `stall` is the latency beyond which it is looked for what
    /// held a request up.
    ///
    /// # Errors
    /// A connection can not be opened.
    pub async fn start(
        options: &PgConnectOptions,
        workload: Arc<PlannedWorkload>,
        stall: Duration,
    ) -> Result<Self, ApplyError> {
        let connect = |source| ApplyError::Traffic { what: "no connection for the traffic".to_owned(), source };
        let options = options.clone().application_name(APPLICATION_NAME);
        let watching =
            PgConnection::connect_with(&options.clone().application_name("pgproof watch")).await.map_err(connect)?;
        let board = Arc::new(Board::new(workload, stall));
        let (sender, receiver) = unbounded_channel();
        let queue = Arc::new(Mutex::new(receiver));
        let mut clients = JoinSet::new();
        for seat in 0..board.seats.len() {
            let mut client = Client::new(Arc::clone(&board), options.clone(), seat);
            client.connect().await.map_err(connect)?;
            clients.spawn(client.serve(Arc::clone(&queue)));
        }
        let watch = Task(tokio::spawn(watch::watch(Arc::clone(&board), watching)).abort_handle());
        let schedule = Task(tokio::spawn(schedule(Arc::clone(&board), sender)).abort_handle());
        Ok(Self { board, options, clients, schedule, _watch: watch })
    }

    /// Who tells the traffic where the migration is.
    pub fn attendant(&self) -> TrafficAttendant {
        TrafficAttendant::new(Arc::clone(&self.board))
    }

    /// Begins a period with the database between so many applied steps. Requests that do not work there are no longer
    /// due, and those under way have ended.
    pub async fn enter(&self, when: When, stretch: Stretch) {
        self.board.enter(when, stretch).await;
    }

    /// The step of this period is over, and so many are applied.
    pub fn stays(&self, steps: usize) {
        self.board.stays(Stretch::at(steps));
    }

    /// No request is due until [`resume`](Self::resume); returns what of the migration runs.
    pub fn pause(&self) -> Option<Running> {
        self.board.pause();
        self.board.book(|book| book.now_running())
    }

    /// Requests are due again, from now on.
    pub fn resume(&self) {
        self.board.resume();
    }

    /// Notes that a step went on until the traffic was paused.
    pub fn paused(&self, running: Running, under_traffic: Duration, without: Duration) {
        let [under_traffic_ms, without_ms] = [under_traffic, without].map(|time| time.as_secs_f64() * 1_000.0);
        self.board.book(|book| book.pauses.push(TrafficPause { running, under_traffic_ms, without_ms }));
    }

    /// How the traffic fared since this was last asked.
    pub fn pulse(&self) -> TrafficPulse {
        self.board.pulse()
    }

    /// Looks for every key that was acknowledged so far.
    ///
    /// # Errors
    /// The server could not go on; a ledger that the server refuses is told in the trace.
    pub async fn check_ledgers(&self, when: &When) -> Result<(), ApplyError> {
        ledger::check(&self.options, &self.board, when).await
    }

    /// No request is due any more; waits until those under way have ended and every connection is closed.
    pub async fn end(&mut self) {
        self.schedule.0.abort();
        while self.clients.join_next().await.is_some() {}
    }

    /// What was seen so far.
    pub fn trace(&self) -> WorkloadTrace {
        let workload = &self.board.workload;
        self.board.book(|book| book.trace(workload.declared.rate, workload.kinds()))
    }
}

/// Puts requests into the queue when they are due. The sender goes with it, and then the clients end.
async fn schedule(board: Arc<Board>, queue: UnboundedSender<Due>) {
    let gap = Duration::from_secs_f64(1.0 / board.workload.declared.rate);
    let mut begun = Instant::now();
    let mut since = 0_u32;
    for index in 0_u64.. {
        let mut at = begun + gap * since;
        tokio::time::sleep_until(at.into()).await;
        let due = loop {
            let resumed = board.resumed.notified();
            if let Ok(due) = board.due(index, at) {
                break due;
            }
            resumed.await;
            // What would have been due in a pause is not due afterwards.
            begun = Instant::now();
            since = 0;
            at = begun;
        };
        if due.is_some_and(|due| queue.send(due).is_err()) {
            return;
        }
        since += 1;
    }
}
