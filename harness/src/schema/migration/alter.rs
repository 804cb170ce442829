//! Changes that the server can make in place.

use super::{restore, swap};
use crate::schema::ddl::{
    Identity, WithType, Writer, Written, column_line, dollar_quoted, identity_sequence, option_names, parameters,
    parent, qualified, set_state, storage_options, table_settings,
};
use crate::schema::{Kind, Object};
use crate::sql::{quote_identifier, quote_literal};

/// The statements that turn one object into another in place; `None` where it must be dropped and made again.
pub(super) fn altered(from: (&Writer<'_>, &Object), to: (&Writer<'_>, &Object)) -> Option<Vec<String>> {
    let changed: Vec<&str> = changes(from.1, to.1);
    let mut statements = Vec::new();
    if changed.iter().any(|attribute| !is_small(attribute)) {
        statements.extend(body(from, to, &changed)?);
    }
    statements.extend(changed.iter().filter_map(|attribute| restore::put(attribute, to.1)));
    Some(statements)
}

fn is_small(attribute: &str) -> bool {
    matches!(attribute, "comment" | "comment_on_its_index" | "owner")
}

/// The attributes that differ; the order of columns is looked at elsewhere.
pub(super) fn changes<'a>(from: &'a Object, to: &'a Object) -> Vec<&'a str> {
    let mut names: Vec<&str> = from.attributes.keys().chain(to.attributes.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != "columns" && *name != "inherited" && from.attribute(name) != to.attribute(name));
    names
}

fn body(from: (&Writer<'_>, &Object), to: (&Writer<'_>, &Object), changed: &[&str]) -> Option<Vec<String>> {
    let only = |allowed: &[&str]| changed.iter().all(|name| is_small(name) || allowed.contains(name));
    let (old, new) = (from.1, to.1);
    match new.id.kind {
        Kind::Table if only(&["options", "toast_options", "replica_identity", "row_security", "persistence"]) => {
            Some(table(old, new, changed))
        }
        Kind::Column => column(from, to, changed),
        Kind::View if only(&["definition", "options"]) => Some(whole(to.0, new)),
        Kind::Function | Kind::Procedure
            if !changed.iter().any(|name| ["arguments", "returns", "window"].contains(name)) =>
        {
            Some(whole(to.0, new))
        }
        Kind::Enum if only(&["labels"]) => {
            swap::added(old, new).or_else(|| Some(vec![swap::swapped(to.0.catalog(), from.0.graph(), new)]))
        }
        Kind::Domain if only(&["default", "not_null"]) => Some(domain(new)),
        Kind::Sequence if !changed.contains(&"identity_of") && !changed.contains(&"persistence") => Some(sequence(new)),
        Kind::Extension if only(&["version"]) => {
            let version = quote_literal(new.attribute("version").unwrap_or_default());
            Some(vec![format!("ALTER EXTENSION {} UPDATE TO {version}", qualified(&new.id))])
        }
        Kind::Trigger | Kind::Rule | Kind::EventTrigger if only(&["enabled"]) => {
            Some(vec![set_state(new, new.attribute("enabled").unwrap_or("origin"))])
        }
        Kind::Grant | Kind::DefaultPrivilege => Some(whole(to.0, new)),
        _ => None,
    }
}

/// Every statement that makes an object, where making it again replaces it.
fn whole(writer: &Writer<'_>, object: &Object) -> Vec<String> {
    let mut written = Written::default();
    writer.write(object, &mut written);
    let made = written.pieces.into_iter().filter(|piece| piece.provides.contains(&object.id));
    made.flat_map(|piece| piece.statements.into_iter().take(if object.id.kind == Kind::Grant { 9 } else { 1 }))
        .collect()
}

fn table(old: &Object, new: &Object, changed: &[&str]) -> Vec<String> {
    let alter = format!("ALTER TABLE {}", qualified(&new.id));
    let mut statements = Vec::new();
    for (attribute, prefix) in [("options", ""), ("toast_options", "toast.")] {
        if changed.contains(&attribute) {
            let gone = option_names(old.attribute(attribute).unwrap_or_default(), prefix);
            if !gone.is_empty() {
                statements.push(format!("{alter} RESET ({})", gone.join(", ")));
            }
            statements.extend(
                new.attribute(attribute).map(|list| format!("{alter} SET ({})", storage_options(list, prefix))),
            );
        }
    }
    if changed.contains(&"persistence") {
        let unlogged = new.attribute("persistence") == Some("unlogged");
        statements.push(format!("{alter} SET {}", if unlogged { "UNLOGGED" } else { "LOGGED" }));
    }
    if changed.contains(&"replica_identity") && new.attribute("replica_identity").is_none() {
        statements.push(format!("{alter} REPLICA IDENTITY DEFAULT"));
    }
    if changed.contains(&"row_security") {
        statements.push(format!("{alter} DISABLE ROW LEVEL SECURITY"));
        statements.push(format!("{alter} NO FORCE ROW LEVEL SECURITY"));
    }
    if changed.contains(&"replica_identity") || changed.contains(&"row_security") {
        statements.extend(table_settings(new));
    }
    statements
}

fn column(from: (&Writer<'_>, &Object), to: (&Writer<'_>, &Object), changed: &[&str]) -> Option<Vec<String>> {
    let (old, new) = (from.1, to.1);
    let relation = new.id.parent.as_deref()?;
    if !matches!(relation.kind, Kind::Table) {
        return None;
    }
    let table = parent(&new.id);
    let own = quote_identifier(&new.id.name);
    let alter = format!("ALTER TABLE {table} ALTER COLUMN {own}");
    let mut statements = Vec::new();
    let has = |name: &str| changed.contains(&name);
    if has("generated") {
        if new.attribute("generated").is_some() {
            return None;
        }
        statements.push(format!("{alter} DROP EXPRESSION IF EXISTS"));
    }
    let retyped = has("type") || has("collation");
    if retyped {
        let kind = new.attribute("type").unwrap_or_default();
        let collation = new.attribute("collation").map(|name| format!(" COLLATE {name}")).unwrap_or_default();
        if old.attribute("default").is_some() {
            statements.push(format!("{alter} DROP DEFAULT"));
        }
        let change = format!("{alter} TYPE {kind}{collation} USING {own}::{kind}");
        statements.push(if has("collation") { change } else { unless_of_type(&change, &table, &new.id.name, kind) });
    }
    if has("identity") {
        if old.attribute("identity").is_some() {
            statements.push(format!("{alter} DROP IDENTITY IF EXISTS"));
        }
        if has("default") && old.attribute("default").is_some() {
            statements.push(format!("{alter} DROP DEFAULT"));
        }
    }
    if has("not_null") && new.attribute("not_null").is_some() {
        statements.push(format!("{alter} SET NOT NULL"));
    }
    if let (true, Some(words)) = (has("identity"), new.attribute("identity")) {
        let sequence = identity_sequence(to.0, &new.id).map(|sequence| {
            format!(" (SEQUENCE NAME {}{})", qualified(&sequence.id), parameters(sequence, WithType::No))
        });
        statements.push(format!("{alter} ADD GENERATED {}{}", words.to_uppercase(), sequence.unwrap_or_default()));
    }
    if has("not_null") && new.attribute("not_null").is_none() {
        statements.push(format!("{alter} DROP NOT NULL"));
    }
    if has("default") || (retyped && new.attribute("default").is_some()) {
        statements.push(match new.attribute("default") {
            Some(default) => format!("{alter} SET DEFAULT {default}"),
            None if has("identity") => format!("{alter} SET STATISTICS -1"),
            None => format!("{alter} DROP DEFAULT"),
        });
    }
    if has("statistics") {
        statements.push(format!("{alter} SET STATISTICS {}", new.attribute("statistics").unwrap_or("-1")));
    }
    if has("storage") {
        statements.push(match new.attribute("storage") {
            Some(storage) => format!("{alter} SET STORAGE {storage}"),
            None => default_storage(&table, &new.id.name, &alter),
        });
    }
    if has("compression") {
        statements.push(format!("{alter} SET COMPRESSION {}", new.attribute("compression").unwrap_or("default")));
    }
    if has("options") {
        let gone = option_names(old.attribute("options").unwrap_or_default(), "");
        if !gone.is_empty() {
            statements.push(format!("{alter} RESET ({})", gone.join(", ")));
        }
        statements.extend(new.attribute("options").map(|list| format!("{alter} SET ({})", storage_options(list, ""))));
    }
    Some(statements)
}

/// `ADD COLUMN`, with what can not stand in it behind.
pub(super) fn added_column(writer: &Writer<'_>, column: &Object) -> (String, Vec<String>) {
    let line = column_line(writer, column, Identity::Own);
    let statement = format!("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {}", parent(&column.id), line.text);
    let mut behind: Vec<String> = line.later.into_iter().flat_map(|piece| piece.statements).collect();
    behind.extend(crate::schema::ddl::column_settings(column, &parent(&column.id)));
    behind.extend(crate::schema::ddl::comments(column));
    (statement, behind)
}

fn domain(new: &Object) -> Vec<String> {
    let alter = format!("ALTER DOMAIN {}", qualified(&new.id));
    let default = new.attribute("default").map_or("DROP DEFAULT".to_owned(), |value| format!("SET DEFAULT {value}"));
    let not_null = if new.attribute("not_null").is_some() { "SET NOT NULL" } else { "DROP NOT NULL" };
    vec![format!("{alter} {default}"), format!("{alter} {not_null}")]
}

fn sequence(new: &Object) -> Vec<String> {
    let text = |attribute: &str, otherwise: &str| new.attribute(attribute).unwrap_or(otherwise).to_owned();
    let (minimum, maximum) = (new.attribute("minimum"), new.attribute("maximum"));
    let start = new.attribute("start").or(if text("increment", "1").starts_with('-') { maximum } else { minimum });
    let bound =
        |word: &str, value: Option<&str>| value.map_or_else(|| format!("NO {word}"), |value| format!("{word} {value}"));
    let name = qualified(&new.id);
    let mut statements = vec![format!(
        "ALTER SEQUENCE {name} AS {} INCREMENT BY {} {} {} START WITH {} CACHE {} {}",
        text("type", "bigint"),
        text("increment", "1"),
        bound("MINVALUE", minimum),
        bound("MAXVALUE", maximum),
        start.unwrap_or(if text("increment", "1").starts_with('-') { "-1" } else { "1" }),
        text("cache", "1"),
        if new.attribute("cycle").is_some() { "CYCLE" } else { "NO CYCLE" }
    )];
    if new.attribute("identity_of").is_none() {
        statements.push(format!("ALTER SEQUENCE {name} OWNED BY {}", text("owned_by", "NONE")));
    }
    statements
}

/// Run again, a type that is there is not changed: what has come since may read the column.
fn unless_of_type(change: &str, table: &str, column: &str, kind: &str) -> String {
    let body = format!(
        "BEGIN\nIF (SELECT pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute\n    \
         WHERE attrelid = {}::pg_catalog.regclass AND attname = {}) IS DISTINCT FROM {} THEN\n    {change};\nEND IF;\nEND",
        quote_literal(table),
        quote_literal(column),
        quote_literal(kind)
    );
    format!("DO {}", dollar_quoted(&body))
}

/// The storage that the column's type asks for; `SET STORAGE DEFAULT` came with 16.
fn default_storage(table: &str, column: &str, alter: &str) -> String {
    let (table, column, alter) = (quote_literal(table), quote_literal(column), quote_literal(alter));
    let body = format!(
        "BEGIN\nEXECUTE (SELECT {alter} || ' SET STORAGE ' || CASE t.typstorage WHEN 'p' THEN 'plain' \
         WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END\n    FROM pg_catalog.pg_attribute a \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid\n    WHERE a.attrelid = {table}::pg_catalog.regclass \
         AND a.attname = {column});\nEND"
    );
    format!("DO {}", dollar_quoted(&body))
}
