//! Statements with places for values, `$1`, `$2`, …

use super::lexer::{self, Kind, StringRules};

/// A statement in pieces: its text, and the values that belong between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterText {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// Counted from 1.
    Parameter(usize),
}

impl ParameterText {
    /// Finds every `$n` that the server would take for a parameter: not those inside strings, names and comments.
    pub fn parse(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(token) = lexer::scan(text, at, StringRules::Standard) {
            let piece = text.get(at..token.end).unwrap_or_default();
            let number = piece.strip_prefix('$').and_then(|digits| digits.parse().ok());
            match number.filter(|_| token.kind == Kind::Other) {
                Some(number) => {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Parameter(number));
                }
                None => plain.push_str(piece),
            }
            at = token.end;
        }
        pieces.push(Piece::Text(plain));
        Self { pieces }
    }

    /// The numbers of its parameters, in the order of the text.
    pub fn parameters(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter(number) => Some(*number),
            Piece::Text(_) => None,
        })
    }

    /// The statement with literals in the places of the parameters; one that is missing is null.
    pub fn fill(&self, literals: &[String]) -> String {
        let filled = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Parameter(number) => {
                number.checked_sub(1).and_then(|place| literals.get(place)).map_or("null", String::as_str)
            }
        });
        filled.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_filled_in_wherever_the_server_would_read_one() {
        let text = ParameterText::parse("select '$1', \"$1\", $$ $1 $$, /* $1 */ $2::int + $1 -- $3\n, a$1");
        assert_eq!(text.parameters().collect::<Vec<_>>(), [2, 1]);
        assert_eq!(
            text.fill(&["'one'".to_owned(), "'2'".to_owned()]),
            "select '$1', \"$1\", $$ $1 $$, /* $1 */ '2'::int + 'one' -- $3\n, a$1"
        );
    }

    #[test]
    fn a_missing_value_is_null_and_a_text_without_parameters_stays() {
        assert_eq!(ParameterText::parse("select $2, $0").fill(&["'a'".to_owned()]), "select null, null");
        assert_eq!(ParameterText::parse("select 1").fill(&[]), "select 1");
    }
}
