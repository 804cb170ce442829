//! Every environment variable in one list, and the settings that follow from them and the arguments.

use std::io::IsTerminal;
use std::path::PathBuf;

use super::arguments::Arguments;
use crate::report::Colour;
use crate::server::{DEFAULT_IMAGE, Places};

/// Every environment variable that is read, and what it means.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("PGPROOF_SERVER", "where PostgreSQL comes from, as `--server`"),
    ("PGPROOF_IMAGE", "the image for a docker server, as `--image`"),
    ("PGPROOF_PG_BIN", "directories with PostgreSQL's server programs, separated by `:`"),
    ("PGPROOF_RUN_DIR", "where the data of embedded servers lie, instead of memory or the temporary directory"),
    ("PGPROOF_CACHE_DIR", "where initialised clusters are kept for the next start"),
    ("PGPROOF_REQUIRE_DOCKER", "in tests: a missing Docker engine fails instead of skipping by name"),
    ("PGPROOF_LOG", "what is logged on stderr, as tracing's EnvFilter reads it: `pgproof=debug`"),
    ("TMPDIR", "the temporary directory, for data that do not fit into memory"),
    ("XDG_CACHE_HOME", "where caches lie, instead of `~/.cache`; pgproof's own is `pgproof` below it"),
    ("PATH", "where `pg_config`, `docker` and PostgreSQL's client programs are looked for"),
    ("PGPASSWORD", "the password for an external server whose URL names none"),
    ("PGPASSFILE", "a file with passwords for external servers, instead of `~/.pgpass`"),
    ("DOCKER_HOST", "the container engine's address, where it is not the usual one"),
    ("NO_COLOR", "no colours, whatever the terminal"),
    ("CI", "nothing is asked, nothing is kept, no progress bars"),
    ("COLUMNS", "the width of the claims table where there is no terminal to ask"),
];

/// The list as `pgproof --help` prints it.
pub(crate) fn environment_help() -> String {
    let width = ENVIRONMENT.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines: Vec<String> = ENVIRONMENT.iter().map(|(name, meaning)| format!("  {name:<width$}  {meaning}")).collect();
    format!("Environment:\n{}\n\n{EXIT_CODES}", lines.join("\n"))
}

/// The exit codes in one sentence.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 proven, 1 refuted, 2 usage, 3 environment (no server, no permission), \
4 inconclusive, 70 a bug of pgproof, 130 interrupted";

/// How this process talks and where it keeps things.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) colour: Colour,
    /// Whether a person watches stderr.
    pub(crate) watched: bool,
    pub(crate) width: u16,
    pub(crate) places: Places,
    pub(crate) log: Option<String>,
    pub(crate) verbose: u8,
    pub(crate) target: PathBuf,
    /// The image of a docker server that nobody names.
    pub(crate) image: String,
}

impl Settings {
    pub(crate) fn read(arguments: &Arguments) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let ci = set("CI");
        let terminal = std::io::stdout().is_terminal();
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        Self {
            colour: if terminal && !set("NO_COLOR") { Colour::Always } else { Colour::Never },
            watched: std::io::stderr().is_terminal() && !ci,
            // A pseudo terminal that nobody sized says 0; a table squeezed into less than this can not be read.
            width: width.or_else(|| comfy_table::Table::new().width()).filter(|width| *width >= 60).unwrap_or(120),
            places: Places::from_environment(),
            log: std::env::var("PGPROOF_LOG").ok(),
            verbose: arguments.verbose,
            target: PathBuf::from("target/pgproof"),
            image: std::env::var("PGPROOF_IMAGE").unwrap_or_else(|_| DEFAULT_IMAGE.to_owned()),
        }
    }
}
