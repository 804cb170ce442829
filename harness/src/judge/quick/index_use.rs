//! Indexes that are there, and that a query went by and no longer does.

use crate::facts::{Access, NodeRows, QueryPlan};
use crate::judge::{CaseFile, Code, Finding, QueryRun, thousands};
use crate::schema::{Catalog, Kind, Object};
use crate::sql::RelationName;

/// A relation of fewer rows is read in full as soon as by an index.
const ROWS_THAT_MATTER: f64 = 10_000.0;

/// So many times more rows must be read than before: a query that needs most rows is right to read all.
const TIMES_MORE: f64 = 10.0;

/// A finding for each relation that the query read by an index on the baseline and reads in full now, although the
/// index, or one like it, is there. That an index is gone is told by the schema, and by the latency where it matters.
pub(super) fn unused(case: &CaseFile<'_>, run: &QueryRun<'_>) -> Vec<Finding> {
    let Some(after) = case.after.as_ref().map(|after| &after.catalog) else { return Vec::new() };
    let mut findings: Vec<Finding> = Vec::new();
    for (relation, read) in full_reads(&run.plan_after) {
        let lost = indexes(&run.plan_before, relation).find_map(|index| {
            let still = alike(&case.baseline.catalog, after, relation, index);
            let used = indexes(&run.plan_after, relation).any(|used| still.iter().any(|name| name == used));
            still.into_iter().next().filter(|_| !used)
        });
        let Some(index) = lost else { continue };
        let before = read_by_index(&run.plan_before, relation);
        if read >= ROWS_THAT_MATTER && read >= TIMES_MORE * before.max(1.0) {
            let message = format!(
                "`{}` no longer goes by the index `{index}`: it reads {} rows of `{relation}` where it read {}",
                run.query.name,
                shown(read),
                shown(before)
            );
            findings.push(
                Finding::new(Code::Q004, message)
                    .about(relation)
                    .key(&run.query.name)
                    .help(format!("its plan now: {}", run.plan_after.shape.to_string().replace('\n', " / "))),
            );
        }
    }
    findings
}

/// Every relation that is read in full, once, with how many of its rows that takes.
fn full_reads(plan: &QueryPlan) -> Vec<(&RelationName, f64)> {
    let mut reads: Vec<(&RelationName, f64)> = Vec::new();
    for node in plan.nodes.iter().filter(|node| node.access == Access::Full) {
        let Some(relation) = &node.relation else { continue };
        match reads.iter_mut().find(|(known, _)| *known == relation) {
            Some((_, read)) => *read += node.read(),
            None => reads.push((relation, node.read())),
        }
    }
    reads
}

/// The indexes through which a plan reads a relation.
fn indexes<'p>(plan: &'p QueryPlan, relation: &RelationName) -> impl Iterator<Item = &'p str> {
    plan.nodes
        .iter()
        .filter(move |node| node.relation.as_ref() == Some(relation))
        .filter_map(|node| node.index.as_deref())
}

/// How many rows of a relation a plan reads by indexes: what index scans and heap scans of bitmaps read.
fn read_by_index(plan: &QueryPlan, relation: &RelationName) -> f64 {
    let of_rows = |node: &&NodeRows| {
        node.access == Access::Index
            && node.relation.as_ref() == Some(relation)
            && !node.what.starts_with("Bitmap Index Scan")
    };
    plan.nodes.iter().filter(of_rows).map(NodeRows::read).sum()
}

/// The valid indexes of a relation that are what one of the baseline was; the one of its name first.
fn alike(before: &Catalog, after: &Catalog, relation: &RelationName, index: &str) -> Vec<String> {
    let of_relation = |object: &&Object| {
        let parent = object.id.parent.as_deref();
        matches!(object.id.kind, Kind::Index | Kind::Constraint)
            && parent.is_some_and(|parent| {
                parent.schema.as_deref() == Some(relation.schema()) && parent.name == relation.name()
            })
    };
    let Some(was) = before.objects().filter(of_relation).find(|object| object.id.name == index).and_then(keys) else {
        return Vec::new();
    };
    let same = |object: &&Object| object.attribute("valid") != Some("no") && keys(object).as_ref() == Some(&was);
    let mut names: Vec<String> =
        after.objects().filter(of_relation).filter(same).map(|object| object.id.name.clone()).collect();
    names.sort_by_key(|name| name != index);
    names
}

/// What an index orders by, whether it backs a constraint or not.
fn keys(object: &Object) -> Option<String> {
    let definition = object.attribute("definition")?;
    if object.id.kind == Kind::Index {
        return Some(definition.to_owned());
    }
    let columns = definition.strip_prefix("PRIMARY KEY ").or_else(|| definition.strip_prefix("UNIQUE "))?;
    Some(format!("USING btree {columns}"))
}

fn shown(rows: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows, shown whole")]
    thousands(rows.round().max(0.0) as u64)
}
