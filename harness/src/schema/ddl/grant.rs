//! Rights, and the rights that objects made later will get.

use std::collections::BTreeSet;

use super::foreign::mapped_role;
use super::list::split_outside;
use super::name::{command_word, parent, qualified};
use super::piece::Piece;
use crate::schema::{Kind, Object, ObjectId};
use crate::sql::quote_identifier;

pub(super) fn write(object: &Object, notes: &mut BTreeSet<String>) -> Vec<Piece> {
    let statements = if object.id.kind == Kind::Grant { grant(object) } else { default_privilege(object) };
    let Some(statements) = statements else {
        notes.insert(format!("{} can not be written: a role of it is gone, or it is of an unknown kind", object.id));
        return Vec::new();
    };
    let mut piece = Piece::making(&object.id, String::new());
    piece.statements = statements;
    // Taking all rights on a table away takes those on its columns along: the columns come behind.
    if let Some(column) = object.id.parent.as_deref().filter(|parent| parent.kind == Kind::Column)
        && let Some(table) = column.parent.as_deref()
    {
        piece.needs.insert(table.child(Kind::Grant, object.id.name.as_str()));
    }
    vec![piece]
}

/// What is taken away, then what is given: the grantee then has exactly these rights.
fn grant(object: &Object) -> Option<Vec<String>> {
    let on = object.id.parent.as_deref()?;
    let role = known_role(&object.id.name)?;
    let target = target(on);
    let column = (on.kind == Kind::Column).then(|| quote_identifier(&on.name));
    let mut statements = vec![revoke_from(on, role)];
    let privileges = object.attribute("privileges")?;
    if privileges != "nothing" {
        statements.push(format!("GRANT {} ON {target} TO {role}", listed(privileges, column.as_deref())));
    }
    if let Some(grantable) = object.attribute("grantable") {
        let listed = listed(grantable, column.as_deref());
        statements.push(format!("GRANT {listed} ON {target} TO {role} WITH GRANT OPTION"));
    }
    Some(statements)
}

/// Takes every right on an object away from a role.
pub(in crate::schema) fn revoke_from(on: &ObjectId, role: &str) -> String {
    let column = if on.kind == Kind::Column { format!(" ({})", quote_identifier(&on.name)) } else { String::new() };
    format!("REVOKE ALL{column} ON {} FROM {}", target(on), mapped_role(role))
}

/// Gives a role every right on an object.
pub(in crate::schema) fn granted_all(on: &ObjectId, role: &str) -> String {
    format!("GRANT ALL ON {} TO {}", target(on), mapped_role(role))
}

fn target(on: &ObjectId) -> String {
    match on.kind {
        Kind::Column => format!("TABLE {}", parent(on)),
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable => format!("TABLE {}", qualified(on)),
        Kind::Aggregate | Kind::Function => format!("FUNCTION {}", qualified(on)),
        Kind::Domain => format!("TYPE {}", qualified(on)),
        Kind::ForeignServer => format!("FOREIGN SERVER {}", qualified(on)),
        kind => format!("{} {}", command_word(kind), qualified(on)),
    }
}

fn listed(privileges: &str, column: Option<&str>) -> String {
    let Some(column) = column else { return privileges.to_owned() };
    privileges.split(", ").map(|privilege| format!("{privilege} ({column})")).collect::<Vec<_>>().join(", ")
}

fn known_role(role: &str) -> Option<&str> {
    (!role.starts_with("(dropped role")).then(|| mapped_role(role))
}

/// A list of roles as a command takes them.
pub(super) fn roles(list: &str) -> String {
    split_outside(list, ",").into_iter().map(mapped_role).collect::<Vec<_>>().join(", ")
}

fn default_privilege(object: &Object) -> Option<Vec<String>> {
    let (head, objects, grantee) = default_parts(&object.id)?;
    let privileges = object.attribute("privileges")?;
    let mut statements = vec![format!("{head} REVOKE ALL ON {objects} FROM {grantee}")];
    if privileges != "nothing" {
        statements.push(format!("{head} GRANT {privileges} ON {objects} TO {grantee}"));
    }
    if let Some(grantable) = object.attribute("grantable") {
        statements.push(format!("{head} GRANT {grantable} ON {objects} TO {grantee} WITH GRANT OPTION"));
    }
    Some(statements)
}

/// `ALTER DEFAULT PRIVILEGES …`, the kind of objects, and the grantee.
pub(in crate::schema) fn default_parts(id: &ObjectId) -> Option<(String, String, String)> {
    let rest = id.name.strip_prefix("of ")?;
    let (grantor, objects, grantee) =
        ["tables", "sequences", "functions", "types", "schemas", "large objects"].into_iter().find_map(|objects| {
            let (grantor, grantee) = rest.split_once(&format!(" on {objects} to "))?;
            Some((grantor, objects, grantee))
        })?;
    let (grantor, grantee) = (known_role(grantor)?, known_role(grantee)?);
    let schema = id.schema.as_deref().map(|schema| format!(" IN SCHEMA {}", quote_identifier(schema)));
    let head = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {grantor}{}", schema.unwrap_or_default());
    Some((head, objects.to_uppercase(), grantee.to_owned()))
}

/// Gives a grantee what the server's defaults give: nothing, but for the owner and for some kinds everybody.
pub(in crate::schema) fn revoked(object: &Object) -> Option<String> {
    let of_everybody = |is_routine: bool, is_type: bool| match (is_routine, is_type) {
        (true, _) => Some("EXECUTE"),
        (_, true) => Some("USAGE"),
        _ => None,
    };
    if object.id.kind == Kind::DefaultPrivilege {
        let (head, objects, grantee) = default_parts(&object.id)?;
        let everybody = of_everybody(objects == "FUNCTIONS", objects == "TYPES");
        let of_itself = head.split_once("FOR ROLE ").is_some_and(|(_, role)| role == grantee);
        return Some(match (object.id.schema.is_none(), grantee.as_str(), everybody) {
            (true, "PUBLIC", Some(privilege)) => format!("{head} GRANT {privilege} ON {objects} TO PUBLIC"),
            (true, _, _) if of_itself => format!("{head} GRANT ALL ON {objects} TO {grantee}"),
            _ => format!("{head} REVOKE ALL ON {objects} FROM {grantee}"),
        });
    }
    let on = object.id.parent.as_deref()?;
    let role = known_role(&object.id.name)?;
    let everybody = of_everybody(
        matches!(on.kind, Kind::Function | Kind::Procedure | Kind::Aggregate),
        matches!(on.kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::BaseType),
    );
    let of_public = if on.kind == Kind::Schema && on.name == "public" { Some("USAGE") } else { everybody };
    Some(match (role, of_public) {
        ("PUBLIC", Some(privilege)) => format!("GRANT {privilege} ON {} TO PUBLIC", target(on)),
        ("CURRENT_USER", _) => format!("GRANT ALL ON {} TO CURRENT_USER", target(on)),
        _ => revoke_from(on, role),
    })
}
