//! The command line of pgproof with the medallion scenario.

fn main() -> std::process::ExitCode {
    pgproof::cli::main_of(medallion::source)
}
