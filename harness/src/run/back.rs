//! The way back, the second way forward, and the way out by a backup.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::RunError;
use super::compare::NAMED_ROWS;
use super::forward::{self, Road};
use super::look::{Eye, close, pinned};
use super::runner::Tee;
use super::stage::Stage;
use crate::apply;
use crate::database::Database;
use crate::facts::{Direction, Fingerprint, NumericMode, Observation, RowDifferences, SequencePosition};
use crate::judge::{Again, Back, CaseFile, Restored};
use crate::observe::{self, Keyed, RowSource};
use crate::record::Event;
use crate::scenario::{Plan, PlannedStep, Rollback};
use crate::schema::diff;
use crate::sql::RelationName;

pub(super) type Changed = BTreeMap<RelationName, (Option<Fingerprint>, Option<Fingerprint>)>;

/// Rolls back step by step over new connections, compares with what was there before each step and at last with the
/// baseline, and applies the whole path again. A waived step is the point of no return: the way back ends behind it.
pub(super) async fn there_and_back(
    stage: &Stage,
    plan: &Plan,
    road: &Road,
    eye: &mut Eye,
    case: &mut CaseFile<'_>,
    listener: &mut Tee<'_>,
) -> Result<(), RunError> {
    let arrived = stable(stage, plan, case.after.as_ref()).await?;
    let waived = |step: &PlannedStep| matches!(step.rollback, Rollback::Waived(_));
    let first = plan.steps.iter().rposition(waived).map_or(0, |last| last + 1);
    case.back.extend(plan.steps.iter().take(first).filter_map(not_tried));
    let Some(origin) = road.get(first) else { return Ok(()) };
    for (step, before) in plan.steps.iter().zip(road).skip(first).rev() {
        if !roll_back(stage, step, case, listener).await? {
            return Ok(());
        }
        let now = eye.observe(&stage.work).await?;
        case.back.push(back(Some(step.name.clone()), before, &now));
    }
    let now = eye.observe(&stage.work).await?;
    let mut chain = back(None, origin, &now);
    if first == 0 {
        // The baseline still stands, so its rows can be named.
        for relation in chain.rows.keys() {
            if let Some(differences) = named(stage, relation).await? {
                chain.named.push((relation.clone(), differences));
            }
        }
    }
    chain.sequences = moved_back(&origin.sequences, &now.sequences);
    case.back.push(chain);
    if forward::again(stage, plan.steps.get(first..).unwrap_or_default(), &mut case.runs, listener).await? {
        let again = eye.observe(&stage.work).await?;
        let catalog = case.after.as_ref().map(|after| diff(&after.catalog, &again.catalog)).unwrap_or_default();
        let arrived_again = stable(stage, plan, Some(&again)).await?;
        case.again = Some(Again { catalog, rows: changed(&arrived, &arrived_again) });
    }
    Ok(())
}

async fn roll_back(
    stage: &Stage,
    step: &PlannedStep,
    case: &mut CaseFile<'_>,
    listener: &mut Tee<'_>,
) -> Result<bool, RunError> {
    listener.tell(&Event::StepStarted { step: step.name.clone(), direction: Direction::Down });
    let Some(run) = apply::run_down(&stage.work.options(), step, &mut ()).await? else { return Ok(true) };
    listener.tell(&Event::StepFinished(run.clone()));
    let succeeded = run.succeeded();
    case.runs.push(run);
    Ok(succeeded)
}

/// A step whose way back is waived, with the reason.
fn not_tried(step: &PlannedStep) -> Option<Back> {
    let Rollback::Waived(reason) = &step.rollback else { return None };
    Some(Back {
        step: Some(step.name.clone()),
        waived: Some(reason.clone()),
        catalog: Vec::new(),
        rows: Changed::new(),
        named: Vec::new(),
        sequences: Vec::new(),
    })
}

fn back(step: Option<String>, before: &Observation, now: &Observation) -> Back {
    Back {
        step,
        waived: None,
        catalog: diff(&before.catalog, &now.catalog),
        rows: changed(&before.relations, &now.relations),
        named: Vec::new(),
        sequences: Vec::new(),
    }
}

pub(super) fn changed(
    before: &BTreeMap<RelationName, Fingerprint>,
    now: &BTreeMap<RelationName, Fingerprint>,
) -> Changed {
    let names = before.keys().chain(now.keys().filter(|name| !before.contains_key(*name)));
    names
        .filter(|name| before.get(*name) != now.get(*name))
        .map(|name| (name.clone(), (before.get(name).cloned(), now.get(name).cloned())))
        .collect()
}

/// Sequences that would give a number again; one that went on without use harms nobody.
fn moved_back(before: &[SequencePosition], now: &[SequencePosition]) -> Vec<(SequencePosition, SequencePosition)> {
    before
        .iter()
        .filter_map(|old| Some((old, now.iter().find(|new| new.relation == old.relation)?)))
        .filter(|(old, new)| old.next_value() > new.next_value())
        .map(|(old, new)| (old.clone(), new.clone()))
        .collect()
}

/// The rows of a relation that differ from the baseline's, where both sides can be read.
async fn named(stage: &Stage, relation: &RelationName) -> Result<Option<RowDifferences>, RunError> {
    let (mut left, mut right) = tokio::try_join!(pinned(&stage.baseline), pinned(&stage.work))?;
    let source = RowSource::Relation(relation.clone(), None);
    let readable =
        observe::describe(&mut left, &source).await.is_ok() && observe::describe(&mut right, &source).await.is_ok();
    let differences = if readable {
        let key = observe::primary_key(&mut left, relation).await?.unwrap_or_default();
        let keyed = Keyed { source, key };
        Some(observe::differences(&mut left, &keyed, &mut right, &keyed, NAMED_ROWS, NumericMode::Strict).await?)
    } else {
        None
    };
    close(left).await;
    close(right).await;
    Ok(differences.filter(|differences| !differences.is_empty()))
}

/// The content of every relation without the columns that differ between any two runs: those whose default is the
/// present time or a random value, and those that the path declares.
async fn stable(
    stage: &Stage,
    plan: &Plan,
    observation: Option<&Observation>,
) -> Result<BTreeMap<RelationName, Fingerprint>, RunError> {
    let Some(observation) = observation else { return Ok(BTreeMap::new()) };
    let mut connection = pinned(&stage.work).await?;
    let mut fingerprints = BTreeMap::new();
    for (relation, known) in &observation.relations {
        let reproducible = stable_columns(&mut connection, plan, relation).await?;
        let fingerprint = match reproducible {
            Some(columns) => super::look::fingerprint(&mut connection, relation, Some(columns)).await?,
            None => known.clone(),
        };
        fingerprints.insert(relation.clone(), fingerprint);
    }
    close(connection).await;
    Ok(fingerprints)
}

/// The columns of a relation that two applications fill alike; `None` where all do.
pub(super) async fn stable_columns(
    connection: &mut PgConnection,
    plan: &Plan,
    relation: &RelationName,
) -> Result<Option<Vec<String>>, RunError> {
    let reproducible = observe::reproducible_columns(connection, relation).await?;
    let of_relation = plan.volatile.iter().filter(|volatile| volatile.relation == *relation);
    let volatile: Vec<&String> = of_relation.flat_map(|volatile| &volatile.columns).collect();
    if volatile.is_empty() {
        return Ok(reproducible);
    }
    let shapes = observe::describe(connection, &RowSource::Relation(relation.clone(), None)).await?;
    let kept = reproducible.unwrap_or_else(|| shapes.into_iter().map(|shape| shape.name).collect());
    Ok(Some(kept.into_iter().filter(|column| !volatile.contains(&column)).collect()))
}

/// Dumps the baseline and restores it into a fresh database, with the server's own tools.
pub(super) async fn restore(stage: &Stage, baseline: &Observation) -> Result<Restored, RunError> {
    let fresh = Database::create_empty(&stage.server, Some(&stage.restored)).await?;
    let outcome = match stage.server.copy_by_dump(stage.baseline.name(), fresh.name()).await {
        Ok(()) => {
            let now = Eye::default().observe(&fresh).await?;
            Ok(Again {
                catalog: diff(&baseline.catalog, &now.catalog),
                rows: changed(&baseline.relations, &now.relations),
            })
        }
        Err(error) => Err(crate::server::in_words(&error)),
    };
    fresh.drop().await?;
    Ok(Restored { outcome })
}
