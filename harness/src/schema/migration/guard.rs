//! Statements that can be run again: what is there already is left as it is.

use crate::schema::ddl::dollar_quoted;

/// What the server can say itself that it is not to be done twice.
const WITH_IF_NOT_EXISTS: [&str; 13] = [
    "CREATE SCHEMA ",
    "CREATE TABLE ",
    "CREATE UNLOGGED TABLE ",
    "CREATE FOREIGN TABLE ",
    "CREATE SEQUENCE ",
    "CREATE UNLOGGED SEQUENCE ",
    "CREATE MATERIALIZED VIEW ",
    "CREATE INDEX CONCURRENTLY ",
    "CREATE UNIQUE INDEX CONCURRENTLY ",
    "CREATE INDEX ",
    "CREATE UNIQUE INDEX ",
    "CREATE SERVER ",
    "CREATE STATISTICS ",
];

/// The errors of something that is there already (PostgreSQL manual, appendix A; text search knows no error of its own).
const THERE_ALREADY: &str = "duplicate_object OR duplicate_table OR duplicate_function OR duplicate_column OR \
                             duplicate_schema OR invalid_table_definition OR unique_violation";

/// The statement in a form that can be run again.
pub(super) fn guarded(statement: &str) -> String {
    if statement.contains(" IF NOT EXISTS ") || statement.starts_with("CREATE OR REPLACE ") {
        return statement.to_owned();
    }
    for head in WITH_IF_NOT_EXISTS {
        if let Some(rest) = statement.strip_prefix(head) {
            return format!("{head}IF NOT EXISTS {rest}");
        }
    }
    let is_made = statement.starts_with("CREATE ")
        || (statement.starts_with("ALTER ")
            && [" ADD CONSTRAINT ", " ADD MAPPING ", " ATTACH PARTITION ", " ADD GENERATED "]
                .iter()
                .any(|word| statement.contains(word)));
    if !is_made {
        return statement.to_owned();
    }
    // Attaching what is attached is `wrong_object_type`; an identity that is there is `object_not_in_prerequisite_state`.
    let more = if statement.contains(" ATTACH PARTITION ") {
        " OR wrong_object_type"
    } else if statement.contains(" ADD GENERATED ") {
        " OR object_not_in_prerequisite_state"
    } else {
        ""
    };
    let body = format!("BEGIN\n{statement};\nEXCEPTION WHEN {THERE_ALREADY}{more} THEN\n    NULL; -- it is there\nEND");
    format!("DO {}", dollar_quoted(&body))
}

/// A drop of what is made again behind it: run again, it leaves what is in use already.
pub(super) fn unless_needed(statement: &str) -> String {
    if !statement.starts_with("DROP ") {
        return statement.to_owned();
    }
    let body = format!(
        "BEGIN\n{statement};\nEXCEPTION WHEN dependent_objects_still_exist THEN\n    NULL; -- it was made again\nEND"
    );
    format!("DO {}", dollar_quoted(&body))
}

/// A statement about what may have gone with something else.
pub(super) fn unless_gone(statement: &str) -> String {
    let body = format!(
        "BEGIN\n{statement};\nEXCEPTION WHEN undefined_table OR undefined_object OR undefined_function \
         OR undefined_column OR invalid_schema_name THEN\n    NULL; -- it is gone\nEND"
    );
    format!("DO {}", dollar_quoted(&body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said_by_the_server_is_said_by_it() {
        assert_eq!(guarded("CREATE TABLE \"a\".\"b\" ()"), "CREATE TABLE IF NOT EXISTS \"a\".\"b\" ()");
        assert_eq!(
            guarded("CREATE UNIQUE INDEX CONCURRENTLY \"i\" ON t (a)"),
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"i\" ON t (a)"
        );
        for same in ["CREATE OR REPLACE VIEW v AS SELECT 1", "DROP TABLE IF EXISTS t", "GRANT SELECT ON t TO a"] {
            assert_eq!(guarded(same), same);
        }
    }

    #[test]
    fn what_can_not_is_wrapped() {
        let guarded = guarded("ALTER TABLE t ADD CONSTRAINT c CHECK (x <> '$$')");
        assert!(guarded.starts_with("DO $body$BEGIN\nALTER TABLE t ADD CONSTRAINT"), "{guarded}");
        assert!(guarded.contains("EXCEPTION WHEN duplicate_object"), "{guarded}");
    }
}
