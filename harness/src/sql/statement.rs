//! One statement of a script: its text, where each character of it came from, and what can be told without a server.

use std::ops::Range;
use std::sync::Arc;

use super::command::{Command, TransactionUse};
use super::lexer::{self, Kind, StringRules};
use super::position::{Excerpt, Position};

/// A statement as it is sent to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement from its first to its last token, without the final semicolon, variables substituted. Comments
    /// before and after it are left out, those inside it are kept.
    pub text: String,
    /// Where the first token stands in its file.
    pub position: Position,
    /// For `COPY … FROM STDIN`: the lines up to `\.`, as they stand in the file, line ends included.
    pub copy_data: Option<String>,
    pub(super) source: Excerpt,
    pub(super) map: SourceMap,
    pub(super) rules: StringRules,
}

impl Statement {
    /// The place in the file of the character at `offset`, counted from 1 as the server reports it (field `P` of an
    /// error).
    ///
    /// A character that came out of a variable is placed at the variable's mention. Beyond the end, the place is that
    /// of the end.
    pub fn position_of(&self, offset: usize) -> Position {
        let at = self.source_offset(offset);
        let mut position = self.position.clone();
        position.advance(self.source.text.get(self.source.span.start..at).unwrap_or_default());
        position
    }

    /// The text of a line of the statement's file, counted from 1; empty beyond its end.
    pub fn line_text(&self, line: u32) -> &str {
        let index = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
        self.source.text.lines().nth(index).unwrap_or_default()
    }

    /// The whole statement in its file, from its first to its last token.
    pub fn excerpt(&self) -> Excerpt {
        self.source.clone()
    }

    /// The word, string or sign at `offset` (as for [`position_of`](Self::position_of)) in its file.
    pub fn excerpt_at(&self, offset: usize) -> Excerpt {
        let start = self.source_offset(offset).min(self.source.text.len());
        let end = match lexer::scan(&self.source.text, start, self.rules) {
            Some(token) if token.kind != Kind::Blank => token.end,
            _ => self
                .source
                .text
                .get(start..)
                .and_then(|rest| rest.chars().next())
                .map_or(start, |c| start + c.len_utf8()),
        };
        Excerpt { text: Arc::clone(&self.source.text), span: start..end }
    }

    /// The command's leading keywords in upper case, as the server's command tag has them, with `CONCURRENTLY` where
    /// it is said: `CREATE INDEX CONCURRENTLY`, `ALTER TABLE`, `INSERT`.
    ///
    /// Words that change how and not what (`OR REPLACE`, `UNIQUE`, `TEMPORARY`) are left out; for `WITH …` it is the
    /// command that follows the common table expressions.
    pub fn command(&self) -> String {
        self.parsed().name()
    }

    /// How the statement stands to a transaction block.
    pub fn transaction_use(&self) -> TransactionUse {
        self.parsed().transaction_use()
    }

    /// The file's name, as in [`position`](Self::position).
    pub fn file(&self) -> &str {
        &self.position.file
    }

    pub(super) fn parsed(&self) -> Command<'_> {
        Command::new(lexer::tokens(&self.text, self.rules))
    }

    fn source_offset(&self, offset: usize) -> usize {
        let skipped = offset.saturating_sub(1);
        match self.text.char_indices().nth(skipped) {
            Some((at, _)) => self.map.source_offset(at),
            None => self.source.span.end,
        }
    }
}

/// Which byte of the source each byte of a statement's text came from: runs, in the order of both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SourceMap {
    runs: Vec<Run>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    text: usize,
    source: usize,
    origin: Origin,
}

/// Whether a piece of text stands in the source as it is, or stands for a variable there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Verbatim,
    Substituted,
}

impl SourceMap {
    /// Notes that what begins at byte `text` of the statement came from byte `source` of the file.
    pub(super) fn push(&mut self, text: usize, source: usize, origin: Origin) {
        let continues = self.runs.last().is_some_and(|run| {
            run.origin == origin
                && match origin {
                    Origin::Verbatim => source.checked_sub(run.source) == text.checked_sub(run.text),
                    Origin::Substituted => source == run.source,
                }
        });
        if !continues {
            self.runs.push(Run { text, source, origin });
        }
    }

    fn source_offset(&self, at: usize) -> usize {
        let after = self.runs.partition_point(|run| run.text <= at);
        match after.checked_sub(1).and_then(|index| self.runs.get(index)) {
            Some(Run { text, source, origin: Origin::Verbatim }) => source + (at - text),
            Some(Run { source, .. }) => *source,
            None => 0,
        }
    }
}

/// A statement being read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    map: SourceMap,
    /// How much of `text` ends with a token, and the span of the file up to there.
    length: usize,
    span: Range<usize>,
}

impl Draft {
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds a piece that came from `span` of the file. Blanks before the first token are dropped.
    pub(super) fn push(&mut self, piece: &str, kind: Kind, span: Range<usize>, origin: Origin) {
        if self.is_empty() {
            if kind == Kind::Blank || piece.is_empty() {
                return;
            }
            self.span = span.clone();
        }
        self.map.push(self.text.len(), span.start, origin);
        self.text.push_str(piece);
        if kind != Kind::Blank {
            self.length = self.text.len();
            self.span.end = self.span.end.max(span.end);
        }
    }

    /// The first byte of the statement in its file.
    pub(super) fn start(&self) -> usize {
        self.span.start
    }

    /// The statement read so far; the draft is empty afterwards.
    pub(super) fn take(&mut self, position: Position, source: &Arc<str>, rules: StringRules) -> Statement {
        let mut draft = std::mem::take(self);
        draft.text.truncate(draft.length);
        Statement {
            text: draft.text,
            position,
            copy_data: None,
            source: Excerpt { text: Arc::clone(source), span: draft.span },
            map: draft.map,
            rules,
        }
    }
}
