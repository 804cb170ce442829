//! One run from server to judgement.

use std::pin::Pin;
use std::time::Instant;

use super::account::Account;
use super::follower::Follower;
use super::stage::{Names, Stage};
use super::sweep::{self, FaultSettings};
use super::waivers::waivers;
use super::{RunError, RunFailure, assertions, back, compare, forward, isolation, latency, rehearsal, rollout};
use crate::facts::{FaultSweep, LegacySight, Reply, RolloutTrace};
use crate::judge::{CaseFile, Rehearsal, Verdict, foreseen, judge};
use crate::record::{Event, Listener, RepairRecord, RunRecord};
use crate::run::look;
use crate::scenario::{Claim, Moment, Plan};
use crate::server::{Provider, ServerKind, in_words};

/// What becomes of the migrated database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It is dropped in any case.
    Never,
    /// It stays when a claim is refuted.
    WhenRefuted,
}

/// How to run a plan.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// The claims to put to the test.
    pub claims: Vec<Claim>,
    /// What becomes of the migrated database.
    pub keep: Keep,
    /// The faults to plant for claim F; none where it is `None`.
    pub faults: Option<FaultSettings>,
    /// Whether a physical replica follows the way forward, for claim W.
    pub replica: Following,
}

/// When a physical replica is started beside the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Following {
    /// Where the budget limits it.
    #[default]
    WhereLimited,
    /// Always.
    Always,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self { claims: Claim::ALL.to_vec(), keep: Keep::Never, faults: None, replica: Following::default() }
    }
}

/// A run that came to its end.
#[derive(Debug)]
pub struct Finished {
    /// All that is known.
    pub record: RunRecord,
    /// Where the evidence is, if it was kept: an address without a password, or the command that reaches it. It stays
    /// until `pgproof clean`.
    pub kept: Option<String>,
}

/// Runs a plan on a server of `provider` and judges the claims; `listener` hears everything as it happens. When
/// `interrupt` comes first, the run ends, and what it made is removed.
///
/// # Errors
/// We could not look: the environment, or the scenario itself. The record so far comes along; nothing is left behind.
pub async fn run(
    plan: &Plan,
    provider: &Provider,
    settings: &RunSettings,
    listener: &mut (dyn Listener + Send),
    interrupt: impl Future<Output = ()>,
) -> Result<Finished, RunFailure> {
    let mut record = RunRecord::new();
    let started = Instant::now();
    let mut runner = Runner { plan, settings, listener: Tee::new(&mut record, listener) };
    let outcome = runner.whole(provider, started, interrupt).await;
    match outcome {
        Ok(kept) => Ok(Finished { record, kept }),
        Err(error) => {
            record.stopped = Some(in_words(&error));
            record.duration_ms = started.elapsed().as_secs_f64() * 1_000.0;
            Err(RunFailure { error: Box::new(error), record: Box::new(record) })
        }
    }
}

/// The record hears every event before anybody else does.
pub(super) struct Tee<'a> {
    record: &'a mut RunRecord,
    listener: &'a mut (dyn Listener + Send),
}

impl<'a> Tee<'a> {
    pub(super) fn new(record: &'a mut RunRecord, listener: &'a mut (dyn Listener + Send)) -> Self {
        Self { record, listener }
    }

    pub(super) fn tell(&mut self, event: &Event) {
        self.record.on(event);
        self.listener.on(event);
    }

    pub(super) fn begin(&mut self, phase: &'static str) -> Phase {
        self.tell(&Event::PhaseStarted(phase));
        Phase { name: phase, started: Instant::now() }
    }

    pub(super) fn end(&mut self, phase: &Phase) {
        self.tell(&Event::PhaseFinished(phase.name, phase.started.elapsed()));
    }
}

pub(super) struct Phase {
    name: &'static str,
    started: Instant,
}

struct Runner<'a> {
    plan: &'a Plan,
    settings: &'a RunSettings,
    listener: Tee<'a>,
}

impl<'a> Runner<'a> {
    async fn whole(
        &mut self,
        provider: &Provider,
        started: Instant,
        interrupt: impl Future<Output = ()>,
    ) -> Result<Option<String>, RunError> {
        let mut interrupt = std::pin::pin!(interrupt);
        let plan = self.plan;
        self.listener.tell(&Event::RunStarted {
            scenario: plan.scenario.clone(),
            path: plan.path.clone(),
            variant: plan.variant.as_ref().map(|(variant, _)| variant.name.clone()),
            seed: plan.seed.number,
            scale: plan.scale.factor(),
            plan_hash: plan.hash().to_owned(),
        });
        let names = Names::draw();
        let server = tokio::select! {
            biased;
            () = &mut interrupt => return Err(RunError::Interrupted),
            server = Stage::server(plan, provider, &names, &mut self.listener) => server?,
        };
        let connector = server.connector().clone();
        let stage = tokio::select! {
            biased;
            () = &mut interrupt => Err(RunError::Interrupted),
            stage = Stage::set(plan, server, &names, &mut self.listener) => stage,
        };
        let stage = match stage {
            Ok(stage) => stage,
            Err(error) => {
                names.give_up(&connector, plan).await;
                return Err(error);
            }
        };
        let judged = tokio::select! {
            biased;
            () = &mut interrupt => Err(RunError::Interrupted),
            case = self.on(&stage) => case,
        };
        let judged = match judged {
            // What was seen by then is judged, also when the interruption comes while faults are planted.
            Ok(case) => self.concluded(&stage, provider, case, interrupt).await,
            Err(error) => Err(error),
        };
        let judged = match judged {
            Ok(refuted) => refuted,
            Err(error) => {
                // What went wrong first is what is told, unless the server's own end explains it.
                let error = stage.explain(error).await;
                stage.abandon().await;
                names.give_up(&connector, plan).await;
                return Err(error);
            }
        };
        let kept = if judged == Verdict::Refuted && self.settings.keep == Keep::WhenRefuted {
            let address = stage.keep().await?;
            self.listener.tell(&Event::Kept(address.clone()));
            Some(address)
        } else {
            stage.clear().await?;
            None
        };
        self.listener.tell(&Event::RunFinished(started.elapsed()));
        Ok(kept)
    }

    /// Plants the faults, and judges.
    async fn concluded(
        &mut self,
        stage: &Stage,
        provider: &Provider,
        mut case: CaseFile<'_>,
        interrupt: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Verdict, RunError> {
        if let Some(faults) =
            self.settings.faults.as_ref().filter(|_| self.wants(Claim::Resumable) && case.after.is_some())
        {
            case.sweep = self.sweep(stage, provider, faults, interrupt).await?;
        }
        let judgement = judge(&case, &self.settings.claims);
        let overall = judgement.overall();
        self.listener.tell(&Event::Judged(judgement));
        Ok(overall)
    }

    async fn on(&mut self, stage: &Stage) -> Result<CaseFile<'a>, RunError> {
        let plan = self.plan;
        let rehearsal = self.rehearse(stage).await?;
        let rollout = self.roll_out(stage).await?;
        let phase = self.listener.begin("observe the baseline");
        let mut eye = look::Eye::default();
        let baseline = eye.observe(&stage.baseline).await?;
        let legacy = look::Legacy::read(&stage.baseline, plan).await?;
        let sight = legacy.sight(&stage.baseline, look::Depth::Full).await?;
        sight_must_work(&sight, plan)?;
        self.listener.tell(&Event::BaselineObserved(baseline.rows()));
        let mut case = CaseFile {
            plan,
            baseline,
            sight,
            runs: Vec::new(),
            boundaries: Vec::new(),
            left_behind: None,
            after: None,
            sightings: Vec::new(),
            compared: Vec::new(),
            repaired: Vec::new(),
            assertions: assertions::ask(&stage.work, plan, Moment::Before).await?,
            queries: Vec::new(),
            back: Vec::new(),
            rehearsal,
            rollout,
            cost: None,
            sweep: None,
            again: None,
            restored: None,
        };
        self.listener.end(&phase);
        for waiver in waivers(plan) {
            self.listener.tell(&Event::Waived(waiver));
        }
        let account = self.account(stage).await?;
        let phase = self.listener.begin("apply");
        let mut eye = look::Eye::default();
        let road =
            forward::first(stage, &self.settings.claims, account, &legacy, &mut eye, &mut case, &mut self.listener)
                .await?;
        self.listener.end(&phase);
        if let Some(road) = road {
            self.migrated(stage, &legacy, &mut case).await?;
            if let Some(after) = &case.after {
                // Comparing and measuring wrote nothing that stayed.
                eye.adopt(&stage.work, after).await?;
            }
            if self.wants(Claim::Reversible) {
                // The backup is the baseline's, which nobody writes to: it is restored beside the way back.
                let phase = self.listener.begin("roll back, apply again, restore a backup");
                let baseline = case.baseline.clone();
                let ((), restored) = tokio::try_join!(
                    back::there_and_back(stage, plan, &road, &mut eye, &mut case, &mut self.listener),
                    back::restore(stage, &baseline)
                )?;
                case.restored = Some(restored);
                self.listener.end(&phase);
            }
        }
        Ok(case)
    }

    /// An account of the way forward, where somebody wants to know what it costs; with a replica that follows, where
    /// somebody asks for one or limits it.
    async fn account(&mut self, stage: &Stage) -> Result<Option<Account>, RunError> {
        if !self.wants(Claim::Affordable) {
            return Ok(None);
        }
        let wanted = self.settings.replica == Following::Always || self.plan.budget.limits_replica();
        let follower = if wanted {
            let phase = self.listener.begin("start a replica");
            let follower = Follower::start(&stage.server, &stage.work).await?;
            if follower.is_none() {
                tracing::warn!("a replica is started only beside a server of ours, not beside somebody else's");
            }
            self.listener.end(&phase);
            follower
        } else {
            None
        };
        Ok(Some(Account::open(&stage.work, follower).await?))
    }

    /// Before the run itself, since the database has to bear the name that the server's settings know.
    async fn rehearse(&mut self, stage: &Stage) -> Result<Option<Rehearsal>, RunError> {
        let plan = self.plan;
        // Where a step has to refuse the data, there is no path to rehearse.
        let wanted = self.wants(Claim::Online) && plan.expected_refusal().is_none();
        let Some(workload) = plan.workload.as_ref().filter(|_| wanted) else { return Ok(None) };
        let phase = self.listener.begin("rehearse under traffic");
        let rehearsal = rehearsal::rehearse(stage, plan, workload, &mut self.listener).await?;
        let expected = foreseen(plan, &rehearsal.locks);
        self.listener.tell(&Event::LocksSeen(rehearsal.locks.clone(), expected));
        self.listener.tell(&Event::TrafficSeen(rehearsal.workload.clone()));
        stage.renew().await?;
        self.listener.end(&phase);
        Ok(Some(rehearsal))
    }

    /// As the rehearsal, before the run itself.
    async fn roll_out(&mut self, stage: &Stage) -> Result<Option<RolloutTrace>, RunError> {
        let plan = self.plan;
        let wanted = self.wants(Claim::Online) && plan.expected_refusal().is_none();
        let Some(rollout) = plan.rollout.as_ref().filter(|_| wanted) else { return Ok(None) };
        let phase = self.listener.begin("roll out");
        let trace = rollout::roll_out(stage, plan, rollout, &mut self.listener).await?;
        self.listener.end(&phase);
        Ok(trace)
    }

    /// On servers of its own, since one of them is killed again and again.
    async fn sweep(
        &mut self,
        stage: &Stage,
        provider: &Provider,
        faults: &FaultSettings,
        interrupt: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Option<FaultSweep>, RunError> {
        let kind = stage.server.kind();
        if kind == ServerKind::External {
            tracing::warn!("faults are planted only on servers that are started for it, not on one of somebody else's");
            return Ok(None);
        }
        let phase = self.listener.begin("interrupt and run again");
        let swept = Box::pin(sweep::sweep(self.plan, provider, faults, kind, &mut self.listener, interrupt)).await?;
        if let Some(sweep) = &swept {
            self.listener.tell(&Event::FaultsSwept(sweep.clone()));
        }
        self.listener.end(&phase);
        Ok(swept)
    }

    async fn migrated<'p>(
        &mut self,
        stage: &Stage,
        legacy: &look::Legacy,
        case: &mut CaseFile<'p>,
    ) -> Result<(), RunError>
    where
        Self: 'p,
    {
        let plan = case.plan;
        let phase = self.listener.begin("compare");
        if let Some(after) = &case.after {
            self.listener.tell(&Event::MigratedObserved { rows: after.rows(), schema: after.catalog.to_agreed_text() });
        }
        if self.wants(Claim::Compatible)
            && let Some(last) = case.boundaries.last_mut()
        {
            last.sight = legacy.sight(&stage.work, look::Depth::Full).await?;
            case.sightings = isolation::look(stage, plan).await?;
        }
        if self.wants(Claim::Parity) || self.wants(Claim::Compatible) {
            compare::parity(stage, plan, legacy, case).await?;
            for repaired in &case.repaired {
                self.listener.tell(&Event::Repaired(RepairRecord {
                    rows_of: repaired.rows_of.clone(),
                    what: repaired.what.clone(),
                    keys: repaired.keys.clone(),
                }));
            }
        }
        let after = assertions::ask(&stage.work, plan, Moment::After).await?;
        case.assertions.extend(after);
        self.listener.end(&phase);
        if self.wants(Claim::Quick) {
            let phase = self.listener.begin("measure queries");
            case.queries = latency::measure(stage, plan, &mut self.listener).await?;
            self.listener.end(&phase);
        }
        Ok(())
    }

    fn wants(&self, claim: Claim) -> bool {
        self.settings.claims.contains(&claim)
    }
}

/// The old application's statements must work before the migration, or comparing their answers proves nothing.
///
/// A variant may except a statement that its dirty data refuse.
fn sight_must_work(sight: &LegacySight, plan: &Plan) -> Result<(), RunError> {
    for (name, answers) in sight.answers.iter().filter(|(name, _)| !plan.excepts_statement(name)) {
        if let Some(Reply::Refused(refusal)) = answers.last() {
            return Err(RunError::Query { name: name.clone(), message: refusal.message.clone() });
        }
    }
    Ok(())
}
