//! A physical replica beside a server of ours: a copy of its whole cluster that replays its write-ahead log and answers
//! reads.
//!
//! It cancels a read as soon as the read stands in the way of the replay (`max_standby_streaming_delay = 0`), so that
//! the one does not hide the other. Beside somebody else's server none is made.

use std::process::Stdio;
use std::time::Duration;

use sqlx::Connection;

use super::connector::Connector;
use super::embedded::{Embedded, blocking};
use super::error::ServerError;
use super::launch::Account;
use super::postmaster::Postmaster;
use super::run_directory::RunDirectory;
use super::running::{Backend, Server};
use super::{settings, tools};

/// The slot that keeps the log until the replica has it.
const SLOT: &str = "pgproof_replica";

/// What a replica has otherwise than the server that it follows.
const SETTINGS: &[(&str, &str)] = &[
    ("hot_standby", "on"),
    ("hot_standby_feedback", "off"),
    ("max_standby_streaming_delay", "0"),
    ("max_standby_archive_delay", "0"),
    ("wal_receiver_status_interval", "1s"),
];

/// How often the slot is looked at until its receiver has let go of it, 10 ms apart.
const LOOKS_AT_SLOT: usize = 300;

/// A running replica. Dropped, it ends; [`Replica::stop`] also takes back what it made on the server that it follows.
#[derive(Debug)]
pub struct Replica {
    primary: Connector,
    connector: Connector,
    /// Dropped first: the directory may only go when the server is gone. Nothing for one that ends with its container.
    process: Option<(Postmaster, RunDirectory)>,
}

impl Replica {
    /// How to connect; it takes reads only.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// Ends it, and lets the server that it followed forget it.
    ///
    /// # Errors
    /// The server that it followed can not be asked.
    pub async fn stop(self) -> Result<(), ServerError> {
        let Self { primary, connector, process } = self;
        match process {
            Some(process) => {
                blocking(move || {
                    drop(process);
                    Ok(())
                })
                .await?;
            }
            None => promote(&connector).await?,
        }
        let doing = "drop the slot of the replica";
        let asked = |source| ServerError::Query { doing, source };
        let mut connection = primary.connect(primary.maintenance()).await.map_err(asked)?;
        for _ in 0..LOOKS_AT_SLOT {
            let dropped: i64 = sqlx::query_scalar(
                "select count(pg_catalog.pg_drop_replication_slot(slot_name))
                   from pg_catalog.pg_replication_slots where slot_name = $1 and not active",
            )
            .bind(SLOT)
            .fetch_one(&mut connection)
            .await
            .map_err(asked)?;
            if dropped > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let _ = connection.close().await;
        Ok(())
    }
}

/// A replica in a container goes its own way until the container ends: that, too, lets go of the slot.
async fn promote(connector: &Connector) -> Result<(), ServerError> {
    let asked = |source| ServerError::Query { doing: "let the replica go its own way", source };
    let mut connection = connector.connect(connector.maintenance()).await.map_err(asked)?;
    sqlx::query("select pg_catalog.pg_promote(false)").execute(&mut connection).await.map_err(asked)?;
    let _ = connection.close().await;
    Ok(())
}

impl Server {
    /// Starts a replica of the whole server and returns when it answers reads. Nothing for a server of somebody else.
    ///
    /// # Errors
    /// The copy can not be made, or does not start; nothing is left behind but the slot, which ends with the server.
    pub async fn replica(&self) -> Result<Option<Replica>, ServerError> {
        let (connector, process) = match &self.backend {
            Backend::Embedded(embedded) => {
                let (connector, process) = beside(embedded, &self.connector).await?;
                (connector, Some(process))
            }
            Backend::Docker(docker) => {
                (docker.replica(&self.connector, &standing(&self.connector).await?).await?, None)
            }
            Backend::External => return Ok(None),
        };
        Ok(Some(Replica { primary: self.connector.clone(), connector, process }))
    }
}

/// The lines of configuration of a replica in a container: what its server was told on the command line, which a copy
/// of the data directory does not hold, and what it has otherwise.
async fn standing(primary: &Connector) -> Result<String, ServerError> {
    let asked = |source| ServerError::Query { doing: "read the settings of the server", source };
    let mut connection = primary.connect(primary.maintenance()).await.map_err(asked)?;
    let told: Vec<(String, String)> = sqlx::query_as(
        "select name, pg_catalog.current_setting(name) from pg_catalog.pg_settings where source = 'command line'",
    )
    .fetch_all(&mut connection)
    .await
    .map_err(asked)?;
    let _ = connection.close().await;
    let told = told.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Ok(settings::as_configuration(
        told.filter(|(name, _)| !settings::is_reserved(name)).chain(SETTINGS.iter().copied()),
    ))
}

/// A replica of an embedded server, in a run directory of its own.
async fn beside(
    embedded: &Embedded,
    primary: &Connector,
) -> Result<(Connector, (Postmaster, RunDirectory)), ServerError> {
    let base = embedded.base();
    let run = blocking(move || RunDirectory::create(&base, Account::unprivileged().as_ref())).await?;
    let program = embedded.installation().bin_dir.join("pg_basebackup");
    let mut copy = tools::client(&program, primary, primary.maintenance());
    copy.args(["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--no-sync"])
        .args(["--create-slot", "--slot", SLOT])
        .arg("--pgdata")
        .arg(run.data())
        .env("PGAPPNAME", SLOT)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if let Some(account) = Account::unprivileged() {
        account.apply(copy.as_std_mut());
    }
    let copying = copy.spawn().map_err(|source| ServerError::Program { program: program.clone(), source })?;
    tools::finish(copying, &program).await?;
    settings::append(&run.data().join("postgresql.conf"), SETTINGS.iter().copied())?;
    let (postmaster, connector) = embedded.launch_another(&run, primary).await?;
    Ok((connector, (postmaster, run)))
}
