//! The command line of pgproof with the canonical events scenario.

fn main() -> std::process::ExitCode {
    pgproof::cli::main_of(canonical_events::source)
}
