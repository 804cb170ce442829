//! Which boundaries are interrupted, and how.

use std::collections::{BTreeMap, BTreeSet};

use super::settings::{FaultSettings, Faults};
use crate::facts::{Direction, FaultKind, FaultPoint, FaultSide, way};
use crate::scenario::TransactionMode;
use crate::sql::RelationName;

/// One statement or batch that ran undisturbed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    pub(super) direction: Direction,
    /// `NNN_name`.
    pub(super) step: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) command: String,
    pub(super) transaction: TransactionMode,
    /// Whether it is one of those that wait for others half-way, and may leave something behind then.
    pub(super) waits_midway: bool,
    pub(super) index: usize,
    /// The application's relations that its transaction had locked when it began; those alone that others see.
    pub(super) held: BTreeSet<RelationName>,
    /// Those that it locked itself.
    pub(super) wanted: BTreeSet<RelationName>,
    /// Whether the database took more room.
    pub(super) grew: bool,
}

impl Ran {
    /// Whether somebody else could have locked what it locks in another order.
    fn may_deadlock(&self) -> bool {
        !self.wanted.is_empty() && self.held.len() + self.wanted.len() > 1
    }
}

/// What the servers of a sweep can do.
#[derive(Debug, Clone)]
pub(super) struct Means {
    /// Whether an answer can be lost on its way.
    pub(super) proxy: bool,
    /// Why there is no volume that could be full.
    pub(super) volume: Result<(), String>,
}

/// The points of a sweep in the order of the path, and what is left out.
#[derive(Debug, Default)]
pub(super) struct Points {
    pub(super) all: BTreeSet<FaultPoint>,
    pub(super) left_out: Vec<String>,
    /// The kinds without a point, and why.
    pub(super) unplanted: BTreeMap<FaultKind, String>,
}

impl Points {
    pub(super) fn chosen(settings: &FaultSettings, ran: &[Ran], means: &Means) -> Self {
        let mut chosen = Self::default();
        for own in ran.chunk_by(|one, other| (one.direction, &one.step) == (other.direction, &other.step)) {
            chosen.of_step(own, settings.faults);
        }
        let possible = |kind: FaultKind| match kind {
            FaultKind::Answer => means.proxy,
            FaultKind::Disk => means.volume.is_ok(),
            _ => true,
        };
        chosen.all.retain(|point| settings.kinds.contains(&point.kind) && possible(point.kind));
        let alone = ran.iter().filter(|ran| ran.transaction == TransactionMode::None).count();
        if alone > 0 && settings.faults != Faults::Batches && settings.kinds.contains(&FaultKind::Deadlock) {
            chosen.left_out.push(format!(
                "a deadlock of {alone} statements without a transaction: their locks are gone before they are seen"
            ));
        }
        for kind in FaultKind::ALL {
            if !chosen.all.iter().any(|point| point.kind == kind) {
                chosen.unplanted.insert(kind, why_not(kind, settings, means));
            }
        }
        chosen
    }

    fn of_step(&mut self, own: &[Ran], faults: Faults) {
        let Some(first) = own.first() else { return };
        let batches = first.transaction == TransactionMode::PerBatch;
        match (batches, faults) {
            (false, Faults::Statements | Faults::All) => self.of_statements(own),
            (true, Faults::Batches | Faults::All) => {
                let some = self.of_batches(own);
                if some < own.len() {
                    let step = way(first.direction, &first.step);
                    self.left_out.push(format!("{} of {} batches of {step}", own.len() - some, own.len()));
                }
            }
            _ => return,
        }
        if faults == Faults::All {
            self.add(first, FaultSide::Before, FaultKind::Lock);
        }
    }

    /// Before every statement, and where the file ends. What lies between two statements is one boundary, not two.
    fn of_statements(&mut self, own: &[Ran]) {
        for ran in own {
            self.add(ran, FaultSide::Before, FaultKind::Backend);
            if ran.grew {
                self.add(ran, FaultSide::Before, FaultKind::Disk);
            }
            if ran.transaction == TransactionMode::None {
                // Each commits itself, and each answer may be lost.
                self.add(ran, FaultSide::Before, FaultKind::Answer);
                if ran.waits_midway {
                    self.add(ran, FaultSide::Before, FaultKind::Midway);
                }
            }
        }
        // The first that can be a victim, and the one with the most to lose.
        let victims = || own.iter().filter(|ran| ran.may_deadlock());
        for ran in victims().take(1).chain(victims().next_back()) {
            self.add(ran, FaultSide::Before, FaultKind::Deadlock);
        }
        let Some(last) = own.last() else { return };
        let end = if last.transaction == TransactionMode::None { FaultSide::After } else { FaultSide::Commit };
        self.add(last, end, FaultKind::Backend);
        self.add(last, end, FaultKind::Server);
        if end == FaultSide::Commit {
            self.add(last, end, FaultKind::Answer);
        }
    }

    /// The first two batches, the one in the middle and the last; how many that are.
    fn of_batches(&mut self, own: &[Ran]) -> usize {
        let indexes = BTreeSet::from([0, 1, own.len() / 2, own.len().saturating_sub(1)]);
        let chosen: Vec<&Ran> = indexes.iter().filter_map(|index| own.get(*index)).collect();
        for batch in &chosen {
            self.add(batch, FaultSide::Before, FaultKind::Backend);
            for kind in [FaultKind::Backend, FaultKind::Server, FaultKind::Answer] {
                self.add(batch, FaultSide::Commit, kind);
            }
        }
        // One that has others behind it and before it, where there is one.
        let with = |wanted: &dyn Fn(&Ran) -> bool| {
            let few: Vec<&Ran> = own.iter().filter(|ran| wanted(ran)).take(2).collect();
            few.last().copied()
        };
        if let Some(batch) = with(&|ran| ran.grew) {
            self.add(batch, FaultSide::Before, FaultKind::Disk);
        }
        if let Some(batch) = with(&Ran::may_deadlock) {
            self.add(batch, FaultSide::Before, FaultKind::Deadlock);
        }
        chosen.len()
    }

    fn add(&mut self, ran: &Ran, side: FaultSide, kind: FaultKind) {
        self.all.insert(FaultPoint {
            direction: ran.direction,
            step: ran.step.clone(),
            file: ran.file.clone(),
            line: ran.line,
            command: ran.command.clone(),
            index: ran.index,
            side,
            kind,
        });
    }
}

fn why_not(kind: FaultKind, settings: &FaultSettings, means: &Means) -> String {
    let why = match (kind, &means.volume) {
        _ if !settings.kinds.contains(&kind) => "not asked for",
        (FaultKind::Answer, _) if !means.proxy => "the server is not reached over a unix socket",
        (FaultKind::Disk, Err(why)) => why,
        (FaultKind::Disk, Ok(())) => "no statement takes more room",
        (FaultKind::Deadlock, _) => {
            "no transaction of a step is seen to lock two relations; a statement without one is over before its locks are seen"
        }
        (FaultKind::Midway, _) => "no statement waits for others half-way, as `CONCURRENTLY` does",
        (FaultKind::Lock, _) if settings.faults != Faults::All => "only `--faults all` withholds locks",
        _ => "there is no boundary for it",
    };
    why.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(step: &str, transaction: TransactionMode, index: usize, held: &[&str], wanted: &[&str]) -> Ran {
        let names = |names: &[&str]| names.iter().map(|name| RelationName::new("public", *name)).collect();
        Ran {
            direction: Direction::Up,
            step: step.to_owned(),
            file: "f".to_owned(),
            line: 1,
            command: "UPDATE".to_owned(),
            transaction,
            waits_midway: false,
            index,
            held: names(held),
            wanted: names(wanted),
            grew: index == 1,
        }
    }

    fn means() -> Means {
        Means { proxy: true, volume: Ok(()) }
    }

    fn of_kind(points: &Points, kind: FaultKind) -> Vec<usize> {
        points.all.iter().filter(|point| point.kind == kind).map(|point| point.index).collect()
    }

    #[test]
    fn a_deadlock_takes_two_relations_in_one_transaction() {
        let file = TransactionMode::PerFile;
        let path = [ran("1", file, 0, &[], &["a"]), ran("1", file, 1, &["a"], &[]), ran("1", file, 2, &["a"], &["b"])];
        let points = Points::chosen(&FaultSettings::of(Faults::All), &path, &means());
        assert_eq!(of_kind(&points, FaultKind::Deadlock), [2]);
        let alone = [ran("1", file, 0, &[], &["a"]), ran("2", file, 0, &[], &["b"])];
        let points = Points::chosen(&FaultSettings::of(Faults::All), &alone, &means());
        assert_eq!(of_kind(&points, FaultKind::Deadlock), [0; 0]);
        assert!(points.unplanted.get(&FaultKind::Deadlock).is_some_and(|why| why.contains("two relations")));
        assert!(points.left_out.is_empty(), "{:?}", points.left_out);
        let bare = [ran("1", TransactionMode::None, 0, &[], &[])];
        let points = Points::chosen(&FaultSettings::of(Faults::All), &bare, &means());
        assert!(points.left_out.first().is_some_and(|why| why.starts_with("a deadlock of 1 statements")));
    }

    #[test]
    fn the_disk_is_full_where_a_statement_takes_room_and_nowhere_without_a_volume() {
        let path = [0, 1].map(|index| ran("1", TransactionMode::PerFile, index, &[], &[]));
        let points = Points::chosen(&FaultSettings::of(Faults::All), &path, &means());
        assert_eq!(of_kind(&points, FaultKind::Disk), [1]);
        let none = Means { volume: Err("there is no volume".to_owned()), ..means() };
        let points = Points::chosen(&FaultSettings::of(Faults::All), &path, &none);
        assert_eq!(points.unplanted.get(&FaultKind::Disk).map(String::as_str), Some("there is no volume"));
    }

    #[test]
    fn only_the_kinds_that_were_asked_for_are_planted_and_the_others_say_so() {
        let path = [ran("1", TransactionMode::None, 0, &[], &[])];
        let settings = FaultSettings { kinds: [FaultKind::Server].into(), ..FaultSettings::of(Faults::All) };
        let points = Points::chosen(&settings, &path, &means());
        assert!(points.all.iter().all(|point| point.kind == FaultKind::Server) && points.all.len() == 1);
        assert_eq!(points.unplanted.get(&FaultKind::Backend).map(String::as_str), Some("not asked for"));
        assert_eq!(points.unplanted.len(), FaultKind::ALL.len() - 1);
    }
}
