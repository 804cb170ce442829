//! What an SQLSTATE says about whose trouble it is.

/// Whether an error is the server's own trouble and no verdict on the statement: the connection is lost, the server
/// shuts down, has no resources left, met an error of its system or corrupt data (PostgreSQL manual, appendix A).
///
/// `XX000`, an internal error, is about the statement: extensions raise it for bad input, such as `PostGIS` for a text
/// that is no geometry. A server that really falls over takes the connection along.
pub fn is_servers_trouble(sqlstate: &str) -> bool {
    ["08", "53", "57P", "58", "XX001", "XX002"].iter().any(|class| sqlstate.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_room_is_in_trouble_and_one_that_refuses_is_not() {
        for trouble in ["53100", "57P01", "08006", "XX001"] {
            assert!(is_servers_trouble(trouble), "{trouble}");
        }
        for refusal in ["23505", "42P01", "57014", "XX000", "40P01"] {
            assert!(!is_servers_trouble(refusal), "{refusal}");
        }
    }
}
