//! Rights on an object whose owner changes.

use crate::schema::ddl::{Writer, Written, granted_all};
use crate::schema::{Kind, Object};

use super::scope::part_of;

/// Who owns an object had its rights mixed with those of the owner before: all are given anew.
pub(super) fn regranted(writer: &Writer<'_>, object: &Object) -> Vec<String> {
    let grants: Vec<&Object> =
        writer.catalog().objects().filter(|one| one.id.kind == Kind::Grant && part_of(&one.id, &object.id)).collect();
    let owner = object.attribute("owner").filter(|_| has_rights(object.id.kind));
    let mut statements: Vec<String> = owner.map(|owner| granted_all(&object.id, owner)).into_iter().collect();
    for grant in grants {
        let mut written = Written::default();
        writer.write(grant, &mut written);
        statements.extend(written.pieces.into_iter().flat_map(|piece| piece.statements));
    }
    statements
}

fn has_rights(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Schema
            | Kind::Table
            | Kind::ForeignTable
            | Kind::View
            | Kind::MaterializedView
            | Kind::Sequence
            | Kind::Function
            | Kind::Procedure
            | Kind::Aggregate
            | Kind::Enum
            | Kind::Domain
            | Kind::Composite
            | Kind::Range
            | Kind::ForeignDataWrapper
            | Kind::ForeignServer
    )
}
