//! Reads one file's tokens, with the values of variables in the places of their mentions.

use std::ops::Range;
use std::sync::Arc;

use super::lexer::{self, Inside, Kind, StringRules};
use super::position::{Excerpt, Ruler};
use super::script_error::ScriptError;
use super::statement::{Draft, Origin};

/// A piece of a statement, and the span of the file that it stands for.
#[derive(Debug)]
pub(super) struct Piece {
    text: Arc<str>,
    range: Range<usize>,
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
    pub(super) origin: Origin,
}

impl Piece {
    pub(super) fn text(&self) -> &str {
        self.text.get(self.range.clone()).unwrap_or_default()
    }
}

/// The value of a variable that is being read in the place of its mention.
#[derive(Debug)]
struct Frame {
    variable: String,
    value: Arc<str>,
    at: usize,
    mention: Range<usize>,
}

/// A file being read, with the statement that is not finished yet.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) name: Arc<str>,
    pub(super) text: Arc<str>,
    /// The next byte to read.
    pub(super) at: usize,
    pub(super) draft: Draft,
    pub(super) ruler: Ruler,
    pub(super) nesting: Nesting,
    /// What is open, and where it was opened.
    pub(super) inside: Option<(Inside, Range<usize>)>,
    /// Whether nothing but blanks has been read.
    pub(super) at_top: bool,
    frames: Vec<Frame>,
}

impl Reader {
    pub(super) fn new(name: Arc<str>, text: Arc<str>) -> Self {
        let ruler = Ruler::new(Arc::clone(&name), Arc::clone(&text));
        Self {
            name,
            text,
            at: 0,
            draft: Draft::default(),
            ruler,
            nesting: Nesting::default(),
            inside: None,
            at_top: true,
            frames: Vec::new(),
        }
    }

    /// The next piece; none at the end of the file.
    pub(super) fn next(&mut self, rules: StringRules) -> Option<Piece> {
        loop {
            let (text, at) = match self.frames.last() {
                Some(frame) => (Arc::clone(&frame.value), frame.at),
                None => (Arc::clone(&self.text), self.at),
            };
            if at >= text.len() {
                self.frames.pop()?;
                continue;
            }
            let (token, opened) = match self.inside.take() {
                Some((inside, opened)) => (lexer::resume(&text, at, inside), Some(opened)),
                None => (lexer::scan(&text, at, rules)?, None),
            };
            let (span, origin) = match self.frames.first() {
                Some(frame) => (frame.mention.clone(), Origin::Substituted),
                None => (at..token.end, Origin::Verbatim),
            };
            self.inside = token.inside.map(|inside| (inside, opened.unwrap_or_else(|| span.clone())));
            match self.frames.last_mut() {
                Some(frame) => frame.at = token.end,
                None => self.at = token.end,
            }
            return Some(Piece { text, range: at..token.end, kind: token.kind, span, origin });
        }
    }

    /// Reads `value` next, in the place of a mention of `variable`; false when that is being read already.
    pub(super) fn enter(&mut self, variable: &str, value: &str, mention: &Range<usize>) -> bool {
        if self.frames.iter().any(|frame| frame.variable == variable) {
            return false;
        }
        let mention = mention.clone();
        self.frames.push(Frame { variable: variable.to_owned(), value: value.into(), at: 0, mention });
        true
    }

    /// Adds the piece to the statement.
    pub(super) fn push(&mut self, piece: &Piece) {
        self.nesting.note(piece);
        self.draft.push(piece.text(), piece.kind, piece.span.clone(), piece.origin);
    }

    /// The end of the line on which byte `from` stands: where its line feed is, or the end of the text.
    pub(super) fn line_end(&self, from: usize) -> usize {
        self.text.get(from..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |length| from + length)
    }

    pub(super) fn error(&mut self, span: Range<usize>, message: String, hint: Option<&str>) -> ScriptError {
        ScriptError {
            message,
            position: self.ruler.position(span.start),
            hint: hint.map(str::to_owned),
            excerpt: Excerpt { text: Arc::clone(&self.text), span },
        }
    }
}

/// What keeps a semicolon from ending a statement: parentheses, and `BEGIN ATOMIC … END` in a routine's definition.
///
/// Blocks are told by psql's own heuristic: in a statement that starts `CREATE [OR REPLACE] {FUNCTION | PROCEDURE}`,
/// outside of parentheses, `BEGIN` opens, `END` closes, and within a block so does `CASE … END`.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    parentheses: usize,
    blocks: usize,
    /// Where the outermost parenthesis and the outermost block opened.
    parenthesis_at: Range<usize>,
    block_at: Range<usize>,
    words: usize,
    lead: [u8; 4],
}

impl Nesting {
    pub(super) fn is_flat(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    /// What is open, in words, where it was opened, and what would close it.
    pub(super) fn open(&self) -> Option<(&'static str, Range<usize>, &'static str)> {
        if self.parentheses > 0 {
            return Some(("this parenthesis is not closed", self.parenthesis_at.clone(), "add the missing `)`"));
        }
        let hint = "end the routine's body with `end;`";
        (self.blocks > 0).then(|| ("the block that begins here has no `end`", self.block_at.clone(), hint))
    }

    fn note(&mut self, piece: &Piece) {
        match piece.kind {
            Kind::Open => {
                if self.parentheses == 0 {
                    self.parenthesis_at = piece.span.clone();
                }
                self.parentheses += 1;
            }
            Kind::Close => self.parentheses = self.parentheses.saturating_sub(1),
            Kind::Word => self.word(piece),
            _ => {}
        }
    }

    fn word(&mut self, piece: &Piece) {
        let is = |keyword: &str| piece.text().eq_ignore_ascii_case(keyword);
        if let Some(initial) = self.lead.get_mut(self.words)
            && let Some(keyword) =
                ["create", "or", "replace", "function", "procedure"].into_iter().find(|word| is(word))
        {
            *initial = keyword.as_bytes().first().copied().unwrap_or(0);
        }
        self.words += 1;
        let defines_routine = matches!(self.lead, [b'c', b'f' | b'p', ..] | [b'c', b'o', b'r', b'f' | b'p']);
        if !defines_routine || self.parentheses > 0 {
            return;
        }
        if is("begin") {
            if self.blocks == 0 {
                self.block_at = piece.span.clone();
            }
            self.blocks += 1;
        } else if is("case") && self.blocks > 0 {
            self.blocks += 1;
        } else if is("end") {
            self.blocks = self.blocks.saturating_sub(1);
        }
    }
}
