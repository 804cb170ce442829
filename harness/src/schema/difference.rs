//! What differs between two catalogs.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Catalog, ObjectId};

/// The attribute of a relation that lists its columns in order.
pub(crate) const COLUMN_ORDER: &str = "columns";

/// How an object differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is only in the later catalog.
    Added,
    /// It is only in the earlier catalog.
    Removed,
    /// It is in both, and one attribute is not the same.
    Changed {
        /// The attribute's name.
        attribute: String,
        /// Its value in the earlier catalog; none where it is at the default.
        before: Option<String>,
        /// Its value in the later catalog; none where it is at the default.
        after: Option<String>,
    },
}

/// One difference of two catalogs: an object, and how it differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Difference {
    /// What differs.
    pub object: ObjectId,
    /// How.
    pub change: Change,
}

impl fmt::Display for Difference {
    /// For people: `removed index by_region on table public.stores`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| value.as_deref().map_or("nothing".to_owned(), |text| format!("`{text}`"));
        match &self.change {
            Change::Added => write!(f, "added {}", self.object),
            Change::Removed => write!(f, "removed {}", self.object),
            Change::Changed { attribute, before, after } => {
                let attribute = attribute.replace('_', " ");
                write!(f, "changed {}: {attribute} was {}, is {}", self.object, shown(before), shown(after))
            }
        }
    }
}

/// Every difference between two catalogs, in the order of their objects; empty exactly when they are equal.
///
/// A changed object gives one difference per attribute. An added or removed one is listed with all its parts
/// ([`roots`] leaves those out). The order of columns counts among the columns that both sides have. What was not
/// understood ([`Catalog::unknown`]) is compared by nobody here: the caller says that it is there.
pub fn diff(before: &Catalog, after: &Catalog) -> Vec<Difference> {
    let ids: BTreeSet<&ObjectId> = before.objects().chain(after.objects()).map(|object| &object.id).collect();
    ids.into_iter().flat_map(|id| object_differences(before, after, id)).collect()
}

/// The differences without the parts of what was added or removed as a whole.
pub fn roots(differences: &[Difference]) -> Vec<&Difference> {
    let whole: BTreeSet<&ObjectId> = differences
        .iter()
        .filter(|difference| matches!(difference.change, Change::Added | Change::Removed))
        .map(|difference| &difference.object)
        .collect();
    differences
        .iter()
        .filter(|difference| {
            let mut parent = difference.object.parent.as_deref();
            while let Some(id) = parent {
                if whole.contains(id) {
                    return false;
                }
                parent = id.parent.as_deref();
            }
            true
        })
        .collect()
}

fn object_differences(before: &Catalog, after: &Catalog, id: &ObjectId) -> Vec<Difference> {
    let difference = |change| Difference { object: id.clone(), change };
    let (old, new) = match (before.get(id), after.get(id)) {
        (Some(old), Some(new)) => (old, new),
        (Some(_), None) => return vec![difference(Change::Removed)],
        (None, _) => return vec![difference(Change::Added)],
    };
    let names: BTreeSet<&String> = old.attributes.keys().chain(new.attributes.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            let (was, is) = (old.attribute(name), new.attribute(name));
            let same = was == is || (name == COLUMN_ORDER && same_order(was, is));
            (!same).then(|| {
                difference(Change::Changed {
                    attribute: name.clone(),
                    before: was.map(str::to_owned),
                    after: is.map(str::to_owned),
                })
            })
        })
        .collect()
}

/// Whether the columns that both lists have stand in the same order.
fn same_order(before: Option<&str>, after: Option<&str>) -> bool {
    let names =
        |list: Option<&str>| -> Vec<String> { list.unwrap_or_default().split('\n').map(str::to_owned).collect() };
    let (old, new) = (names(before), names(after));
    let (in_old, in_new): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
    old.iter().filter(|name| in_new.contains(name)).eq(new.iter().filter(|name| in_old.contains(name)))
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Object};
    use super::*;

    fn table(columns: &[&str]) -> Catalog {
        let id = ObjectId::new(Kind::Table, Some("public"), "stores");
        let mut catalog: Catalog =
            columns.iter().map(|name| Object::new(id.child(Kind::Column, *name)).with("type", "text")).collect();
        catalog.insert(Object::new(id).with(COLUMN_ORDER, columns.join("\n")));
        catalog
    }

    fn shown(before: &Catalog, after: &Catalog) -> Vec<String> {
        diff(before, after).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn equal_catalogs_have_no_difference() {
        assert_eq!(diff(&table(&["a", "b"]), &table(&["a", "b"])), []);
    }

    #[test]
    fn a_column_between_two_others_is_one_difference() {
        assert_eq!(shown(&table(&["a", "b"]), &table(&["a", "c", "b"])), ["added column public.stores.c"]);
        assert_eq!(shown(&table(&["a", "c", "b"]), &table(&["a", "b"])), ["removed column public.stores.c"]);
    }

    #[test]
    fn columns_in_another_order_are_a_difference_of_the_table() {
        let differences = diff(&table(&["a", "b"]), &table(&["b", "a"]));
        assert_eq!(differences.len(), 1);
        assert!(matches!(&differences[0].change, Change::Changed { attribute, .. } if attribute == COLUMN_ORDER));
    }

    #[test]
    fn a_changed_attribute_shows_both_values() {
        let mut after = table(&["a"]);
        let column = ObjectId::new(Kind::Table, Some("public"), "stores").child(Kind::Column, "a");
        after.get_mut(&column).unwrap().attributes.insert("type".into(), "bigint".into());
        assert_eq!(shown(&table(&["a"]), &after), ["changed column public.stores.a: type was `text`, is `bigint`"]);
    }

    #[test]
    fn the_parts_of_a_removed_table_are_left_out_of_the_roots() {
        let differences = diff(&table(&["a", "b"]), &Catalog::default());
        assert_eq!(differences.len(), 3);
        let roots: Vec<_> = roots(&differences).iter().map(ToString::to_string).collect();
        assert_eq!(roots, ["removed table public.stores"]);
    }
}
