//! `pgproof schema`: a schema written out, two of them compared, and the way from one to the other.

mod arguments;
mod diff;
mod dump;
mod migrate;
mod source;

pub(crate) use arguments::SchemaCommand;

use super::console::Console;
use super::exit::Exit;
use super::interrupt::interrupted;
use super::settings::Settings;
use crate::report::mistake_snippet;
use crate::run::schema::{SchemaError, Workshop};
use crate::scenario::Mistake;
use crate::server::{Consent, Provider, Request, in_words};

pub(crate) async fn schema(command: SchemaCommand, settings: &Settings, console: &Console) -> Exit {
    tokio::select! {
        biased;
        () = interrupted() => {
            console.talk("interrupted: nothing is left behind");
            Exit::Interrupted
        }
        exit = Box::pin(obeyed(command, settings, console)) => exit,
    }
}

async fn obeyed(command: SchemaCommand, settings: &Settings, console: &Console) -> Exit {
    match command {
        SchemaCommand::Dump(arguments) => dump::dump(&arguments, settings, console).await,
        SchemaCommand::Migrate(arguments) => migrate::migrate(arguments, settings, console).await,
        SchemaCommand::Split(arguments) => migrate::split(arguments, settings, console).await,
        SchemaCommand::Diff(arguments) => diff::diff(arguments, settings, console).await,
    }
}

/// A workshop on the server that SQL is applied on.
fn workshop(on: &arguments::ApplyArguments, settings: &Settings) -> Workshop {
    let server = &on.server;
    let source = match &server.image {
        Some(image) => server.server.clone().with_image(image),
        None => server.server.clone(),
    };
    let request = Request { major: on.pg, ..Request::default() };
    let consent = if server.yes { Consent::Granted } else { Consent::LoopbackOnly };
    let provider = Provider::new(source, request, settings.places.clone()).consent(consent).image(&settings.image);
    Workshop::new(provider, on.role.clone())
}

fn failed(error: &SchemaError, console: &Console) -> Exit {
    console.error(&in_words(error), error.hint().as_deref());
    if error.is_usage() { Exit::Usage } else { Exit::Environment }
}

fn mistaken(mistakes: &[Mistake], settings: &Settings, console: &Console) -> Exit {
    for mistake in mistakes {
        console.talk(&mistake_snippet(mistake, settings.colour));
    }
    Exit::Usage
}
