//! Errors in the words that a person needs.

use std::error::Error;

/// An error and its causes on one line. What the server said stands there as it said it: the driver's own text adds a
/// line number of PostgreSQL's C source, which reads like a line of the reader's file.
pub fn in_words(error: &(dyn Error + 'static)) -> String {
    let mut text = words(error);
    let mut cause = below(error);
    while let Some(source) = cause {
        let message = words(source);
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = below(source);
    }
    text
}

/// What lies below a driver's error is the same message again.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if error.is::<sqlx::Error>() { None } else { error.source() }
}

fn words(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Database(database)) => database.message().to_owned(),
        Some(sqlx::Error::Io(error)) => error.to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("can not read the list")]
    struct Outer(#[source] sqlx::Error);

    #[test]
    fn a_cause_is_told_once_and_without_the_drivers_words() {
        let lost = std::io::Error::other("connection reset");
        assert_eq!(in_words(&Outer(sqlx::Error::Io(lost))), "can not read the list: connection reset");
    }
}
