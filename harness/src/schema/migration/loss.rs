//! What loses data.

use super::alter::changes;
use super::scope::Scope;
use super::swap;
use crate::schema::ddl::Writer;
use crate::schema::{Catalog, Kind, Object, ObjectId};

/// What would be lost and is not allowed, a line each.
pub(super) fn losses(old: &Writer<'_>, new: &Writer<'_>, scope: &Scope, allowed: &[String]) -> Vec<String> {
    let is_allowed = |id: &ObjectId| {
        let mut next = Some(id);
        while let Some(one) = next {
            if allowed.contains(&one.to_string()) {
                return true;
            }
            next = one.parent.as_deref();
        }
        false
    };
    let mut found = Vec::new();
    for object in old.catalog().objects().filter(|object| scope.gone.contains(&object.id) && !is_allowed(&object.id)) {
        if object.id.parent.as_deref().is_none_or(|whole| !scope.is_gone(whole)) {
            let again = if scope.coming.contains(&object.id) { ", and made again empty" } else { "" };
            found.extend(of_dropping(old.catalog(), object).map(|what| format!("{what}{again}")));
        }
    }
    for id in scope.altered.iter().filter(|id| !is_allowed(id)) {
        let (Some(from), Some(to)) = (old.object(id), new.object(id)) else { continue };
        if let (Kind::Column, true) = (id.kind, changes(from, to).contains(&"type")) {
            let text = |object: &Object| object.attribute("type").unwrap_or_default().to_owned();
            found.extend(of_retyping(id, &text(from), &text(to)));
        }
        if id.kind == Kind::Enum && changes(from, to).contains(&"labels") && swap::added(from, to).is_none() {
            found.push(format!("{id} would lose labels or have them in another order"));
        }
    }
    found
}

/// Why dropping an object loses data; nothing where what is dropped can be made again.
fn of_dropping(catalog: &Catalog, object: &Object) -> Option<String> {
    let id = &object.id;
    match id.kind {
        Kind::Table => Some(format!("{id} would be dropped, with its rows")),
        Kind::Column if object.attribute("generated").is_none() && holds_rows(catalog, id) => {
            Some(format!("{id} would be dropped, with its values"))
        }
        _ => None,
    }
}

fn holds_rows(catalog: &Catalog, column: &ObjectId) -> bool {
    column.parent.as_deref().is_some_and(|table| table.kind == Kind::Table && catalog.get(table).is_some())
}

/// Why changing a column's type loses data; nothing where every value fits.
fn of_retyping(id: &ObjectId, before: &str, after: &str) -> Option<String> {
    (!widens(before, after))
        .then(|| format!("{id} would change from `{before}` to `{after}`, which may not hold every value"))
}

/// Whether every value of one type is one of the other.
fn widens(before: &str, after: &str) -> bool {
    let (old, old_sizes) = parts(before);
    let (new, new_sizes) = parts(after);
    let is_text = |name: &str| matches!(name, "text" | "character varying");
    let integers = ["smallint", "integer", "bigint", "numeric"];
    let rank = |name: &str| integers.iter().position(|one| *one == name);
    if old == new || (is_text(old) && is_text(new)) || (old == "character" && is_text(new)) {
        return match (old_sizes.as_slice(), new_sizes.as_slice()) {
            (_, []) => true,
            ([length], [longer]) => longer >= length,
            ([precision, scale], [wider, finer]) => finer >= scale && wider - finer >= precision - scale,
            _ => false,
        };
    }
    match (rank(old), rank(new)) {
        (Some(old), Some(new)) => new > old && new_sizes.is_empty(),
        _ => matches!(
            (old, new),
            ("real", "double precision") | ("date", "timestamp without time zone") | ("json", "jsonb")
        ),
    }
}

/// A type's name and its modifiers.
fn parts(name: &str) -> (&str, Vec<i64>) {
    let Some((bare, rest)) = name.split_once('(') else { return (name, Vec::new()) };
    let sizes = rest.split(')').next().unwrap_or_default().split(',').filter_map(|size| size.trim().parse().ok());
    (bare, sizes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_holds_every_value_loses_none() {
        for (before, after) in [
            ("integer", "bigint"),
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "text"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            ("smallint", "numeric"),
        ] {
            assert!(widens(before, after), "{before} to {after}");
            assert!(!widens(after, before), "{after} to {before}");
        }
        assert!(!widens("numeric(10,2)", "numeric(10,4)"));
        assert!(!widens("text", "public.mood"));
    }
}
