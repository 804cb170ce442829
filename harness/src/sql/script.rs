//! A script: a file of statements as a person writes it for psql, split into what is sent to the server one by one.
//!
//! It is split as psql would split it, variables and `\i` included. What psql does beyond that (changing the
//! connection, running shell commands, deciding with `\if`) is refused by name rather than passed over.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::position::Position;
use super::script_error::ScriptError;
use super::splitter::Splitter;
use super::statement::Statement;

/// A part of a script, in the order in which psql would come to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A statement to send.
    Statement(Statement),
    /// A line to show (`\echo`, `\qecho`, `\warn`).
    Echo {
        /// The line, variables substituted, without a line end.
        text: String,
        /// The meta-command's backslash.
        position: Position,
    },
}

/// How the script asks to be wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ScriptTransaction {
    /// It does not say.
    #[default]
    Unsaid,
    /// `-- no-transaction` (sqlx's convention): each statement runs on its own.
    None,
}

/// What the comments at the top of the script say to its runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Directives {
    /// How the script asks to be wrapped.
    pub transaction: ScriptTransaction,
}

/// A file that a script was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The name as it is shown to a person.
    pub name: Arc<str>,
    /// The whole text, without a byte-order mark.
    pub text: Arc<str>,
}

/// Where the path of an included file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncludeBase {
    /// `\i`: the working directory.
    WorkingDirectory,
    /// `\ir`: the directory of the file that includes.
    IncludingFile,
}

/// A file that a script asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The path as written, variables substituted.
    pub path: String,
    /// The name of the file that asks, as it was given for that file.
    pub from_file: Arc<str>,
    /// Where a relative `path` begins.
    pub base: IncludeBase,
}

/// Brings the text of an included file: the name to show for it (the same name for the same file, so that a cycle is
/// seen) and its text; or why it can not.
pub type Includer<'a> = dyn FnMut(&Include) -> Result<(String, String), String> + 'a;

/// A script, split.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// Statements and echoes in order; those of an included file stand where it is included.
    pub items: Vec<Item>,
    /// What the comments at the top of the first file say.
    pub directives: Directives,
    /// Every file read, in the order of reading; a file included twice stands here twice.
    pub sources: Vec<SourceFile>,
}

impl Script {
    /// Splits `text`, the content of the file shown as `file`, with psql's rules.
    ///
    /// `variables` are set at the start, as by `psql --set`; `include` is asked for each `\i` and `\ir`. An empty
    /// statement is dropped; a last statement without a semicolon counts. A mistake does not hide the ones after it:
    /// the errors are all that were found, in the order of reading.
    pub fn parse(
        file: &str,
        text: &str,
        variables: &BTreeMap<String, String>,
        include: &mut Includer<'_>,
    ) -> Result<Self, Vec<ScriptError>> {
        let mut splitter = Splitter::new(variables.clone(), include);
        splitter.file(Arc::from(file), text);
        splitter.finish()
    }

    /// Splits a text that includes no other file and has no variables from outside.
    pub fn parse_alone(file: &str, text: &str) -> Result<Self, Vec<ScriptError>> {
        let mut refuse = |_: &Include| Err("no other file can be read here".to_owned());
        Self::parse(file, text, &BTreeMap::new(), &mut refuse)
    }

    /// Whether each statement is to run on its own, outside a transaction.
    pub fn no_transaction(&self) -> bool {
        self.directives.transaction == ScriptTransaction::None
    }

    /// The statements, in order.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.items.iter().filter_map(|item| match item {
            Item::Statement(statement) => Some(statement),
            Item::Echo { .. } => None,
        })
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
