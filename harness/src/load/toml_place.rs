//! TOML whose mistakes have a place.

use serde::de::DeserializeOwned;

use crate::scenario::Mistake;
use crate::sql::Position;

/// Reads a value, or says where the text is wrong and what was expected there.
pub(super) fn parse<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, Mistake> {
    toml::from_str(text).map_err(|error| {
        let mut mistake = Mistake::new(error.message().replace('\n', " "));
        if let Some(span) = error.span() {
            let before = text.get(..span.start).unwrap_or_default();
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let start = text.get(line_start..span.start).unwrap_or_default().chars().count();
            let width = text.get(span).unwrap_or_default().lines().next().unwrap_or_default().chars().count().max(1);
            let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            mistake = mistake
                .at(Position {
                    file: file.into(),
                    line: number(before.matches('\n').count() + 1),
                    column: number(start + 1),
                })
                .in_line(line, start, start + width);
        }
        mistake
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn mistake(text: &str) -> Mistake {
        parse::<Scenario>(text, "scenario.toml").unwrap_err()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_column() {
        let found = mistake("name = 'x'\nbaseline = { files = [] }\npath = []\n  nmae = 1\n");
        let position = found.position.unwrap();
        assert_eq!((position.line, position.column), (4, 3));
        assert!(found.message.contains("nmae"), "{}", found.message);
    }

    #[test]
    fn a_broken_text_is_placed_where_it_breaks() {
        let position = mistake("name = 'x\n").position.unwrap();
        assert_eq!(position.line, 1);
    }
}
