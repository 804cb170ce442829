//! Questions to the container engine: is it there, which images has it, what did the dead leave in it.

use std::collections::HashMap;

use testcontainers::bollard::Docker as Engine;
use testcontainers::bollard::query_parameters::{
    KillContainerOptions, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder, RenameContainerOptionsBuilder,
    StartContainerOptions,
};
use testcontainers::core::client::docker_client_instance;

use super::error::ServerError;
use super::owner::{Life, Owner};
use super::source::DEFAULT_IMAGE;
use super::sweep::Kept;

/// Says whose a container is: an [`Owner`] as JSON.
pub(super) const OWNER_LABEL: &str = "pgproof.owner";
/// How the names of containers begin that were kept on purpose.
pub(super) const KEPT_PREFIX: &str = "pgproof-kept-";
/// What `just image` builds in the place of `postgis/postgis`.
const OWN_REPOSITORY: &str = "pgproof/postgis";

/// The engine, if it answers.
pub(super) async fn engine() -> Result<Engine, ServerError> {
    let engine = docker_client_instance().await.map_err(|error| ServerError::NoEngine { reason: error.to_string() })?;
    engine.ping().await.map_err(|error| ServerError::NoEngine { reason: error.to_string() })?;
    Ok(engine)
}

/// The image to start: the named one; in the place of the default one, that of the wanted major version, and when
/// that is not on this machine but our own build of it is, our own.
pub(super) async fn choose_image(image: &str, major: Option<u16>) -> Result<String, ServerError> {
    let engine = engine().await?;
    let (repository, default_tag) = split_tag(DEFAULT_IMAGE);
    if image != DEFAULT_IMAGE {
        return Ok(image.to_owned());
    }
    let tag = match (major, default_tag.split_once('-')) {
        (Some(major), Some((_, postgis))) => format!("{major}-{postgis}"),
        _ => default_tag.to_owned(),
    };
    let (usual, own) = (format!("{repository}:{tag}"), format!("{OWN_REPOSITORY}:{tag}"));
    if engine.inspect_image(&usual).await.is_err() && engine.inspect_image(&own).await.is_ok() {
        tracing::info!(image = own, "`{usual}` is not on this machine, using our own build of it");
        return Ok(own);
    }
    Ok(usual)
}

/// Whether a container of this image could be started at once, without asking a registry.
///
/// # Errors
/// No engine answers, or the image is not on this machine.
pub async fn is_ready(image: &str) -> Result<(), ServerError> {
    let image = choose_image(image, None).await?;
    match engine().await?.inspect_image(&image).await {
        Ok(_) => Ok(()),
        Err(error) => Err(ServerError::NoImage { image, reason: error.to_string() }),
    }
}

/// Repository and tag, where a colon before the last slash belongs to a registry's port.
pub(super) fn split_tag(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (image, "latest"),
    }
}

/// Gives a container another name.
pub(super) async fn rename(id: &str, name: &str) -> Result<(), String> {
    let engine = engine().await.map_err(|error| error.to_string())?;
    let options = RenameContainerOptionsBuilder::new().name(name).build();
    engine.rename_container(id, options).await.map_err(|error| error.to_string())
}

/// Kills everything in a container.
pub(super) async fn kill(id: &str) -> Result<(), String> {
    let engine = engine().await.map_err(|error| error.to_string())?;
    engine.kill_container(id, None::<KillContainerOptions>).await.map_err(|error| error.to_string())
}

/// Starts a container that has ended.
pub(super) async fn start(id: &str) -> Result<(), String> {
    let engine = engine().await.map_err(|error| error.to_string())?;
    engine.start_container(id, None::<StartContainerOptions>).await.map_err(|error| error.to_string())
}

/// Removes the containers of dead owners; returns their short ids. Without an engine there are none.
pub(super) async fn sweep_containers(kept: Kept) -> Vec<String> {
    let Ok(engine) = engine().await else { return Vec::new() };
    let filters = HashMap::from([("label", vec![OWNER_LABEL])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    let containers = engine.list_containers(Some(options)).await.unwrap_or_default();
    let mut removed = Vec::new();
    for container in containers {
        let names = container.names.unwrap_or_default();
        if kept == Kept::Leave && names.iter().any(|name| name.trim_start_matches('/').starts_with(KEPT_PREFIX)) {
            continue;
        }
        let owner = container.labels.as_ref().and_then(|labels| labels.get(OWNER_LABEL));
        let owner = owner.and_then(|json| serde_json::from_str::<Owner>(json).ok());
        let (Some(Life::Dead), Some(id)) = (owner.map(|owner| owner.life()), container.id) else { continue };
        let all_of_it = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        match engine.remove_container(&id, Some(all_of_it)).await {
            Ok(()) => removed.push(id.chars().take(12).collect()),
            // A watchdog or another sweep may be at it.
            Err(error) => tracing::debug!(id, %error, "can not remove an abandoned container"),
        }
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_a_registry_is_no_tag() {
        assert_eq!(split_tag("localhost:5000/postgis"), ("localhost:5000/postgis", "latest"));
        assert_eq!(split_tag("localhost:5000/postgis:17"), ("localhost:5000/postgis", "17"));
        assert_eq!(split_tag("postgres"), ("postgres", "latest"));
    }
}
