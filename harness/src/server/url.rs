//! The URL of an external server, whose password stays inside.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::error::ServerError;
use super::external::refused;

/// The address of an external server. Shown or debugged, it is without its password.
#[derive(Clone)]
pub struct ServerUrl {
    options: PgConnectOptions,
    text: String,
    secret: Option<String>,
}

/// Why a text is no usable URL of a server.
#[derive(Debug, thiserror::Error)]
pub enum ServerUrlError {
    /// Another scheme than PostgreSQL's.
    #[error("`{0}://` is not a PostgreSQL address: expected `postgresql://user@host:port/database`")]
    Scheme(String),
    /// The text can not be read as a URL. The text itself is not shown: it may hold a password.
    #[error("the server's URL can not be read: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
}

impl ServerUrl {
    /// How to connect, password included.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// The password, for programs that are not ours.
    pub(super) fn password(&self) -> Option<String> {
        self.secret.clone()
    }

    /// A connection to the database that the URL names, to look at it.
    ///
    /// # Errors
    /// The server can not be reached, or refuses the user.
    pub async fn connect(&self) -> Result<PgConnection, ServerError> {
        let options = self.options.clone().application_name("pgproof").disable_statement_logging();
        options.connect().await.map_err(|source| refused(self, source))
    }

    /// Whether the address can only be on this machine: a unix socket, `localhost`, or a loopback address.
    pub fn is_loopback(&self) -> bool {
        let host = self.options.get_host().trim_start_matches('[').trim_end_matches(']');
        self.options.get_socket().is_some()
            || host.starts_with('/')
            || host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The host, or the directory of the socket, with the port.
    pub fn host(&self) -> String {
        match self.options.get_socket() {
            Some(socket) => format!("{}:{}", socket.display(), self.options.get_port()),
            None => format!("{}:{}", self.options.get_host(), self.options.get_port()),
        }
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").unwrap_or((text, ""));
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(ServerUrlError::Scheme(scheme.to_owned()));
        }
        let options = text.parse::<PgConnectOptions>().map_err(|error| {
            // The parser's own words could quote the URL; keep only those that can not.
            let reason = match error {
                sqlx::Error::Configuration(cause) => cause.to_string(),
                _ => "expected `postgresql://user:password@host:port/database`".to_owned(),
            };
            let reason = if password(rest).is_some_and(|secret| reason.contains(secret)) {
                "expected `postgresql://user:password@host:port/database`".to_owned()
            } else {
                reason
            };
            ServerUrlError::Unreadable { reason }
        })?;
        let query = rest.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let parameter = query.split('&').find_map(|pair| pair.strip_prefix("password="));
        let secret = parameter.or_else(|| password(rest)).map(decode);
        Ok(Self { options, text: redacted(text), secret })
    }
}

/// The password as it stands in what follows the scheme.
fn password(rest: &str) -> Option<&str> {
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user_info, _) = authority.rsplit_once('@')?;
    user_info.split_once(':').map(|(_, secret)| secret).filter(|secret| !secret.is_empty())
}

/// Percent-encoding undone.
fn decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let escaped = (byte == b'%').then(|| {
            let digits = [bytes.clone().next()?, bytes.clone().nth(1)?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
        });
        match escaped.flatten() {
            Some(value) => {
                bytes.nth(1);
                decoded.push(value);
            }
            None => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The URL without its password, wherever it stands: after the user, or among the parameters.
fn redacted(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return String::new() };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    // A password may itself hold `@`: only what follows the last one is the host.
    let (user_info, host) = authority.rsplit_once('@').map_or((None, authority), |(u, h)| (Some(u), h));
    let user = user_info.map(|info| info.split(':').next().unwrap_or_default());
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.to_ascii_lowercase().contains("password")).collect();
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    format!("{scheme}://{user}{host}{path}{query}")
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerUrl({:?})", self.text)
    }
}

impl PartialEq for ServerUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ServerUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_of_a_url_shows_its_password() {
        for text in [
            "postgres://me:s3cret@db.example:5433/app",
            "postgresql://me:s3cret@[::1]:5433/app?sslmode=require",
            "postgres://me@localhost/app?password=s3cret&application_name=x",
            "postgres://me:p%40s3cret@localhost/app",
        ] {
            let url: ServerUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("s3cret"), "{url}");
        }
    }

    #[test]
    fn an_unreadable_url_does_not_quote_its_password() {
        let error = "postgres://me:s3cret@localhost:nonsense/app".parse::<ServerUrl>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let loopback = |text: &str| text.parse::<ServerUrl>().unwrap().is_loopback();
        for text in
            ["postgres://localhost/a", "postgres://127.0.0.9/a", "postgres://[::1]/a", "postgres:///a?host=/run"]
        {
            assert!(loopback(text), "{text}");
        }
        for text in ["postgres://10.0.0.1/a", "postgres://db.example/a", "postgres://localhost.example/a"] {
            assert!(!loopback(text), "{text}");
        }
    }
}
