//! Stands between a client and a server, and can lose the answer to a statement that the server has carried out.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::connector::Connector;
use super::error::ServerError;

/// Message types of the protocol (PostgreSQL manual, 55.7).
const COMMAND_COMPLETE: u8 = b'C';
const READY_FOR_QUERY: u8 = b'Z';

/// A socket that leads to a server. Dropped, it is gone, and connections through it end.
#[derive(Debug)]
pub struct Proxy {
    connector: Connector,
    lose: Arc<AtomicBool>,
    relay: JoinHandle<()>,
    _directory: TempDir,
}

impl Proxy {
    /// A way to the server behind `connector`; `None` where that is not reached over a unix socket.
    ///
    /// # Errors
    /// No socket can be made.
    pub fn before(connector: &Connector) -> Result<Option<Self>, ServerError> {
        let Some((directory, port)) = connector.socket() else { return Ok(None) };
        let name = format!(".s.PGSQL.{port}");
        let target = directory.join(&name);
        let mode = std::fs::Permissions::from_mode(0o700);
        let own = tempfile::Builder::new().prefix("pgproof-way-").permissions(mode).tempdir();
        let own = own.map_err(ServerError::file("make a directory in", &std::env::temp_dir()))?;
        let path = own.path().join(&name);
        let listener = UnixListener::bind(&path).map_err(ServerError::file("listen on", &path))?;
        let lose = Arc::new(AtomicBool::new(false));
        let relay = tokio::spawn(accept(listener, target, Arc::clone(&lose)));
        Ok(Some(Self { connector: connector.over_socket(own.path()), lose, relay, _directory: own }))
    }

    /// How to reach the server through this.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// The next statement that the server carries out to its end gets no answer: its connection is cut instead.
    pub fn lose_next_answer(&self) {
        self.lose.store(true, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

async fn accept(listener: UnixListener, target: PathBuf, lose: Arc<AtomicBool>) {
    let mut relays = tokio::task::JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (target, lose) = (target.clone(), Arc::clone(&lose));
        relays.spawn(async move { relay(client, &target, &lose).await });
    }
}

/// Passes messages on until one side closes, or the answer is lost; then both are closed.
async fn relay(client: UnixStream, target: &Path, lose: &AtomicBool) {
    let Ok(server) = UnixStream::connect(target).await else { return };
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        _ = answers(from_server, to_client, lose) => {}
    }
}

/// Passes the server's messages on; once an answer is to be lost, up to the word that a statement is complete, and then
/// waits until the server is idle: the statement has taken effect, and nobody hears of it.
async fn answers(mut server: OwnedReadHalf, mut client: OwnedWriteHalf, lose: &AtomicBool) -> std::io::Result<()> {
    let mut silent = false;
    loop {
        let kind = server.read_u8().await?;
        let length = server.read_u32().await?;
        let mut body = vec![0; usize::try_from(length.saturating_sub(4)).unwrap_or_default()];
        server.read_exact(&mut body).await?;
        silent |= kind == COMMAND_COMPLETE && lose.swap(false, Ordering::SeqCst);
        if silent && kind == READY_FOR_QUERY {
            return Ok(());
        }
        if !silent {
            client.write_u8(kind).await?;
            client.write_u32(length).await?;
            client.write_all(&body).await?;
        }
    }
}
