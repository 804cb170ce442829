//! `pgproof schema diff`.

use std::path::Path;

use super::arguments::DiffArguments;
use super::source::source;
use super::{failed, mistaken, workshop};
use crate::cli::arguments::Format;
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::report::{comparison_json, comparison_markdown, comparison_terminal};
use crate::run::schema::{SchemaError, SchemaSource, Workshop};
use crate::schema::{Catalog, Comparison};

pub(super) async fn diff(arguments: DiffArguments, settings: &Settings, console: &Console) -> Exit {
    let (before, after) = match (source(&arguments.before), source(&arguments.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => {
            let mistakes: Vec<_> = [before.err(), after.err()].into_iter().flatten().flatten().collect();
            return mistaken(&mistakes, settings, console);
        }
    };
    let mut workshop = workshop(&arguments.on, settings);
    let read = both(&mut workshop, &before, &after).await;
    let closed = workshop.close().await;
    let (before, after) = match read.and_then(|read| closed.map(|()| read)) {
        Ok(read) => read,
        Err(error) => return failed(&error, console),
    };
    let comparison = Comparison::of(&before, &after, arguments.except);
    for format in &arguments.format {
        console.data(&match format {
            Format::Terminal => comparison_terminal(&comparison),
            Format::Json => comparison_json(&comparison),
            Format::Markdown => comparison_markdown(&comparison),
        });
    }
    if let Some(out) = &arguments.out
        && let Err(error) = write(out, &comparison)
    {
        console.error(
            &format!("can not write to `{}`: {error}", out.display()),
            Some("choose another place with `--out`"),
        );
        return Exit::Environment;
    }
    if comparison.is_same() { Exit::Proven } else { Exit::Refuted }
}

async fn both(
    workshop: &mut Workshop,
    before: &SchemaSource,
    after: &SchemaSource,
) -> Result<(Catalog, Catalog), SchemaError> {
    Ok((workshop.read(before).await?.0, workshop.read(after).await?.0))
}

fn write(out: &Path, comparison: &Comparison) -> std::io::Result<()> {
    std::fs::create_dir_all(out)?;
    std::fs::write(out.join("schema_differences.json"), comparison_json(comparison))
}
