//! How an object goes.

use crate::schema::ddl::{addressed, command_word, parent, qualified, revoked};
use crate::schema::{Kind, Object};
use crate::sql::quote_identifier;

/// The statement that drops an object; none where it goes with what it is a part of, or with what made it.
pub(super) fn dropped(object: &Object) -> Option<String> {
    let id = &object.id;
    let own = quote_identifier(&id.name);
    let of_a_partition = object.attribute("inherited").is_some()
        || (id.kind == Kind::Index && object.attribute("partition_of").is_some());
    if of_a_partition && id.parent.is_some() {
        // The server takes it along with that of the whole, and lets nobody take it alone.
        return None;
    }
    Some(match id.kind {
        Kind::Column => format!("ALTER TABLE {} DROP COLUMN IF EXISTS {own}", parent(id)),
        Kind::Constraint if id.parent.as_deref().is_some_and(|whole| whole.kind == Kind::Domain) => {
            format!("ALTER DOMAIN {} DROP CONSTRAINT IF EXISTS {own}", parent(id))
        }
        Kind::Constraint => format!("ALTER TABLE IF EXISTS {} DROP CONSTRAINT IF EXISTS {own}", parent(id)),
        Kind::Trigger | Kind::Rule | Kind::Policy => {
            format!("DROP {} IF EXISTS {own} ON {}", command_word(id.kind), parent(id))
        }
        Kind::UserMapping => format!("DROP USER MAPPING IF EXISTS FOR {} SERVER {}", id.name, parent(id)),
        Kind::Cast => format!("DROP CAST IF EXISTS {}", qualified(id)),
        Kind::Grant | Kind::DefaultPrivilege => return revoked(object),
        Kind::Sequence if object.attribute("identity_of").is_some() => return None,
        // Its own functions take it and return it: none can go before the other.
        Kind::BaseType => format!("DROP TYPE IF EXISTS {} CASCADE", qualified(id)),
        _ => {
            let named = addressed(id);
            let word = command_word(id.kind);
            format!("DROP {word} IF EXISTS{}", named.strip_prefix(word).unwrap_or(&named))
        }
    })
}
