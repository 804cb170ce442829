//! From what is wanted to a server that answers.

use super::connector::Connector;
use super::docker::Docker;
use super::embedded::{Embedded, blocking};
use super::engine::sweep_containers;
use super::error::ServerError;
use super::external;
use super::places::Places;
use super::request::Request;
use super::running::{Backend, Server, version};
use super::source::{Consent, DEFAULT_IMAGE, Source};
use super::sweep::{Kept, sweep_directories};
use super::url::ServerUrl;

/// Starts servers of one kind for one request.
#[derive(Debug, Clone)]
pub struct Provider {
    source: Source,
    request: Request,
    places: Places,
    consent: Consent,
    image: String,
}

impl Provider {
    /// A provider that works on this machine only, in these places.
    pub fn new(source: Source, request: Request, places: Places) -> Self {
        let image = DEFAULT_IMAGE.to_owned();
        Self { source, request, places, consent: Consent::LoopbackOnly, image }
    }

    /// The same provider, what is asked of the server changed.
    #[must_use]
    pub fn asking(mut self, change: impl FnOnce(&mut Request)) -> Self {
        change(&mut self.request);
        self
    }

    /// Whether an external server may be on another machine.
    #[must_use]
    pub fn consent(mut self, consent: Consent) -> Self {
        self.consent = consent;
        self
    }

    /// The image that `auto` takes when it takes docker.
    #[must_use]
    pub fn image(mut self, image: &str) -> Self {
        image.clone_into(&mut self.image);
        self
    }

    /// Starts or reaches a server and checks that it is what was asked for.
    ///
    /// Sweeps first what killed harnesses left. On an error nothing is left behind.
    ///
    /// # Errors
    ///
    /// See [`ServerError`]; each comes with a hint where one is known.
    pub async fn start(&self) -> Result<Server, ServerError> {
        let server = match &self.source {
            Source::Auto => self.start_either().await?,
            Source::Embedded => self.start_embedded().await?,
            Source::Docker { image } => self.start_docker(image).await?,
            Source::External { url } => self.reach(url).await?,
        };
        match self.request.major {
            Some(wanted) if wanted != server.major() => {
                let (kind, found) = (server.kind().as_str(), server.version().to_owned());
                server.stop().await?;
                Err(ServerError::Version { wanted, found, kind })
            }
            _ => Ok(server),
        }
    }

    /// Embedded; docker when no fitting binaries are here. Any other trouble is not made better by another kind.
    async fn start_either(&self) -> Result<Server, ServerError> {
        let embedded = match self.start_embedded().await {
            Err(
                error @ (ServerError::NoInstallation { .. }
                | ServerError::NoMajor { .. }
                | ServerError::Extension { .. }),
            ) => error,
            other => return other,
        };
        tracing::info!(%embedded, "trying docker");
        self.start_docker(&self.image).await.map_err(|docker| match docker {
            ServerError::NoEngine { .. } | ServerError::NoImage { .. } => {
                ServerError::NoSource { embedded: Box::new(embedded), docker: Box::new(docker) }
            }
            other => other,
        })
    }

    async fn start_embedded(&self) -> Result<Server, ServerError> {
        let places = self.places.clone();
        blocking(move || Ok(sweep_directories(&places, Kept::Leave))).await?;
        let (embedded, connector) = Embedded::start(&self.places, &self.request).await?;
        let mut server = self.server(Backend::Embedded(Box::new(embedded)), connector, String::new());
        let mut connection = server.connect(server.connector.maintenance()).await?;
        (server.version, _) = version(&mut connection).await?;
        Ok(server)
    }

    async fn start_docker(&self, image: &str) -> Result<Server, ServerError> {
        sweep_containers(Kept::Leave).await;
        let (docker, connector, version) = Docker::start(&self.places, image, &self.request).await?;
        let server = self.server(Backend::Docker(Box::new(docker)), connector, version);
        let mut connection = server.connect(server.connector.maintenance()).await?;
        match external::has_extensions(&mut connection, &self.request, server.major(), server.kind()).await {
            Ok(()) => Ok(server),
            Err(error) => {
                server.stop().await?;
                Err(error)
            }
        }
    }

    async fn reach(&self, url: &ServerUrl) -> Result<Server, ServerError> {
        if self.consent == Consent::LoopbackOnly && !url.is_loopback() {
            return Err(ServerError::NotLoopback { host: url.host() });
        }
        let reached = external::reach(url, &self.request).await?;
        Ok(self.server(Backend::External, reached.connector, reached.version))
    }

    fn server(&self, backend: Backend, connector: Connector, version: String) -> Server {
        Server { backend, connector, version, places: self.places.clone() }
    }
}
