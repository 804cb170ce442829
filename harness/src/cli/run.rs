//! `pgproof run`.

use std::path::Path;

use super::arguments::{FaultsArgument, Format, RunArguments, ServerArguments};
use super::console::Console;
use super::exit::Exit;
use super::interrupt::interrupted;
use super::output::Output;
use super::settings::Settings;
use super::shelf::Shelf;
use super::watch::Shown;
use crate::judge::{Finding, Verdict};
use crate::load::{LoadError, Selection};
use crate::record::{EventLog, RunRecord};
use crate::report::{self, Colour};
use crate::run::{FaultSettings, Faults, Following, Keep, RunError, RunFailure, RunSettings};
use crate::scenario::{Claim, Plan};
use crate::server::{Consent, Provider, Request, in_words};

pub(crate) async fn run(arguments: RunArguments, settings: &Settings, shelf: &Shelf, console: &Console) -> Exit {
    let selection = Selection {
        path: arguments.path.clone(),
        variant: arguments.variant.clone(),
        scale: arguments.scale,
        seed: arguments.seed,
    };
    let plan = match shelf.find(arguments.scenario.as_deref()).and_then(|source| source.plan(&selection)) {
        Ok(plan) => plan,
        Err(error) => {
            tell_load_error(&error, console);
            return Exit::Usage;
        }
    };
    let out = arguments.out.clone().unwrap_or_else(|| settings.target.join(&plan.scenario).join(&plan.path));
    let output = match prepared(&out, console) {
        Ok(output) => output,
        Err(exit) => return exit,
    };
    let provider = provider(arguments.pg, &arguments.server, settings, &plan);
    if arguments.dry_run {
        return super::dry_run::ask(&plan, &provider, &output, settings, console).await;
    }
    let run_settings = RunSettings {
        claims: claims(&arguments),
        keep: keep(&arguments, settings),
        faults: faults(&arguments, &out),
        replica: if arguments.replica { Following::Always } else { Following::WhereLimited },
    };
    let mut log = EventLog::default();
    let outcome = {
        let mut shown = Shown::new(&plan, &arguments.shown, settings, console);
        let mut listener = (&mut log, &mut shown);
        let outcome = Box::pin(crate::run::run(&plan, &provider, &run_settings, &mut listener, interrupted())).await;
        shown.finish();
        outcome
    };
    for form in &arguments.shown.events {
        output.write_events(*form, log.entries(), console);
    }
    match outcome {
        Ok(finished) => {
            let mut exit = tell(&finished.record, &arguments, &output, settings, console);
            if finished.record.faults.as_ref().is_some_and(|sweep| sweep.stopped.is_some()) {
                console.talk("interrupted: the same command goes on with the faults that were not planted yet");
                exit = Exit::Interrupted;
            }
            if let Some(kept) = finished.kept {
                console.talk(&format!("kept as evidence until `pgproof clean`: {kept}"));
            }
            exit
        }
        Err(failure) => tell_failure(&failure, &output, console),
    }
}

/// Where the record goes. A place that can not be written to is noticed before an hour of work, not after it.
pub(crate) fn prepared(out: &Path, console: &Console) -> Result<Output, Exit> {
    Output::prepare(out).map_err(|error| {
        let message = format!("can not write to `{}`: {error}", out.display());
        console.error(&message, Some("choose another place with `--out`"));
        Exit::Environment
    })
}

pub(crate) fn provider(major: Option<u16>, server: &ServerArguments, settings: &Settings, plan: &Plan) -> Provider {
    let source = match &server.image {
        Some(image) => server.server.clone().with_image(image),
        None => server.server.clone(),
    };
    let request = Request {
        major,
        settings: plan.requires.settings.clone(),
        extensions: plan.requires.extensions.clone(),
        ..Request::default()
    };
    let consent = if server.yes { Consent::Granted } else { Consent::LoopbackOnly };
    Provider::new(source, request, settings.places.clone()).consent(consent).image(&settings.image)
}

fn claims(arguments: &RunArguments) -> Vec<Claim> {
    Claim::ALL
        .into_iter()
        .filter(|claim| arguments.only.is_empty() || arguments.only.contains(claim))
        .filter(|claim| !arguments.skip.contains(claim))
        .collect()
}

fn faults(arguments: &RunArguments, out: &Path) -> Option<FaultSettings> {
    let faults = match arguments.faults? {
        FaultsArgument::Statements => Faults::Statements,
        FaultsArgument::Batches => Faults::Batches,
        FaultsArgument::All => Faults::All,
    };
    let mut settings = FaultSettings { journal: Some(out.join("faults.jsonl")), ..FaultSettings::of(faults) };
    if !arguments.fault_kinds.is_empty() {
        settings.kinds = arguments.fault_kinds.iter().copied().collect();
    }
    Some(settings)
}

fn keep(arguments: &RunArguments, settings: &Settings) -> Keep {
    if arguments.kept.keep || (settings.watched && !arguments.kept.no_keep) { Keep::WhenRefuted } else { Keep::Never }
}

fn tell(record: &RunRecord, arguments: &RunArguments, output: &Output, settings: &Settings, console: &Console) -> Exit {
    let overall = [Verdict::Refuted, Verdict::Inconclusive].into_iter().find(|verdict| record.count(*verdict) > 0);
    let exit = Exit::from(overall.unwrap_or(Verdict::Proven));
    for format in &arguments.format {
        let text = match format {
            Format::Terminal => report::terminal(record, settings.colour, settings.width),
            Format::Json => report::json(record),
            Format::Markdown => report::markdown(record),
        };
        console.data(&text);
    }
    output.write(record, console).map_or(Exit::Environment, |path| {
        console.talk(&format!("record {}", path.display()));
        exit
    })
}

pub(crate) fn tell_failure(failure: &RunFailure, output: &Output, console: &Console) -> Exit {
    if let RunError::Interrupted = *failure.error {
        console.talk("interrupted: nothing is left behind");
        return Exit::Interrupted;
    }
    if let RunError::Baseline(refusal) = &*failure.error {
        let finding = Finding::new(crate::judge::Code::A001, failure.error.to_string()).refused_at(refusal);
        console.talk(&report::finding_snippet(&finding, Colour::Never).replacen("refuted[A001]", "error", 1));
    } else {
        console.error(&in_words(&*failure.error), failure.error.hint().as_deref());
    }
    if !failure.record.steps.is_empty()
        && let Some(path) = output.write(&failure.record, console)
    {
        console.talk(&format!("record so far {}", path.display()));
    }
    if failure.error.is_usage() { Exit::Usage } else { Exit::Environment }
}

pub(crate) fn tell_load_error(error: &LoadError, console: &Console) {
    for mistake in &error.mistakes {
        console.talk(&report::mistake_snippet(mistake, Colour::Never));
    }
    if error.mistakes.len() > 1 {
        console.talk(&error.to_string());
    }
}
