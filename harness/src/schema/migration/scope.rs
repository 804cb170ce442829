//! Which objects go, change and come.

use std::collections::BTreeSet;

use super::alter::{altered, changes};
use crate::schema::ddl::Writer;
use crate::schema::{Change, Kind, ObjectId, default_of, diff};

/// The objects of a migration, by what happens to them.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// What goes, for good or to come again; with its parts.
    pub(super) gone: BTreeSet<ObjectId>,
    /// What changes in place.
    pub(super) altered: BTreeSet<ObjectId>,
    /// What comes, new or again; with its parts.
    pub(super) coming: BTreeSet<ObjectId>,
    /// Columns whose default must be away while what it needs is made again.
    pub(super) defaults: BTreeSet<ObjectId>,
    pub(super) notes: BTreeSet<String>,
}

/// Whether an object is another, or a part of it.
pub(super) fn part_of(id: &ObjectId, whole: &ObjectId) -> bool {
    id == whole || id.parent.as_deref().is_some_and(|parent| part_of(parent, whole))
}

/// Whether an object is a column that nobody adds by itself.
pub(super) fn is_of_a_view(id: &ObjectId) -> bool {
    let of = |kind: Kind| matches!(kind, Kind::View | Kind::MaterializedView | Kind::Composite | Kind::ForeignTable);
    id.kind == Kind::Column && id.parent.as_deref().is_some_and(|whole| of(whole.kind))
}

impl Scope {
    pub(super) fn of(old: &Writer<'_>, new: &Writer<'_>) -> Self {
        let mut scope = Self::default();
        let mut again: BTreeSet<ObjectId> = BTreeSet::new();
        for difference in diff(old.catalog(), new.catalog()) {
            let id = difference.object;
            let of_a_view = is_of_a_view(&id);
            match difference.change {
                _ if of_a_view && id.kind == Kind::Column => again.extend(id.parent.as_deref().cloned()),
                Change::Added => {
                    scope.coming.insert(id);
                }
                Change::Removed => {
                    scope.gone.insert(id);
                }
                Change::Changed { attribute, .. } if attribute == "columns" => {
                    scope.notes.insert(format!("the columns of {id} stay in the order they are in"));
                }
                Change::Changed { attribute, .. } if attribute == "inherited" => {}
                Change::Changed { .. } => {
                    let can = match (old.object(&id), new.object(&id)) {
                        (Some(from), Some(to)) => {
                            altered((old, from), (new, to)).is_some() && altered((new, to), (old, from)).is_some()
                        }
                        _ => false,
                    };
                    if can {
                        scope.altered.insert(id)
                    } else {
                        again.insert(id)
                    };
                }
            }
        }
        scope.again(old, new, again);
        scope
    }

    /// Whether an object is gone: itself, or with its whole.
    pub(super) fn is_gone(&self, id: &ObjectId) -> bool {
        self.gone.contains(id) || id.parent.as_deref().is_some_and(|whole| self.is_gone(whole))
    }

    /// What must be made again, with all that depends on it and with its parts.
    fn again(&mut self, old: &Writer<'_>, new: &Writer<'_>, again: BTreeSet<ObjectId>) {
        let mut open: Vec<ObjectId> = again.into_iter().collect();
        let mut held: Vec<ObjectId> = self.gone.iter().cloned().collect();
        for id in self.altered.iter().filter(|id| id.kind == Kind::Column) {
            let (Some(from), Some(to)) = (old.object(id), new.object(id)) else { continue };
            if changes(from, to).iter().any(|name| *name == "type" || *name == "collation") {
                // Keys and indexes are made again by the server; what has read the column must be away.
                let readers = old.graph().dependents(id);
                open.extend(readers.into_iter().filter(|reader| !has_own_way(reader)).map(whole));
            }
        }
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop().or_else(|| held.pop()) {
            if !seen.insert(id.clone()) {
                continue;
            }
            let was_gone = self.gone.contains(&id);
            if old.object(&id).is_some() && !was_gone {
                self.gone.extend(old.catalog().objects().map(|one| &one.id).filter(|one| part_of(one, &id)).cloned());
            }
            if new.object(&id).is_some() && !was_gone {
                self.coming.extend(new.catalog().objects().map(|one| &one.id).filter(|one| part_of(one, &id)).cloned());
            }
            for (dependent, needs) in old.graph().all() {
                if !needs.iter().any(|need| part_of(need, &id)) || part_of(dependent, &id) {
                    continue;
                }
                let column = dependent.parent.as_deref().filter(|column| default_of(column) == *dependent);
                match column {
                    Some(column) if new.object(column).is_some() && !self.gone.contains(column) => {
                        self.defaults.insert(column.clone());
                    }
                    Some(_) => {}
                    None => open.extend(
                        (!self.gone.contains(dependent) && old.object(dependent).is_some()).then(|| whole(dependent)),
                    ),
                }
            }
        }
        let altered = std::mem::take(&mut self.altered);
        self.altered = altered.into_iter().filter(|id| !self.is_gone(id)).collect();
        let (altered, gone) = (self.altered.clone(), self.gone.clone());
        self.defaults.retain(|column| !altered.contains(column) && !gone.contains(column));
    }
}

/// What the server takes along when a column changes its type.
fn has_own_way(id: &ObjectId) -> bool {
    matches!(id.kind, Kind::Index | Kind::Constraint | Kind::Statistics | Kind::Sequence | Kind::Table)
        || id.parent.as_deref().is_some_and(|column| default_of(column) == *id)
}

/// What is made again as one: the view of a column, the column itself of a table.
fn whole(id: &ObjectId) -> ObjectId {
    match (id.kind, id.parent.as_deref()) {
        (Kind::Column, Some(parent))
            if matches!(parent.kind, Kind::View | Kind::MaterializedView | Kind::Composite) =>
        {
            parent.clone()
        }
        _ => id.clone(),
    }
}
