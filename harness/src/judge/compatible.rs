//! Claim C: the old application does not notice.

use std::collections::BTreeSet;

use super::grants::grants;
use super::isolation::isolation;
use super::{CaseFile, Code, Compared, Doubt, Finding, Ruling, SightAt};
use crate::facts::{Answer, Reply, Seen};
use crate::scenario::Claim;
use crate::sql::RelationName;

pub(super) fn compatible(case: &CaseFile<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    // What one step broke stays broken behind the next; it is named once, at the step that did it.
    let mut broken = BTreeSet::new();
    for (index, boundary) in case.boundaries.iter().enumerate() {
        let at_end = case.after.is_some() && index + 1 == case.boundaries.len();
        let found = compare(case, boundary, if at_end { Place::End } else { Place::UnderWay });
        let new = found.into_iter().filter(|finding| broken.insert((finding.relation.clone(), finding.key.clone())));
        ruling.findings.extend(new);
    }
    for compared in &case.compared {
        let Some(relation) = &compared.relation else { continue };
        for column in compared.lost_columns.iter().filter(|column| !is_retyped(case, compared, relation, column)) {
            ruling.findings.push(
                Finding::new(
                    Code::C004,
                    format!("`{relation}` had the column `{column}`, which is gone or has another type"),
                )
                .about(relation)
                .help("give the relation, or the view that stands in for it, every column it had, in order and type"),
            );
        }
    }
    grants(case, &mut ruling);
    isolation(case, &mut ruling);
    if case.plan.statements.is_empty() && case.sight.seen.is_empty() {
        ruling
            .doubts
            .push(Doubt::new(Claim::Compatible, "the scenario names no statement of the old application and no role"));
    }
    ruling.evidence = format!(
        "{} legacy statements and {} sights of {} roles{}, same answers behind each of {} steps",
        case.plan.statements.len(),
        case.sight.seen.len(),
        case.plan.requires.roles.len(),
        users_of(case),
        case.boundaries.len()
    );
    if !case.sightings.is_empty() {
        let isolated = case.plan.isolations.len();
        ruling.evidence = format!("{}, nobody sees another's rows through {isolated} others", ruling.evidence);
    }
    let exceptions: usize =
        case.plan.exceptions().iter().map(|exception| exception.statements.len() + exception.relations.len()).sum();
    if exceptions > 0 {
        ruling.evidence = format!("{}, {exceptions} exceptions as declared", ruling.evidence);
    }
    ruling
}

/// ` and 6 users`, where callers with a token looked as well.
fn users_of(case: &CaseFile<'_>) -> String {
    let roles = &case.plan.requires.roles;
    let users: BTreeSet<&String> =
        case.sight.seen.keys().map(|(who, _)| who).filter(|who| !roles.contains(who)).collect();
    if users.is_empty() { String::new() } else { format!(" and {} users", users.len()) }
}

/// Whether a column, named with the type it had, is still there and was meant to get another type.
fn is_retyped(case: &CaseFile<'_>, compared: &Compared, relation: &RelationName, column: &str) -> bool {
    let gone = |name: &str| match &compared.outcome {
        Ok(differences) => differences.columns_only_before.iter().any(|gone| gone == name),
        Err(_) => true,
    };
    case.plan.retyped.iter().any(|retyped| {
        let name = &retyped.column;
        let is_it = column.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(' '));
        retyped.relation == *relation && is_it && !gone(name)
    })
}

/// Where on the path the old application looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    UnderWay,
    End,
}

fn compare(case: &CaseFile<'_>, boundary: &SightAt, place: Place) -> Vec<Finding> {
    let SightAt { step, sight } = boundary;
    let mut findings = Vec::new();
    for (name, before) in &case.sight.answers {
        let after = sight.answers.get(name).map(Vec::as_slice).unwrap_or_default();
        if case.plan.excepts_statement(name) && is_excused(before, after, place) {
            continue;
        }
        findings.extend(compare_answers(name, step, before, after));
    }
    for ((role, relation), before) in &case.sight.seen {
        // Behind most steps only the statements are asked; roles are looked at behind the last one.
        if sight.seen.is_empty() || case.plan.retired(relation).is_some() {
            continue;
        }
        let after = sight.seen.get(&(role.clone(), relation.clone()));
        if case.plan.excepts_sight(relation) && matches!(after, Some(Seen::Rows(_))) {
            continue;
        }
        if after != Some(before) {
            let now = after.map_or_else(|| "nothing".to_owned(), describe);
            findings.push(
                Finding::new(
                    Code::C003,
                    format!(
                        "behind step `{step}` role `{role}` sees {now} of `{relation}`, before it was {}",
                        describe(before)
                    ),
                )
                .about(relation)
                .key(format!("role={role}"))
                .help("compare the grants and policies of the relation with those it had; a view needs its own"),
            );
        }
    }
    findings
}

fn compare_answers(name: &str, step: &str, before: &[Reply], after: &[Reply]) -> Option<Finding> {
    let (index, (old, new)) = before
        .iter()
        .map(Some)
        .chain(std::iter::repeat(None))
        .zip(after.iter().map(Some).chain(std::iter::repeat(None)))
        .take(before.len().max(after.len()))
        .enumerate()
        .find(|(_, (old, new))| match (old, new) {
            (Some(old), Some(new)) => !same(old, new),
            _ => true,
        })?;
    let number = index + 1;
    let finding = match (old, new) {
        (_, Some(Reply::Refused(refusal))) => Finding::new(
            Code::C001,
            format!("the old application's statement `{name}` fails behind step `{step}`: {}", refusal.message),
        ),
        (Some(Reply::Answered(old)), Some(Reply::Answered(new))) => Finding::new(
            Code::C002,
            format!("behind step `{step}` answer {number} of `{name}` differs: {}", how(old, new)),
        ),
        _ => Finding::new(
            Code::C001,
            format!(
                "behind step `{step}` the statement `{name}` gave {} answers instead of {}",
                after.len(),
                before.len()
            ),
        ),
    };
    Some(
        finding
            .key(name)
            .help("keep the old names answering: a view with the old columns and INSTEAD OF triggers for writes"),
    )
}

/// An exception excuses another answer, and a refusal where there was one before; behind the last step all must work.
fn is_excused(before: &[Reply], after: &[Reply], place: Place) -> bool {
    let refused = |replies: &[Reply]| replies.iter().any(|reply| matches!(reply, Reply::Refused(_)));
    !after.is_empty() && (!refused(after) || (place == Place::UnderWay && refused(before)))
}

fn describe(seen: &Seen) -> String {
    match seen {
        Seen::Rows(fingerprint) => format!("{} rows", fingerprint.rows),
        Seen::Refused(refusal) => format!("a refusal ({})", refusal.message),
    }
}

/// Two answers are the same when their columns and rows are; the order of rows that tie is nobody's promise, and the
/// rows kept for people follow it.
fn same(old: &Reply, new: &Reply) -> bool {
    match (old, new) {
        (Reply::Answered(old), Reply::Answered(new)) => {
            old.columns == new.columns && old.rows == new.rows && old.content == new.content && old.order == new.order
        }
        (old, new) => old == new,
    }
}

fn how(old: &Answer, new: &Answer) -> String {
    if old.columns != new.columns {
        let named = |answer: &Answer| {
            answer.columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect::<Vec<_>>().join(", ")
        };
        return format!("its columns were ({}) and are ({})", named(old), named(new));
    }
    if old.rows != new.rows {
        return format!("it had {} rows and has {}", old.rows, new.rows);
    }
    let row = |row: &[Option<String>]| {
        row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join(", ")
    };
    let differing = old.first_rows.iter().zip(&new.first_rows).find(|(old, new)| old != new);
    match differing {
        Some((before, after)) => format!("a row was ({}) and is ({})", row(before), row(after)),
        None if old.content == new.content => "its rows come in another order".to_owned(),
        None => "it has other rows beyond the first ones".to_owned(),
    }
}
