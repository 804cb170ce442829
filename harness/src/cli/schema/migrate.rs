//! `pgproof schema migrate` and `split`.

use std::fmt::Write;
use std::path::Path;

use super::arguments::{MigrateArguments, SplitArguments};
use super::source::source;
use super::{failed, mistaken, workshop};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::run::schema::{Proof, SchemaError, SchemaSource, SchemaStep, Workshop};
use crate::schema::{Difference, Migration, MigrationError, Stage, migration};
use crate::sql::Script;

/// A step's name and its two scripts as they are written.
type Written = (String, String, String);

/// Why nothing was handed out.
enum Failure {
    Schema(SchemaError),
    Plan(MigrationError),
    Unproven(Proof),
}

impl<E: Into<SchemaError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Schema(error.into())
    }
}

pub(super) async fn migrate(arguments: MigrateArguments, settings: &Settings, console: &Console) -> Exit {
    let (before, after) = match (source(&arguments.before), source(&arguments.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => {
            let mistakes: Vec<_> = [before.err(), after.err()].into_iter().flatten().flatten().collect();
            return mistaken(&mistakes, settings, console);
        }
    };
    handed_out((before, after), &arguments, settings, console).await
}

/// Splits a schema: the way to it from nothing, stage by stage.
pub(super) async fn split(arguments: SplitArguments, settings: &Settings, console: &Console) -> Exit {
    let after = match source(&arguments.schema) {
        Ok(after) => after,
        Err(mistakes) => return mistaken(&mistakes, settings, console),
    };
    let rows = rows_made(&after);
    let arguments = MigrateArguments {
        before: String::new(),
        after: arguments.schema,
        out: arguments.out,
        stages: true,
        allow: Vec::new(),
        on: arguments.on,
    };
    let exit = handed_out((SchemaSource::Scripts(Vec::new()), after), &arguments, settings, console).await;
    if rows > 0 && exit == Exit::Proven {
        console.talk(&format!("left out: {rows} statements that write rows, which are no part of a schema"));
    }
    exit
}

/// How many statements write rows.
fn rows_made(source: &SchemaSource) -> usize {
    let SchemaSource::Scripts(scripts) = source else { return 0 };
    let writes =
        |command: String| ["INSERT", "UPDATE", "DELETE", "COPY", "MERGE"].iter().any(|word| command.starts_with(word));
    scripts.iter().flat_map(Script::statements).filter(|statement| writes(statement.command())).count()
}

async fn handed_out(
    (before, after): (SchemaSource, SchemaSource),
    arguments: &MigrateArguments,
    settings: &Settings,
    console: &Console,
) -> Exit {
    if [&before, &after].iter().any(|source| matches!(source, SchemaSource::Read(_))) {
        console.error("a dumped JSON does not say what needs what: no migration can be made of it", None);
        return Exit::Usage;
    }
    let mut workshop = workshop(&arguments.on, settings);
    let made = made(&mut workshop, &before, &after, arguments).await;
    let closed = workshop.close().await;
    let (plan, files) = match made.and_then(|made| closed.map(|()| made).map_err(Failure::from)) {
        Ok(made) => made,
        Err(failure) => return told(failure, console),
    };
    if let Err(error) = write(&arguments.out, &files) {
        console.error(&format!("can not write to `{}`: {error}", arguments.out.display()), None);
        return Exit::Environment;
    }
    console.data(&summary(&plan, &files));
    Exit::Proven
}

async fn made(
    workshop: &mut Workshop,
    before: &SchemaSource,
    after: &SchemaSource,
    arguments: &MigrateArguments,
) -> Result<(Migration, Vec<Written>), Failure> {
    let (before, before_graph) = workshop.read(before).await?;
    let (after, after_graph) = workshop.read(after).await?;
    let plan = migration((&before, &before_graph), (&after, &after_graph), &arguments.allow).map_err(Failure::Plan)?;
    let stages: Vec<Stage> = plan.stages().into_iter().collect();
    let files: Vec<Written> = if arguments.stages {
        let named = |stage: &Stage| format!("{}00_{stage}", stage.number());
        stages.iter().map(|stage| (named(stage), plan.up(&[*stage]), plan.down(&[*stage]))).collect()
    } else if stages.is_empty() {
        Vec::new()
    } else {
        vec![("010_schema".to_owned(), plan.up(&stages), plan.down(&stages))]
    };
    let mut steps = Vec::new();
    for (name, up, down) in &files {
        let script = |ending: &str, text: &str| {
            Script::parse_alone(&format!("{name}.{ending}.sql"), text).map_err(SchemaError::unreadable)
        };
        steps.push(SchemaStep { name: name.clone(), up: script("up", up)?, down: script("down", down)? });
    }
    let proof = workshop.prove((&before, &before_graph), &after, &steps).await?;
    if proof.holds() { Ok((plan, files)) } else { Err(Failure::Unproven(proof)) }
}

fn told(failure: Failure, console: &Console) -> Exit {
    match failure {
        Failure::Schema(error) => failed(&error, console),
        Failure::Plan(MigrationError::Cycle(cycle)) => failed(&SchemaError::Cycle(cycle), console),
        Failure::Plan(MigrationError::Loss(losses)) => {
            for loss in losses {
                console.error(&loss, Some("where that is meant, allow it by name: `--allow 'table public.name'`"));
            }
            Exit::Refuted
        }
        Failure::Unproven(proof) => {
            let listed = |differences: &[Difference]| {
                differences.iter().map(|one| format!("\n  {one}")).collect::<Vec<_>>().concat()
            };
            for (way, differences) in [("forward", &proof.forward), ("back", &proof.back)] {
                if !differences.is_empty() {
                    console.error(&format!("the way {way} does not arrive:{}", listed(differences)), None);
                }
            }
            console.talk("nothing was written");
            Exit::Inconclusive
        }
    }
}

fn write(out: &Path, files: &[Written]) -> std::io::Result<()> {
    std::fs::create_dir_all(out)?;
    for (name, up, down) in files {
        std::fs::write(out.join(format!("{name}.up.sql")), up)?;
        std::fs::write(out.join(format!("{name}.down.sql")), down)?;
    }
    Ok(())
}

fn summary(plan: &Migration, files: &[Written]) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    for stage in plan.stages() {
        let objects = plan.objects(stage).len();
        let word = if objects == 1 { "object" } else { "objects" };
        let _ = writeln!(text, "{} {:<12} {objects:>4} {word}", stage.number(), stage.word());
    }
    for note in &plan.notes {
        let _ = writeln!(text, "by hand: {note}");
    }
    let steps = if files.len() == 1 { "1 step".to_owned() } else { format!("{} steps", files.len()) };
    text + &match files {
        [] => "nothing to do: the schemas are the same\n".to_owned(),
        _ => format!("proven on a clone, there and back, each way twice: {steps} written\n"),
    }
}
