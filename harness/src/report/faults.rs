//! Where the path was interrupted and what came of it, for the Markdown page.

use std::fmt::Write;

use super::markdown::cell;
use crate::facts::{Direction, FaultKind, FaultOutcome, FaultSweep, FaultTrial};
use crate::record::RunRecord;

pub(super) fn faults(record: &RunRecord, page: &mut String) -> std::fmt::Result {
    let Some(sweep) = &record.faults else { return Ok(()) };
    writeln!(
        page,
        "\n## Faults\n\nEach step was interrupted at its boundaries, run again as its tool would, and compared with where it \
         ends undisturbed. {} boundaries were tried{}.",
        sweep.trials.len(),
        if sweep.resumed > 0 { format!(", {} of them by an earlier sweep", sweep.resumed) } else { String::new() }
    )?;
    if let Some(reason) = &sweep.stopped {
        writeln!(page, "\n**Not complete:** {}.", cell(reason))?;
    }
    kinds(sweep, page)?;
    steps(sweep, page)?;
    for what in &sweep.left_out {
        writeln!(page, "\nNot tried: {what}.")?;
    }
    otherwise(sweep, page)
}

fn kinds(sweep: &FaultSweep, page: &mut String) -> std::fmt::Result {
    writeln!(page, "\n| kind | planted | came about | what happened, or why not |\n| --- | ---: | ---: | --- |")?;
    for kind in FaultKind::ALL {
        let (planted, met) = sweep.planted(kind);
        let words = sweep.unplanted.get(&kind).map_or_else(|| kind.words(), String::as_str);
        writeln!(page, "| {kind} | {planted} | {met} | {} |", cell(words))?;
    }
    Ok(())
}

/// How the trials of a step ended, each kind by number.
fn steps(sweep: &FaultSweep, page: &mut String) -> std::fmt::Result {
    writeln!(
        page,
        "\n| step | way | planted | ended as undisturbed | did not come about | ended otherwise |\n\
         | --- | --- | --- | --- | --- | --- |"
    )?;
    let same = |one: &FaultTrial, other: &FaultTrial| {
        (one.point.direction, &one.point.step) == (other.point.direction, &other.point.step)
    };
    for trials in sweep.trials.chunk_by(same) {
        let Some(first) = trials.first() else { continue };
        let recovered = |outcome: &FaultOutcome| *outcome == FaultOutcome::Recovered;
        let not_met = |outcome: &FaultOutcome| *outcome == FaultOutcome::NotMet;
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            first.point.step,
            first.point.direction.name(),
            counted(trials, |_| true),
            counted(trials, recovered),
            counted(trials, not_met),
            counted(trials, |outcome| !recovered(outcome) && !not_met(outcome))
        )?;
    }
    Ok(())
}

/// `backend 3, server 1`.
fn counted(trials: &[FaultTrial], wanted: impl Fn(&FaultOutcome) -> bool) -> String {
    let counts = FaultKind::ALL.into_iter().filter_map(|kind| {
        let count = trials.iter().filter(|trial| trial.point.kind == kind && wanted(&trial.outcome)).count();
        (count > 0).then(|| format!("{kind} {count}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// Every boundary behind which a step did not end as it does undisturbed, in full.
fn otherwise(sweep: &FaultSweep, page: &mut String) -> std::fmt::Result {
    let mut told = false;
    for FaultTrial { point, outcome, .. } in &sweep.trials {
        let what: Vec<String> = match outcome {
            FaultOutcome::Recovered | FaultOutcome::NotMet => continue,
            FaultOutcome::Refused { message, place } => vec![format!("refused at {place}: {message}")],
            FaultOutcome::Elsewhere { objects, rows, sequences } => {
                let objects = objects.iter().map(|object| object.what.clone());
                let rows =
                    rows.iter().map(|rows| format!("`{}`: {} ({})", rows.relation, rows.what, rows.keys.join("; ")));
                let sequences =
                    sequences.iter().map(|sequence| format!("`{}` stands {}", sequence.relation, sequence.what));
                objects.chain(rows).chain(sequences).collect()
            }
        };
        if !told {
            writeln!(page, "\n### Ended otherwise\n")?;
            told = true;
        }
        let run = if point.direction == Direction::Down { "taken" } else { "run" };
        writeln!(page, "* {} {point}, {}:{}; {run} again:", point.kind.words(), point.file, point.line)?;
        for what in what {
            writeln!(page, "  * {}", what.replace('\n', " "))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{FaultPoint, FaultRows, FaultSide};
    use crate::sql::RelationName;

    const PAGE: &str = "
## Faults

Each step was interrupted at its boundaries, run again as its tool would, and compared with where it ends undisturbed. \
4 boundaries were tried, 2 of them by an earlier sweep.

**Not complete:** stopped on request after 4 of 9 boundaries.

| kind | planted | came about | what happened, or why not |
| --- | ---: | ---: | --- |
| backend | 2 | 2 | its session was ended |
| midway | 0 | 0 | its session was ended while it waited for others |
| server | 1 | 1 | the server was killed |
| answer | 0 | 0 | the answer to its commit was lost |
| lock | 0 | 0 | somebody else held the locks that it needs |
| deadlock | 1 | 0 | it was a deadlock's victim |
| disk | 0 | 0 | there is no \\| volume |

| step | way | planted | ended as undisturbed | did not come about | ended otherwise |
| --- | --- | --- | --- | --- | --- |
| 010_fill | up | backend 1, server 1, deadlock 1 | backend 1 | deadlock 1 | server 1 |
| 010_fill | down | backend 1 |  |  | backend 1 |

Not tried: 3 of 7 batches of `020_keys`.

### Ended otherwise

* the server was killed before `INSERT` of `010_fill`, steps/010_fill.up.sql:3; run again:
  * `shops`: rows: 1 too many (id=3)
* its session was ended before `INSERT` of the way back of `010_fill`, steps/010_fill.up.sql:3; taken again:
  * refused at a.down.sql:1: it is gone
";

    fn trial(direction: Direction, kind: FaultKind, outcome: FaultOutcome) -> FaultTrial {
        let point = FaultPoint {
            direction,
            step: "010_fill".to_owned(),
            file: "steps/010_fill.up.sql".to_owned(),
            line: 3,
            command: "INSERT".to_owned(),
            index: 1,
            side: FaultSide::Before,
            kind,
        };
        FaultTrial { point, outcome, took_ms: 10 }
    }

    #[test]
    fn the_page_counts_by_step_and_kind_says_why_not_and_tells_in_full_what_ended_otherwise() {
        let rows = vec![FaultRows {
            relation: RelationName::new("public", "shops"),
            what: "rows: 1 too many".to_owned(),
            keys: vec!["id=3".to_owned()],
        }];
        let elsewhere = FaultOutcome::Elsewhere { objects: Vec::new(), rows, sequences: Vec::new() };
        let refused = FaultOutcome::Refused { message: "it is gone".to_owned(), place: "a.down.sql:1".to_owned() };
        let sweep = FaultSweep {
            trials: vec![
                trial(Direction::Up, FaultKind::Backend, FaultOutcome::Recovered),
                trial(Direction::Up, FaultKind::Deadlock, FaultOutcome::NotMet),
                trial(Direction::Up, FaultKind::Server, elsewhere),
                trial(Direction::Down, FaultKind::Backend, refused),
            ],
            resumed: 2,
            left_out: vec!["3 of 7 batches of `020_keys`".to_owned()],
            unplanted: [(FaultKind::Disk, "there is no | volume".to_owned())].into(),
            stopped: Some("stopped on request after 4 of 9 boundaries".to_owned()),
        };
        let mut record = RunRecord::new();
        record.faults = Some(sweep);
        let mut page = String::new();
        faults(&record, &mut page).unwrap();
        assert_eq!(page, PAGE);
    }

    #[test]
    fn a_run_without_faults_has_no_such_section() {
        let mut page = String::new();
        faults(&RunRecord::new(), &mut page).unwrap();
        assert_eq!(page, "");
    }
}
