//! The `pgproof` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    pgproof::cli::main()
}
