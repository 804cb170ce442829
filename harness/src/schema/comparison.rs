//! Two catalogs compared for people: counts by kind, parity, renames, and what was agreed to differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::rename::{Rename, renames};
use super::{Catalog, Change, Difference, Kind, ObjectId, Unknown, diff};

/// A difference that was agreed on, by the name of the object and with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The object as differences name it: `column public.stores.region`. Its parts are meant, too.
    pub name: String,
    /// Why it may differ.
    pub reason: String,
    /// How many differences it covers.
    #[serde(default)]
    pub covers: usize,
}

/// How the objects of one kind compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KindCount {
    /// How many the earlier catalog has.
    pub before: usize,
    /// How many the later one has.
    pub after: usize,
    /// How many are the same in both.
    pub equal: usize,
    /// How many are only in the later one.
    pub added: usize,
    /// How many are only in the earlier one.
    pub removed: usize,
    /// How many are in both and differ.
    pub changed: usize,
}

/// Two catalogs compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// How many objects are the same in both.
    pub equal: usize,
    /// How many objects there are in either.
    pub all: usize,
    /// Counts of every kind that either has.
    pub kinds: BTreeMap<Kind, KindCount>,
    /// What differs, in the order of the objects; without what was agreed on.
    pub differences: Vec<Difference>,
    /// What may have been renamed, with the evidence.
    pub renames: Vec<Rename>,
    /// What was agreed on.
    pub exceptions: Vec<Exception>,
    /// What was seen in either and not understood: nobody compared it.
    pub unknown: BTreeSet<Unknown>,
}

impl Comparison {
    /// Compares two catalogs.
    pub fn of(before: &Catalog, after: &Catalog, mut exceptions: Vec<Exception>) -> Self {
        let found = diff(before, after);
        let kinds = counted(before, after, &found);
        let renames = renames(before, after, &found);
        let mut differences = Vec::new();
        for difference in found {
            match exceptions.iter_mut().find(|exception| covers(exception, &difference.object)) {
                Some(exception) => exception.covers += 1,
                None => differences.push(difference),
            }
        }
        let equal = kinds.values().map(|count| count.equal).sum();
        let all = kinds.values().map(|count| count.equal + count.added + count.removed + count.changed).sum();
        let unknown = before.unknown().iter().chain(after.unknown()).cloned().collect();
        Self { equal, all, kinds, differences, renames, exceptions, unknown }
    }

    /// Whether nothing differs but what was agreed on.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }

    /// Equal objects in tenths of a percent of all, rounded down: 1000 means that all are.
    pub fn parity_per_mille(&self) -> usize {
        (self.equal * 1000).checked_div(self.all).unwrap_or(1000)
    }
}

fn covers(exception: &Exception, id: &ObjectId) -> bool {
    id.to_string() == exception.name || id.parent.as_deref().is_some_and(|parent| covers(exception, parent))
}

fn counted(before: &Catalog, after: &Catalog, differences: &[Difference]) -> BTreeMap<Kind, KindCount> {
    let mut kinds: BTreeMap<Kind, KindCount> = BTreeMap::new();
    for object in before.objects() {
        kinds.entry(object.id.kind).or_default().before += 1;
    }
    for object in after.objects() {
        kinds.entry(object.id.kind).or_default().after += 1;
    }
    let mut changed: BTreeSet<&ObjectId> = BTreeSet::new();
    for difference in differences {
        let count = kinds.entry(difference.object.kind).or_default();
        match difference.change {
            Change::Added => count.added += 1,
            Change::Removed => count.removed += 1,
            Change::Changed { .. } if changed.insert(&difference.object) => count.changed += 1,
            Change::Changed { .. } => {}
        }
    }
    for count in kinds.values_mut() {
        count.equal = count.before.saturating_sub(count.removed + count.changed);
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::super::Object;
    use super::*;

    fn catalog(columns: &[(&str, &str)]) -> Catalog {
        let table = ObjectId::new(Kind::Table, Some("public"), "stores");
        let columns =
            columns.iter().map(|(name, kind)| Object::new(table.child(Kind::Column, *name)).with("type", *kind));
        columns.chain([Object::new(table.clone())]).collect()
    }

    #[test]
    fn parity_counts_what_is_the_same_among_all_that_there_is() {
        let compared = Comparison::of(
            &catalog(&[("a", "text"), ("b", "text"), ("c", "text")]),
            &catalog(&[("a", "text"), ("b", "integer"), ("d", "date")]),
            Vec::new(),
        );
        assert_eq!((compared.equal, compared.all, compared.parity_per_mille()), (2, 5, 400));
        let columns = compared.kinds[&Kind::Column];
        assert_eq!((columns.before, columns.after, columns.equal), (3, 3, 1));
        assert_eq!((columns.added, columns.removed, columns.changed), (1, 1, 1));
    }

    #[test]
    fn an_exception_takes_the_object_and_its_parts_and_nothing_else() {
        let exception = |name: &str| Exception { name: name.into(), reason: "agreed".into(), covers: 0 };
        let (before, after) = (catalog(&[("a", "text"), ("b", "text")]), catalog(&[("a", "date"), ("b", "date")]));
        let one = Comparison::of(&before, &after, vec![exception("column public.stores.a")]);
        assert_eq!((one.differences.len(), one.exceptions[0].covers, one.is_same()), (1, 1, false));
        let whole = Comparison::of(&before, &after, vec![exception("table public.stores")]);
        assert_eq!((whole.exceptions[0].covers, whole.is_same()), (2, true));
        let wrong = Comparison::of(&before, &after, vec![exception("column public.stores")]);
        assert_eq!((wrong.exceptions[0].covers, wrong.differences.len()), (0, 2));
    }
}
