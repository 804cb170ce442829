//! `pgproof list`.

use std::fmt::Write;

use super::console::Console;
use super::exit::Exit;
use super::run::tell_load_error;
use super::shelf::{NO_SCENARIO, Shelf};
use crate::load::Source;

pub(crate) fn list(shelf: &Shelf, console: &Console) -> Exit {
    let sources = match shelf {
        Shelf::One(source) => vec![source()],
        Shelf::Directory(_) => shelf.directories().into_iter().map(Source::read).collect(),
    };
    if sources.is_empty() {
        console.talk(&format!("no scenario here: {NO_SCENARIO}"));
    }
    let mut exit = Exit::Proven;
    for source in sources {
        match source {
            Ok(source) => console.data(&described(&source)),
            Err(error) => {
                tell_load_error(&error, console);
                if error.mistakes.len() == 1 {
                    console.talk(&error.to_string());
                }
                exit = Exit::Usage;
            }
        }
    }
    exit
}

fn described(source: &Source) -> String {
    let scenario = source.scenario();
    let mut text = format!("{}  {}\n", scenario.name, scenario.description);
    for path in &scenario.paths {
        let _ = writeln!(text, "  --path {}  {}", path.name, path.description);
    }
    for variant in &scenario.variants {
        let _ = writeln!(text, "  --variant {}  {}", variant.name, variant.description);
    }
    text
}
