//! Views and materialised views.

use super::list::storage_options;
use super::name::qualified;
use super::piece::Piece;
use super::writer::{Writer, comments};
use crate::schema::order::{filled, stub_of};
use crate::schema::{Kind, Object, Stage};
use crate::sql::quote_identifier;

/// A view, and what stands for it while what it needs does not stand yet; the second only where a cycle asks for it.
pub(super) fn write(writer: &Writer<'_>, object: &Object) -> Vec<Piece> {
    let name = qualified(&object.id);
    let definition = object.attribute("definition").unwrap_or_default();
    let columns = writer.parts(&object.id, Kind::Column);
    let mut options = String::new();
    if let Some(list) = object.attribute("options") {
        options = format!(" WITH ({})", storage_options(list, ""));
    }
    let mut piece = if object.id.kind == Kind::View {
        Piece::making(&object.id, format!("CREATE OR REPLACE VIEW {name}{options} AS\n{definition}"))
    } else {
        let method = object.attribute("access_method").map(|method| format!(" USING {}", quote_identifier(method)));
        let space = object.attribute("tablespace").map(|space| format!(" TABLESPACE {}", quote_identifier(space)));
        let (method, space) = (method.unwrap_or_default(), space.unwrap_or_default());
        Piece::making(
            &object.id,
            format!("CREATE MATERIALIZED VIEW {name}{method}{options}{space} AS\n{definition}\nWITH NO DATA"),
        )
    };
    for column in columns {
        piece.provides.insert(column.id.clone());
        piece.needs.extend(writer.graph.needs(&column.id).cloned());
        let own = quote_identifier(&column.id.name);
        if let Some(default) = column.attribute("default") {
            piece.statements.push(format!("ALTER VIEW {name} ALTER COLUMN {own} SET DEFAULT {default}"));
        }
        if object.id.kind == Kind::MaterializedView {
            piece.statements.extend(super::relation::column_settings(column, &name));
        }
        piece.statements.extend(comments(column));
    }
    let mut pieces = vec![piece];
    if object.id.kind == Kind::MaterializedView && object.attribute("populated") != Some("no") {
        let mut refresh = Piece::about(&object.id, format!("REFRESH MATERIALIZED VIEW {name}")).in_stage(Stage::Tail);
        // Filled in the order in which they read each other, also through views.
        refresh.provides.insert(filled(&object.id));
        refresh.needs.extend(read_by(writer, &object.id).iter().map(filled));
        pieces.push(refresh);
    }
    pieces
}

/// The materialised views that a view reads, directly or through others.
fn read_by(writer: &Writer<'_>, id: &crate::schema::ObjectId) -> std::collections::BTreeSet<crate::schema::ObjectId> {
    let mut found = std::collections::BTreeSet::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut open = vec![id.clone()];
    while let Some(next) = open.pop() {
        for need in writer.graph.needs(&next).map(|need| need.root().clone()) {
            if seen.insert(need.clone()) && need != *id {
                if need.kind == Kind::MaterializedView {
                    found.insert(need.clone());
                }
                open.push(need);
            }
        }
    }
    found
}

/// A view of the same columns that reads nothing: what breaks a cycle.
pub(in crate::schema) fn stub(writer: &Writer<'_>, object: &Object) -> Piece {
    let columns = writer.parts(&object.id, Kind::Column);
    let nulls: Vec<String> = columns
        .iter()
        .map(|column| {
            let kind = column.attribute("type").unwrap_or("text");
            let collation = column.attribute("collation").map(|name| format!(" COLLATE {name}")).unwrap_or_default();
            format!("NULL::{kind}{collation} AS {}", quote_identifier(&column.id.name))
        })
        .collect();
    let statement = format!("CREATE OR REPLACE VIEW {} AS\nSELECT {}", qualified(&object.id), nulls.join(", "));
    let mut piece = Piece::making(&object.id, statement);
    piece.provides = [stub_of(&object.id)].into();
    for column in columns {
        piece.needs.extend(writer.graph.needs(&column.id).cloned());
    }
    piece
}
