//! The claims table, for people at a terminal.

use std::fmt::Write;

use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};

use super::finding_snippet;
use crate::judge::{Finding, Verdict, thousands};
use crate::record::{RepairRecord, RunRecord};
use crate::scenario::Claim;

/// Whether a text may carry colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// It goes to a terminal that shows them.
    Always,
    /// It goes elsewhere, or `NO_COLOR` is set.
    Never,
}

/// The claims table with the findings before it, at most `width` columns wide.
pub fn terminal(record: &RunRecord, colour: Colour, width: u16) -> String {
    let mut text = String::new();
    // Writing to a String can not fail.
    let _ = write(record, colour, width, &mut text);
    text
}

fn write(record: &RunRecord, colour: Colour, width: u16, text: &mut String) -> std::fmt::Result {
    findings(record, colour, text)?;
    writeln!(text, "{}", heading(record))?;
    claims_table(record, colour, width, text)?;
    writeln!(text)?;
    for waiver in &record.waivers {
        writeln!(text, "waived: {} — {}", waiver.what, waiver.reason)?;
    }
    for repair in &record.repairs {
        let RepairRecord { rows_of, what, keys } = repair;
        writeln!(text, "repaired: {} rows of {rows_of}: {what} ({})", keys.len(), listed(keys))?;
    }
    if let Some(reason) = &record.stopped {
        writeln!(text, "stopped early: {reason}")?;
    }
    summary(record, text)
}

/// What ran, where, on how much.
pub(super) fn heading(record: &RunRecord) -> String {
    let mut parts = vec![record.scenario.clone(), record.path.clone()];
    parts.extend(record.variant.iter().map(|variant| format!("variant {variant}")));
    let postgis =
        record.server.extensions.get("postgis").map(|version| format!(", PostGIS {version}")).unwrap_or_default();
    parts.push(format!("PostgreSQL {} {}{postgis}", record.server.version, record.server.kind));
    parts.push(format!("seed {}", record.seed));
    if let Some((relation, rows)) = record.rows.iter().max_by_key(|(_, rows)| **rows) {
        parts.push(format!("{} {relation}", thousands(*rows)));
    }
    parts.join(" · ")
}

/// How many claims came to which verdict; proven ones only where there is nothing worse.
pub(super) fn counts(record: &RunRecord) -> String {
    let counted: Vec<String> = [Verdict::Refuted, Verdict::Inconclusive, Verdict::Proven, Verdict::Skipped]
        .into_iter()
        .filter_map(|verdict| match record.count(verdict) {
            0 => None,
            count => Some(format!("{count} {}", verdict.name())),
        })
        .collect();
    counted.join(", ")
}

fn claims_table(record: &RunRecord, colour: Colour, width: u16, text: &mut String) -> std::fmt::Result {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    for claim in Claim::ALL {
        let Some(result) = record.claims.get(&claim) else { continue };
        let mut verdict = Cell::new(result.verdict.name());
        if colour == Colour::Always {
            verdict = match result.verdict {
                Verdict::Proven => verdict.fg(Color::Green),
                Verdict::Refuted => verdict.fg(Color::Red).add_attribute(Attribute::Bold),
                Verdict::Inconclusive => verdict.fg(Color::Yellow),
                Verdict::Skipped => verdict.add_attribute(Attribute::Dim),
            };
        }
        let reason = Cell::new(shortened(&result.reason));
        table.add_row(vec![Cell::new(claim.letter()), Cell::new(claim.name()), verdict, reason]);
    }
    if colour == Colour::Always {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.lines().try_for_each(|line| writeln!(text, " {}", line.trim_end()))
}

/// A reason that fits two lines of the table; the findings and the record have it whole.
fn shortened(reason: &str) -> String {
    const WIDTH: usize = 180;
    if reason.chars().count() <= WIDTH {
        return reason.to_owned();
    }
    reason.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// Each finding in its source; rows that one relation lost in one way are one finding with several keys.
fn findings(record: &RunRecord, colour: Colour, text: &mut String) -> std::fmt::Result {
    for (index, finding) in record.findings.iter().enumerate() {
        let alike = |other: &&Finding| {
            finding.relation.is_some() && other.code == finding.code && other.relation == finding.relation
        };
        if record.findings.iter().take(index).any(|other| alike(&other)) {
            continue;
        }
        let keys: Vec<String> = record.findings.iter().filter(alike).filter_map(|other| other.key.clone()).collect();
        let key = if keys.is_empty() { finding.key.clone() } else { Some(listed(&keys)) };
        writeln!(text, "{}\n", finding_snippet(&Finding { key, ..finding.clone() }, colour))?;
    }
    Ok(())
}

fn summary(record: &RunRecord, text: &mut String) -> std::fmt::Result {
    write!(text, "{} · {:.1} s", counts(record), record.duration_ms / 1_000.0)?;
    if let Some(finding) = record.findings.first() {
        write!(text, " · explain a finding: pgproof explain {}", finding.code)?;
    }
    writeln!(text)
}

pub(super) fn listed(keys: &[String]) -> String {
    let mut text = keys.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
    if keys.len() > 5 {
        text.push_str("; …");
    }
    text
}
