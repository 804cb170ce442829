//! The arguments of `pgproof schema`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::arguments::{Format, ServerArguments};
use crate::schema::Exception;

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Writes a schema out: as text to compare, as SQL that makes it anew, or as JSON
    Dump(DumpArguments),
    /// Compares two schemas; fails when they differ
    Diff(DiffArguments),
    /// Writes the SQL that takes one schema to another and back, proved on a clone before it is handed out
    Migrate(MigrateArguments),
    /// Splits SQL into a step for each stage, proved like a migration from nothing
    Split(SplitArguments),
}

#[derive(Debug, Args)]
pub(crate) struct DumpArguments {
    /// A postgres:// URL, a directory of migrations, a file of SQL, or JSON that was dumped before
    #[arg(value_name = "SCHEMA")]
    pub(crate) schema: String,
    /// What is printed to stdout
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: DumpFormat,
    #[command(flatten)]
    pub(crate) on: ApplyArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The schema as it is: a postgres:// URL, a directory of migrations, a file of SQL, or dumped JSON
    #[arg(value_name = "BEFORE")]
    pub(crate) before: String,
    /// The schema as it is to be, in the same forms
    #[arg(value_name = "AFTER")]
    pub(crate) after: String,
    /// An object that may differ, as the differences name it, and why; its parts may, too
    #[arg(long, value_name = "NAME=REASON", value_parser = exception)]
    pub(crate) except: Vec<Exception>,
    /// What is printed to stdout
    #[arg(long, value_enum, value_delimiter = ',', default_value = "terminal")]
    pub(crate) format: Vec<Format>,
    /// A directory for `schema_differences.json`
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) on: ApplyArguments,
}

#[derive(Debug, Args)]
pub(crate) struct MigrateArguments {
    /// The schema as it is: a postgres:// URL, a directory of migrations, or a file of SQL
    #[arg(value_name = "BEFORE")]
    pub(crate) before: String,
    /// The schema as it is to be, in the same forms
    #[arg(value_name = "AFTER")]
    pub(crate) after: String,
    /// The directory for the steps: a path that a scenario can take
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) out: PathBuf,
    /// Writes a step for each stage instead of one
    #[arg(long)]
    pub(crate) stages: bool,
    /// An object whose data may be lost, as the message about it names it
    #[arg(long, value_name = "NAME")]
    pub(crate) allow: Vec<String>,
    #[command(flatten)]
    pub(crate) on: ApplyArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SplitArguments {
    /// A file of SQL, a directory of migrations, or a postgres:// URL
    #[arg(value_name = "SCHEMA")]
    pub(crate) schema: String,
    /// The directory for the steps
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) on: ApplyArguments,
}

/// Where SQL is applied to be read.
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// A role that the SQL takes for granted: it is made on the disposable server
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Vec<String>,
    /// The major version of the disposable server
    #[arg(long, value_name = "MAJOR")]
    pub(crate) pg: Option<u16>,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
}

/// A form of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DumpFormat {
    /// The canonical text: readable, sorted, complete
    Text,
    /// SQL that makes it anew in an empty database
    Sql,
    /// What `pgproof schema diff` reads again
    Json,
}

fn exception(typed: &str) -> Result<Exception, String> {
    let (name, reason) = typed.split_once('=').ok_or("expected `NAME=REASON`: a difference needs a reason")?;
    let (name, reason) = (name.trim(), reason.trim());
    if name.is_empty() || reason.is_empty() {
        return Err("expected `NAME=REASON`: neither may be empty".to_owned());
    }
    Ok(Exception { name: name.to_owned(), reason: reason.to_owned(), covers: 0 })
}
