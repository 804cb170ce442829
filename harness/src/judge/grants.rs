//! Claim C, grants: who could use a relation of the baseline can use it under its old name, and nobody else can.

use std::collections::{BTreeMap, BTreeSet};

use super::{CaseFile, Code, Finding, Ruling};
use crate::schema::{Catalog, Kind, Object};
use crate::sql::RelationName;

/// What may be granted on tables, views and sequences alike, or means the same on each; `MAINTAIN`, `TRIGGER` and the
/// like are the owner's business.
const COMPARED: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "USAGE"];

/// The rights on each relation, by grantee; those on columns under `column.grantee`'s own name.
type Rights = BTreeMap<RelationName, BTreeSet<(String, String)>>;

pub(super) fn grants(case: &CaseFile<'_>, ruling: &mut Ruling) {
    let Some(after) = &case.after else { return };
    let (before, now) = (rights(&case.baseline.catalog), rights(&after.catalog));
    for (relation, before) in &before {
        let plan = case.plan;
        let excused = plan.retired(relation).is_some() || plan.excepts_sight(relation) || plan.regrants(relation);
        // A relation that is gone is told by parity.
        let (false, Some(now)) = (excused, now.get(relation)) else { continue };
        let lost = before.difference(now).map(|right| ("lost", right));
        let gained = now.difference(before).map(|right| ("gained", right));
        for (change, (grantee, privilege)) in lost.chain(gained) {
            ruling.findings.push(
                Finding::new(Code::C006, format!("role `{grantee}` {change} {privilege} on `{relation}`"))
                    .about(relation)
                    .key(format!("role={grantee}, privilege={privilege}"))
                    .help(
                        "grant what the relation's users had, no more; `[[path.regrant]]` says that a change is meant",
                    ),
            );
        }
    }
}

fn rights(catalog: &Catalog) -> Rights {
    let mut rights = Rights::new();
    for object in catalog.objects() {
        let root = object.id.root();
        let holds = matches!(
            root.kind,
            Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable | Kind::Sequence
        );
        let (true, Some(schema)) = (holds, &root.schema) else { continue };
        let of_relation = rights.entry(RelationName::new(schema.as_str(), root.name.as_str())).or_default();
        if object.id.kind == Kind::Grant {
            of_relation.extend(granted(object, root.kind));
        }
    }
    rights
}

fn granted(grant: &Object, kind: Kind) -> Vec<(String, String)> {
    let held = grant.attribute("privileges").unwrap_or_default();
    let all = held == "ALL";
    let possible = COMPARED.into_iter().filter(|privilege| match kind {
        Kind::Sequence => ["SELECT", "UPDATE", "USAGE"].contains(privilege),
        _ => *privilege != "USAGE",
    });
    let on_column = grant.id.parent.as_deref().filter(|parent| parent.kind == Kind::Column);
    possible
        .filter(|privilege| all || held.split(", ").any(|word| word == *privilege))
        .map(|privilege| match on_column {
            Some(column) => (grant.id.name.clone(), format!("{privilege} ({})", column.name)),
            None => (grant.id.name.clone(), privilege.to_owned()),
        })
        .collect()
}
