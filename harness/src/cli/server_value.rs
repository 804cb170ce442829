//! `--server` as typed: a value that may hold a password, so a mistake in it is told without quoting it.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::server::Source;

/// Reads a [`Source`]; clap's own parser would print the whole value beside the reason.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerValue;

impl TypedValueParser for ServerValue {
    type Value = Source;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Source, Error> {
        let reason = match value.to_str().map(str::parse) {
            Some(Ok(source)) => return Ok(source),
            Some(Err(error)) => format!("{error}"),
            None => "it is not UTF-8".to_owned(),
        };
        let name = argument.map(ToString::to_string).unwrap_or_default();
        Err(Error::raw(ErrorKind::ValueValidation, format!("invalid value for '{name}': {reason}\n")).with_cmd(command))
    }
}
