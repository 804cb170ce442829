//! SQL as text: identifiers and scripts. Nothing here talks to a server.

mod command;
mod copy_data;
mod identifier;
mod lexer;
mod lock_mode;
mod meta;
mod parameters;
mod position;
mod prediction;
mod reader;
mod script;
mod script_error;
mod setting;
mod splitter;
mod sqlstate;
mod statement;

pub use command::TransactionUse;
pub use identifier::{RelationName, RelationNameError, quote_identifier, quote_literal};
pub use lock_mode::LockMode;
pub use parameters::ParameterText;
pub use position::{Excerpt, Position};
pub use prediction::{LockEffect, LockPrediction};
pub use script::{Directives, Include, IncludeBase, Includer, Item, Script, ScriptTransaction, SourceFile};
pub use script_error::ScriptError;
pub use sqlstate::is_servers_trouble;
pub use statement::Statement;
