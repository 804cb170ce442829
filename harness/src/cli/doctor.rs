//! `pgproof doctor`.

use std::collections::BTreeSet;

use super::console::Console;
use super::exit::Exit;
use super::settings::Settings;
use super::shelf::Shelf;
use crate::load::Source;
use crate::server::{Installation, Provider, Request, ServerError, Source as ServerSource, in_words};

/// Says which servers there are and what the scenarios would miss; fails when no server can be had.
pub(crate) async fn doctor(settings: &Settings, shelf: &Shelf, console: &Console) -> Exit {
    let wanted = wanted_extensions(shelf);
    let installations = Installation::discover(&settings.places);
    for installation in &installations {
        console.data(&format!("embedded  PostgreSQL {} in {}\n", installation.version, installation.bin_dir.display()));
        for extension in &wanted {
            let known = if installation.has_extension(extension) {
                "available".to_owned()
            } else {
                let missing =
                    ServerError::Extension { name: extension.clone(), major: installation.major, kind: "embedded" };
                format!("missing; {}", missing.hint().unwrap_or_default())
            };
            console.data(&format!("          {extension}: {known}\n"));
        }
    }
    if installations.is_empty() {
        console
            .data("embedded  no PostgreSQL server programs found; an administrator runs: apt-get install postgresql\n");
    }
    let mut any = false;
    let docker = ServerSource::Docker { image: settings.image.clone() };
    for (name, source) in [("embedded", ServerSource::Embedded), ("docker", docker)] {
        if name == "embedded" && installations.is_empty() {
            continue;
        }
        match start(source, settings).await {
            Ok(version) => {
                any = true;
                console.data(&format!("{name:<9} {version} starts and answers\n"));
            }
            Err(error) => {
                console.data(&format!("{name:<9} does not start: {}\n", in_words(&error)));
                if let Some(hint) = error.hint() {
                    console.data(&format!("          {hint}\n"));
                }
            }
        }
    }
    if any { Exit::Proven } else { Exit::Environment }
}

async fn start(source: ServerSource, settings: &Settings) -> Result<String, ServerError> {
    let server = Provider::new(source, Request::default(), settings.places.clone()).start().await?;
    let version = format!("PostgreSQL {}", server.version());
    server.stop().await?;
    Ok(version)
}

/// The extensions that any scenario here requires.
fn wanted_extensions(shelf: &Shelf) -> BTreeSet<String> {
    let sources = match shelf {
        Shelf::One(source) => vec![source()],
        Shelf::Directory(_) => shelf.directories().into_iter().map(Source::read).collect(),
    };
    sources.into_iter().flatten().flat_map(|source| source.scenario().requires.extensions.clone()).collect()
}
