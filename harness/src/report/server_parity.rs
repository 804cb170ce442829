//! Two servers compared, for people and programs: functions of the [`ServerParity`] alone.

use std::fmt::Write;

use super::finding_snippet;
use super::terminal::Colour;
use crate::facts::{RelationParity, ServerParity};
use crate::judge::{server_findings, thousands};

/// The differences with their keys and cells, and a line for each relation.
pub fn parity_terminal(parity: &ServerParity, colour: Colour) -> String {
    let mut text = String::new();
    // Writing to a String can not fail.
    let _ = write_terminal(parity, colour, &mut text);
    text
}

fn write_terminal(parity: &ServerParity, colour: Colour, text: &mut String) -> std::fmt::Result {
    for finding in server_findings(parity) {
        writeln!(text, "{}", finding_snippet(&finding, colour))?;
    }
    for (side, seen) in [("legacy", &parity.legacy), ("target", &parity.target)] {
        writeln!(text, "{side}  {} · PostgreSQL {} · snapshot {}", seen.address, seen.version, seen.snapshot)?;
    }
    writeln!(text, "rows    {}", how(parity))?;
    let width = parity.relations.iter().map(|relation| relation.target.chars().count()).max().unwrap_or_default();
    for relation in &parity.relations {
        let verdict = if relation.differs() { "differs" } else { "same   " };
        writeln!(text, "  {verdict}  {:<width$}  {}", relation.target, summary(relation))?;
    }
    writeln!(text, "{}", last_line(parity))
}

/// A page for a ticket or a pull request.
pub fn parity_markdown(parity: &ServerParity) -> String {
    let mut text = String::new();
    // Writing to a String can not fail.
    let _ = write_markdown(parity, &mut text);
    text
}

fn write_markdown(parity: &ServerParity, text: &mut String) -> std::fmt::Result {
    writeln!(text, "# Parity of two servers\n\n| side | server | version | snapshot |\n| --- | --- | --- | --- |")?;
    for (side, seen) in [("legacy", &parity.legacy), ("target", &parity.target)] {
        writeln!(text, "| {side} | {} | {} | {} |", escaped(&seen.address), seen.version, seen.snapshot)?;
    }
    writeln!(text, "\n{}: {}.\n", capital(&last_line(parity)), how(parity))?;
    writeln!(text, "| relation | verdict | what was seen |\n| --- | --- | --- |")?;
    for relation in &parity.relations {
        let verdict = if relation.differs() { "differs" } else { "same" };
        writeln!(text, "| {} | {verdict} | {} |", escaped(&relation.target), escaped(&summary(relation)))?;
    }
    let findings = server_findings(parity);
    if !findings.is_empty() {
        writeln!(text, "\n| code | relation | key | what |\n| --- | --- | --- | --- |")?;
    }
    for finding in &findings {
        let (about, key) = (finding.relation.as_deref().unwrap_or(""), finding.key.as_deref().unwrap_or(""));
        writeln!(text, "| {} | {} | {} | {} |", finding.code, escaped(about), escaped(key), escaped(&finding.message))?;
    }
    Ok(())
}

/// All that was seen, as indented JSON with a final newline.
pub fn parity_json(parity: &ServerParity) -> String {
    // Only strings, numbers, lists and maps with text keys: they always serialise.
    let mut text = serde_json::to_string_pretty(parity).unwrap_or_default();
    text.push('\n');
    text
}

fn how(parity: &ServerParity) -> String {
    if parity.exact {
        format!("compared byte by byte ({})", parity.method)
    } else {
        format!("compared by {}", parity.method)
    }
}

fn summary(relation: &RelationParity) -> String {
    let differences = &relation.differences;
    let mut parts = vec![format!("{} rows {}", thousands(differences.before_rows), relation.means.name())];
    let counted = [
        (differences.missing, "missing"),
        (differences.extra, "extra"),
        (differences.changed, "changed"),
        (differences.duplicates, "keys not unique"),
    ];
    parts.extend(
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", thousands(*count))),
    );
    let mut columns = |what: &str, names: &[String]| {
        if !names.is_empty() {
            parts.push(format!("{what} {}", names.join(", ")));
        }
    };
    columns("not in the target:", &differences.columns_only_before);
    columns("new in the target:", &differences.columns_only_after);
    columns("ignored:", &relation.ignored);
    let snapped: Vec<String> = relation.snapped.iter().map(|(column, size)| format!("{column} to {size}")).collect();
    columns("snapped:", &snapped);
    if relation.earlier {
        parts.push("seen by the earlier run, at another snapshot".to_owned());
    }
    parts.join(", ")
}

fn last_line(parity: &ServerParity) -> String {
    let (all, differing) = (parity.relations.len(), parity.differing());
    let of = format!("{all} relation{}, {} rows", if all == 1 { "" } else { "s" }, thousands(parity.rows()));
    if differing == 0 { format!("{of}: the same on both servers") } else { format!("{of}: {differing} differ") }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
