//! The labels of an enum, changed.

use std::fmt::Write;

use crate::schema::ddl::{dollar_quoted, parent, qualified};
use crate::schema::{Catalog, Graph, Kind, Object, ObjectId};
use crate::sql::{quote_identifier, quote_literal};

/// The labels of an enum, each as a literal.
fn labels(object: &Object) -> Vec<&str> {
    crate::schema::ddl::split_outside(object.attribute("labels").unwrap_or_default(), ",")
}

/// `ALTER TYPE … ADD VALUE` for each label that is new; none where a label went or moved.
pub(super) fn added(before: &Object, after: &Object) -> Option<Vec<String>> {
    let (old, new) = (labels(before), labels(after));
    let kept: Vec<&str> = new.iter().copied().filter(|label| old.contains(label)).collect();
    if kept != old {
        return None;
    }
    let name = qualified(&after.id);
    let mut statements = Vec::new();
    let mut last = None;
    for label in &new {
        if !old.contains(label) {
            let place = match (last, old.first()) {
                (Some(before), _) => format!(" AFTER {before}"),
                (None, Some(first)) => format!(" BEFORE {first}"),
                (None, None) => String::new(),
            };
            statements.push(format!("ALTER TYPE {name} ADD VALUE IF NOT EXISTS {label}{place}"));
        }
        last = Some(*label);
    }
    Some(statements)
}

/// The type made anew under its name, and every column of a table that has it taken over by the label's text: one block
/// that does nothing where the labels are right.
pub(super) fn swapped(catalog: &Catalog, graph: &Graph, to: &Object) -> String {
    let (name, old) = (qualified(&to.id), format!("{}__before", to.id.name));
    let schema = to.id.schema.as_deref().unwrap_or_default();
    let old_id = ObjectId::new(Kind::Enum, Some(schema), old.as_str());
    let mut body = format!(
        "BEGIN\nIF (SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_catalog.pg_enum \
         WHERE enumtypid = {}::pg_catalog.regtype) = ARRAY[{}] THEN RETURN; END IF;\n\
         ALTER TYPE {name} RENAME TO {};\nCREATE TYPE {name} AS ENUM ({});\n",
        quote_literal(&name),
        labels(to).join(", "),
        quote_identifier(&old),
        labels(to).join(", ")
    );
    for column in graph.dependents(&to.id) {
        let Some(object) = catalog.get(column).filter(|_| column.kind == Kind::Column) else { continue };
        let own = quote_identifier(&column.name);
        let table = parent(column);
        let alter = format!("ALTER TABLE {table} ALTER COLUMN {own}");
        let array = if object.attribute("type").is_some_and(|name| name.ends_with("[]")) { "[]" } else { "" };
        let _ = writeln!(
            body,
            "{alter} DROP DEFAULT;\n{alter} TYPE {name}{array} USING {own}::text{array}::{name}{array};"
        );
        if let Some(default) = object.attribute("default") {
            let _ = writeln!(body, "{alter} SET DEFAULT {default};");
        }
    }
    let _ = writeln!(body, "DROP TYPE {};", qualified(&old_id));
    body.push_str("END");
    format!("DO {}", dollar_quoted(&body))
}
