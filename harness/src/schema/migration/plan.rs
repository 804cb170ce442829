//! What is to go, to change and to come, and the one graph that orders it.

use std::collections::{BTreeMap, BTreeSet};

use super::alter::{added_column, altered, changes};
use super::drop::dropped;
use super::rights::regranted;
use super::scope::{Scope, is_of_a_view, part_of};
use super::{Migration, MigrationError, MigrationStep, loss, online};
use crate::schema::ddl::{Piece, Writer, Written, granted_all};
use crate::schema::order::{ordered, stub_of};
use crate::schema::{Catalog, Graph, Kind, Object, ObjectId, Stage, default_of};

/// A piece with its way back.
struct Operation {
    piece: Piece,
    down: Vec<String>,
}

/// The way from `before` to `after`. Data is lost only where `allowed` names the object, as differences name it.
///
/// # Errors
/// Data would be lost and nobody allowed it; or objects need each other so that none can be first.
pub fn migration(
    before: (&Catalog, &Graph),
    after: (&Catalog, &Graph),
    allowed: &[String],
) -> Result<Migration, MigrationError> {
    let (old, new) = (Writer::new(before.0, before.1), Writer::new(after.0, after.1));
    let scope = Scope::of(&old, &new);
    let lost = loss::losses(&old, &new, &scope, allowed);
    if !lost.is_empty() {
        return Err(MigrationError::Loss(lost));
    }
    let mut notes = scope.notes.clone();
    let mut operations = drops(&old, &new, &scope, &mut notes);
    let gone = operations.len();
    operations.extend(alterations(&old, &new, &scope));
    let changed = operations.len();
    operations.extend(creations(&new, &old, &scope, &mut notes));
    link(&mut operations, gone, changed, before.1, after.1);
    let mut ways: BTreeMap<ObjectId, Vec<String>> = BTreeMap::new();
    let mut pieces = Vec::new();
    for (place, mut operation) in operations.into_iter().enumerate() {
        let token = token(place);
        operation.piece.provides.insert(token.clone());
        ways.insert(token, operation.down);
        pieces.push(operation.piece);
    }
    let pieces = ordered(&new, Written { pieces, notes: BTreeSet::new() })?;
    // What was made as a stub first goes back to being one, and then goes.
    let stubs: BTreeMap<ObjectId, Vec<String>> = pieces
        .iter()
        .filter(|piece| piece.object.kind == Kind::View && piece.provides.contains(&stub_of(&piece.object)))
        .map(|piece| (piece.object.clone(), piece.statements.clone()))
        .collect();
    let mut steps = Vec::new();
    for piece in pieces {
        let way = piece.provides.iter().find_map(|provided| ways.get(provided));
        let down = match (way, stubs.get(&piece.object)) {
            (None, Some(_)) => new.object(&piece.object).and_then(dropped).into_iter().collect(),
            (Some(way), Some(stub)) if !way.is_empty() => stub.clone(),
            (way, _) => way.cloned().unwrap_or_default(),
        };
        if !piece.statements.is_empty() || !down.is_empty() {
            let object = if piece.object.name == GONE { piece.object.parent.as_deref() } else { Some(&piece.object) };
            let object = object.unwrap_or(&piece.object).clone();
            steps.push(MigrationStep { object, stage: piece.stage, up: piece.statements, down });
        }
    }
    Ok(Migration { steps, notes })
}

const GONE: &str = "(gone)";

fn token(place: usize) -> ObjectId {
    ObjectId::new(Kind::Schema, Some("(operation)"), place.to_string())
}

/// What goes: the pieces that once made it, in the other direction.
fn drops(old: &Writer<'_>, other: &Writer<'_>, scope: &Scope, notes: &mut BTreeSet<String>) -> Vec<Operation> {
    let mut found = Vec::new();
    let mut ignored = Written::default();
    for object in old.catalog().objects().filter(|object| scope.gone.contains(&object.id)) {
        let goes_along = object.id.parent.as_deref().is_some_and(|whole| scope.is_gone(whole));
        if object.id.kind == Kind::Column {
            if !goes_along && !is_of_a_view(&object.id) && object.attribute("inherited").is_none() {
                let (statement, behind) = added_column(old, object);
                let mut piece = about(object, dropped(object).into_iter().collect());
                piece
                    .needs
                    .extend(old.graph().needs(&object.id).chain(old.graph().needs(&default_of(&object.id))).cloned());
                piece.provides.insert(object.id.clone());
                found.push(Operation { piece, down: [statement].into_iter().chain(behind).collect() });
            }
            continue;
        }
        let mut written = Written::default();
        old.write(object, &mut written);
        for mut piece in written.pieces {
            let makes = piece.provides.contains(&object.id);
            let mut down = std::mem::take(&mut piece.statements);
            let mut up = if makes { away(object, goes_along) } else { away_by_itself(&down) };
            if let Some(all) = becomes_owner(object, other) {
                up = vec![all];
            }
            if scope.coming.contains(&object.id) {
                up = up.into_iter().map(|statement| super::guard::unless_needed(&statement)).collect();
            }
            if !goes_along {
                (up, down) = (online::dropping(old, object, up), online::making(old, object, down));
            }
            piece.statements = up;
            found.push(Operation { piece, down });
        }
        ignored.notes.extend(written.notes);
    }
    notes.extend(ignored.notes.into_iter().map(|note| format!("on the way back: {note}")));
    found
}

/// The statement that drops an object; of what goes along with its whole, what may hold on to others goes by itself.
fn away(object: &Object, goes_along: bool) -> Vec<String> {
    let of_a_domain = object.id.parent.as_deref().is_some_and(|whole| whole.kind == Kind::Domain);
    let by_itself = !goes_along || (object.id.kind != Kind::Grant && !of_a_domain);
    let statement = dropped(object).filter(|_| by_itself);
    // Taken away again, a right on what is gone is no mistake.
    let of_rights = matches!(object.id.kind, Kind::Grant | Kind::DefaultPrivilege);
    statement.map(|one| if of_rights { super::guard::unless_gone(&one) } else { one }).into_iter().collect()
}

/// What is granted instead of taken away, where the grantee of one schema is the owner in the other.
fn becomes_owner(object: &Object, other: &Writer<'_>) -> Option<String> {
    let on = object.id.parent.as_deref().filter(|_| object.id.kind == Kind::Grant)?;
    let owner = other.object(on.root())?.attribute("owner")?;
    (owner == object.id.name && on.kind != Kind::Column).then(|| granted_all(on, owner))
}

/// A default that was set behind its table goes before what it needs does.
fn away_by_itself(made: &[String]) -> Vec<String> {
    let default = |statement: &String| {
        let head = statement.split_once(" SET DEFAULT ")?.0.strip_prefix("ALTER TABLE ONLY ")?;
        Some(format!("ALTER TABLE IF EXISTS ONLY {head} DROP DEFAULT"))
    };
    made.iter().filter_map(default).collect()
}

/// What changes in place.
fn alterations(old: &Writer<'_>, new: &Writer<'_>, scope: &Scope) -> Vec<Operation> {
    let mut found = Vec::new();
    for id in &scope.altered {
        let (Some(from), Some(to)) = (old.object(id), new.object(id)) else { continue };
        let mut up = altered((old, from), (new, to)).unwrap_or_default();
        let mut down = altered((new, to), (old, from)).unwrap_or_default();
        if changes(from, to).contains(&"owner") {
            up.extend(regranted(new, to));
            down.extend(regranted(old, from));
        }
        found.push(Operation { piece: about(to, up), down: online::back(to, from, old, down) });
    }
    for column in &scope.defaults {
        let (Some(from), Some(to)) = (old.object(column), new.object(column)) else { continue };
        let (Some(was), Some(is)) = (from.attribute("default"), to.attribute("default")) else { continue };
        let alter = format!(
            "ALTER TABLE {} ALTER COLUMN {}",
            crate::schema::ddl::parent(column),
            crate::sql::quote_identifier(&column.name)
        );
        let drop = format!("{alter} DROP DEFAULT");
        let mut away = about(from, vec![drop.clone()]);
        away.provides.insert(gone_default(column));
        found.push(Operation { piece: away, down: vec![format!("{alter} SET DEFAULT {was}")] });
        let mut back = about(to, vec![format!("{alter} SET DEFAULT {is}")]);
        back.needs.extend(new.graph().needs(&default_of(column)).cloned());
        back.needs.insert(gone_default(column));
        found.push(Operation { piece: back, down: vec![drop] });
    }
    found
}

fn gone_default(column: &ObjectId) -> ObjectId {
    default_of(column).child(Kind::Column, GONE)
}

fn about(object: &Object, statements: Vec<String>) -> Piece {
    Piece {
        object: object.id.clone(),
        stage: Stage::of(object.id.kind),
        provides: BTreeSet::new(),
        needs: BTreeSet::new(),
        statements,
    }
}

/// What comes.
fn creations(new: &Writer<'_>, other: &Writer<'_>, scope: &Scope, notes: &mut BTreeSet<String>) -> Vec<Operation> {
    let mut found = Vec::new();
    for object in new.catalog().objects().filter(|object| scope.coming.contains(&object.id)) {
        let comes_along = object.id.parent.as_deref().is_some_and(|whole| scope.coming.contains(whole));
        if object.id.kind == Kind::Column {
            if !comes_along && !is_of_a_view(&object.id) && object.attribute("inherited").is_none() {
                let (statement, behind) = added_column(new, object);
                let mut piece = about(object, [statement].into_iter().chain(behind).collect());
                piece
                    .needs
                    .extend(new.graph().needs(&object.id).chain(new.graph().needs(&default_of(&object.id))).cloned());
                piece.provides.insert(object.id.clone());
                found.push(Operation { piece, down: dropped(object).into_iter().collect() });
            }
            continue;
        }
        let mut written = Written::default();
        new.write(object, &mut written);
        for mut piece in written.pieces {
            let makes = piece.provides.contains(&object.id);
            let mut down = if makes { away(object, comes_along) } else { away_by_itself(&piece.statements) };
            if let Some(all) = becomes_owner(object, other) {
                down = vec![all];
            }
            if scope.gone.contains(&object.id) {
                down = down.into_iter().map(|statement| super::guard::unless_needed(&statement)).collect();
            }
            if !comes_along {
                down = online::dropping(new, object, down);
                piece.statements = online::making(new, object, piece.statements);
            }
            found.push(Operation { piece, down });
        }
        notes.extend(written.notes);
    }
    found
}

/// The edges between what goes (up to `gone`), what changes (up to `changed`) and what comes.
fn link(operations: &mut [Operation], gone: usize, changed: usize, old: &Graph, new: &Graph) {
    let views: Vec<(ObjectId, BTreeSet<ObjectId>, BTreeSet<ObjectId>)> = operations
        .iter()
        .map(|one| (one.piece.object.clone(), one.piece.provides.clone(), one.piece.needs.clone()))
        .collect();
    let needs_one_of =
        |needs: &BTreeSet<ObjectId>, provides: &BTreeSet<ObjectId>| needs.iter().any(|need| provides.contains(need));
    for (place, operation) in operations.iter_mut().enumerate() {
        let Some((object, provides, needs)) = views.get(place) else { continue };
        let mut more = BTreeSet::new();
        for (other, (other_object, other_provides, other_needs)) in views.iter().enumerate() {
            if other == place {
                continue;
            }
            let follows = if place < gone {
                // Dropped behind what needs it, and behind what lets go of it.
                let lets_go = (gone..changed).contains(&other)
                    && old
                        .needs(other_object)
                        .chain(old.needs(&default_of(other_object)))
                        .any(|need| provides.contains(need))
                    && !new
                        .needs(other_object)
                        .chain(new.needs(&default_of(other_object)))
                        .any(|need| provides.contains(need));
                (other < gone && needs_one_of(other_needs, provides)) || lets_go
            } else if place < changed {
                other < gone && old.needs(other_object).any(|need| need == object)
            } else {
                let same_name = other < gone
                    && other_provides.iter().any(|id| {
                        provides.iter().any(|own| {
                            own == id
                                || (own.schema == id.schema
                                    && own.name == id.name
                                    && own.parent.is_none() == id.parent.is_none()
                                    && id.kind != Kind::Column)
                        })
                    });
                let of_a_change = (gone..changed).contains(&other)
                    && needs
                        .iter()
                        .any(|need| need == other_object || part_of(other_object, need) && need.kind != Kind::Schema);
                same_name || of_a_change
            };
            if follows {
                more.insert(token(other));
            }
        }
        if place < gone {
            // What goes provides nothing, and needs only what must be gone before it.
            operation.piece.provides.clear();
            operation.piece.needs.clear();
            operation.piece.object = operation.piece.object.child(operation.piece.object.kind, GONE);
        } else if place < changed {
            operation.piece.needs.extend(new.needs(object).chain(new.needs(&default_of(object))).cloned());
        }
        operation.piece.needs.extend(more);
    }
}
