//! `pgproof clean`.

use super::arguments::CleanArguments;
use super::console::Console;
use super::exit::Exit;
use super::settings::Settings;
use crate::database::sweep_databases;
use crate::server::{Consent, Kept, Provider, Request, in_words, sweep};

pub(crate) async fn clean(arguments: &CleanArguments, settings: &Settings, console: &Console) -> Exit {
    let report = sweep(&settings.places, Kept::Remove).await;
    for directory in &report.directories {
        console.data(&format!("removed {}\n", directory.display()));
    }
    for container in &report.containers {
        console.data(&format!("removed container {container}\n"));
    }
    let mut exit = Exit::Proven;
    if arguments.cache
        && let Err(error) = std::fs::remove_dir_all(&settings.places.cache)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        console.error(&format!("can not forget the cached clusters: {error}"), None);
        exit = Exit::Environment;
    }
    if let Some(source) = &arguments.server {
        let consent = if arguments.yes { Consent::Granted } else { Consent::LoopbackOnly };
        let provider = Provider::new(source.clone(), Request::default(), settings.places.clone()).consent(consent);
        match provider.start().await {
            Ok(server) => match sweep_databases(&server).await {
                Ok(dropped) => {
                    for name in dropped {
                        console.data(&format!("dropped {name}\n"));
                    }
                }
                Err(error) => {
                    console.error(&in_words(&error), error.hint().as_deref());
                    exit = Exit::Environment;
                }
            },
            Err(error) => {
                console.error(&in_words(&error), error.hint().as_deref());
                exit = Exit::Environment;
            }
        }
    }
    exit
}
