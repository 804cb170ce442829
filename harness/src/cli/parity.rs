//! `pgproof parity`: two live databases, compared and only read.

use std::io;
use std::path::{Path, PathBuf};

use super::arguments::{Format, ParityArguments};
use super::console::Console;
use super::exit::Exit;
use super::interrupt::interrupted;
use super::settings::Settings;
use crate::facts::ServerParity;
use crate::judge::thousands;
use crate::observe::Effort;
use crate::report::{parity_json, parity_markdown, parity_terminal};
use crate::run::{Journal, ParityError, ParityRequest, compare_servers};
use crate::scenario::server_map::ServerMap;
use crate::server::{ServerUrl, Source, in_words};

pub(crate) async fn parity(arguments: ParityArguments, settings: &Settings, console: &Console) -> Exit {
    let (Source::External { url: legacy }, Source::External { url: target }) = (&arguments.legacy, &arguments.target)
    else {
        console.error("`--legacy` and `--target` are addresses: postgres://user@host:port/database", None);
        return Exit::Usage;
    };
    let (map, text) = match arguments.map.as_deref().map(read_map).transpose() {
        Ok(read) => read.unzip(),
        Err(message) => {
            console.error(&message, Some("see `docs/guides/comparing-servers.md` for what a map can say"));
            return Exit::Usage;
        }
    };
    let out = arguments.out.clone().unwrap_or_else(|| settings.target.join("parity"));
    let effort = if arguments.exact { Effort::Exact } else { Effort::Buckets };
    let identity = format!("{legacy}\n{target}\n{effort:?}\n{}\n{}", arguments.limit, text.unwrap_or_default());
    let path = out.join("parity.journal");
    if arguments.afresh {
        // Without it there is nothing to go on with; that it was not there is as good.
        let _ = std::fs::remove_file(&path);
    }
    let (mut journal, finished) = match Journal::open(&path, &identity) {
        Ok(opened) => opened,
        Err(error) => {
            console.error(
                &format!("can not write to `{}`: {error}", out.display()),
                Some("choose another place with `--out`"),
            );
            return Exit::Environment;
        }
    };
    if !finished.is_empty() {
        console.talk(&format!(
            "going on behind {} relations that an interrupted run compared; `--afresh` begins anew",
            finished.len()
        ));
    }
    let (legacy, target) = (ServerUrl::clone(legacy), ServerUrl::clone(target));
    let request = ParityRequest { legacy, target, map, effort, limit: arguments.limit, jobs: arguments.jobs, finished };
    let bar = if settings.watched { indicatif::ProgressBar::new(0) } else { indicatif::ProgressBar::hidden() };
    let mut lost = None;
    let mut on = |relation: &crate::facts::RelationParity, of: usize| {
        bar.set_length(of as u64);
        bar.inc(1);
        let rows = thousands(relation.differences.before_rows);
        let verdict = if relation.differs() { "differs" } else { "same" };
        tracing::info!("{}: {rows} rows, {verdict}", relation.target);
        bar.set_message(relation.target.clone());
        if let Err(error) = journal.note(relation) {
            lost.get_or_insert(error);
        }
    };
    let outcome = tokio::select! {
        biased;
        () = interrupted() => None,
        outcome = compare_servers(&request, &mut on) => Some(outcome),
    };
    bar.finish_and_clear();
    let parity = match outcome {
        None => {
            console.talk("interrupted: the same command goes on where it stopped");
            return Exit::Interrupted;
        }
        Some(Ok(parity)) => parity,
        Some(Err(error)) => {
            console.error(&in_words(&error), error.hint().as_deref());
            return match error {
                ParityError::Map(_) => Exit::Usage,
                ParityError::Canary(_) => Exit::Inconclusive,
                ParityError::Server(_) | ParityError::Observe(_) => Exit::Environment,
            };
        }
    };
    for format in &arguments.format {
        console.data(&match format {
            Format::Terminal => parity_terminal(&parity, settings.colour),
            Format::Json => parity_json(&parity),
            Format::Markdown => parity_markdown(&parity),
        });
    }
    let written = match lost {
        Some(error) => Err(error),
        None => write(&out, &parity).and_then(|record| journal.finish().map(|()| record)),
    };
    match written {
        Ok(path) => console.talk(&format!("record {}", path.display())),
        Err(error) => {
            console.error(&format!("can not write to `{}`: {error}", out.display()), None);
            return Exit::Environment;
        }
    }
    if parity.differing() > 0 { Exit::Refuted } else { Exit::Proven }
}

/// The record and its page beside each other; where the record is.
fn write(out: &Path, parity: &ServerParity) -> io::Result<PathBuf> {
    let record = out.join("parity.json");
    std::fs::write(&record, parity_json(parity))?;
    std::fs::write(out.join("parity.md"), parity_markdown(parity))?;
    Ok(record)
}

fn read_map(path: &Path) -> Result<(ServerMap, String), String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("can not read the map `{shown}`: {error}"))?;
    // The parser's message shows the line and the place in it.
    let map = toml::from_str(&text).map_err(|error| format!("the map `{shown}` is wrong: {error}"))?;
    Ok((map, text))
}
