//! `pgproof run --dry-run`.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::console::Console;
use super::exit::Exit;
use super::interrupt::interrupted;
use super::output::Output;
use super::progress::Progress;
use super::settings::Settings;
use crate::facts::DryRow;
use crate::report::{self, DRY_RUN_HEADER};
use crate::run::{RunError, dry_run};
use crate::scenario::Plan;
use crate::server::{Provider, in_words};

/// Asks every backfill of the plan what it would do, and writes the answers beside where the record would be.
pub(super) async fn ask(
    plan: &Plan,
    provider: &Provider,
    output: &Output,
    settings: &Settings,
    console: &Console,
) -> Exit {
    let mut pages = match Pages::create(output) {
        Ok(pages) => pages,
        Err(error) => return unwritten(&error, console),
    };
    let mut progress = Progress::new(settings);
    let mut row = |row: DryRow| pages.write(&row);
    let outcome = Box::pin(dry_run(plan, provider, &mut progress, &mut row, interrupted())).await;
    progress.finish();
    if let Err(error) = pages.finish() {
        return unwritten(&error, console);
    }
    match outcome {
        Ok(asked) => {
            console.data(&report::dry_steps(&asked.steps));
            if let Some(refusal) = asked.refused.as_ref().and_then(|run| run.refusal.as_ref()) {
                console.talk(&format!("the path goes no further: {}", refusal.message));
            }
            console.talk(&format!("rows {}", output.file("dry-run.jsonl").display()));
            if asked.is_clean() { Exit::Proven } else { Exit::Refuted }
        }
        Err(RunError::Interrupted) => {
            console.talk("interrupted: nothing is left behind");
            Exit::Interrupted
        }
        Err(error) => {
            console.error(&in_words(&error), error.hint().as_deref());
            if error.is_usage() { Exit::Usage } else { Exit::Environment }
        }
    }
}

fn unwritten(error: &io::Error, console: &Console) -> Exit {
    console.error(&format!("can not write what would be done: {error}"), Some("choose another place with `--out`"));
    Exit::Environment
}

/// The two files; the first error is kept until the end.
struct Pages {
    json: BufWriter<File>,
    csv: BufWriter<File>,
    failed: Option<io::Error>,
}

impl Pages {
    fn create(output: &Output) -> io::Result<Self> {
        let json = BufWriter::new(File::create(output.file("dry-run.jsonl"))?);
        let mut csv = BufWriter::new(File::create(output.file("dry-run.csv"))?);
        csv.write_all(DRY_RUN_HEADER.as_bytes())?;
        Ok(Self { json, csv, failed: None })
    }

    fn write(&mut self, row: &DryRow) {
        if self.failed.is_none() {
            let written = self.json.write_all(report::dry_row_json(row).as_bytes());
            self.failed = written.and_then(|()| self.csv.write_all(report::dry_row_csv(row).as_bytes())).err();
        }
    }

    fn finish(mut self) -> io::Result<()> {
        self.failed.take().map_or(Ok(()), Err)?;
        self.json.flush()?;
        self.csv.flush()
    }
}
