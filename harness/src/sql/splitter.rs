//! Splits files into statements and carries out the meta-commands among them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::copy_data::{self, CopyDataError};
use super::lexer::{self, Inside, Kind, StringRules, VariableForm};
use super::meta::{self, Argument, MetaKind};
use super::reader::{Piece, Reader};
use super::script::{Include, IncludeBase, Includer, Item, Script, ScriptTransaction, SourceFile};
use super::script_error::ScriptError;
use super::setting;
use super::statement::Origin;

/// How deep files may include one another.
const DEEPEST_INCLUDE: usize = 64;

/// The state that all files of one script share.
pub(super) struct Splitter<'a, 'b> {
    variables: BTreeMap<String, String>,
    include: &'a mut Includer<'b>,
    script: Script,
    errors: Vec<ScriptError>,
    /// The names of the files being read, the outermost first.
    reading: Vec<Arc<str>>,
    rules: StringRules,
    /// The key of the `\restrict` in force.
    restricted: Option<String>,
}

impl<'a, 'b> Splitter<'a, 'b> {
    pub(super) fn new(variables: BTreeMap<String, String>, include: &'a mut Includer<'b>) -> Self {
        Self {
            variables,
            include,
            script: Script::default(),
            errors: Vec::new(),
            reading: Vec::new(),
            rules: StringRules::Standard,
            restricted: None,
        }
    }

    pub(super) fn finish(self) -> Result<Script, Vec<ScriptError>> {
        if self.errors.is_empty() { Ok(self.script) } else { Err(self.errors) }
    }

    /// Reads a whole file.
    pub(super) fn file(&mut self, name: Arc<str>, text: &str) {
        let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(text).into();
        self.script.sources.push(SourceFile { name: Arc::clone(&name), text: Arc::clone(&text) });
        self.reading.push(Arc::clone(&name));
        let mut reader = Reader::new(name, text);
        while let Some(piece) = reader.next(self.rules) {
            self.take(&mut reader, &piece);
        }
        self.end_of_file(&mut reader);
        self.reading.pop();
    }

    fn take(&mut self, reader: &mut Reader, piece: &Piece) {
        if piece.kind == Kind::Blank {
            self.directive(reader, piece.text());
        } else {
            reader.at_top = false;
        }
        match piece.kind {
            Kind::Semicolon if reader.nesting.is_flat() => self.complete(reader),
            Kind::Backslash if piece.origin == Origin::Verbatim => self.meta_command(reader, piece.span.start),
            Kind::Backslash => {
                let message = "the variable's value holds a backslash outside of quotes".to_owned();
                let hint = "a value may hold SQL, but no meta-command; `:'name'` writes it as a string";
                self.errors.push(reader.error(piece.span.clone(), message, Some(hint)));
            }
            Kind::Variable(form) => self.variable(reader, piece, form),
            _ => reader.push(piece),
        }
    }

    fn variable(&mut self, reader: &mut Reader, piece: &Piece, form: VariableForm) {
        let Some(value) = meta::substitute(piece.text(), piece.kind, &self.variables) else {
            return reader.push(piece);
        };
        if form == VariableForm::Plain {
            // A plain value is read as if it stood in the file; a value that mentions itself is left as it is.
            if !reader.enter(lexer::variable_name(piece.text()), &value, &piece.span) {
                reader.push(piece);
            }
        } else {
            reader.draft.push(&value, piece.kind, piece.span.clone(), Origin::Substituted);
        }
    }

    /// Ends the statement being read.
    fn complete(&mut self, reader: &mut Reader) {
        reader.nesting = super::reader::Nesting::default();
        if reader.draft.is_empty() {
            return;
        }
        let position = reader.ruler.position(reader.draft.start());
        let mut statement = reader.draft.take(position, &reader.text, self.rules);
        self.rules = setting::string_rules_after(&statement).unwrap_or(self.rules);
        if copy_data::follows(&statement) {
            match copy_data::take(reader) {
                Ok(data) => statement.copy_data = Some(data),
                Err(CopyDataError::Tail(span)) => {
                    let message = "the data of `copy … from stdin` begin on the next line".to_owned();
                    let hint = "put what follows the `;` after the `\\.` that ends the data";
                    self.errors.push(reader.error(span, message, Some(hint)));
                }
                Err(CopyDataError::Endless) => {
                    let message = "the data of this `copy … from stdin` have no end".to_owned();
                    let hint = "end them with a line that is `\\.` and nothing else";
                    self.errors.push(reader.error(statement.excerpt().span, message, Some(hint)));
                }
            }
        }
        self.script.items.push(Item::Statement(statement));
    }

    fn end_of_file(&mut self, reader: &mut Reader) {
        if let Some((inside, opened)) = reader.inside.take() {
            let (message, hint) = match &inside {
                Inside::Comment { .. } => {
                    ("unterminated comment".to_owned(), "comments nest: each `/*` needs its own `*/`")
                }
                Inside::Text(_) => ("unterminated string".to_owned(), "close it with `'`"),
                Inside::Name => ("unterminated quoted name".to_owned(), "close it with `\"`"),
                Inside::Dollar(delimiter) => (
                    format!("unterminated dollar quote `{delimiter}`"),
                    "close it with the same delimiter, letter by letter",
                ),
            };
            let length = opening_length(&inside, reader.text.get(opened.clone()).unwrap_or_default());
            let span = opened.start..opened.end.min(opened.start + length);
            self.errors.push(reader.error(span, message, Some(hint)));
        } else if let Some((message, span, hint)) = reader.nesting.open() {
            self.errors.push(reader.error(span, message.to_owned(), Some(hint)));
        } else {
            self.complete(reader);
        }
    }

    /// Takes note of a comment at the top of the script.
    fn directive(&mut self, reader: &Reader, blank: &str) {
        if !reader.at_top || self.reading.len() > 1 {
            return;
        }
        if blank.strip_prefix("--").and_then(|text| text.split_whitespace().next()) == Some("no-transaction") {
            self.script.directives.transaction = ScriptTransaction::None;
        }
    }

    /// Carries out the meta-command whose backslash stands at `start`.
    fn meta_command(&mut self, reader: &mut Reader, start: usize) {
        let text = Arc::clone(&reader.text);
        let line = text.get(start + 1..reader.line_end(start)).unwrap_or_default();
        if line.starts_with(':') {
            reader.draft.push(":", Kind::Other, start + 1..start + 2, Origin::Verbatim);
            reader.at = start + 2;
            return;
        }
        let name = if line.starts_with(';') { ";" } else { meta::name(line) };
        let span = start..start + 1 + name.len();
        let kind = MetaKind::of(name);
        if self.restricted.is_some() && kind != MetaKind::Unrestrict {
            let message = format!("meta-command `\\{name}` stands between `\\restrict` and `\\unrestrict`");
            return self.refuse(reader, span, message, "only SQL may stand there");
        }
        if let MetaKind::Refused(hint) = kind {
            self.refuse(reader, span.clone(), format!("meta-command `\\{name}` is not supported"), hint);
            if name.starts_with(['g', ';']) {
                if name == ";" {
                    reader.at = span.end;
                }
                self.complete(reader);
            }
            return;
        }
        let rest = line.get(name.len()..).unwrap_or_default();
        match meta::arguments(rest, &self.variables) {
            Ok((arguments, length)) => {
                reader.at = span.end + length;
                self.carry_out(reader, kind, name, &arguments, span);
            }
            Err(error) => {
                let at = span.end + error.at;
                self.refuse(reader, at..at + 1, error.message.to_owned(), error.hint);
            }
        }
    }

    fn carry_out(
        &mut self,
        reader: &mut Reader,
        kind: MetaKind,
        name: &str,
        arguments: &[Argument],
        span: Range<usize>,
    ) {
        let values = || arguments.iter().map(|argument| argument.value.as_str());
        if kind == MetaKind::Echo {
            let no_newline = arguments.first().is_some_and(|first| !first.quoted && first.value == "-n");
            let text = values().skip(usize::from(no_newline)).collect::<Vec<_>>().join(" ");
            self.script.items.push(Item::Echo { text, position: reader.ruler.position(span.start) });
            return;
        }
        let Some(first) = arguments.first() else {
            let message = format!("meta-command `\\{name}` has no argument");
            return self.errors.push(reader.error(span, message, Some(needs(kind))));
        };
        match kind {
            MetaKind::Include => self.include_file(reader, arguments, IncludeBase::WorkingDirectory, span),
            MetaKind::IncludeRelative => self.include_file(reader, arguments, IncludeBase::IncludingFile, span),
            MetaKind::Set => self.set(reader, &first.value, Some(values().skip(1).collect()), span),
            MetaKind::Unset => self.set(reader, &first.value, None, span),
            MetaKind::Restrict => self.restricted = Some(first.value.clone()),
            MetaKind::Unrestrict if self.restricted.as_deref() == Some(first.value.as_str()) => self.restricted = None,
            MetaKind::Unrestrict => {
                let message = "`\\unrestrict` without a `\\restrict` of the same key".to_owned();
                self.errors.push(reader.error(span, message, None));
            }
            MetaKind::Echo | MetaKind::Refused(_) => {}
        }
    }

    fn set(&mut self, reader: &mut Reader, variable: &str, value: Option<String>, span: Range<usize>) {
        if !lexer::is_variable_name(variable) {
            let message = format!("`{variable}` is not the name of a variable");
            let hint = "a name consists of letters, digits and `_`";
            return self.errors.push(reader.error(span, message, Some(hint)));
        }
        if let Some(hint) = setting::refusal(variable, value.as_deref()) {
            let message = match value {
                Some(value) => format!("psql's setting `{variable}` can not be `{value}`"),
                None => format!("psql's setting `{variable}` can not be unset"),
            };
            return self.errors.push(reader.error(span, message, Some(hint)));
        }
        match value {
            Some(value) => self.variables.insert(variable.to_owned(), value),
            None => self.variables.remove(variable),
        };
    }

    fn include_file(&mut self, reader: &mut Reader, arguments: &[Argument], base: IncludeBase, span: Range<usize>) {
        let [argument] = arguments else {
            let message = format!("an include takes one path, and here are {}", arguments.len());
            return self.errors.push(reader.error(span, message, Some("write a path with spaces in single quotes")));
        };
        let include =
            Include { path: argument.without_semicolons().to_owned(), from_file: Arc::clone(&reader.name), base };
        match (self.include)(&include) {
            Ok((name, _)) if self.reading.iter().any(|file| **file == *name) => {
                let chain: Vec<&str> = self.reading.iter().map(AsRef::as_ref).chain([name.as_str()]).collect();
                let message = format!("`{name}` includes itself: `{}`", chain.join("` → `"));
                self.errors.push(reader.error(span, message, Some("remove one include of the circle")));
            }
            Ok((name, _)) if self.reading.len() >= DEEPEST_INCLUDE => {
                let message = format!("`{name}` would be included {DEEPEST_INCLUDE} files deep");
                self.errors.push(reader.error(span, message, None));
            }
            Ok((name, text)) => self.file(name.into(), &text),
            Err(reason) => {
                let message = format!("can not include `{}`: {reason}", include.path);
                self.errors.push(reader.error(span, message, None));
            }
        }
    }

    /// Notes the error and passes over the rest of the line.
    fn refuse(&mut self, reader: &mut Reader, span: Range<usize>, message: String, hint: &str) {
        reader.at = reader.line_end(span.start);
        self.errors.push(reader.error(span, message, Some(hint)));
    }
}

fn needs(kind: MetaKind) -> &'static str {
    match kind {
        MetaKind::Include | MetaKind::IncludeRelative => "give the path of the file to include",
        MetaKind::Set | MetaKind::Unset => "give the name of the variable",
        _ => "give its key",
    }
}

/// How many characters of what was not closed are worth pointing at: those that open it.
fn opening_length(inside: &Inside, opened: &str) -> usize {
    match inside {
        Inside::Dollar(delimiter) => delimiter.len(),
        Inside::Comment { .. } => 2,
        Inside::Text(_) => opened.find('\'').map_or(1, |quote| quote + 1),
        Inside::Name => opened.find('"').map_or(1, |quote| quote + 1),
    }
}
