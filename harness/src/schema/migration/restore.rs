//! Small attributes of any object, put to another value.

use crate::schema::ddl::{addressed, command_word, comment_behind, qualified};
use crate::schema::normalise::SUPERUSER;
use crate::schema::{Kind, Object};
use crate::sql::quote_literal;

/// The statement that gives an object the owner or a comment of `to`; none where the attribute is another.
pub(super) fn put(attribute: &str, to: &Object) -> Option<String> {
    let text = to.attribute(attribute).map_or_else(|| "NULL".to_owned(), quote_literal);
    match attribute {
        "comment" => Some(format!("COMMENT ON {} IS {text}", addressed(&to.id))),
        "comment_on_its_index" => Some(comment_behind(&to.id, &text)),
        // One that belongs to a column has the owner of the table, and changes it with that.
        "owner" if to.attribute("owned_by").or(to.attribute("identity_of")).is_some() => None,
        "owner" => {
            let role = to.attribute("owner").filter(|role| *role != SUPERUSER).unwrap_or("CURRENT_USER");
            let name = if to.id.kind == Kind::Aggregate { None } else { Some(qualified(&to.id)) };
            let target = name.map_or_else(|| addressed(&to.id), |name| format!("{} {name}", command_word(to.id.kind)));
            Some(format!("ALTER {target} OWNER TO {role}"))
        }
        _ => None,
    }
}
