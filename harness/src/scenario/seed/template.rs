//! Texts with places to fill in.

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<C> {
    /// Text as it stands.
    Text(String),
    /// The row's number, from 1, padded with zeros to a width.
    Row(usize),
    /// A column's value, padded with zeros to a width.
    Column(C, usize),
}

/// Splits `TX-{row:08}` into its pieces, or says what is wrong.
pub(super) fn parse(template: &str) -> Result<Vec<Piece<String>>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        text.push_str(before);
        if let Some(after) = brace.strip_prefix("{{") {
            text.push('{');
            rest = after;
        } else if let Some(after) = brace.strip_prefix("}}") {
            text.push('}');
            rest = after;
        } else if let Some((inside, after)) = brace.strip_prefix('{').and_then(|open| open.split_once('}')) {
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(place(inside)?);
            rest = after;
        } else {
            return Err(format!(
                "`{template}` has a brace without its partner (`{{{{` and `}}}}` stand for themselves)"
            ));
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

fn place(inside: &str) -> Result<Piece<String>, String> {
    let (name, width) = inside.rsplit_once(':').unwrap_or((inside, "0"));
    let width = width
        .parse()
        .ok()
        .filter(|&width: &usize| width <= 100)
        .ok_or_else(|| format!("`{{{inside}}}`: expected a width such as `{{row:08}}`"))?;
    if name.is_empty() {
        return Err("`{}` names no column".to_owned());
    }
    Ok(if name == "row" { Piece::Row(width) } else { Piece::Column(name.to_owned(), width) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_falls_into_its_pieces() {
        let wanted = vec![
            Piece::Text("{TX}-".to_owned()),
            Piece::Row(8),
            Piece::Text("/".to_owned()),
            Piece::Column("store_id".to_owned(), 0),
        ];
        assert_eq!(parse("{{TX}}-{row:08}/{store_id}"), Ok(wanted));
        assert_eq!(parse(""), Ok(vec![]));
    }

    #[test]
    fn a_broken_template_is_refused() {
        for template in ["{row", "row}", "{}", "{row:x}", "{row:999}", "{a}{"] {
            assert!(parse(template).is_err(), "{template}");
        }
    }
}
