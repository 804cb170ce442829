//! The locks of each step on a line of time, for the Markdown page.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::markdown::cell;
use crate::facts::{Direction, HeldLock, LockTrace, LockedRelation, OwnWait, StatementLocks, Waiter};
use crate::judge::Foreseen;
use crate::record::RunRecord;
use crate::sql::{LockEffect, LockMode};

/// How many characters a step's time is drawn over.
const WIDTH: usize = 40;

/// How many batches of a backfill are drawn.
const BATCHES: usize = 5;

const HELD: char = '█';
const OWN_WAIT: char = '▒';
const OTHERS_WAIT: char = '░';
const NOTHING: char = '·';

pub(super) fn locks(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    let Some(trace) = &record.locks else { return Ok(()) };
    let sampling = &trace.sampling;
    let looked = if sampling.samples < 2 {
        "No step ran long enough for other sessions to be looked at".to_owned()
    } else {
        format!(
            "Other sessions were looked at every {:.1} ms while a step ran, the longest gap was {:.1} ms",
            sampling.every_ms, sampling.longest_gap_ms
        )
    };
    writeln!(
        page,
        "\n## Locks\n\nUnder live traffic. Locks on relations that were there before the path, from SHARE UPDATE EXCLUSIVE \
         up or with somebody waiting: `{HELD}` held to the end of the transaction, `{OWN_WAIT}` the step waits for it, \
         `{OTHERS_WAIT}` others wait. {looked}: \
         a wait that is shorter can have been missed, and so can a lock of a statement that commits itself."
    )?;
    let mut quiet = Vec::new();
    let mut steps: Vec<(&str, Direction)> = Vec::new();
    for statement in &trace.statements {
        let step = (statement.step.as_str(), statement.direction);
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    for step in steps {
        let timeline = Timeline::of(trace, step);
        if timeline.is_quiet() {
            quiet.push(format!("`{}` {}", step.0, step.1.name()));
        } else {
            writeln!(page, "\n### {} {}\n\n```text\n{}```", step.0, step.1.name(), timeline.draw()?)?;
        }
    }
    if !quiet.is_empty() {
        writeln!(page, "\nNo such lock: {}.", quiet.join(", "))?;
    }
    expected(&record.foreseen, page)
}

struct Timeline<'a> {
    statements: Vec<&'a StatementLocks>,
    from_ms: f64,
    to_ms: f64,
    /// The longest name of a relation that is shown.
    name: usize,
}

impl<'a> Timeline<'a> {
    fn of(trace: &'a LockTrace, (step, direction): (&str, Direction)) -> Self {
        let of_step = |statement: &&StatementLocks| statement.step == step && statement.direction == direction;
        let statements: Vec<&StatementLocks> = trace.statements.iter().filter(of_step).collect();
        let from_ms = statements.iter().map(|one| one.started_ms).fold(f64::INFINITY, f64::min);
        let released = statements.iter().flat_map(|one| &one.locks).map(|lock| lock.released_ms);
        let to_ms = statements.iter().map(|one| one.ended_ms).chain(released).fold(from_ms, f64::max);
        let locked = statements.iter().flat_map(|one| shown(one)).map(|lock| &lock.relation);
        let name = locked.map(|relation| relation.name.to_string().chars().count()).max().unwrap_or(0);
        Self { statements, from_ms, to_ms, name }
    }

    fn is_quiet(&self) -> bool {
        self.statements.iter().all(|one| is_quiet(one))
    }

    fn draw(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        let (name, mode) = (self.name, mode_width());
        let end = format!("{:.0} ms", self.to_ms - self.from_ms);
        let gap = WIDTH.saturating_sub(end.chars().count() + 1);
        writeln!(text, "{:indent$}0{:gap$}{end}", "", "", indent = name + mode + 7)?;
        let (mut batches, mut left_out) = (0_usize, 0_usize);
        for statement in self.statements.iter().filter(|one| !is_quiet(one)) {
            if statement.command == "BATCH" {
                batches += 1;
                if batches > BATCHES {
                    left_out += 1;
                    continue;
                }
            }
            writeln!(text, "{}:{} {}", statement.file, statement.line, statement.command)?;
            for lock in shown(statement) {
                let mut bar = Bar::new(self.from_ms, self.to_ms);
                let waits = own_waits(statement, lock);
                for wait in &waits {
                    bar.paint(wait.until_ms - wait.waited_ms, wait.until_ms, OWN_WAIT);
                }
                bar.paint(lock.granted_ms, lock.released_ms, HELD);
                let held = lock.released_ms - lock.granted_ms;
                write!(text, "  {:name$}  {:mode$}  {bar}  ", lock.relation.name.to_string(), lock.mode.name())?;
                match waits.iter().map(|wait| wait.waited_ms).reduce(f64::max) {
                    Some(waited) => writeln!(text, "held {held:.0} ms, waited {waited:.0} ms")?,
                    None => writeln!(text, "held {held:.0} ms")?,
                }
            }
            self.others(statement, &mut text)?;
            for wait in &statement.waits {
                let what = wait.relation.as_ref().map_or("another session".to_owned(), |it| it.name.to_string());
                let blockers = wait.blocked_by.join("; ");
                writeln!(text, "  waited {:.0} ms for {what}, in the way: {blockers}", wait.waited_ms)?;
            }
        }
        if left_out > 0 {
            writeln!(text, "and {left_out} more batches that somebody waited for; run.json has them all")?;
        }
        Ok(text)
    }

    /// Who waited, relation by relation.
    fn others(&self, statement: &StatementLocks, text: &mut String) -> std::fmt::Result {
        let (name, mode) = (self.name, mode_width());
        let mut waiters: BTreeMap<Option<&LockedRelation>, Vec<&Waiter>> = BTreeMap::new();
        for waiter in &statement.waiters {
            waiters.entry(waiter.relation.as_ref()).or_default().push(waiter);
        }
        for (relation, waiters) in waiters {
            let mut bar = Bar::new(self.from_ms, self.to_ms);
            for waiter in &waiters {
                bar.paint(waiter.until_ms - waiter.waited_ms, waiter.until_ms, OTHERS_WAIT);
            }
            let strongest = waiters.iter().filter_map(|waiter| waiter.mode).max();
            let wanted = strongest.map_or("a row", LockMode::name);
            let relation = relation.map_or(String::new(), |relation| relation.name.to_string());
            let longest = waiters.iter().max_by(|one, other| one.waited_ms.total_cmp(&other.waited_ms));
            let (longest_ms, example) = longest.map_or((0.0, ""), |one| (one.waited_ms, one.statement.as_str()));
            let count = waiters.len();
            writeln!(
                text,
                "  {relation:name$}  {wanted:mode$}  {bar}  {count} waited, at most {longest_ms:.0} ms: {example}"
            )?;
        }
        Ok(())
    }
}

/// The width of the longest name of a mode.
fn mode_width() -> usize {
    LockMode::ALL.iter().map(|mode| mode.name().len()).max().unwrap_or(0)
}

fn is_quiet(statement: &StatementLocks) -> bool {
    shown(statement).next().is_none() && statement.waiters.is_empty() && statement.waits.is_empty()
}

/// Locks that somebody may feel: on old relations, and not of the modes that readers and writers share.
fn shown(statement: &StatementLocks) -> impl Iterator<Item = &HeldLock> {
    statement.locks.iter().filter(|lock| {
        let waited_for = statement.waiters.iter().any(|waiter| {
            waiter.relation.as_ref() == Some(&lock.relation)
                && waiter.mode.is_some_and(|mode| mode.conflicts_with(lock.mode))
        });
        waited_for || (lock.relation.was.is_some() && lock.mode >= LockMode::ShareUpdateExclusive)
    })
}

fn own_waits<'s>(statement: &'s StatementLocks, lock: &HeldLock) -> Vec<&'s OwnWait> {
    let same = |wait: &&OwnWait| wait.relation.as_ref() == Some(&lock.relation) && wait.mode == Some(lock.mode);
    statement.waits.iter().filter(same).collect()
}

/// A stretch of time as characters.
struct Bar {
    from_ms: f64,
    to_ms: f64,
    cells: [char; WIDTH],
}

impl Bar {
    fn new(from_ms: f64, to_ms: f64) -> Self {
        Self { from_ms, to_ms, cells: [NOTHING; WIDTH] }
    }

    /// Paints every cell that the stretch touches; the shortest one has a cell, too.
    fn paint(&mut self, from_ms: f64, to_ms: f64, brush: char) {
        let cells = f64::from(u32::try_from(WIDTH).unwrap_or(u32::MAX));
        let each = (self.to_ms - self.from_ms) / cells;
        let mut begins = self.from_ms;
        for cell in &mut self.cells {
            let ends = begins + each;
            if from_ms < ends && to_ms >= begins {
                *cell = brush;
            }
            begins = ends;
        }
    }
}

impl std::fmt::Display for Bar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "|{}|", self.cells.iter().collect::<String>())
    }
}

fn expected(foreseen: &[Foreseen], page: &mut String) -> std::fmt::Result {
    if foreseen.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n### Expected and seen\n\nWhat squawk's linter expects of the text, beside what was seen on relations that were \
         there before the path.\n\n| where | command | effect | expected by | seen |\n| --- | --- | --- | --- | --- |"
    )?;
    for one in foreseen {
        let effect = match one.effect {
            LockEffect::Rewrite => "rewrites under a lock",
            LockEffect::Read => "reads in full under a lock",
            LockEffect::Wait => "waits, or lets others wait",
        };
        let rules = if one.rules.is_empty() { "—".to_owned() } else { one.rules.join(", ") };
        let seen = if one.seen { "yes" } else { "no" };
        writeln!(page, "| {}:{} | {} | {effect} | {rules} | {seen} |", cell(&one.file), one.line, one.command)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_stretch_has_a_cell_and_none_lies_outside() {
        let mut bar = Bar::new(0.0, 400.0);
        bar.paint(0.0, 0.0, HELD);
        bar.paint(395.0, 400.0, HELD);
        bar.paint(101.0, 109.0, OWN_WAIT);
        let cells = bar.to_string();
        assert_eq!(cells.matches(HELD).count(), 2);
        assert_eq!(cells.matches(OWN_WAIT).count(), 1);
        assert!(cells.starts_with("|█·") && cells.ends_with("·█|"), "{cells}");
    }
}
