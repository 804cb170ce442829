//! Turns requests over to the new way, a share at a time, and back to 0 by itself when a gate is not kept.
//!
//! The schedule is an open loop as that of the traffic. Which request comes when, what it asks and which way it goes at
//! a share follow from the seed's number, and a phase has a fixed number of requests: of what happens at a share, only
//! the latencies depend on the machine.

mod client;
mod flag;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use self::client::Client;
use self::flag::{Due, Flag};
use super::error::ApplyError;
use crate::facts::RolloutTrace;
use crate::scenario::PlannedRollout;

/// What the sessions of a rollout are called in `pg_stat_activity`.
pub const APPLICATION_NAME: &str = "pgproof rollout";

/// A request that takes this many times longer than its gate allows has failed.
const GIVEN_UP: f64 = 4.0;

/// But not before so long.
const LEAST_GIVEN_UP: f64 = 10_000.0;

/// Turns the flag up phase by phase on a migrated database, and says what was seen. `turned` hears each share that the
/// flag is turned to.
///
/// It ends at rest where the old way alone does not keep the gates, and goes on at 0 where the new way does not.
///
/// # Errors
/// A connection can not be opened.
pub async fn roll_out(
    options: &PgConnectOptions,
    rollout: Arc<PlannedRollout>,
    turned: &mut (dyn FnMut(u8) + Send),
) -> Result<RolloutTrace, ApplyError> {
    let give_up = (rollout.declared.gates.response_ms * GIVEN_UP).max(LEAST_GIVEN_UP);
    let options = options.clone().application_name(APPLICATION_NAME).options([
        ("statement_timeout", format!("{give_up:.0}")),
        ("default_transaction_isolation", "read committed".to_owned()),
    ]);
    let flag = Arc::new(Flag::new(Arc::clone(&rollout)));
    let (queue, receiver) = unbounded_channel();
    let receiver = Arc::new(Mutex::new(receiver));
    let mut clients = JoinSet::new();
    for _ in 0..rollout.declared.clients {
        let mut client = Client::new(Arc::clone(&flag), options.clone());
        client
            .connect()
            .await
            .map_err(|source| ApplyError::Traffic { what: "no connection for the rollout".to_owned(), source })?;
        clients.spawn(client.serve(Arc::clone(&receiver)));
    }
    let mut schedule = Schedule { flag: &flag, queue: &queue, next: 0 };
    turned(0);
    schedule.phase(0).await;
    if flag.keeps_its_gates_at_rest() {
        for share in &rollout.declared.phases {
            if flag.has_gone_back() {
                turned(0);
                schedule.phase(0).await;
                break;
            }
            turned(*share);
            schedule.phase(*share).await;
        }
    }
    drop(queue);
    while clients.join_next().await.is_some() {}
    Ok(flag.trace())
}

/// Puts requests into the queue when they are due.
struct Schedule<'a> {
    flag: &'a Flag,
    queue: &'a UnboundedSender<Due>,
    next: u64,
}

impl Schedule<'_> {
    /// The requests of one phase, until all have ended. A phase in which the flag goes back ends with that.
    async fn phase(&mut self, share: u8) {
        let rollout = self.flag.rollout();
        let gap = Duration::from_secs_f64(1.0 / rollout.declared.rate);
        self.flag.turn(share);
        let begun = Instant::now();
        let mut since = 0_u32;
        for index in (self.next..).take(usize::try_from(rollout.requests_of_a_phase()).unwrap_or(usize::MAX)) {
            let at = begun + gap * since;
            tokio::time::sleep_until(at.into()).await;
            if share > 0 && self.flag.has_gone_back() {
                break;
            }
            self.next = index + 1;
            since = since.saturating_add(1);
            if self.queue.send(self.flag.due(index, at)).is_err() {
                break;
            }
        }
        self.flag.all_ended().await;
        self.flag.judge_the_phase();
    }
}
