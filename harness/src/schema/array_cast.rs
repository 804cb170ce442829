//! A list of constants under one cast, in the form that a dump and a restore give it.
//!
//! `CHECK (a IN ('x', 'y'))` over a `varchar` is kept as one cast of the whole array, and printed that way; read back,
//! the parser casts each element. Both mean the same, and every later round trip keeps the second form
//! (`transformArrayExpr` in PostgreSQL's `src/backend/parser/parse_expr.c`).

use super::token::{Token, TokenKind, tokens};

/// Writes every `(ARRAY[a, b])::t[]` as `ARRAY[(a)::t, (b)::t]`; all else stays.
///
/// Where the server prints without needless parentheses (extended statistics), `ARRAY[a, b]::t[]` becomes
/// `ARRAY[a::t, b::t]`.
pub(super) fn casts_by_element(definition: &str) -> String {
    let all = tokens(definition);
    let mut text = String::with_capacity(definition.len());
    let mut place = 0;
    while let Some(token) = all.get(place) {
        if let Some(cast) = cast_at(&all, place) {
            text.push_str(&cast.by_element());
            place = cast.end;
        } else {
            text.push_str(token.text);
            place += 1;
        }
    }
    text
}

struct Cast {
    elements: Vec<String>,
    type_name: String,
    form: Form,
    /// The place behind it.
    end: usize,
}

/// How the server prints what is cast.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In parentheses.
    Enclosed,
    /// As it is.
    Bare,
}

impl Cast {
    fn by_element(&self) -> String {
        let elements: Vec<String> = self.elements.iter().map(|element| self.one(element)).collect();
        format!("ARRAY[{}]", elements.join(", "))
    }

    fn one(&self, element: &str) -> String {
        let type_name = &self.type_name;
        if element.starts_with("ARRAY[") {
            // An array of arrays: the cast goes down to its elements.
            return casts_by_element(&format!("({element})::{type_name}[]"));
        }
        let element = casts_by_element(element);
        match self.form {
            Form::Enclosed => format!("({element})::{type_name}"),
            Form::Bare => format!("{element}::{type_name}"),
        }
    }
}

/// The cast of a whole array that begins at `start`.
fn cast_at(all: &[Token<'_>], start: usize) -> Option<Cast> {
    let is = |place: usize, sign: &str| all.get(place).is_some_and(|token| token.is(sign));
    let (form, array) = if is(start, "(") { (Form::Enclosed, start + 1) } else { (Form::Bare, start) };
    if !all.get(array)?.is_keyword("ARRAY") || !is(array + 1, "[") {
        return None;
    }
    let (elements, close) = elements(all, array + 2)?;
    let colons = match form {
        Form::Enclosed if is(close + 1, ")") => close + 2,
        Form::Enclosed => return None,
        Form::Bare => close + 1,
    };
    if !is(colons, ":") || !is(colons + 1, ":") {
        return None;
    }
    let mut type_name = String::new();
    let mut place = colons + 2;
    while let Some(token) = all.get(place).filter(|token| belongs_to_type(token)) {
        type_name.push_str(token.text);
        place += 1;
    }
    let is_array = is(place, "[") && is(place + 1, "]");
    (is_array && !type_name.is_empty() && !elements.is_empty()).then_some(Cast {
        elements,
        type_name,
        form,
        end: place + 2,
    })
}

/// The elements from `start` on, and the place of the bracket that closes them.
fn elements(all: &[Token<'_>], start: usize) -> Option<(Vec<String>, usize)> {
    let mut depth = 0_usize;
    let mut found = vec![String::new()];
    for (place, token) in all.iter().enumerate().skip(start) {
        if token.is("(") || token.is("[") {
            depth += 1;
        } else if depth == 0 && token.is("]") {
            let elements = found.iter().map(|element| element.trim().to_owned()).filter(|text| !text.is_empty());
            return Some((elements.collect(), place));
        } else if token.is(")") || token.is("]") {
            depth = depth.checked_sub(1)?;
        } else if depth == 0 && token.is(",") {
            found.push(String::new());
            continue;
        }
        found.last_mut()?.push_str(token.text);
    }
    None
}

/// `character varying(12)`, `app."Kind"`; the brackets of the array end it.
fn belongs_to_type(token: &Token<'_>) -> bool {
    let number = token.kind == TokenKind::Sign && token.text.chars().all(|c| c.is_ascii_digit());
    token.is_name()
        || number
        || (token.kind == TokenKind::Space && !token.text.contains('\n'))
        || [".", "(", ",", ")"].iter().any(|sign| token.is(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_the_same_before_and_after_a_restore() {
        let declared =
            "CHECK (((kind)::text = ANY ((ARRAY['a'::character varying, 'it''s, ]'::character varying])::text[])))";
        let restored = "CHECK (((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s, ]'::character varying)::text])))";
        assert_eq!(casts_by_element(declared), restored);
        assert_eq!(casts_by_element(restored), restored);
    }

    #[test]
    fn a_type_may_have_a_schema_and_a_length() {
        assert_eq!(
            casts_by_element("(ARRAY[f(1, 2), 3])::app.\"Kind\"[] || (ARRAY[1])::numeric(10,2)[]"),
            "ARRAY[(f(1, 2))::app.\"Kind\", (3)::app.\"Kind\"] || ARRAY[(1)::numeric(10,2)]"
        );
    }

    #[test]
    fn lists_inside_of_lists_are_found() {
        let inner = "(ARRAY['a'::character varying])::text[]";
        assert_eq!(
            casts_by_element(&format!("(ARRAY[f(x = ANY ({inner}))])::text[]")),
            "ARRAY[(f(x = ANY (ARRAY[('a'::character varying)::text])))::text]"
        );
        assert_eq!(
            casts_by_element("(ARRAY[ARRAY[a, b], ARRAY[c, d]])::text[]"),
            "ARRAY[ARRAY[(a)::text, (b)::text], ARRAY[(c)::text, (d)::text]]"
        );
    }

    #[test]
    fn a_list_that_is_printed_without_parentheses_reads_the_same_too() {
        let declared = "(v::text = ANY (ARRAY['a'::character varying, 'b'::character varying]::text[]))";
        let restored = "(v::text = ANY (ARRAY['a'::character varying::text, 'b'::character varying::text]))";
        assert_eq!(casts_by_element(declared), restored);
        assert_eq!(casts_by_element(restored), restored);
    }

    #[test]
    fn what_is_no_cast_of_an_array_stays() {
        for text in [
            "(ARRAY[a, b])",
            "(ARRAY[a, b])::text",
            "(x)::text[]",
            "(ARRAY[])::text[]",
            "(ARRAY[a",
            "'(ARRAY[a])::text[]'",
        ] {
            assert_eq!(casts_by_element(text), text);
        }
    }
}
