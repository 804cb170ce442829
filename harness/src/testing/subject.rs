//! The server that a test runs against.

use std::io::Write;

use crate::server::{DEFAULT_IMAGE, ServerError, Source, is_ready};

/// A kind of server, as a test names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    source: Source,
    major: Option<u16>,
}

impl Subject {
    /// The embedded server of this major version.
    pub fn embedded(major: u16) -> Self {
        Self { source: Source::Embedded, major: Some(major) }
    }

    /// The embedded server of any major version that has what is required.
    pub fn any_embedded() -> Self {
        Self { source: Source::Embedded, major: None }
    }

    /// A container of the image that `PGPROOF_IMAGE` names; `None`, with a line on stderr that names the skipped test,
    /// where no engine answers or the image is missing.
    ///
    /// # Errors
    /// `PGPROOF_REQUIRE_DOCKER=1` is set and there is none; or it does not start.
    pub async fn docker_or_skip(test: &str) -> Result<Option<Self>, ServerError> {
        let source = docker_source();
        let required = std::env::var("PGPROOF_REQUIRE_DOCKER").is_ok_and(|value| value == "1");
        let image = image_name();
        let reason = match is_ready(&image).await {
            Ok(()) => return Ok(Some(Self { source, major: None })),
            Err(error) if required => return Err(error),
            Err(ServerError::NoEngine { .. }) => "no docker engine".to_owned(),
            Err(ServerError::NoImage { image, .. }) => format!("no image {image}"),
            Err(error) => return Err(error),
        };
        // Where stderr is closed there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "skipped: {test}: {reason}");
        Ok(None)
    }

    pub(super) fn source(&self) -> Source {
        self.source.clone()
    }

    pub(super) fn major(&self) -> Option<u16> {
        self.major
    }
}

/// A container of the image that `PGPROOF_IMAGE` names, or of the default one.
pub fn docker_source() -> Source {
    Source::Docker { image: image_name() }
}

fn image_name() -> String {
    std::env::var("PGPROOF_IMAGE").unwrap_or_else(|_| DEFAULT_IMAGE.to_owned())
}
