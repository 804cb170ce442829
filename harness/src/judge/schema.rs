//! Claim S: the end state is the agreed one.

use super::{CaseFile, Code, Doubt, Finding, Ruling};
use crate::scenario::Claim;

/// How many differing lines a finding quotes.
const QUOTED_LINES: usize = 6;

pub(super) fn schema(case: &CaseFile<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(after) = &case.after else { return ruling };
    for object in after.catalog.invalid() {
        ruling.findings.push(
            Finding::new(Code::S002, format!("{object} was left invalid")).about(object).help(
                "drop and build an invalid index again; run `ALTER TABLE … VALIDATE CONSTRAINT` for a constraint",
            ),
        );
    }
    if let [first, rest @ ..] = after.catalog.unknown() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        ruling.doubts.push(Doubt::new(
            Claim::Schema,
            format!("{} `{}`{more} stands in the catalog and is not understood", first.what, first.name),
        ));
    }
    let name = &case.plan.schema_snapshot_name;
    match &case.plan.schema_snapshot {
        Some(agreed) => {
            let seen = after.catalog.to_agreed_text();
            let lines = differing_lines(agreed, &seen);
            if !lines.is_empty() {
                ruling.findings.push(
                    Finding::new(
                        Code::S001,
                        format!("{} lines differ from the agreed schema `{name}`: {}", lines.len(), quote(&lines)),
                    )
                    .about(name)
                    .help("if the new schema is meant, accept it: `just review`"),
                );
            }
            ruling.evidence = format!("snapshot {name}, {} objects", after.catalog.len());
        }
        None => ruling.doubts.push(Doubt::new(
            Claim::Schema,
            format!(
                "there is no agreed schema `{name}` yet; run the scenario's tests and accept it with `just review`"
            ),
        )),
    }
    ruling
}

fn quote(lines: &[String]) -> String {
    let mut text = lines.iter().take(QUOTED_LINES).map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", ");
    if lines.len() > QUOTED_LINES {
        text.push_str(", …");
    }
    text
}

/// Lines of one side only, as a bag: `- ` agreed, `+ ` seen.
fn differing_lines(agreed: &str, seen: &str) -> Vec<String> {
    let mut counts: std::collections::BTreeMap<&str, i64> = std::collections::BTreeMap::new();
    for line in seen.trim().lines() {
        *counts.entry(line).or_default() += 1;
    }
    for line in agreed.trim().lines() {
        *counts.entry(line).or_default() -= 1;
    }
    let mut lines: Vec<String> = Vec::new();
    for (line, count) in counts {
        let sign = if count < 0 { '-' } else { '+' };
        lines.extend((0..count.abs()).map(|_| format!("{sign} {}", line.trim())));
    }
    if lines.is_empty() && agreed.trim() != seen.trim() {
        lines.push("the order of the lines".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_lost_a_line_gained_and_an_order_changed_are_each_seen() {
        assert_eq!(differing_lines("a\nb", "a\nc"), ["- b", "+ c"]);
        assert_eq!(differing_lines("a\na", "a"), ["- a"]);
        assert_eq!(differing_lines("a\nb", "b\na").len(), 1);
        assert!(differing_lines("a\nb\n", "a\nb").is_empty());
    }
}
