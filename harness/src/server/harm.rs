//! What is done to a server of ours to see what becomes of a migration: it is killed, it runs out of room.

use std::path::{Path, PathBuf};

use super::error::ServerError;
use super::running::{Backend, Server};

impl Server {
    /// Kills every process of the server at once, without a chance to write anything down, and waits for their ends.
    /// [`Server::recover`] starts it again. An external server is left alone.
    ///
    /// # Errors
    ///
    /// The engine of a container does not answer.
    pub async fn kill(&self) -> Result<(), ServerError> {
        match &self.backend {
            Backend::Embedded(embedded) => {
                embedded.kill();
                Ok(())
            }
            Backend::Docker(docker) => docker.kill().await,
            Backend::External => Ok(()),
        }
    }

    /// Where the server sees the volume that it was asked to be given; `None` where it has none.
    pub fn volume(&self) -> Option<PathBuf> {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.volume().map(Path::to_owned),
            Backend::Docker(_) | Backend::External => None,
        }
    }

    /// Takes all the room that is left on the volume, until [`Server::make_room`]. Nothing happens without one.
    ///
    /// # Errors
    ///
    /// The volume can not be written to for another reason than that it is full.
    pub fn fill(&self) -> Result<(), ServerError> {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.fill(),
            Backend::Docker(_) | Backend::External => Ok(()),
        }
    }

    /// Gives the room back that [`Server::fill`] took.
    ///
    /// # Errors
    ///
    /// What took it can not be removed.
    pub fn make_room(&self) -> Result<(), ServerError> {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.make_room(),
            Backend::Docker(_) | Backend::External => Ok(()),
        }
    }

    /// Starts a killed server again, on the data that it has, and returns when it has recovered.
    ///
    /// # Errors
    ///
    /// It does not come back.
    pub async fn recover(&mut self) -> Result<(), ServerError> {
        match &mut self.backend {
            Backend::Embedded(embedded) => embedded.recover().await,
            Backend::Docker(docker) => docker.recover(&self.connector).await,
            Backend::External => Ok(()),
        }
    }
}
