//! Two schemas compared, for people and programs: functions of the [`Comparison`] alone.

use std::fmt::Write;

use crate::schema::{Change, Comparison, Difference, roots};

/// Counts by kind, what differs, what may have been renamed, and what was agreed on.
pub fn comparison_terminal(comparison: &Comparison) -> String {
    let mut text = String::new();
    // Writing to a String can not fail.
    let _ = write_terminal(comparison, &mut text);
    text
}

fn write_terminal(comparison: &Comparison, text: &mut String) -> std::fmt::Result {
    let shown: Vec<&Difference> = roots(&comparison.differences);
    for difference in &shown {
        writeln!(text, "{}", indented(difference))?;
    }
    for rename in &comparison.renames {
        writeln!(
            text,
            "renamed? {} → {}: {} of {} lines of their definitions are the same",
            rename.from, rename.to, rename.same, rename.of
        )?;
    }
    for unknown in &comparison.unknown {
        writeln!(text, "not compared: {} {}, which is not understood", unknown.what, unknown.name)?;
    }
    for exception in &comparison.exceptions {
        let covers = covered(exception.covers);
        writeln!(text, "agreed: {} ({covers}): {}", exception.name, exception.reason)?;
    }
    if !text.is_empty() {
        writeln!(text)?;
    }
    let width = comparison.kinds.keys().map(|kind| kind.word().len()).max().unwrap_or_default().max(4);
    writeln!(text, "{:<width$}  before   after   equal   added removed changed", "kind")?;
    for (kind, count) in &comparison.kinds {
        writeln!(
            text,
            "{:<width$} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
            kind.word(),
            count.before,
            count.after,
            count.equal,
            count.added,
            count.removed,
            count.changed
        )?;
    }
    writeln!(text, "\n{}", summary(comparison))
}

/// One difference, several lines of a value below it.
fn indented(difference: &Difference) -> String {
    let text = difference.to_string();
    if !text.contains('\n') {
        return text;
    }
    let Change::Changed { attribute, before, after } = &difference.change else { return text };
    let shown = |value: &Option<String>| value.as_deref().unwrap_or("nothing").replace('\n', "\n    ");
    format!(
        "changed {}: {}\n  was\n    {}\n  is\n    {}",
        difference.object,
        attribute.replace('_', " "),
        shown(before),
        shown(after)
    )
}

fn covered(number: usize) -> String {
    match number {
        0 => "covers nothing".to_owned(),
        1 => "1 difference".to_owned(),
        number => format!("{number} differences"),
    }
}

fn summary(comparison: &Comparison) -> String {
    let parity = comparison.parity_per_mille();
    let agreed = comparison.exceptions.iter().any(|exception| exception.covers > 0);
    let verdict = match (comparison.is_same(), agreed) {
        (true, false) => "the same",
        (true, true) => "the same but for what was agreed on",
        (false, _) => "they differ",
    };
    format!(
        "{verdict}: {} of {} objects are equal, parity {}.{} %",
        comparison.equal,
        comparison.all,
        parity / 10,
        parity % 10
    )
}

/// A page for a ticket or a pull request.
pub fn comparison_markdown(comparison: &Comparison) -> String {
    let mut text = String::new();
    // Writing to a String can not fail.
    let _ = write_markdown(comparison, &mut text);
    text
}

fn write_markdown(comparison: &Comparison, text: &mut String) -> std::fmt::Result {
    writeln!(text, "# Two schemas\n\n{}.\n", summary(comparison))?;
    writeln!(text, "| kind | before | after | equal | added | removed | changed |")?;
    writeln!(text, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    for (kind, count) in &comparison.kinds {
        let (before, after, equal) = (count.before, count.after, count.equal);
        writeln!(
            text,
            "| {kind} | {before} | {after} | {equal} | {} | {} | {} |",
            count.added, count.removed, count.changed
        )?;
    }
    if !comparison.differences.is_empty() {
        writeln!(text, "\n## What differs\n")?;
    }
    for difference in roots(&comparison.differences) {
        writeln!(text, "- {}", one_line(&difference.to_string()))?;
    }
    if !comparison.renames.is_empty() {
        writeln!(text, "\n## What may have been renamed\n")?;
    }
    for rename in &comparison.renames {
        writeln!(text, "- {} → {} ({} of {} lines are the same)", rename.from, rename.to, rename.same, rename.of)?;
    }
    if !comparison.unknown.is_empty() {
        writeln!(text, "\n## What nobody compared\n")?;
    }
    for unknown in &comparison.unknown {
        writeln!(text, "- {} {}", unknown.what, one_line(&unknown.name))?;
    }
    if !comparison.exceptions.is_empty() {
        writeln!(text, "\n## What was agreed on\n")?;
    }
    for exception in &comparison.exceptions {
        writeln!(text, "- {} ({}): {}", exception.name, covered(exception.covers), exception.reason)?;
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All of it, as indented JSON with a final newline.
pub fn comparison_json(comparison: &Comparison) -> String {
    // Only strings, numbers, lists and maps with text keys: they always serialise.
    let mut text = serde_json::to_string_pretty(comparison).unwrap_or_default();
    text.push('\n');
    text
}
