//! A server spawned from the binaries of this machine, in a directory of its own, for as long as its harness lives.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::Signal;
use tokio::task::spawn_blocking;

use super::cluster::{CachedCluster, SUPERUSER};
use super::connector::Connector;
use super::error::ServerError;
use super::installation::Installation;
use super::launch::Account;
use super::places::Places;
use super::postmaster::Postmaster;
use super::request::Request;
use super::run_directory::RunDirectory;
use super::volume::Volume;
use super::{room, settings, sweep};

/// How often another port is tried when somebody took the one that was just free.
const PORT_ATTEMPTS: usize = 8;
/// The room for a path in `sockaddr_un`, its closing zero excluded (unix(7)).
const SOCKET_PATH_BYTES: usize = 107;

/// What keeps an embedded server alive, and what is left of it to remove. Dropped, both end.
#[derive(Debug)]
pub(super) struct Embedded {
    // Dropped first: the directory may only go when the server is gone.
    postmaster: Postmaster,
    run: RunDirectory,
    installation: Installation,
    volume: Option<Volume>,
    address: Address,
}

/// Where a server listens.
#[derive(Debug, Clone)]
struct Address {
    socket: Option<PathBuf>,
    port: u16,
}

impl Embedded {
    /// Copies a cached cluster, starts it, waits until it accepts connections.
    pub(super) async fn start(places: &Places, request: &Request) -> Result<(Self, Connector), ServerError> {
        let installation = {
            let (places, request) = (places.clone(), request.clone());
            blocking(move || Installation::choose(&places, &request)).await?
        };
        let base = room::base(places, request);
        sweep::remember_base(places, &base);
        let (run, password) = {
            let (places, request, installation) = (places.clone(), request.clone(), installation.clone());
            blocking(move || prepare(&places, &base, &request, &installation)).await?
        };
        let volume = request.volume.map(|bytes| Volume::at(run.volume(), bytes));
        let (postmaster, address) = launch(&installation, &run, volume.as_ref(), free_port).await?;
        let Address { socket, port } = address.clone();
        let connector = Connector::embedded(socket, port, SUPERUSER, &password, installation.major);
        Ok((Self { postmaster, run, installation, volume, address }, connector))
    }

    pub(super) fn data_directory(&self) -> PathBuf {
        self.run.data()
    }

    pub(super) fn installation(&self) -> &Installation {
        &self.installation
    }

    /// The directory that its own directory is in.
    pub(super) fn base(&self) -> PathBuf {
        self.run.base()
    }

    /// Starts another server of the same installation on the data in `run`, which hold the accounts of `like`.
    pub(super) async fn launch_another(
        &self,
        run: &RunDirectory,
        like: &Connector,
    ) -> Result<(Postmaster, Connector), ServerError> {
        let (postmaster, Address { socket, port }) = launch(&self.installation, run, None, free_port).await?;
        let password = like.password().unwrap_or_default();
        Ok((postmaster, Connector::embedded(socket, port, SUPERUSER, password, self.installation.major)))
    }

    pub(super) fn postmaster(&self) -> &Postmaster {
        &self.postmaster
    }

    /// Kills the server with all its processes, as a loss of power would.
    pub(super) fn kill(&self) {
        self.postmaster.kill_all();
    }

    /// Where the server sees its volume, if it was given one.
    pub(super) fn volume(&self) -> Option<&Path> {
        self.volume.as_ref().map(Volume::place)
    }

    /// Takes all the room on the volume. Blocks.
    pub(super) fn fill(&self) -> Result<(), ServerError> {
        self.volume.as_ref().map_or(Ok(()), |volume| volume.fill(self.postmaster.pid().as_raw()))
    }

    /// Gives it back.
    pub(super) fn make_room(&self) -> Result<(), ServerError> {
        self.volume.as_ref().map_or(Ok(()), |volume| volume.make_room(self.postmaster.pid().as_raw()))
    }

    /// Starts it again on the data that it has, at the same address.
    pub(super) async fn recover(&mut self) -> Result<(), ServerError> {
        let Address { socket, port } = &self.address;
        let command = postgres(&self.installation, &self.run, self.volume.as_ref(), socket.as_deref(), *port);
        self.postmaster = Postmaster::start(command, &self.run.data(), &self.run.log()).await?;
        Ok(())
    }

    /// Starts the server anew, at the same address, so that it outlives this process. Blocks.
    ///
    /// A parent-death signal can not be taken back from outside, hence the new start.
    pub(super) fn keep(mut self) -> Result<(), ServerError> {
        self.run.mark_kept()?;
        self.postmaster.stop(Signal::SIGINT);
        let Address { socket, port } = &self.address;
        let command = postgres(&self.installation, &self.run, self.volume.as_ref(), socket.as_deref(), *port);
        Postmaster::detach(command, &self.run.data(), &self.run.log())
    }
}

/// File work does not belong on the threads of the runtime.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServerError> + Send + 'static,
) -> Result<T, ServerError> {
    spawn_blocking(work).await.map_err(|error| ServerError::ProgramFailed {
        program: "a thread for file work".to_owned(),
        output: error.to_string(),
    })?
}

/// A run directory with a configured, not yet started cluster; and the superuser's password.
fn prepare(
    places: &Places,
    base: &Path,
    request: &Request,
    installation: &Installation,
) -> Result<(RunDirectory, String), ServerError> {
    let mut settings = settings::effective(request)?;
    if places.memory.as_deref() == Some(base) {
        // Segments of parallel queries then lie in the data directory and go with it. POSIX ones would stay in memory
        // for good when the server is killed, and be no faster.
        settings.entry("dynamic_shared_memory_type".to_owned()).or_insert_with(|| "mmap".to_owned());
    }
    let cluster = CachedCluster::ensure(&places.cache, base, installation, request.locale.as_deref())?;
    let account = Account::unprivileged();
    let run = RunDirectory::create(base, account.as_ref())?;
    if request.volume.is_some() {
        run.make_volume()?;
    }
    cluster.copy_to(&run.data(), account.as_ref())?;
    let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    settings::append(&run.data().join("postgresql.conf"), settings)?;
    Ok((run, cluster.password().to_owned()))
}

/// Starts the server on a port that is free; takes another when somebody was quicker.
async fn launch(
    installation: &Installation,
    run: &RunDirectory,
    volume: Option<&Volume>,
    mut next_port: impl FnMut() -> Result<u16, ServerError>,
) -> Result<(Postmaster, Address), ServerError> {
    let mut attempt = 1;
    loop {
        let port = next_port()?;
        let socket = socket_directory(run, port);
        let command = postgres(installation, run, volume, socket.as_deref(), port);
        match Postmaster::start(command, &run.data(), &run.log()).await {
            Ok(postmaster) => return Ok((postmaster, Address { socket, port })),
            Err(ServerError::NotStarted { log, .. }) if port_was_taken(&log) && attempt < PORT_ATTEMPTS => {
                tracing::debug!(port, "the port was taken, trying another");
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

fn port_was_taken(log: &str) -> bool {
    log.contains("could not create any TCP/IP sockets") || log.contains("Address already in use")
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16, ServerError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(ServerError::file("find a free port on", Path::new("127.0.0.1")))
}

/// The directory of the socket, unless its path is too long for one, or holds what the setting would split.
fn socket_directory(run: &RunDirectory, port: u16) -> Option<PathBuf> {
    let directory = run.socket();
    let length = directory.as_os_str().as_bytes().len() + format!("/.s.PGSQL.{port}.lock").len();
    let fits = length <= SOCKET_PATH_BYTES && directory.to_str().is_some_and(|text| !text.contains(['"', '\n']));
    if !fits {
        tracing::info!(directory = %directory.display(), "no unix socket fits below this directory, using TCP only");
    }
    fits.then_some(directory)
}

fn postgres(
    installation: &Installation,
    run: &RunDirectory,
    volume: Option<&Volume>,
    socket: Option<&Path>,
    port: u16,
) -> Command {
    let mut command = Command::new(installation.bin_dir.join("postgres"));
    // The setting is a list whose parts may stand in double quotes (PostgreSQL manual, 20.3.1).
    let sockets = socket.map(|path| format!("\"{}\"", path.display())).unwrap_or_default();
    command.arg("-D").arg(run.data()).arg("-p").arg(port.to_string());
    for setting in [
        format!("unix_socket_directories={sockets}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "logging_collector=off".to_owned(),
        "log_destination=stderr".to_owned(),
    ] {
        command.arg("-c").arg(setting);
    }
    command.env("LC_ALL", "C").env_remove("PGDATA").current_dir("/");
    if let Some(account) = Account::unprivileged() {
        match volume.and_then(|volume| volume.mount(&account)) {
            Some(mount) => mount.apply(&mut command),
            None => account.apply(&mut command),
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_that_is_taken_costs_only_another_try() {
        let places = Places::from_environment();
        let request = Request::default();
        let installation = Installation::choose(&places, &request).unwrap();
        let base = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .tempdir()
            .unwrap();
        let (run, _) = prepare(&places, base.path(), &request, &installation).unwrap();
        let squatter = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = squatter.local_addr().unwrap().port();
        let mut tries = Vec::new();
        let next = || {
            let port = if tries.is_empty() { taken } else { free_port()? };
            tries.push(port);
            Ok(port)
        };
        let (postmaster, _) = launch(&installation, &run, None, next).await.unwrap();
        assert!(postmaster.is_alive());
        assert!(tries.len() > 1 && tries.first() == Some(&taken), "{tries:?}");
    }
}
