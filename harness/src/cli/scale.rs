//! `pgproof scale`.

use super::arguments::{Format, ScaleArguments};
use super::console::Console;
use super::exit::Exit;
use super::interrupt::interrupted;
use super::output::Output;
use super::progress::Progress;
use super::run::{prepared, provider, tell_failure, tell_load_error};
use super::settings::Settings;
use super::shelf::Shelf;
use crate::load::Selection;
use crate::record::ScaleRecord;
use crate::report;
use crate::run::ScaleSettings;
use crate::scenario::Plan;

pub(crate) async fn scale(arguments: ScaleArguments, settings: &Settings, shelf: &Shelf, console: &Console) -> Exit {
    let source = match shelf.find(arguments.scenario.as_deref()) {
        Ok(source) => source,
        Err(error) => {
            tell_load_error(&error, console);
            return Exit::Usage;
        }
    };
    let at = |scale| Selection { path: arguments.path.clone(), variant: None, scale, seed: arguments.seed };
    let plans = match arguments.at.iter().map(|scale| source.plan(&at(*scale))).collect::<Result<Vec<Plan>, _>>() {
        Ok(plans) => plans,
        Err(error) => {
            tell_load_error(&error, console);
            return Exit::Usage;
        }
    };
    let Some(plan) = plans.first() else { return Exit::Usage };
    let out = arguments.out.clone().unwrap_or_else(|| settings.target.join(&plan.scenario).join(&plan.path));
    let output = match prepared(&out, console) {
        Ok(output) => output,
        Err(exit) => return exit,
    };
    let provider = provider(arguments.pg, &arguments.server, settings, plan);
    let mut progress = Progress::new(settings);
    let wanted = ScaleSettings { plans, to: arguments.to.map(|rows| rows.0) };
    let outcome = Box::pin(crate::run::scale(&wanted, &provider, &mut progress, interrupted())).await;
    progress.finish();
    match outcome {
        Ok(record) => tell(&record, &arguments, &output, settings, console),
        Err(failure) => tell_failure(&failure, &output, console),
    }
}

fn tell(
    record: &ScaleRecord,
    arguments: &ScaleArguments,
    output: &Output,
    settings: &Settings,
    console: &Console,
) -> Exit {
    for format in &arguments.format {
        let text = match format {
            Format::Terminal => report::scale_terminal(record, settings.colour, settings.width),
            Format::Json => report::json(record),
            Format::Markdown => report::scale_markdown(record),
        };
        console.data(&text);
    }
    output.write_scale(record, console).map_or(Exit::Environment, |path| {
        console.talk(&format!("record {}", path.display()));
        Exit::from(record.verdict)
    })
}
