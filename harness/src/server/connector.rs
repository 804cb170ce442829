//! How to reach a server, and what kind it is.

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};

/// What kind of server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerKind {
    /// Spawned by us from binaries on this machine.
    Embedded,
    /// A container started by us.
    Docker,
    /// Run by somebody else.
    External,
}

impl ServerKind {
    /// The kind in one word, as it stands in records and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Docker => "docker",
            Self::External => "external",
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How to reach a server: cheap to clone, outlives the [`Server`](super::Server) without keeping it alive.
#[derive(Clone)]
pub struct Connector {
    inner: Arc<Reach>,
}

struct Reach {
    kind: ServerKind,
    options: PgConnectOptions,
    /// For tools that are not ours; also part of `options`.
    password: Option<String>,
    /// The database that administrative statements run in: one for all, so that advisory locks meet.
    maintenance: String,
    major: u16,
}

impl Connector {
    pub(super) fn embedded(socket: Option<PathBuf>, port: u16, user: &str, password: &str, major: u16) -> Self {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)
            .username(user)
            .password(password)
            .ssl_mode(PgSslMode::Disable);
        let options = match socket {
            Some(directory) => options.socket(directory),
            None => options,
        };
        Self::new(ServerKind::Embedded, options, Some(password.to_owned()), "postgres", major)
    }

    pub(super) fn new(
        kind: ServerKind,
        options: PgConnectOptions,
        password: Option<String>,
        maintenance: &str,
        major: u16,
    ) -> Self {
        // The harness has events of its own for statements; the driver's log would only repeat them.
        let options = options.application_name("pgproof").disable_statement_logging();
        Self { inner: Arc::new(Reach { kind, options, password, maintenance: maintenance.to_owned(), major }) }
    }

    /// The directory of the server's unix socket and the port in the socket's name, where it is reached that way.
    pub(super) fn socket(&self) -> Option<(&Path, u16)> {
        let options = &self.inner.options;
        options.get_socket().map(|directory| (directory.as_path(), options.get_port()))
    }

    /// The same server by a socket of the same name in another directory.
    pub(super) fn over_socket(&self, directory: &Path) -> Self {
        let Reach { kind, options, password, maintenance, major } = &*self.inner;
        let options = options.clone().socket(directory);
        let (kind, password, maintenance, major) = (*kind, password.clone(), maintenance.clone(), *major);
        Self { inner: Arc::new(Reach { kind, options, password, maintenance, major }) }
    }

    /// How to connect to a database of this server, password included.
    pub fn options(&self, database: &str) -> PgConnectOptions {
        self.inner.options.clone().database(database)
    }

    /// A connection to a database of this server.
    ///
    /// # Errors
    ///
    /// The driver's: the server is gone, the database does not exist or takes no connections.
    pub async fn connect(&self, database: &str) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.options(database)).await
    }

    /// The database in which administrative statements run and advisory locks are taken.
    pub fn maintenance(&self) -> &str {
        &self.inner.maintenance
    }

    /// The kind of server behind it.
    pub fn kind(&self) -> ServerKind {
        self.inner.kind
    }

    /// The server's major version.
    pub fn major(&self) -> u16 {
        self.inner.major
    }

    pub(super) fn password(&self) -> Option<&str> {
        self.inner.password.as_deref()
    }

    /// The address of a database for people, as `psql` takes it: without the password.
    ///
    /// An embedded server is reached over its socket, where none is asked.
    pub fn address(&self, database: &str) -> String {
        let options = &self.inner.options;
        let (user, database) = (encode(options.get_username()), encode(database));
        let port = options.get_port();
        match options.get_socket() {
            Some(socket) => format!("postgresql://{user}@/{database}?host={}&port={port}", encode_path(socket)),
            None => format!("postgresql://{user}@{}:{port}/{database}", options.get_host()),
        }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connector({})", self.address(self.maintenance()))
    }
}

fn encode_path(path: &Path) -> String {
    encode(&path.to_string_lossy()).replace("%2F", "/")
}

/// Percent-encoded, but for the unreserved characters of RFC 3986.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
