//! `pgproof schema dump`.

use super::arguments::{DumpArguments, DumpFormat};
use super::source::source;
use super::{failed, mistaken, workshop};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::run::schema::{SchemaError, SchemaSource};
use crate::schema::sql_dump;

pub(super) async fn dump(arguments: &DumpArguments, settings: &Settings, console: &Console) -> Exit {
    let source = match source(&arguments.schema) {
        Ok(source) => source,
        Err(mistakes) => return mistaken(&mistakes, settings, console),
    };
    if arguments.format == DumpFormat::Sql && matches!(source, SchemaSource::Read(_)) {
        console
            .error("a dumped JSON does not say what needs what: no SQL can be made of it", Some("dump the database"));
        return Exit::Usage;
    }
    let mut workshop = workshop(&arguments.on, settings);
    let read = workshop.read(&source).await;
    let closed = workshop.close().await;
    let (catalog, graph) = match read.and_then(|read| closed.map(|()| read)) {
        Ok(read) => read,
        Err(error) => return failed(&error, console),
    };
    let text = match arguments.format {
        DumpFormat::Text => catalog.to_text(),
        DumpFormat::Sql => match sql_dump(&catalog, &graph) {
            Ok(sql) => sql,
            Err(cycle) => return failed(&SchemaError::Cycle(cycle), console),
        },
        // Only strings and lists: they always serialise.
        DumpFormat::Json => serde_json::to_string_pretty(&catalog).unwrap_or_default() + "\n",
    };
    console.data(&text);
    Exit::Proven
}
