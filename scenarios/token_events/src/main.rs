//! The command line of pgproof with the `token_events` scenario.

fn main() -> std::process::ExitCode {
    pgproof::cli::main_of(token_events::source)
}
