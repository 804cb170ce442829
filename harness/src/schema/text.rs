//! The canonical text of a catalog.
//!
//! One paragraph an object, its parts indented below it, each attribute either in the place SQL would give it or on a
//! line of its own. Nothing that is known is left out, so equal texts mean equal catalogs; two things are implied: the
//! owner `(superuser)`, and the order of columns, which is the order of their lines.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::difference::COLUMN_ORDER;
use super::normalise::SUPERUSER;
use super::{Catalog, Kind, Object, ObjectId};

type Parts<'a> = BTreeMap<&'a ObjectId, Vec<&'a Object>>;

/// The text of a whole catalog; ends with a newline when there is anything in it.
pub(super) fn catalog_text(catalog: &Catalog) -> String {
    let mut parts = Parts::new();
    for object in catalog.objects() {
        if let Some(parent) = object.id.parent.as_deref() {
            parts.entry(parent).or_default().push(object);
        }
    }
    let mut paragraphs: Vec<String> = Vec::new();
    for object in catalog.objects() {
        // A part whose parent is not in the catalog (a grant on an extension's table) stands by itself.
        if object.id.parent.as_deref().is_none_or(|parent| catalog.get(parent).is_none()) {
            let mut text = String::new();
            write_object(&mut text, object, &parts, 0);
            paragraphs.push(text);
        }
    }
    for unknown in catalog.unknown() {
        paragraphs.push(format!("unknown {}: {}\n", unknown.what, unknown.name));
    }
    paragraphs.join("\n")
}

fn write_object(text: &mut String, object: &Object, parts: &Parts<'_>, depth: usize) {
    let mut line = if depth == 0 { object.id.to_string() } else { part_name(&object.id) };
    let in_line = in_line_attributes(object.id.kind);
    for (attribute, before) in in_line {
        if let Some(value) = object.attribute(attribute) {
            line.push(' ');
            line.push_str(before);
            line.push_str(value);
        }
    }
    write_indented(text, &line, depth);
    for (attribute, value) in &object.attributes {
        let in_line = in_line.iter().any(|(name, _)| name == attribute);
        let implied = attribute == COLUMN_ORDER || (attribute == "owner" && value == SUPERUSER);
        if !in_line && !implied {
            write_attribute(text, attribute, value, depth + 1);
        }
    }
    let mut children = parts.get(&object.id).cloned().unwrap_or_default();
    if let Some(order) = object.attribute(COLUMN_ORDER) {
        let places: BTreeMap<&str, usize> = order.split('\n').enumerate().map(|(place, name)| (name, place)).collect();
        children.sort_by_key(|child| match child.id.kind {
            Kind::Column => (0, places.get(child.id.name.as_str()).copied().unwrap_or(usize::MAX)),
            _ => (1, 0),
        });
    }
    for child in children {
        write_object(text, child, parts, depth + 1);
    }
}

/// A part is named without its parent, which stands above it.
fn part_name(id: &ObjectId) -> String {
    match id.kind {
        Kind::Grant => format!("grant to {}", id.name),
        kind => format!("{kind} {}", id.shown_name()),
    }
}

/// The attributes that stand on the object's own line, in order, each with the words before it.
fn in_line_attributes(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Column => &[
            ("type", ""),
            ("collation", "collate "),
            ("not_null", ""),
            ("default", "default "),
            ("identity", "generated "),
            ("generated", "generated always as "),
        ],
        Kind::Index => &[("unique", ""), ("definition", "")],
        Kind::Constraint => &[("definition", "")],
        Kind::Grant => &[("privileges", ""), ("grantable", "with grant option: ")],
        Kind::Extension => &[("version", "version ")],
        _ => &[],
    }
}

fn write_attribute(text: &mut String, attribute: &str, value: &str, depth: usize) {
    let attribute = attribute.replace('_', " ");
    if value.contains('\n') {
        write_indented(text, &format!("{attribute}:"), depth);
        write_indented(text, value, depth + 1);
    } else {
        write_indented(text, &format!("{attribute}: {value}"), depth);
    }
}

fn write_indented(text: &mut String, value: &str, depth: usize) {
    for line in value.split('\n') {
        let width = if line.is_empty() { 0 } else { depth * 4 };
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "{:width$}{line}", "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_with_its_columns_in_their_order() {
        let table = ObjectId::new(Kind::Table, Some("legacy"), "geography");
        let catalog: Catalog = [
            Object::new(table.clone()).with("columns", "store_id\nRegion").with("owner", SUPERUSER),
            Object::new(table.child(Kind::Column, "Region")).with("type", "text").with("default", "'NCR'::text"),
            Object::new(table.child(Kind::Column, "store_id")).with("type", "integer").with("not_null", "not null"),
            Object::new(table.child(Kind::Constraint, "geography_pkey")).with("definition", "PRIMARY KEY (store_id)"),
            Object::new(table.child(Kind::Grant, "anon")).with("privileges", "SELECT"),
            Object::new(ObjectId::new(Kind::View, Some("legacy"), "v"))
                .with("owner", "app")
                .with("definition", "SELECT 1\n\nFROM x;"),
        ]
        .into_iter()
        .collect();
        let text = "\
table legacy.geography
    column store_id integer not null
    column \"Region\" text default 'NCR'::text
    constraint geography_pkey PRIMARY KEY (store_id)
    grant to anon SELECT

view legacy.v
    definition:
        SELECT 1

        FROM x;
    owner: app
";
        assert_eq!(catalog.to_text(), text);
    }

    #[test]
    fn a_part_without_its_whole_is_still_written() {
        let hidden = ObjectId::new(Kind::Table, Some("cron"), "job");
        let catalog: Catalog =
            [Object::new(hidden.child(Kind::Grant, "anon")).with("privileges", "SELECT")].into_iter().collect();
        assert_eq!(catalog.to_text(), "grant to anon on table cron.job SELECT\n");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let mut catalog = Catalog::default();
        catalog.insert_unknown(super::super::Unknown { what: "transform".into(), name: "for x".into() });
        assert_eq!(catalog.to_text(), "unknown transform: for x\n");
    }
}
