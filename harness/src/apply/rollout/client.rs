//! One connection of a rollout, and the requests that it sends one after the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Executor, PgConnection};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

use super::flag::{Compared, Due, Flag};
use crate::apply::answers::{Rows, joined, odd, rows};
use crate::apply::error::is_servers_trouble;
use crate::apply::session::{Session, refusal};
use crate::facts::{RolloutAnswer, RolloutReply, WayAnswer, WayOutcome};
use crate::scenario::{Does, Way};

/// Sends requests the way that each is due to go.
pub(super) struct Client {
    flag: Arc<Flag>,
    session: Session,
}

/// The new way's answer, how long it took, and the old way's or why the server refused that.
struct Both {
    new: Rows,
    took: Duration,
    old: Result<Rows, String>,
}

/// The texts of a request, filled in.
struct Forms {
    does: Does,
    old: String,
    new: String,
}

impl Client {
    pub(super) fn new(flag: Arc<Flag>, options: PgConnectOptions) -> Self {
        Self { flag, session: Session::new(options) }
    }

    pub(super) async fn connect(&mut self) -> Result<(), sqlx::Error> {
        self.session.open().await.map(|_| ())
    }

    /// Sends requests until no more come.
    pub(super) async fn serve(mut self, queue: Arc<Mutex<UnboundedReceiver<Due>>>) {
        loop {
            let next = queue.lock().await.recv().await;
            let Some(due) = next else { break };
            let queued = due.at.elapsed();
            let sent = Instant::now();
            let outcome = self.send(&due, queued).await;
            if let Err(source) = outcome {
                let (sqlstate, message) = refusal(&source);
                self.flag.failed(&due, sqlstate, message);
                let took = queued + sent.elapsed();
                self.answered(&due, WayOutcome::Failed, took);
                self.session.recover(&source).await;
            }
            self.flag.done();
        }
        self.session.close().await;
    }

    fn answered(&self, due: &Due, outcome: WayOutcome, took: Duration) {
        let does = self.flag.rollout().does(due.kind);
        self.flag.answered(due, WayAnswer { does, outcome, latency_ms: took.as_secs_f64() * 1_000.0 });
    }

    /// Sends one request; the time that counts is that of the way it goes, not that of the comparison.
    async fn send(&mut self, due: &Due, queued: Duration) -> Result<(), sqlx::Error> {
        self.session.open().await?;
        let flag = Arc::clone(&self.flag);
        let rollout = flag.rollout();
        let Some(request) = rollout.request(due.kind) else { return Ok(()) };
        let literals = rollout.literals(due.kind, due.index);
        let form = |way| joined(rollout.statements(due.kind, way), &literals);
        let forms = Forms { does: request.does, old: form(Way::Old), new: form(Way::New) };
        let Some(connection) = self.session.as_role(request.role.as_ref()).await? else { return Ok(()) };
        if due.way == Way::Old {
            let sent = Instant::now();
            let answer = rows(connection, forms.old).await?;
            self.answered(due, outcome(&answer), queued + sent.elapsed());
            return Ok(());
        }
        let both = forms.ask(connection).await?;
        let (ended, took) = (outcome(&both.new), queued + both.took);
        if forms.does == Does::Create && ended == WayOutcome::NoRows {
            // That nothing was made is told by the gate on creations.
            self.answered(due, ended, took);
            return Ok(());
        }
        let compared = match different(both) {
            None => Compared::Same,
            // What was created can not be created again; a question may have met something that was just changing.
            Some((old, new)) => match forms.again(connection).await? {
                Some(None) => Compared::Unconfirmed,
                Some(Some((old, new))) => Compared::Different(RolloutAnswer { parameters: literals, old, new }),
                None => Compared::Different(RolloutAnswer { parameters: literals, old, new }),
            },
        };
        self.answered(due, ended, took);
        flag.compared(due, compared);
        Ok(())
    }
}

impl Forms {
    /// Both ways. A question is asked of them in one snapshot; a creation is tried the old way and rolled back, and
    /// then made the new way.
    async fn ask(&self, connection: &mut PgConnection) -> Result<Both, sqlx::Error> {
        match self.does {
            Does::Ask => {
                let sent = Instant::now();
                connection.execute("begin isolation level repeatable read").await?;
                let new = rows(connection, self.new.clone()).await?;
                let took = sent.elapsed();
                let old = excused(rows(connection, self.old.clone()).await)?;
                connection.execute("rollback").await?;
                Ok(Both { new, took, old })
            }
            Does::Create => {
                connection.execute("begin").await?;
                let old = excused(rows(connection, self.old.clone()).await)?;
                connection.execute("rollback").await?;
                let sent = Instant::now();
                let new = rows(connection, self.new.clone()).await?;
                Ok(Both { new, took: sent.elapsed(), old })
            }
        }
    }

    /// What differs when a question is asked again; `None` of what is no question.
    async fn again(&self, connection: &mut PgConnection) -> Result<Option<Difference>, sqlx::Error> {
        match self.does {
            Does::Ask => Ok(Some(different(self.ask(connection).await?))),
            Does::Create => Ok(None),
        }
    }
}

type Difference = Option<(RolloutReply, RolloutReply)>;

/// That the server refuses the old way is an answer; that it is gone is none.
fn excused(answer: Result<Rows, sqlx::Error>) -> Result<Result<Rows, String>, sqlx::Error> {
    match answer {
        Err(error) if is_servers_trouble(&error) => Err(error),
        Err(error) => Ok(Err(refusal(&error).1)),
        Ok(rows) => Ok(Ok(rows)),
    }
}

fn different(both: Both) -> Difference {
    let reply = |row: Option<Vec<Option<String>>>| row.map_or(RolloutReply::NoSuchRow, RolloutReply::Row);
    match both.old {
        Err(message) => Some((RolloutReply::Refused(message), reply(both.new.into_iter().next()))),
        Ok(old) => odd(old, both.new).map(|(old, new)| (reply(old), reply(new))),
    }
}

fn outcome(answer: &Rows) -> WayOutcome {
    if answer.is_empty() { WayOutcome::NoRows } else { WayOutcome::Rows }
}
