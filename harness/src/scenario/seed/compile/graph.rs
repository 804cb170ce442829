//! What is needed first: parents before children, and no cell that needs itself.

use std::collections::BTreeSet;

use super::super::generator::{Cell, Rule, Table, Term};
use super::super::template::Piece;
use super::super::{Seed, SeedMistake};

/// A column: its table's place in the seed, and its own in the table.
type Node = (usize, usize);

/// The tables, parents first, otherwise in the order of the seed. Cycles go to `mistakes`.
pub(super) fn order(seed: &Seed, tables: &[Table], mistakes: &mut Vec<SeedMistake>) -> Vec<usize> {
    cells(tables, mistakes);
    let parents: Vec<BTreeSet<usize>> = (0..tables.len()).map(|index| parents(tables, index)).collect();
    let mut order: Vec<usize> = Vec::new();
    while order.len() < tables.len() {
        let ready = (0..tables.len()).find(|index| {
            !order.contains(index)
                && parents.get(*index).is_some_and(|it| it.iter().all(|parent| order.contains(parent)))
        });
        let Some(next) = ready else {
            let mut left = (0..tables.len()).filter(|index| !order.contains(index));
            let first = left.find(|&start| reaches(&parents, start, start));
            if let Some(table) = first.and_then(|index| seed.tables.get(index)) {
                let message = "its references lead back to it: no table of the circle can be loaded first".to_owned();
                mistakes.push(SeedMistake { table: table.name.clone(), column: None, message });
            }
            break;
        };
        order.push(next);
    }
    order
}

/// The other tables that a table's references name.
fn parents(tables: &[Table], index: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for cell in tables.get(index).iter().flat_map(|table| &table.columns) {
        visit(cell, &mut |rule| {
            if let Rule::Reference { table, .. } = rule
                && *table != index
            {
                found.insert(*table);
            }
        });
    }
    found
}

fn reaches(parents: &[BTreeSet<usize>], start: usize, goal: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(index) = open.pop() {
        for &parent in parents.get(index).into_iter().flatten() {
            if parent == goal {
                return true;
            }
            if seen.insert(parent) {
                open.push(parent);
            }
        }
    }
    false
}

/// Finds columns that need themselves; each circle is told once, at the first of its columns.
fn cells(tables: &[Table], mistakes: &mut Vec<SeedMistake>) {
    let mut done: BTreeSet<Node> = BTreeSet::new();
    for (index, table) in tables.iter().enumerate() {
        for place in 0..table.columns.len() {
            let mut path = Vec::new();
            walk(tables, (index, place), &mut path, &mut done, mistakes);
        }
    }
}

fn walk(
    tables: &[Table],
    node: Node,
    path: &mut Vec<Node>,
    done: &mut BTreeSet<Node>,
    mistakes: &mut Vec<SeedMistake>,
) {
    if done.contains(&node) {
        return;
    }
    if let Some(start) = path.iter().position(|&other| other == node) {
        let circle: Vec<String> =
            path.iter().skip(start).chain([&node]).filter_map(|&node| name(tables, node)).collect();
        if let Some(table) = tables.get(node.0) {
            let column = table.columns.get(node.1).map(|cell| cell.name.clone());
            let message = format!("needs itself: {}", circle.join(" → "));
            mistakes.push(SeedMistake { table: table.name.clone(), column, message });
        }
        return;
    }
    path.push(node);
    for next in needs(tables, node) {
        walk(tables, next, path, done, mistakes);
    }
    path.pop();
    done.insert(node);
}

fn name(tables: &[Table], (table, column): Node) -> Option<String> {
    let table = tables.get(table)?;
    Some(format!("`{}.{}`", table.name, table.columns.get(column)?.name))
}

/// The columns whose values a column's value is made of.
fn needs(tables: &[Table], (index, place): Node) -> Vec<Node> {
    let mut found = Vec::new();
    let Some(table) = tables.get(index) else { return found };
    let Some(cell) = table.columns.get(place) else { return found };
    visit(cell, &mut |rule| match rule {
        Rule::Reference { table, column, .. } => found.push((*table, *column)),
        Rule::Of { reference, column } => {
            if let Some(Rule::Reference { table, .. }) = table.columns.get(*reference).map(|cell| &cell.rule) {
                found.push((*table, *column));
            }
        }
        Rule::SameAs(column) | Rule::After { column, .. } => found.push((index, *column)),
        Rule::PointFrom { columns, .. } => found.extend(columns.map(|column| (index, column))),
        Rule::Arithmetic { operands, .. } => found.extend(operands.iter().filter_map(|term| match term {
            Term::Column(column) => Some((index, *column)),
            Term::Number(_) => None,
        })),
        Rule::Text(pieces) => found.extend(pieces.iter().filter_map(|piece| match piece {
            Piece::Column(column, _) => Some((index, *column)),
            Piece::Text(_) | Piece::Row(_) => None,
        })),
        _ => {}
    });
    found
}

/// Calls `look` with the rule of the cell and of every cell inside it.
fn visit(cell: &Cell, look: &mut impl FnMut(&Rule)) {
    look(&cell.rule);
    match &cell.rule {
        Rule::Json(fields) => fields.iter().for_each(|field| visit(field, look)),
        Rule::Array { element, .. } => visit(element, look),
        _ => {}
    }
}
