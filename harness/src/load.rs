//! Files → [`Plan`]: the only module that reads a scenario's directory.
//!
//! Every mistake that can be found without a server is reported at once, each with its place.

mod files;
mod sql_source;
mod steps;
mod toml_place;

use std::path::{Path, PathBuf};

use crate::scenario::seed::Scale;
use crate::scenario::{Mistake, Plan, PlanParts, Prelude, Scenario};
use files::Files;
pub use sql_source::sql_scripts;

/// What of a scenario is to be run.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The path's name; the first path where it is left out.
    pub path: Option<String>,
    /// The variant's name; clean data where it is left out.
    pub variant: Option<String>,
    /// What row counts are multiplied by.
    pub scale: Scale,
    /// The seed's number; the scenario's own where it is left out.
    pub seed: Option<u64>,
}

/// A scenario and the directory that its files are relative to.
#[derive(Debug, Clone)]
pub struct Source {
    directory: PathBuf,
    scenario: Scenario,
    snapshots: PathBuf,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[error("{} in the scenario at `{}`", counted(.mistakes.len()), .directory.display())]
pub struct LoadError {
    /// The scenario's directory.
    pub directory: PathBuf,
    /// Everything that is wrong.
    pub mistakes: Vec<Mistake>,
}

fn counted(mistakes: usize) -> String {
    if mistakes == 1 { "one mistake".to_owned() } else { format!("{mistakes} mistakes") }
}

impl Source {
    /// Reads `scenario.toml` in `directory`; agreed snapshots lie in `../../snapshots` from there.
    ///
    /// # Errors
    /// The file is missing, or is not a scenario; the mistake names line and column.
    pub fn read(directory: impl Into<PathBuf>) -> Result<Self, LoadError> {
        let directory = directory.into();
        let files = Files::new(&directory);
        let read = files.read("scenario.toml").and_then(|text| toml_place::parse(&text, "scenario.toml"));
        match read {
            Ok(scenario) => {
                let snapshots = directory.join("../../snapshots");
                Ok(Self { directory, scenario, snapshots })
            }
            Err(mistake) => Err(LoadError { directory, mistakes: vec![mistake] }),
        }
    }

    /// The same source, its scenario changed in Rust; for jobs and checks that TOML can not say.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(Scenario) -> Scenario) -> Self {
        self.scenario = change(self.scenario);
        self
    }

    /// The same source with its agreed snapshots in another directory.
    #[must_use]
    pub fn snapshots_in(mut self, directory: impl Into<PathBuf>) -> Self {
        self.snapshots = directory.into();
        self
    }

    /// The scenario as written.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Where the scenario's files lie.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Reads every file that the selection needs, and checks them together.
    ///
    /// # Errors
    /// Every mistake found.
    pub fn plan(&self, selection: &Selection) -> Result<Plan, LoadError> {
        self.parts(selection)
            .and_then(Plan::new)
            .map_err(|mistakes| LoadError { directory: self.directory.clone(), mistakes })
    }

    fn parts(&self, selection: &Selection) -> Result<PlanParts, Vec<Mistake>> {
        let files = Files::new(&self.directory);
        let mut scenario = self.scenario.clone();
        if let Some(number) = selection.seed {
            scenario.seed.number = number;
        }
        let mut mistakes = Vec::new();
        let path = chosen("path", selection.path.as_deref(), scenario.paths.iter().map(|path| &path.name));
        let variant = match &selection.variant {
            Some(name) => {
                chosen("variant", Some(name), scenario.variants.iter().map(|variant| &variant.name)).map(Some)
            }
            None => Ok(None),
        };
        let (path, variant) = match (path, variant) {
            (Ok(path), Ok(variant)) => (path, variant),
            (path, variant) => return Err([path.err(), variant.err()].into_iter().flatten().collect()),
        };
        let mut baseline = Vec::new();
        if let Some(Ok(script)) = scenario.requires.prelude.map(Prelude::script) {
            baseline.push(script);
        }
        for file in &scenario.baseline.files {
            files.script(file).map_or_else(|found| mistakes.extend(found), |script| baseline.push(script));
        }
        let mut seeded = Vec::new();
        for file in &scenario.baseline.seeded {
            files.script(file).map_or_else(|found| mistakes.extend(found), |script| seeded.push(script));
        }
        let variant = variant.and_then(|index| scenario.variants.get(index)).cloned().and_then(|variant| {
            match files.script(&variant.file) {
                Ok(script) => Some((variant, script)),
                Err(found) => {
                    mistakes.extend(found);
                    None
                }
            }
        });
        let mut steps = Vec::new();
        let mut snapshot_name = String::new();
        if let Some(path) = scenario.paths.get(path) {
            snapshot_name = format!("{}/{}/schema", scenario.name, path.name);
            match steps::read(&files, path, scenario.jobs(), scenario.transforms()) {
                Ok(read) => steps = read,
                Err(found) => mistakes.extend(found),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let read = |name: &str| files::snapshot(&self.snapshots.join(format!("{name}.snap")));
        // Dirty data may come with another schema (keys that somebody dropped), which is then agreed on by itself.
        let of_variant = variant.as_ref().map(|(variant, _)| format!("{snapshot_name}@{}", variant.name));
        let schema_snapshot = match of_variant.and_then(|name| Some((read(&name)?, name))) {
            Some((text, name)) => {
                snapshot_name = name;
                Some(text)
            }
            None => read(&snapshot_name),
        };
        Ok(PlanParts {
            scenario,
            path,
            variant,
            baseline,
            seeded,
            steps,
            scale: selection.scale,
            schema_snapshot,
            schema_snapshot_name: snapshot_name,
        })
    }
}

/// The index of the name that was asked for, the first where none was; a name that does not exist gets the nearest.
fn chosen<'a>(kind: &str, wanted: Option<&str>, names: impl Iterator<Item = &'a String>) -> Result<usize, Mistake> {
    let Some(wanted) = wanted else { return Ok(0) };
    let names: Vec<&String> = names.collect();
    names
        .iter()
        .position(|name| *name == wanted)
        .ok_or_else(|| no_such(kind, wanted, names.iter().map(|name| name.as_str())))
}

/// `no path is called …`, with the nearest name that exists or all of them.
pub(crate) fn no_such<'a>(kind: &str, wanted: &str, names: impl Iterator<Item = &'a str>) -> Mistake {
    let names: Vec<&str> = names.collect();
    let mistake = Mistake::new(format!("no {kind} is called `{wanted}`"));
    let nearest =
        names.iter().max_by(|a, b| strsim::jaro_winkler(a, wanted).total_cmp(&strsim::jaro_winkler(b, wanted)));
    match nearest {
        Some(name) if strsim::jaro_winkler(name, wanted) > 0.7 => mistake.hint(format!("did you mean `{name}`?")),
        Some(_) => mistake.hint(format!("there are: {}", names.join(", "))),
        None => mistake.hint(format!("the scenario has no {kind}")),
    }
}
