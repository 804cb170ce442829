//! The command line: arguments as typed, arguments as meant, commands, and the only place that prints and exits.

mod arguments;
mod bug;
mod clean;
mod console;
mod doctor;
mod dry_run;
mod exit;
mod explain;
mod interrupt;
mod list;
mod output;
mod parity;
mod progress;
mod rows;
mod run;
mod scale;
mod schema;
mod server_value;
mod settings;
mod shelf;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub use settings::ENVIRONMENT;

use crate::load::{LoadError, Source};
use arguments::{Arguments, Command};
use console::Console;
use exit::Exit;
use settings::Settings;
use shelf::Shelf;

/// The `pgproof` command: scenarios are looked for in `./scenarios`, or given as a directory.
pub fn main() -> ExitCode {
    start(&Shelf::Directory("scenarios".into()))
}

/// The command of a scenario crate: the same command line, and its own scenario when none is named.
pub fn main_of(source: fn() -> Result<Source, LoadError>) -> ExitCode {
    start(&Shelf::One(source))
}

fn start(shelf: &Shelf) -> ExitCode {
    bug::guarded(|| command(shelf)).into()
}

/// What was asked for, from the arguments to the exit code.
fn command(shelf: &Shelf) -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Clap prints help to stdout and mistakes to stderr, and knows which of the two it is.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Proven };
        }
    };
    let settings = Settings::read(&arguments);
    let console = Console::new(&settings);
    console::trace(&settings);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            console.error(&format!("no threads to work with: {error}"), None);
            return Exit::Environment;
        }
    };
    runtime.block_on(async {
        match arguments.command {
            Command::Run(arguments) => run::run(*arguments, &settings, shelf, &console).await,
            Command::Scale(arguments) => scale::scale(*arguments, &settings, shelf, &console).await,
            Command::List => list::list(shelf, &console),
            Command::Explain { code } => explain::explain(code.as_deref(), &console),
            Command::Doctor => tokio::select! {
                biased;
                () = interrupt::interrupted() => Exit::Interrupted,
                exit = doctor::doctor(&settings, shelf, &console) => exit,
            },
            Command::Parity(arguments) => parity::parity(*arguments, &settings, &console).await,
            Command::Schema(command) => schema::schema(command, &settings, &console).await,
            Command::Clean(arguments) => clean::clean(&arguments, &settings, &console).await,
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Arguments::command(), "pgproof", &mut script);
                console.data(&String::from_utf8_lossy(&script));
                Exit::Proven
            }
        }
    })
}
