//! The measured comparisons as a table.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::{Comparison, Target};

/// Rows of `work | reference | ours | ratio | target`, or under other heads, as Markdown.
#[derive(Debug)]
pub struct Table {
    head: [&'static str; 5],
    rows: Vec<[String; 5]>,
}

impl Default for Table {
    fn default() -> Self {
        Self::headed(["work", "reference", "ours", "ratio", "target"])
    }
}

impl Table {
    /// A table with heads of its own, for rows that are no [`Comparison`].
    pub fn headed(head: [&'static str; 5]) -> Self {
        Self { head, rows: Vec::new() }
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a comparison.
    pub fn push(&mut self, comparison: &Comparison) {
        let [low, median, high] = comparison.ratio();
        let missed = if comparison.reached() == Some(false) { ", missed" } else { "" };
        self.rows.push([
            comparison.work.clone(),
            format!("{}: {}", comparison.reference_is, shown(comparison.reference.median())),
            shown(comparison.ours.median()),
            format!("{median:.2} × ({low:.2}–{high:.2})"),
            match comparison.target {
                Target::TimeAtMost(most) => format!("≤ {most} ×{missed}"),
                Target::RateAtLeast(least) => format!("≥ {least} × its rate{missed}"),
                Target::None => "–".to_owned(),
            },
        ]);
    }

    /// Adds a row that is no comparison of times.
    pub fn push_row(&mut self, row: [String; 5]) {
        self.rows.push(row);
    }
}

/// A duration as a person reads it.
pub fn shown(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1_000.0;
    if ms < 100.0 {
        format!("{ms:.1} ms")
    } else if ms < 10_000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.head.map(str::to_owned);
        let rows = || std::iter::once(&head).chain(&self.rows);
        let width = |column: usize| {
            rows().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        for (place, row) in rows().enumerate() {
            for (cell, &width) in row.iter().zip(&widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")?;
            if place == 0 {
                for &width in &widths {
                    write!(f, "| {:-<width$} ", "")?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}
