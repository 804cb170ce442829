//! The command line of pgproof with the scenario `postgis_parity`.

fn main() -> std::process::ExitCode {
    pgproof::cli::main_of(postgis_parity::source)
}
