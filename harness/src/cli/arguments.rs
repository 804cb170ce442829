//! Arguments as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::rows::Rows;
use super::schema::SchemaCommand;
use super::server_value::ServerValue;
use super::settings::{EXIT_CODES, environment_help};
use crate::facts::FaultKind;
use crate::scenario::Claim;
use crate::scenario::seed::Scale;
use crate::server::Source;

/// Proves a PostgreSQL migration before production does.
#[derive(Debug, Parser)]
#[command(
    name = "pgproof",
    version,
    max_term_width = 110,
    after_help = EXIT_CODES,
    after_long_help = environment_help()
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Says more on stderr; twice for every statement
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Puts a migration path to the test and prints what is proven
    Run(Box<RunArguments>),
    /// Takes a path at several sizes and says by which law each step's cost grows, and what it becomes
    Scale(Box<ScaleArguments>),
    /// Lists the scenarios with their paths and variants
    List,
    /// Tells what a finding means and what to do about it
    Explain {
        /// A code such as P001; all codes where it is left out
        code: Option<String>,
    },
    /// Tells which servers can be had here, and what is missing
    Doctor,
    /// Compares the rows of two live databases, and only reads them
    Parity(Box<ParityArguments>),
    /// Writes a schema out, compares two, or makes the migration from one to the other
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Removes what killed runs left: directories, containers, databases
    Clean(CleanArguments),
    /// Prints a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// A scenario below `scenarios/`, or a directory with a `scenario.toml`
    pub(crate) scenario: Option<String>,
    /// The path to take; the first one where it is left out
    #[arg(long)]
    pub(crate) path: Option<String>,
    /// The version of the data to take, such as a deliberately dirty one
    #[arg(long)]
    pub(crate) variant: Option<String>,
    /// The major version of PostgreSQL; the newest that has what the scenario requires where it is left out
    #[arg(long, value_name = "MAJOR")]
    pub(crate) pg: Option<u16>,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    /// Multiplies the row counts of the seed
    #[arg(long, value_name = "FACTOR", default_value = "1")]
    pub(crate) scale: Scale,
    /// Another number for the seed: other rows, of the same kind
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Puts only these claims to the test, by name or letter
    #[arg(long, value_delimiter = ',', value_name = "CLAIM")]
    pub(crate) only: Vec<Claim>,
    /// Leaves these claims out, by name or letter
    #[arg(long, value_delimiter = ',', value_name = "CLAIM", conflicts_with = "only")]
    pub(crate) skip: Vec<Claim>,
    /// Interrupts the steps at these boundaries, runs them again and compares (claim F); takes a while
    #[arg(long, value_enum, value_name = "BOUNDARIES")]
    pub(crate) faults: Option<FaultsArgument>,
    /// Plants only faults of these kinds: backend, midway, server, answer, lock, deadlock, disk
    #[arg(long, value_delimiter = ',', value_name = "KIND", requires = "faults")]
    pub(crate) fault_kinds: Vec<FaultKind>,
    /// Lets a physical replica follow the way forward and says how far behind it is (claim W)
    #[arg(long)]
    pub(crate) replica: bool,
    /// What is printed to stdout
    #[arg(long, value_enum, value_delimiter = ',', default_value = "terminal")]
    pub(crate) format: Vec<Format>,
    /// Asks the backfills what they would do to each row, changes nothing, and judges no claim
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Where the record and the reports go; `target/pgproof/<scenario>/<path>` where it is left out
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: ShownArguments,
    #[command(flatten)]
    pub(crate) kept: KeptArguments,
}

#[derive(Debug, Args)]
pub(crate) struct KeptArguments {
    /// Keeps the migrated database when a claim is refuted (the default on a terminal)
    #[arg(long, overrides_with = "no_keep")]
    pub(crate) keep: bool,
    /// Keeps nothing (the default elsewhere)
    #[arg(long)]
    pub(crate) no_keep: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShownArguments {
    /// Shows steps, batches, rates and traffic on a screen while they happen; plain lines where there is no terminal
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) watch: bool,
    /// Writes the log of what happened beside the record, in these forms
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMS", conflicts_with = "dry_run")]
    pub(crate) events: Vec<EventsArgument>,
}

#[derive(Debug, Args)]
pub(crate) struct ScaleArguments {
    /// A scenario below `scenarios/`, or a directory with a `scenario.toml`
    pub(crate) scenario: Option<String>,
    /// The path to take; the first one where it is left out
    #[arg(long)]
    pub(crate) path: Option<String>,
    /// What the row counts of the seed are multiplied by, one size each
    #[arg(long, value_delimiter = ',', value_name = "FACTOR", default_value = "0.01,0.1,1,3")]
    pub(crate) at: Vec<Scale>,
    /// For how many rows of the largest seeded relation to say what comes, such as 100M; ten times the largest size
    /// where it is left out
    #[arg(long, value_name = "ROWS")]
    pub(crate) to: Option<Rows>,
    /// The major version of PostgreSQL; the newest that has what the scenario requires where it is left out
    #[arg(long, value_name = "MAJOR")]
    pub(crate) pg: Option<u16>,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    /// Another number for the seed: other rows, of the same kind
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// What is printed to stdout
    #[arg(long, value_enum, value_delimiter = ',', default_value = "terminal")]
    pub(crate) format: Vec<Format>,
    /// Where the record and the page go; `target/pgproof/<scenario>/<path>` where it is left out
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ParityArguments {
    /// The server whose rows are right: a postgres:// URL
    #[arg(long, value_name = "URL", value_parser = ServerValue)]
    pub(crate) legacy: Source,
    /// The server that must have them: a postgres:// URL
    #[arg(long, value_name = "URL", value_parser = ServerValue)]
    pub(crate) target: Source,
    /// What belongs to what, as TOML; every table under its own name where it is left out
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Compares every byte of every row instead of hashes
    #[arg(long)]
    pub(crate) exact: bool,
    /// How many differences of each kind are named in each relation; all are counted
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub(crate) limit: usize,
    /// How many relations are compared at once
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    pub(crate) jobs: usize,
    /// What is printed to stdout
    #[arg(long, value_enum, value_delimiter = ',', default_value = "terminal")]
    pub(crate) format: Vec<Format>,
    /// Where the record and its page go; `target/pgproof/parity` where it is left out
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) out: Option<PathBuf>,
    /// Begins anew where an interrupted comparison could go on
    #[arg(long)]
    pub(crate) afresh: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServerArguments {
    /// Where PostgreSQL comes from: auto, embedded, docker, or a postgres:// URL
    #[arg(long, value_name = "SERVER", env = "PGPROOF_SERVER", default_value = "auto", hide_env_values = true, value_parser = ServerValue)]
    pub(crate) server: Source,
    /// The image for a docker server
    #[arg(long, env = "PGPROOF_IMAGE", hide_env_values = true)]
    pub(crate) image: Option<String>,
    /// Takes a server that is not on this machine
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CleanArguments {
    /// A server to drop left databases from, too: a postgres:// URL
    #[arg(long, value_name = "URL", value_parser = ServerValue)]
    pub(crate) server: Option<Source>,
    /// Takes a server that is not on this machine
    #[arg(long)]
    pub(crate) yes: bool,
    /// Also forgets the initialised clusters that the next start would copy
    #[arg(long)]
    pub(crate) cache: bool,
}

/// Boundaries to interrupt steps at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FaultsArgument {
    /// Before every statement and at every commit
    Statements,
    /// At batches of the backfills: the first two, one in the middle, the last
    Batches,
    /// Both, and with the locks held by somebody else
    All,
}

/// A form of the log of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventsArgument {
    /// One object a line, in `events.jsonl`
    Json,
    /// With a line of names, in `events.csv`
    Csv,
    /// A table, in `events.md`
    Markdown,
}

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The claims table
    Terminal,
    /// The record
    Json,
    /// A page for a pull request
    Markdown,
}
