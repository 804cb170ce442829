//! A volume of a bounded size below a database, so that it can be full.

use crate::database::{Database, create_tablespace};
use crate::run::RunError;
use crate::run::stage::Stage;
use crate::server::{ServerKind, can_bound_a_volume};

/// What the volume's tablespace is called.
const TABLESPACE: &str = "pgproof_volume";
/// What a server needs beside twice the database.
const SPARE: u64 = 64 << 20;

/// Why no volume of a bounded size can be had for a server of this kind.
pub(super) fn possible(stage: &Stage) -> Result<(), String> {
    match stage.server.kind() {
        ServerKind::Embedded => can_bound_a_volume(),
        ServerKind::Docker | ServerKind::External => {
            Err("only a server that is embedded can be given a volume that it fills".to_owned())
        }
    }
}

/// How large a volume has to be for a database that has this many bytes at its fullest.
pub(super) fn bytes(largest: u64) -> u64 {
    largest.saturating_mul(2).saturating_add(SPARE)
}

/// Makes the tablespace, where the server was given a volume.
pub(super) async fn prepare(stage: &Stage) -> Result<(), RunError> {
    match stage.server.volume() {
        Some(location) => Ok(create_tablespace(stage.server.connector(), TABLESPACE, &location).await?),
        None => Ok(()),
    }
}

/// Puts a database on the volume.
pub(super) async fn put(database: &Database) -> Result<(), RunError> {
    Ok(database.move_to(TABLESPACE).await?)
}
