//! Why there is no server, or why it could not do what was asked.

use std::io;
use std::path::{Path, PathBuf};

/// Why a server could not be found, started, reached or used. Never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// No server binaries are on this machine.
    #[error("no PostgreSQL server binaries found, looked in {looked}")]
    NoInstallation {
        /// The directories that were searched.
        looked: String,
    },
    /// There are server binaries, but none of the wanted major version.
    #[error("no server binaries of PostgreSQL {major} found, only of {found}")]
    NoMajor {
        /// The wanted major version.
        major: u16,
        /// The versions that are there.
        found: String,
    },
    /// `auto` found neither binaries nor an engine.
    #[error("no PostgreSQL to be had: {embedded}; {docker}")]
    NoSource {
        /// Why not embedded.
        embedded: Box<ServerError>,
        /// Why not docker.
        docker: Box<ServerError>,
    },
    /// The server can not provide an extension.
    #[error("extension `{name}` is not available on PostgreSQL {major} ({kind})")]
    Extension {
        /// The missing extension.
        name: String,
        /// The server's major version.
        major: u16,
        /// The kind of server.
        kind: &'static str,
    },
    /// The server's version is not the wanted one.
    #[error("PostgreSQL {wanted} was asked for, but the {kind} server runs {found}")]
    Version {
        /// The wanted major version.
        wanted: u16,
        /// The version found.
        found: String,
        /// The kind of server.
        kind: &'static str,
    },
    /// A setting's name is no name.
    #[error("`{name}` is not the name of a server setting")]
    SettingName {
        /// The name as given.
        name: String,
    },
    /// A setting that would move the server away from where it is looked for.
    #[error("the setting `{name}` is decided by where the server runs and can not be set")]
    SettingReserved {
        /// The setting.
        name: String,
    },
    /// An external server runs with another value.
    #[error("the external server has `{name}` = `{found}`, the scenario needs `{wanted}`")]
    SettingDiffers {
        /// The setting.
        name: String,
        /// What the scenario declares.
        wanted: String,
        /// What the server has.
        found: String,
    },
    /// A file or directory could not be made, read or written.
    #[error("can not {doing} `{}`", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The file system has no room left.
    #[error("no room left on the file system of `{}`", path.display())]
    DiskFull {
        /// What could not be written.
        path: PathBuf,
    },
    /// A program of the server could not be run at all.
    #[error("can not run `{}`", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A program of the server ran and failed.
    #[error("`{program}` failed: {output}")]
    ProgramFailed {
        /// The program's name.
        program: String,
        /// The end of what it said.
        output: String,
    },
    /// The server ended before it answered, or did not answer in time.
    #[error("the {kind} server did not start: {log}")]
    NotStarted {
        /// The kind of server.
        kind: &'static str,
        /// The last lines of its log.
        log: String,
    },
    /// The server did answer, and is gone now.
    #[error("the {kind} server died: {log}")]
    Died {
        /// The kind of server.
        kind: &'static str,
        /// The last lines of its log.
        log: String,
    },
    /// Nothing answers at the address.
    #[error("no server answers at `{address}`")]
    Unreachable {
        /// The address, without password.
        address: String,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// The server refuses the password, or the user.
    #[error("the server at `{address}` refuses the login of `{user}`")]
    Login {
        /// The address, without password.
        address: String,
        /// The user.
        user: String,
        /// The server's answer.
        source: sqlx::Error,
    },
    /// The user may not create databases.
    #[error("`{user}` may not create databases on `{address}`")]
    NoCreateDatabase {
        /// The address, without password.
        address: String,
        /// The user.
        user: String,
    },
    /// The address is not on this machine, and nobody agreed to that.
    #[error("`{host}` is not this machine")]
    NotLoopback {
        /// The host.
        host: String,
    },
    /// No container engine answers.
    #[error("no container engine answers: {reason}")]
    NoEngine {
        /// What the client says.
        reason: String,
    },
    /// The image is not here and can not be fetched.
    #[error("the image `{image}` is not on this machine and can not be pulled: {reason}")]
    NoImage {
        /// The image.
        image: String,
        /// What the engine says.
        reason: String,
    },
    /// The engine answered, but the container did not come to be.
    #[error("can not {doing} a container of `{image}`: {reason}")]
    Container {
        /// What was tried.
        doing: &'static str,
        /// The image.
        image: String,
        /// What the engine says.
        reason: String,
    },
    /// A statement of our own failed.
    #[error("can not {doing}")]
    Query {
        /// What was asked.
        doing: &'static str,
        /// The driver's error.
        source: sqlx::Error,
    },
}

impl ServerError {
    /// A file error, with a full disk told apart.
    pub(super) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::File { doing, path, source },
        }
    }
}
