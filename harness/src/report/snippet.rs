//! A finding or a mistake shown in its source, as rustc would.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Colour;
use crate::judge::Finding;
use crate::scenario::Mistake;

/// `refuted[P001]: message`, the line it points at, and notes.
pub fn finding_snippet(finding: &Finding, colour: Colour) -> String {
    let id = finding.code.name();
    let title = Level::ERROR.with_name("refuted").primary_title(&finding.message).id(id);
    let line_text = finding.source_line.clone().unwrap_or_default();
    let mut group = Group::with_title(title);
    if let (Some(file), Some(line)) = (&finding.file, finding.line) {
        group = if line_text.is_empty() {
            group.element(annotate_snippets::Origin::path(file).line(line as usize))
        } else {
            let start = byte_of(&line_text, finding.column.unwrap_or(1).saturating_sub(1) as usize);
            let end = word_end(&line_text, start);
            group.element(
                Snippet::source(line_text.as_str())
                    .line_start(line as usize)
                    .path(file)
                    .annotation(AnnotationKind::Primary.span(start..end)),
            )
        };
    }
    let about = match (&finding.relation, &finding.key) {
        (Some(relation), Some(key)) => Some(format!("{relation}: {key}")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    };
    if let Some(about) = about {
        group = group.element(Level::NOTE.message(about));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.clone()));
    }
    renderer(colour).render(&[group])
}

/// `error: message`, the line it points at, and the remedy.
pub fn mistake_snippet(mistake: &Mistake, colour: Colour) -> String {
    let mut group = Group::with_title(Level::ERROR.primary_title(&mistake.message));
    if mistake.position.is_none() {
        let hint = mistake.hint.as_ref().map(|hint| format!("\n  = help: {hint}")).unwrap_or_default();
        return format!("{}{hint}", renderer(colour).render(&[group]));
    }
    if let Some(position) = &mistake.position {
        group = match &mistake.source_line {
            Some((line, start, end)) if !line.is_empty() => {
                let start = byte_of(line, *start);
                let end = byte_of(line, *end).max(start);
                group.element(
                    Snippet::source(line.as_str())
                        .line_start(position.line as usize)
                        .path(position.file.to_string())
                        .annotation(AnnotationKind::Primary.span(start..end)),
                )
            }
            _ => group.element(annotate_snippets::Origin::path(position.file.to_string()).line(position.line as usize)),
        };
    }
    if let Some(hint) = &mistake.hint {
        group = group.element(Level::HELP.message(hint.clone()));
    }
    renderer(colour).render(&[group])
}

fn renderer(colour: Colour) -> Renderer {
    match colour {
        Colour::Always => Renderer::styled(),
        Colour::Never => Renderer::plain(),
    }
}

/// The byte at which the character with this index begins, or the end of the text.
fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(byte, _)| byte)
}

fn word_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let word = rest.find(|c: char| c.is_whitespace() || c == ',' || c == ';' || c == ')').unwrap_or(rest.len());
    start + word.max(rest.chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Code;

    #[test]
    fn a_finding_points_at_its_column_even_behind_wide_characters() {
        let mut finding = Finding::new(Code::A001, "boom").in_file("010_x.up.sql", 7);
        finding.column = Some(9);
        finding.source_line = Some("select 'é', missing;".to_owned());
        let text = finding_snippet(&finding, Colour::Never);
        assert!(text.starts_with("refuted[A001]: boom"), "{text}");
        assert!(text.contains("--> 010_x.up.sql:7"), "{text}");
    }

    #[test]
    fn a_mistake_without_a_place_is_one_line_and_its_remedy() {
        let text = mistake_snippet(&Mistake::new("no such path `expnd`").hint("did you mean `expand`?"), Colour::Never);
        assert_eq!(text, "error: no such path `expnd`\n  = help: did you mean `expand`?");
    }
}
