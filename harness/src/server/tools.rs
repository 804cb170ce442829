//! PostgreSQL's own client programs: a database copied through a dump.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use super::connector::Connector;
use super::embedded::blocking;
use super::error::ServerError;
use super::installation::Installation;
use super::places::Places;

/// The newest client programs on this machine, if they are new enough: `pg_dump` refuses servers newer than itself.
pub(super) async fn fitting_bin_dir(places: &Places, major: u16) -> Result<PathBuf, ServerError> {
    let places = places.clone();
    blocking(move || {
        let all = Installation::discover(&places);
        let has_clients = |i: &&Installation| i.bin_dir.join("pg_dump").is_file() && i.bin_dir.join("psql").is_file();
        if let Some(fitting) = all.iter().filter(has_clients).find(|installation| installation.major >= major) {
            return Ok(fitting.bin_dir.clone());
        }
        let found = all.iter().map(|i| i.version.as_str()).collect::<Vec<_>>().join(", ");
        Err(ServerError::NoMajor { major, found: if found.is_empty() { "none".to_owned() } else { found } })
    })
    .await
}

/// `pg_dump from | psql to`, with the programs in `bin_dir`.
pub(super) async fn copy_on_host(
    bin_dir: &Path,
    connector: &Connector,
    from: &str,
    to: &str,
) -> Result<(), ServerError> {
    let dump_program = bin_dir.join("pg_dump");
    let mut dump = client(&dump_program, connector, from)
        .arg("--no-sync")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| ServerError::Program { program: dump_program.clone(), source })?;
    let output = dump.stdout.take().and_then(|pipe| TryInto::<Stdio>::try_into(pipe).ok()).unwrap_or_else(Stdio::null);
    let restore_program = bin_dir.join("psql");
    let restore = client(&restore_program, connector, to)
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"])
        .stdin(output)
        .stdout(Stdio::null())
        .spawn()
        .map_err(|source| ServerError::Program { program: restore_program.clone(), source })?;
    let (dumped, restored) = tokio::join!(finish(dump, &dump_program), finish(restore, &restore_program));
    // When the restore fails, the dump fails too, of a closed pipe: the restore's words are the cause. When the dump
    // fails, the restore saw only a shorter script and is content.
    restored.and(dumped)
}

/// A client program told by its environment how to reach a database.
pub(super) fn client(program: &Path, connector: &Connector, database: &str) -> Command {
    let options = connector.options(database);
    let mut command = Command::new(program);
    for name in ["PGOPTIONS", "PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR", "PGCLIENTENCODING"] {
        command.env_remove(name);
    }
    let host = options.get_socket().map_or_else(|| options.get_host().into(), |socket| socket.as_os_str().to_owned());
    command
        .env("PGHOST", host)
        .env("PGPORT", options.get_port().to_string())
        .env("PGUSER", options.get_username())
        // By the environment: a name with `=` or a URL's look would be taken apart as an argument.
        .env("PGDATABASE", database)
        .env("LC_ALL", "C")
        .arg("--no-password")
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(password) = connector.password() {
        command.env("PGPASSWORD", password);
    }
    command
}

/// Waits for a client program; what it said, where it failed.
pub(super) async fn finish(mut child: Child, program: &Path) -> Result<(), ServerError> {
    let mut text = Vec::new();
    if let Some(mut stderr) = child.stderr.take() {
        let _ = stderr.read_to_end(&mut text).await;
    }
    let status = child.wait().await.map_err(|source| ServerError::Program { program: program.to_owned(), source })?;
    if status.success() {
        return Ok(());
    }
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = String::from_utf8_lossy(&text).trim().to_owned();
    let output = if output.is_empty() { status.to_string() } else { output };
    Err(ServerError::ProgramFailed { program: name, output })
}
