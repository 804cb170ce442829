//! The steps of a path, from the names of its files.

use std::collections::BTreeMap;

use super::files::Files;
use super::toml_place;
use crate::scenario::{
    BatchJob, BatchManifest, MigrationPath, Mistake, PlannedStep, Rollback, RowTransform, StepWork, TransactionMode,
};
use crate::sql::{Position, Script};

/// Files that belong to one step.
#[derive(Default)]
struct StepFiles {
    up: Option<String>,
    down: Option<String>,
    verify: Option<String>,
    batch: Option<String>,
}

/// The steps in the order of their names.
pub(super) fn read(
    files: &Files,
    path: &MigrationPath,
    jobs: &BTreeMap<String, BatchJob>,
    transforms: &BTreeMap<String, RowTransform>,
) -> Result<Vec<PlannedStep>, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut found: BTreeMap<String, StepFiles> = BTreeMap::new();
    for name in files.list(&path.directory).map_err(|mistake| vec![mistake])? {
        let file = format!("{}/{name}", path.directory);
        let endings = [".up.sql", ".down.sql", ".verify.sql", ".batch.toml"];
        let Some((step_name, suffix)) = endings.iter().find_map(|ending| Some((name.strip_suffix(ending)?, *ending)))
        else {
            mistakes.push(
                Mistake::new(format!("`{file}` belongs to no step"))
                    .hint("name it `NNN_name` with `.up.sql`, `.down.sql`, `.verify.sql` or `.batch.toml`"),
            );
            continue;
        };
        let step = found.entry(step_name.to_owned()).or_default();
        let slot = match suffix {
            ".up.sql" => &mut step.up,
            ".down.sql" => &mut step.down,
            ".verify.sql" => &mut step.verify,
            _ => &mut step.batch,
        };
        *slot = Some(file);
    }
    for step in jobs.keys() {
        found.entry(step.clone()).or_default();
    }
    if found.is_empty() {
        mistakes.push(Mistake::new(format!("the path `{}` has no step in `{}`", path.name, path.directory)));
    }
    let mut steps = Vec::new();
    for (name, step) in found {
        match planned(files, path, &name, &step, jobs.get(&name), transforms) {
            Ok(step) => steps.push(step),
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() { Ok(steps) } else { Err(mistakes) }
}

fn planned(
    files: &Files,
    path: &MigrationPath,
    name: &str,
    step: &StepFiles,
    job: Option<&BatchJob>,
    transforms: &BTreeMap<String, RowTransform>,
) -> Result<PlannedStep, Vec<Mistake>> {
    let work = match (&step.up, &step.batch, job) {
        (Some(up), None, None) => {
            let script = files.script(up)?;
            let transaction = TransactionMode::of(&script);
            StepWork::Sql { script, transaction }
        }
        (None, Some(file), None) => {
            let text = files.read(file).map_err(|mistake| vec![mistake])?;
            let manifest: BatchManifest = toml_place::parse(&text, file).map_err(|mistake| vec![mistake])?;
            let start = Position { file: file.as_str().into(), line: 1, column: 1 };
            let job = manifest.job(transforms).map_err(|mistake| vec![mistake.at(start)])?;
            StepWork::Batches { job: Box::new(job), file: file.clone() }
        }
        (None, None, Some(job)) => StepWork::Batches { job: Box::new(job.clone()), file: format!("{name} (Rust)") },
        (None, None, None) => {
            return Err(vec![
                Mistake::new(format!("step `{name}` has no way forward"))
                    .hint(format!("write `{name}.up.sql` or `{name}.batch.toml`")),
            ]);
        }
        _ => {
            return Err(vec![
                Mistake::new(format!("step `{name}` has more than one way forward"))
                    .hint("keep one of `.up.sql`, `.batch.toml` and the job in Rust"),
            ]);
        }
    };
    let script = |file: &Option<String>| -> Result<Option<Script>, Vec<Mistake>> {
        file.as_ref().map(|file| files.script(file)).transpose()
    };
    let rollback = path
        .waive
        .iter()
        .find(|waiver| waiver.step == name)
        .map_or(Rollback::Required, |waiver| Rollback::Waived(waiver.reason.clone()));
    Ok(PlannedStep { name: name.to_owned(), work, down: script(&step.down)?, verify: script(&step.verify)?, rollback })
}
