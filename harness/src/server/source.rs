//! The choice of a kind of server, as a person writes it.

use std::fmt;
use std::str::FromStr;

use super::url::{ServerUrl, ServerUrlError};

/// The image that is used when nobody names one.
pub const DEFAULT_IMAGE: &str = "postgis/postgis:17-3.5";

/// Where a PostgreSQL is to come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// Embedded when fitting server binaries are on the machine, otherwise docker.
    #[default]
    Auto,
    /// Spawned from the server binaries of this machine.
    Embedded,
    /// A container of this image.
    Docker {
        /// The image's name and tag.
        image: String,
    },
    /// A server that somebody else runs.
    External {
        /// How to reach it.
        url: Box<ServerUrl>,
    },
}

impl Source {
    /// The same choice, with `image` in the place of docker's default one.
    #[must_use]
    pub fn with_image(self, image: &str) -> Self {
        match self {
            Self::Docker { .. } => Self::Docker { image: image.to_owned() },
            other => other,
        }
    }
}

/// Why a text names no source of servers.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is none of the known words, and no URL.
    #[error("`{0}` is not a server: expected `auto`, `embedded`, `docker` or a `postgresql://` URL")]
    Unknown(String),
    /// It is a URL that can not be used.
    #[error(transparent)]
    Url(#[from] ServerUrlError),
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "embedded" => Ok(Self::Embedded),
            "docker" => Ok(Self::Docker { image: DEFAULT_IMAGE.to_owned() }),
            url if url.contains("://") => Ok(Self::External { url: Box::new(url.parse()?) }),
            other => Err(SourceError::Unknown(without_secrets(other))),
        }
    }
}

/// What was meant as an address without its scheme may hold a password: of that, only what follows the last `@` is told.
fn without_secrets(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None if text.contains(['=', ':']) => "…".to_owned(),
        None => text.to_owned(),
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Embedded => f.write_str("embedded"),
            Self::Docker { .. } => f.write_str("docker"),
            Self::External { url } => write!(f, "{url}"),
        }
    }
}

/// Whether the user agreed to work on a server that is not on this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Consent {
    /// Only loopback addresses and unix sockets.
    #[default]
    LoopbackOnly,
    /// Any host: the user said so.
    Granted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_server_is_told_without_its_password() {
        for text in ["me:hunter2@localhost/shop", "host=localhost password=hunter2", "localhost:hunter2"] {
            let error = text.parse::<Source>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!("mysql".parse::<Source>().unwrap_err().to_string().contains("`mysql`"));
    }
}
