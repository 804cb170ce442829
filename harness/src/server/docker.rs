//! A server in a container of our own, removed with everything in it.

mod replica;

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use testcontainers::core::error::{ClientError, TestcontainersError};
use testcontainers::core::{ExecCommand, IntoContainerPort, Mount};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};
use tokio::time::{Instant, sleep};

use super::cluster::{SUPERUSER, random_password};
use super::connector::{Connector, ServerKind};
use super::engine::{self, KEPT_PREFIX, OWNER_LABEL};
use super::error::ServerError;
use super::owner::Owner;
use super::places::Places;
use super::request::{Durability, Placement, Request};
use super::run_directory::RunDirectory;
use super::running::version;
use super::watchdog::Watchdog;
use super::{room, settings};

const PORT: u16 = 5432;
/// A directory that no image declares as a volume, so that it can be put in memory whatever the image's version.
const HOME: &str = "/var/lib/pgproof";
/// Where the container's server puts a second socket, in a directory of this machine. The image's own one will not do:
/// its entry point takes that directory for itself.
const SOCKETS: &str = "/var/run/pgproof";
/// `initdb` on a slow disk takes seconds; a second is usual.
const PATIENCE: Duration = Duration::from_mins(2);
/// Parallel queries need more than the engine's 64 MB; only what is used is taken.
const SHARED_MEMORY_BYTES: u64 = 1 << 30;

/// A container with a server in it. Dropped, it is removed.
pub(super) struct Docker {
    /// Taken out when it is removed.
    container: Option<ContainerAsync<GenericImage>>,
    watchdog: Option<Watchdog>,
    image: String,
    password: String,
    /// Holds the socket.
    directory: RunDirectory,
}

impl Docker {
    /// Starts a container of `image` and waits until its server answers over TCP; from then on it is asked over a unix
    /// socket where the engine shares this machine's file system. sqlx leaves Nagle's algorithm on, and over TCP each
    /// conversation of small messages waits 40 ms for a delayed acknowledgement.
    pub(super) async fn start(
        places: &Places,
        image: &str,
        request: &Request,
    ) -> Result<(Self, Connector, String), ServerError> {
        let image = engine::choose_image(image, request.major).await?;
        let name = format!("pgproof-{}", random_password());
        // Before the container, so that no moment is without it.
        let watchdog = Watchdog::start(places, &name);
        let password = random_password();
        let directory = RunDirectory::create(&room::base(places, request), None)?;
        directory.open_socket()?;
        let prepared = prepare(places, &image, &name, &password, request, &directory)?;
        let container = match prepared.start().await {
            Ok(container) => container,
            Err(error) => {
                let error = explain(&image, "start", error);
                // Without engine or image there is nothing to remove; otherwise a half-made container may be there.
                if let (ServerError::NoEngine { .. } | ServerError::NoImage { .. }, Some(watchdog)) = (&error, watchdog)
                {
                    watchdog.dismiss();
                }
                return Err(error);
            }
        };
        let docker = Self { container: Some(container), watchdog, image, password, directory };
        match docker.greet().await {
            Ok((connector, version)) => Ok((docker, connector, version)),
            Err(error) => {
                docker.stop().await?;
                Err(error)
            }
        }
    }

    /// The container's id.
    pub(super) fn id(&self) -> &str {
        self.container.as_ref().map(|container| container.id()).unwrap_or_default()
    }

    pub(super) async fn is_alive(&self) -> bool {
        match &self.container {
            Some(container) => container.is_running().await.unwrap_or(false),
            None => false,
        }
    }

    /// The last lines of the server's log.
    pub(super) async fn last_words(&self) -> String {
        let Some(container) = &self.container else { return String::new() };
        let text = container.stderr_to_vec().await.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let telling: Vec<&str> = lines
            .iter()
            .copied()
            .filter(|line| ["FATAL", "PANIC", "rror"].iter().any(|word| line.contains(word)))
            .collect();
        let mut telling = if telling.is_empty() { lines } else { telling };
        let skipped = telling.len().saturating_sub(8);
        telling.split_off(skipped).join("\n")
    }

    /// Removes the container and its volumes.
    pub(super) async fn stop(mut self) -> Result<(), ServerError> {
        let removed = match self.container.take() {
            Some(container) => container.rm().await,
            None => Ok(()),
        };
        match removed {
            Ok(()) => {
                if let Some(watchdog) = self.watchdog.take() {
                    watchdog.dismiss();
                }
                Ok(())
            }
            Err(error) => Err(explain(&self.image, "remove", error)),
        }
    }

    /// Kills everything in the container.
    pub(super) async fn kill(&self) -> Result<(), ServerError> {
        engine::kill(self.id()).await.map_err(|reason| self.failed("kill", reason))
    }

    /// Starts the killed container again and waits for its answer. It is asked over its socket, since its port is now
    /// published under another number.
    pub(super) async fn recover(&self, connector: &Connector) -> Result<(), ServerError> {
        engine::start(self.id()).await.map_err(|reason| self.failed("start", reason))?;
        let options = connector.options(connector.maintenance());
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = first_answer(&options).await {
            if !self.is_alive().await || Instant::now() > deadline {
                return Err(self.not_started(&error).await);
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// That there is no server, with its last words, or what the last try to reach it met.
    async fn not_started(&self, error: &ServerError) -> ServerError {
        let log = self.last_words().await;
        ServerError::NotStarted { kind: "docker", log: if log.is_empty() { error.to_string() } else { log } }
    }

    fn failed(&self, doing: &'static str, reason: String) -> ServerError {
        ServerError::Container { doing, image: self.image.clone(), reason }
    }

    /// Lets the container outlive this process; returns the command that opens a database in it.
    pub(super) async fn keep(mut self, database: &str) -> Result<String, ServerError> {
        let name = format!("{KEPT_PREFIX}{}", self.id().chars().take(12).collect::<String>());
        engine::rename(self.id(), &name).await.map_err(|reason| self.failed("keep", reason))?;
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.dismiss();
        }
        // Its drop would remove it.
        std::mem::forget(self.container.take());
        self.directory.mark_kept()?;
        Ok(format!("docker exec -it {name} psql -U {SUPERUSER} {}", shell_word(database)))
    }

    /// `pg_dump | psql` with the programs in the container. Through a file, since `sh` has no status of a pipe's parts.
    pub(super) async fn copy_by_dump(&self, from: &str, to: &str) -> Result<(), ServerError> {
        const SCRIPT: &str = "dump=$(mktemp) || exit 2; trap 'rm -f \"$dump\"' EXIT; \
             PGDATABASE=$FROM pg_dump --no-password --no-sync --file=\"$dump\" && \
             PGDATABASE=$TO psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --output=/dev/null --file=\"$dump\"";
        let Some(container) = &self.container else { return Ok(()) };
        let environment = BTreeMap::from([
            ("FROM", from),
            ("TO", to),
            ("PGUSER", SUPERUSER),
            ("PGPASSWORD", self.password.as_str()),
            ("LC_ALL", "C"),
        ]);
        let command = ExecCommand::new(["sh", "-c", SCRIPT]).with_env_vars(environment);
        let failed = |error| explain(&self.image, "run a dump in", error);
        let mut run = container.exec(command).await.map_err(failed)?;
        let output = run.stderr_to_vec().await.map_err(failed)?;
        match run.exit_code().await.map_err(failed)? {
            Some(0) => Ok(()),
            _ => Err(ServerError::ProgramFailed {
                program: "pg_dump | psql".to_owned(),
                output: String::from_utf8_lossy(&output).trim().to_owned(),
            }),
        }
    }

    /// Asks until the server answers. The image's entry point first runs a server on a socket alone, to set it up: an
    /// answer over TCP comes only from the last one.
    async fn greet(&self) -> Result<(Connector, String), ServerError> {
        let options = self.options().await?;
        let deadline = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(10);
        loop {
            let error = match first_answer(&options).await {
                Ok((version, major)) => {
                    let password = Some(self.password.clone());
                    let options = self.over_socket(options).await;
                    return Ok((Connector::new(ServerKind::Docker, options, password, "postgres", major), version));
                }
                Err(error) => error,
            };
            if !self.is_alive().await || Instant::now() > deadline {
                return Err(self.not_started(&error).await);
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    }

    /// The same server over its socket, where that can be reached from here.
    async fn over_socket(&self, tcp: PgConnectOptions) -> PgConnectOptions {
        let sockets = self.directory.socket();
        let socket = tcp.clone().socket(&sockets);
        // The name of a socket holds the port, and the port that is published is another.
        let name = |port: u16| sockets.join(format!(".s.PGSQL.{port}"));
        let linked = std::os::unix::fs::symlink(name(PORT), name(tcp.get_port()));
        if let Err(error) = linked {
            tracing::debug!(%error, "no second name for the container's socket, staying with TCP");
            return tcp;
        }
        match first_answer(&socket).await {
            Ok(_) => socket,
            Err(error) => {
                tracing::debug!(%error, "the container's socket can not be reached, staying with TCP");
                tcp
            }
        }
    }

    async fn options(&self) -> Result<PgConnectOptions, ServerError> {
        let failed = |error| explain(&self.image, "reach", error);
        let lost = || ServerError::NotStarted { kind: "docker", log: "the container is gone".to_owned() };
        let container = self.container.as_ref().ok_or_else(lost)?;
        // A container that ended at once has no port any more: its log says why.
        let port = match container.get_host_port_ipv4(PORT.tcp()).await {
            Ok(port) => port,
            Err(error) if self.is_alive().await => return Err(failed(error)),
            Err(_) => return Err(ServerError::NotStarted { kind: "docker", log: self.last_words().await }),
        };
        let host = container.get_host().await.map_err(failed)?.to_string();
        // The published port is looked up for IPv4; `localhost` may mean another family first.
        let host = if host == "localhost" { "127.0.0.1" } else { host.as_str() };
        Ok(PgConnectOptions::new_without_pgpass()
            .host(host)
            .port(port)
            .username(SUPERUSER)
            .password(&self.password)
            .ssl_mode(PgSslMode::Disable))
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        let Some(container) = self.container.take() else { return };
        if tokio::runtime::Handle::try_current().is_ok() {
            // Removes it and waits for that.
            drop(container);
            if let Some(watchdog) = self.watchdog.take() {
                watchdog.dismiss();
            }
        } else {
            // Its own drop would panic without a runtime.
            std::mem::forget(container);
            if let Some(watchdog) = self.watchdog.take() {
                watchdog.bite();
            }
        }
    }
}

fn prepare(
    places: &Places,
    image: &str,
    name: &str,
    password: &str,
    request: &Request,
    directory: &RunDirectory,
) -> Result<ContainerRequest<GenericImage>, ServerError> {
    let settings = settings::effective(request)?;
    let mut command = vec!["postgres".to_owned()];
    command.extend(["-c".to_owned(), format!("unix_socket_directories=/var/run/postgresql,{SOCKETS}")]);
    command.extend(settings.iter().flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]));
    let (repository, tag) = engine::split_tag(image);
    let no_sync = if request.durability == Durability::ThrowAway { "--no-sync" } else { "" };
    let locale = request.locale.as_deref().unwrap_or("C.UTF-8");
    let prepared = GenericImage::new(repository, tag)
        .with_exposed_port(PORT.tcp())
        .with_container_name(name)
        .with_cmd(command)
        .with_env_var("POSTGRES_PASSWORD", password)
        .with_env_var("POSTGRES_USER", SUPERUSER)
        .with_env_var("POSTGRES_DB", "postgres")
        // The same answers on every machine; and initdb does not compare six hundred time zone files, which takes
        // seconds where the image's layers are slow to read.
        .with_env_var("TZ", "UTC")
        .with_env_var("POSTGRES_INITDB_ARGS", format!("--encoding=UTF8 --locale={locale} {no_sync}"))
        .with_mount(Mount::bind_mount(directory.socket().to_string_lossy(), SOCKETS))
        .with_label(OWNER_LABEL, Owner::current().to_json())
        .with_shm_size(SHARED_MEMORY_BYTES);
    let memory = match request.placement {
        Placement::Memory => true,
        Placement::Disk(_) => false,
        Placement::Auto => places.memory.as_ref() == Some(&room::base(places, request)),
    };
    Ok(if memory {
        prepared.with_mount(Mount::tmpfs_mount(HOME)).with_env_var("PGDATA", format!("{HOME}/data"))
    } else {
        prepared
    })
}

/// Quoted for a shell, when it must be.
fn shell_word(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

async fn first_answer(options: &PgConnectOptions) -> Result<(String, u16), ServerError> {
    let connected: Result<PgConnection, _> =
        options.clone().database("postgres").disable_statement_logging().connect().await;
    let mut connection = connected.map_err(|source| ServerError::Query { doing: "connect to the server", source })?;
    let answer = version(&mut connection).await?;
    let _ = connection.close().await;
    Ok(answer)
}

fn explain(image: &str, doing: &'static str, error: TestcontainersError) -> ServerError {
    match error {
        TestcontainersError::Client(ClientError::PullImage { err, .. }) => {
            ServerError::NoImage { image: image.to_owned(), reason: err.to_string() }
        }
        TestcontainersError::Client(
            error @ (ClientError::Init(_) | ClientError::Configuration(_) | ClientError::InvalidDockerHost(_)),
        ) => ServerError::NoEngine { reason: error.to_string() },
        other => ServerError::Container { doing, image: image.to_owned(), reason: other.to_string() },
    }
}
