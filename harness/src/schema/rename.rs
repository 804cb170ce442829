//! What may have been renamed: an object that went and one that came, whose definitions are alike.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Catalog, Change, Difference, ObjectId, roots};

/// A suggestion, never a fact: a name is all that tells two objects apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// What is no longer there.
    pub from: ObjectId,
    /// What is there instead.
    pub to: ObjectId,
    /// How many lines of the two definitions are the same.
    pub same: usize,
    /// How many lines either has.
    pub of: usize,
}

/// Pairs of a removed and an added object of one kind and place, the most alike first; each object is in one pair at
/// most, and in none where more than one other is as much alike. Half of the definition must be the same.
pub(super) fn renames(before: &Catalog, after: &Catalog, differences: &[Difference]) -> Vec<Rename> {
    let roots = roots(differences);
    let of = |change: &Change| -> Vec<&ObjectId> {
        roots.iter().filter(|one| one.change == *change).map(|one| &one.object).collect()
    };
    let (removed, added) = (of(&Change::Removed), of(&Change::Added));
    let mut found: Vec<Rename> = Vec::new();
    for from in removed {
        for to in &added {
            if from.kind == to.kind && from.parent == to.parent && (from.schema == to.schema || from.name == to.name) {
                let (old, new) = (lines(before, from), lines(after, to));
                let (same, of) = (old.intersection(&new).count(), old.union(&new).count());
                if same * 2 > of {
                    found.push(Rename { from: from.clone(), to: (*to).clone(), same, of });
                }
            }
        }
    }
    let likeness = |rename: &Rename| rename.same * 1000 / rename.of.max(1);
    found.sort_by_key(|rename| (usize::MAX - likeness(rename), rename.from.clone(), rename.to.clone()));
    let rival = |one: &Rename, other: &Rename| {
        one != other && (one.from == other.from || one.to == other.to) && likeness(one) == likeness(other)
    };
    let certain: Vec<&Rename> = found.iter().filter(|one| !found.iter().any(|other| rival(one, other))).collect();
    let mut taken: BTreeSet<&ObjectId> = BTreeSet::new();
    let mut chosen = Vec::new();
    for rename in certain {
        if !taken.contains(&rename.from) && !taken.contains(&rename.to) {
            taken.extend([&rename.from, &rename.to]);
            chosen.push(rename.clone());
        }
    }
    chosen
}

/// What is known of an object and its parts, a line each, with its own name taken out.
fn lines(catalog: &Catalog, id: &ObjectId) -> BTreeSet<String> {
    let within = |other: &ObjectId| {
        let mut next = Some(other);
        while let Some(one) = next {
            if one == id {
                return true;
            }
            next = one.parent.as_deref();
        }
        false
    };
    let mut found = BTreeSet::new();
    for object in catalog.objects().filter(|object| within(&object.id)) {
        let name = if object.id == *id { String::new() } else { object.id.name.replace(&id.name, "?") };
        for (attribute, value) in &object.attributes {
            found.insert(format!("{} {name} {attribute}: {}", object.id.kind, value.replace(&id.name, "?")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Object, diff};
    use super::*;

    fn table(name: &str, columns: &[(&str, &str)]) -> Vec<Object> {
        let table = ObjectId::new(Kind::Table, Some("public"), name);
        let columns =
            columns.iter().map(|(name, kind)| Object::new(table.child(Kind::Column, *name)).with("type", *kind));
        columns.chain([Object::new(table.clone())]).collect()
    }

    fn told(before: Vec<Object>, after: Vec<Object>) -> Vec<String> {
        let (before, after): (Catalog, Catalog) = (before.into_iter().collect(), after.into_iter().collect());
        let found = renames(&before, &after, &diff(&before, &after));
        found.iter().map(|rename| format!("{} → {}: {}/{}", rename.from, rename.to, rename.same, rename.of)).collect()
    }

    #[test]
    fn a_table_of_the_same_columns_may_have_been_renamed() {
        let columns = [("id", "integer"), ("name", "text"), ("at", "date")];
        let renamed = told(table("shops", &columns), table("stores", &columns));
        assert_eq!(renamed, ["table public.shops → table public.stores: 3/3"]);
        assert_eq!(told(table("shops", &columns), table("stores", &[("other", "text")])), [""; 0]);
    }

    #[test]
    fn two_that_are_as_much_alike_are_not_guessed_at() {
        let renamed = told(table("t", &[("a", "text")]), table("t", &[("b", "text")]));
        assert_eq!(renamed, ["column public.t.a → column public.t.b: 1/1"]);
        assert_eq!(told(table("t", &[("a", "text")]), table("t", &[("b", "text"), ("c", "text")])), [""; 0]);
    }
}
