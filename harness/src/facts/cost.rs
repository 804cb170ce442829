//! What a way forward costs: time, write-ahead log, disk, and what it leaves to clean up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Direction, ReplicaTrace};
use crate::sql::RelationName;

/// What the first way forward took and left, with nobody else at work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// The settings in force that the figures depend on, such as `full_page_writes`.
    pub settings: BTreeMap<String, String>,
    /// Every step taken, in order.
    pub steps: Vec<StepCost>,
    /// How a physical replica followed; `None` where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<ReplicaTrace>,
}

/// What one step took and left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepCost {
    /// `NNN_name`.
    pub step: String,
    /// Which way it was taken.
    pub direction: Direction,
    /// Wall-clock time in milliseconds, without what measuring took.
    pub duration_ms: f64,
    /// The longest time from the first statement of a transaction to its end, in milliseconds. No lock of the step was
    /// held for longer.
    pub longest_transaction_ms: f64,
    /// Bytes of write-ahead log written while it ran.
    pub wal_bytes: u64,
    /// Bytes that its sorts, hashes and index builds spilled into temporary files; `None` before PostgreSQL 15, which
    /// does not tell in time.
    pub temp_bytes: Option<u64>,
    /// Rows and index entries that its scans read from tables that are still there; `None` before PostgreSQL 15.
    pub rows_read: Option<u64>,
    /// The size of the database before it.
    pub database_bytes_before: u64,
    /// The largest size of the database behind one of its statements, before its transaction ended: the old copies of
    /// what it rewrote still count.
    pub database_bytes_peak: u64,
    /// The size of the database after it.
    pub database_bytes_after: u64,
    /// Its statements; the batches of a backfill are one.
    pub statements: Vec<StatementCost>,
    /// The relations that were written to, made, rewritten or taken away.
    pub relations: Vec<RelationGrowth>,
    /// What measuring took, in milliseconds.
    pub measuring_ms: f64,
}

/// What a statement took, in all its runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementCost {
    /// The file.
    pub file: String,
    /// Its first line, counted from 1.
    pub line: u32,
    /// Its leading keywords, such as `CREATE INDEX`.
    pub command: String,
    /// How often it ran: the batches of a backfill.
    pub runs: u64,
    /// Wall-clock time in milliseconds.
    pub duration_ms: f64,
    /// Bytes of write-ahead log.
    pub wal_bytes: u64,
}

/// A relation before and after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationGrowth {
    /// The relation.
    pub relation: RelationName,
    /// Before; `None` where the step made it.
    pub before: Option<RelationSize>,
    /// After; `None` where the step took it away.
    pub after: Option<RelationSize>,
}

/// How much of the disk a relation holds, and what the server counts about its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationSize {
    /// Its own rows, with the maps of free and of visible pages.
    pub heap_bytes: u64,
    /// Its indexes.
    pub index_bytes: u64,
    /// Values too long for a row, with their index.
    pub toast_bytes: u64,
    /// Rows that no transaction sees any more, as the server estimates them.
    pub dead_rows: u64,
    /// Rows inserted, updated or deleted since the server began to count.
    pub written_rows: u64,
    /// Rows and index entries read by scans since then.
    pub read_rows: u64,
    /// The file of its rows; another one after a rewrite.
    pub file: u64,
}

impl RelationSize {
    /// All of it.
    pub const fn bytes(&self) -> u64 {
        self.heap_bytes + self.index_bytes + self.toast_bytes
    }
}

impl RelationGrowth {
    /// By how many bytes it grew; below zero where it shrank.
    pub fn bytes(&self) -> i64 {
        difference(of(self.after.as_ref(), RelationSize::bytes), of(self.before.as_ref(), RelationSize::bytes))
    }

    /// Whether its rows moved to another file while the old one was still there.
    pub fn is_rewritten(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.file != after.file)
    }

    /// How many bytes it needed beside those that it held before: all of it where it was rewritten.
    pub fn needed_bytes(&self) -> u64 {
        if self.is_rewritten() {
            of(self.after.as_ref(), RelationSize::bytes)
        } else {
            u64::try_from(self.bytes()).unwrap_or(0)
        }
    }

    /// By how many dead rows there are more; below zero where a vacuum or a rewrite left fewer.
    pub fn dead_rows(&self) -> i64 {
        difference(of(self.after.as_ref(), |size| size.dead_rows), of(self.before.as_ref(), |size| size.dead_rows))
    }
}

impl StepCost {
    /// By how many bytes the database grew.
    pub fn grown_bytes(&self) -> i64 {
        difference(self.database_bytes_after, self.database_bytes_before)
    }

    /// How many bytes more than before the step the database held at once.
    pub fn peak_bytes(&self) -> u64 {
        self.database_bytes_peak.max(self.database_bytes_after).saturating_sub(self.database_bytes_before)
    }

    /// The most that one checkpoint in the midst of the step can add to its write-ahead log where `full_page_writes` is
    /// off: each page of a relation that was there before and was written to, once (PostgreSQL manual, 30.5, WAL configuration).
    pub fn full_page_bytes(&self) -> u64 {
        let written = self.relations.iter().filter_map(|growth| {
            let (before, after) = (growth.before.as_ref()?, growth.after.as_ref()?);
            (before.written_rows != after.written_rows && before.file == after.file).then(|| before.bytes())
        });
        written.sum()
    }

    /// The statement that wrote the most.
    pub fn heaviest(&self) -> Option<&StatementCost> {
        self.statements.iter().max_by_key(|statement| statement.wal_bytes)
    }
}

impl Cost {
    /// Wall-clock time of all steps in milliseconds.
    pub fn duration_ms(&self) -> f64 {
        self.steps.iter().map(|step| step.duration_ms).sum()
    }

    /// Bytes of write-ahead log of all steps.
    pub fn wal_bytes(&self) -> u64 {
        self.steps.iter().map(|step| step.wal_bytes).sum()
    }

    /// By how many bytes the steps made the database grow. What happens between them does not count.
    pub fn grown_bytes(&self) -> i64 {
        self.steps.iter().map(StepCost::grown_bytes).sum()
    }

    /// How many bytes more than at the start the database held at once, and in which step that was.
    pub fn peak(&self) -> Option<(u64, &StepCost)> {
        let mut so_far = 0_i64;
        let peaks = self.steps.iter().map(|step| {
            let peak = so_far.saturating_add_unsigned(step.peak_bytes());
            so_far = so_far.saturating_add(step.grown_bytes());
            (u64::try_from(peak).unwrap_or(0), step)
        });
        // The first of equals: the step that reached it.
        peaks.reduce(|most, next| if next.0 > most.0 { next } else { most })
    }

    /// Bytes spilled into temporary files; `None` where the server does not tell.
    pub fn temp_bytes(&self) -> Option<u64> {
        self.steps.iter().map(|step| step.temp_bytes).sum()
    }

    /// The dead rows that the steps left, by relation, most first; an estimate of the server.
    pub fn dead_rows(&self) -> Vec<(&RelationName, u64)> {
        let mut left: BTreeMap<&RelationName, i64> = BTreeMap::new();
        for growth in self.steps.iter().flat_map(|step| &step.relations) {
            *left.entry(&growth.relation).or_default() += growth.dead_rows();
        }
        let mut left: Vec<_> =
            left.into_iter().filter_map(|(name, rows)| Some((name, u64::try_from(rows).ok()?))).collect();
        left.retain(|(_, rows)| *rows > 0);
        left.sort_by_key(|(name, rows)| (std::cmp::Reverse(*rows), *name));
        left
    }

    /// Whether the write-ahead log lacks the full pages that production writes after each checkpoint.
    pub fn lacks_full_pages(&self) -> bool {
        self.settings.get("full_page_writes").is_some_and(|value| value == "off")
    }

    /// The most that one checkpoint in each step would add; 0 where full pages are written.
    pub fn full_page_bytes(&self) -> u64 {
        if self.lacks_full_pages() { self.steps.iter().map(StepCost::full_page_bytes).sum() } else { 0 }
    }
}

fn of(size: Option<&RelationSize>, what: impl Fn(&RelationSize) -> u64) -> u64 {
    size.map(what).unwrap_or_default()
}

fn difference(after: u64, before: u64) -> i64 {
    i64::try_from(after).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(before: u64, peak: u64, after: u64) -> StepCost {
        StepCost {
            step: format!("{peak}"),
            direction: Direction::Up,
            duration_ms: 1.0,
            longest_transaction_ms: 1.0,
            wal_bytes: 10,
            temp_bytes: Some(0),
            rows_read: None,
            database_bytes_before: before,
            database_bytes_peak: peak,
            database_bytes_after: after,
            statements: Vec::new(),
            relations: Vec::new(),
            measuring_ms: 0.0,
        }
    }

    /// Between the steps the observers' own rolled-back writes made the database grow from 140 to 150.
    #[test]
    fn the_peak_counts_what_the_steps_before_left_and_nothing_that_came_between() {
        let cost =
            Cost { settings: BTreeMap::new(), steps: vec![step(100, 160, 140), step(150, 190, 145)], replica: None };
        assert_eq!(cost.grown_bytes(), 35);
        assert_eq!(cost.peak().map(|(bytes, step)| (bytes, step.step.as_str())), Some((80, "190")));
    }

    #[test]
    fn pages_that_were_there_before_and_are_written_to_are_the_ones_that_a_checkpoint_repeats() {
        let size = |bytes, written, file| {
            Some(RelationSize { heap_bytes: bytes, written_rows: written, file, ..RelationSize::default() })
        };
        let growth = |before, after| RelationGrowth { relation: RelationName::new("public", "t"), before, after };
        let mut updated = step(0, 0, 0);
        updated.relations = vec![
            growth(size(100, 1, 7), size(200, 2, 7)),
            growth(size(1_000, 1, 7), size(2_000, 2, 8)),
            growth(size(10_000, 1, 7), size(10_000, 1, 7)),
            growth(None, size(5, 5, 5)),
        ];
        assert_eq!(updated.full_page_bytes(), 100);
    }
}
