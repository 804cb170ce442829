//! The order of pieces: one graph, stages as labels on it, cycles broken with stubs.

use std::collections::{BTreeMap, BTreeSet};

use super::ddl::{Piece, Writer, Written};
use super::{Kind, ObjectId, Stage};

/// What stands for a view or a type until the whole of it does.
pub(super) fn stub_of(id: &ObjectId) -> ObjectId {
    id.child(id.kind, "(stub)")
}

/// What stands for the rows of a materialised view.
pub(super) fn filled(id: &ObjectId) -> ObjectId {
    id.child(id.kind, "(rows)")
}

/// What stands for a partition, or the index of one, being attached.
pub(super) fn attached(id: &ObjectId) -> ObjectId {
    id.child(id.kind, "(attached)")
}

/// Objects that need each other, and that no stub can part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} need each other, and there is no way to make one of them first", .objects.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
pub struct Cycle {
    /// The objects.
    pub objects: Vec<ObjectId>,
}

/// Puts pieces into an order in which everything that is needed comes before what needs it: by stage, and within one
/// by the order of the canonical text as far as needs allow. The stage of a piece becomes the one it runs in: what an
/// earlier stage needs is hoisted into that stage.
///
/// # Errors
/// A cycle that has neither a view nor a type with functions of its own in it.
pub(in crate::schema) fn ordered(writer: &Writer<'_>, written: Written) -> Result<Vec<Piece>, Cycle> {
    let mut pieces = written.pieces;
    shells(&mut pieces);
    loop {
        match sorted(&pieces) {
            Ok(order) => return Ok(order),
            Err(cycle) => part(writer, &mut pieces, cycle)?,
        }
    }
}

/// Functions of a type that has a shell need no more than the shell.
fn shells(pieces: &mut [Piece]) {
    let whole: BTreeMap<ObjectId, BTreeSet<ObjectId>> = pieces
        .iter()
        .filter(|piece| piece.needs.contains(&stub_of(&piece.object)))
        .map(|piece| (piece.object.clone(), piece.needs.clone()))
        .collect();
    for piece in pieces.iter_mut() {
        for (id, needs) in &whole {
            if needs.contains(&piece.object) && piece.needs.remove(id) {
                piece.needs.insert(stub_of(id));
            }
        }
    }
}

/// Parts a cycle: the first view in it gets a stub, and the others then need no more than that.
fn part(writer: &Writer<'_>, pieces: &mut Vec<Piece>, cycle: BTreeSet<ObjectId>) -> Result<(), Cycle> {
    let stuck = |cycle: BTreeSet<ObjectId>| Cycle { objects: cycle.into_iter().collect() };
    let view = cycle
        .iter()
        .find(|id| id.kind == Kind::View && !pieces.iter().any(|piece| piece.provides.contains(&stub_of(id))));
    let Some(object) = view.and_then(|id| writer.object(id)) else { return Err(stuck(cycle)) };
    let (id, stub) = (&object.id, stub_of(&object.id));
    for piece in pieces.iter_mut() {
        if piece.object == *id {
            piece.needs.insert(stub.clone());
        } else if cycle.contains(&piece.object) {
            let before = piece.needs.len();
            piece.needs.retain(|need| need != id && need.parent.as_deref() != Some(id));
            if piece.needs.len() < before {
                piece.needs.insert(stub.clone());
            }
        }
    }
    pieces.push(writer.stub(object));
    Ok(())
}

/// The order, or the objects of the pieces that can not be ordered.
fn sorted(pieces: &[Piece]) -> Result<Vec<Piece>, BTreeSet<ObjectId>> {
    let edges = edges(pieces);
    let topological = topological(pieces, &edges)?;
    let mut stages: Vec<Stage> = pieces.iter().map(|piece| piece.stage).collect();
    for index in topological.iter().rev() {
        let Some(stage) = stages.get(*index).copied() else { continue };
        for need in edges.get(*index).into_iter().flatten() {
            if let Some(other) = stages.get_mut(*need) {
                *other = (*other).min(stage);
            }
        }
    }
    let mut order: Vec<(Stage, usize)> = topological
        .iter()
        .enumerate()
        .filter_map(|(place, index)| Some((stages.get(*index).copied()?, place)))
        .collect();
    order.sort_unstable();
    Ok(order
        .into_iter()
        .filter_map(|(stage, place)| {
            let piece = pieces.get(*topological.get(place)?)?;
            Some(Piece { stage, ..piece.clone() })
        })
        .collect())
}

/// For each piece, the places of the pieces that provide what it needs.
fn edges(pieces: &[Piece]) -> Vec<BTreeSet<usize>> {
    let mut providers: BTreeMap<&ObjectId, Vec<usize>> = BTreeMap::new();
    for (place, piece) in pieces.iter().enumerate() {
        for provided in &piece.provides {
            providers.entry(provided).or_default().push(place);
        }
    }
    let found = |(place, piece): (usize, &Piece)| {
        piece
            .needs
            .iter()
            .filter_map(|need| providers.get(need))
            .flatten()
            .copied()
            .filter(|other| *other != place)
            .collect()
    };
    pieces.iter().enumerate().map(found).collect()
}

/// Kahn's algorithm; of several pieces that are free, that of the lowest stage and first object goes first.
fn topological(pieces: &[Piece], edges: &[BTreeSet<usize>]) -> Result<Vec<usize>, BTreeSet<ObjectId>> {
    let mut waiting: Vec<usize> = edges.iter().map(BTreeSet::len).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); pieces.len()];
    for (place, needs) in edges.iter().enumerate() {
        for need in needs {
            if let Some(list) = dependents.get_mut(*need) {
                list.push(place);
            }
        }
    }
    let rank = |place: usize| pieces.get(place).map(|piece| (piece.stage, &piece.object, place));
    let mut free: BTreeSet<_> =
        waiting.iter().enumerate().filter(|(_, count)| **count == 0).filter_map(|(place, _)| rank(place)).collect();
    let mut order = Vec::new();
    while let Some((_, _, place)) = free.pop_first() {
        order.push(place);
        for dependent in dependents.get(place).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*dependent) {
                *count -= 1;
                if *count == 0 {
                    free.extend(rank(*dependent));
                }
            }
        }
    }
    if order.len() == pieces.len() {
        return Ok(order);
    }
    Err(in_cycles(pieces, edges, &order))
}

/// The objects of the pieces that lie on a cycle, not those that only wait for one.
fn in_cycles(pieces: &[Piece], edges: &[BTreeSet<usize>], done: &[usize]) -> BTreeSet<ObjectId> {
    let mut left: BTreeSet<usize> = (0..pieces.len()).filter(|place| !done.contains(place)).collect();
    // What nobody left needs is at the end of a chain, not on a cycle.
    loop {
        let needed: BTreeSet<usize> = left.iter().filter_map(|place| edges.get(*place)).flatten().copied().collect();
        let before = left.len();
        left.retain(|place| needed.contains(place));
        if left.len() == before {
            break;
        }
    }
    left.iter().filter_map(|place| pieces.get(*place)).map(|piece| piece.object.clone()).collect()
}
