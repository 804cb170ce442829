//! How the cost of a path grows, for people at a terminal and as a page.

use std::fmt::Write;

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use super::markdown::cell;
use super::{Colour, finding_snippet};
use crate::facts::{Growth, Law, Measure, SizeCost, Steepness, StepGrowth};
use crate::judge::{Verdict, thousands};
use crate::record::ScaleRecord;

/// What the terminal shows of each step; the page shows the longest transaction and the bounds, too.
const SHOWN: [Measure; 4] = [Measure::Duration, Measure::Wal, Measure::Disk, Measure::RowsRead];

/// The steps with their laws and what they become, the findings before them, at most `width` columns wide.
pub fn scale_terminal(record: &ScaleRecord, colour: Colour, width: u16) -> String {
    let mut text = String::new();
    // Writing to a String can not fail.
    let _ = terminal(record, colour, width, &mut text);
    text
}

/// The record as Markdown: laws, what comes with bounds, what was measured.
pub fn scale_markdown(record: &ScaleRecord) -> String {
    let mut page = String::new();
    // Writing to a String can not fail.
    let _ = markdown(record, &mut page);
    page
}

fn terminal(record: &ScaleRecord, colour: Colour, width: u16, text: &mut String) -> std::fmt::Result {
    for finding in &record.findings {
        writeln!(text, "{}\n", finding_snippet(finding, colour))?;
    }
    writeln!(text, "{}", heading(record))?;
    writeln!(text, "each figure: by which law it grows, what it becomes at {} rows", thousands(record.to))?;
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    let head = ["step", ""].into_iter().map(str::to_owned).chain(SHOWN.map(|measure| measure.name().to_owned()));
    table.set_header(head.collect::<Vec<_>>());
    for step in &record.steps {
        let mut word = Cell::new(word(step.steepness));
        if colour == Colour::Always {
            word = match step.steepness {
                Steepness::Steep => word.fg(Color::Red).add_attribute(Attribute::Bold),
                Steepness::Undecided => word.fg(Color::Yellow),
                Steepness::Gentle => word.fg(Color::Green),
            };
        }
        let figures = SHOWN.map(|measure| {
            let shown = step.growth(measure).map(brief).unwrap_or_default();
            Cell::new(shown).set_alignment(CellAlignment::Right)
        });
        table.add_row([Cell::new(&step.step), word].into_iter().chain(figures).collect::<Vec<_>>());
    }
    if colour == Colour::Always {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.lines().try_for_each(|line| writeln!(text, " {}", line.trim_end()))?;
    writeln!(text, "\n{}", conclusion(record))?;
    write!(text, "{} · {:.1} s", record.verdict.name(), record.duration_ms / 1_000.0)?;
    if let Some(finding) = record.findings.first() {
        write!(text, " · explain a finding: pgproof explain {}", finding.code)?;
    }
    writeln!(text)
}

/// `medallion · expand · PostgreSQL 15.18 embedded · transactions at 3,762 · 37,621 rows`.
fn heading(record: &ScaleRecord) -> String {
    let sizes: Vec<String> = record.sizes.iter().map(|size| thousands(size.rows)).collect();
    format!(
        "{} · {} · PostgreSQL {} {} · seed {} · {} with {} rows",
        record.scenario,
        record.path,
        record.server.version,
        record.server.kind,
        record.seed,
        record.relation,
        sizes.join(", ")
    )
}

const fn word(steepness: Steepness) -> &'static str {
    match steepness {
        Steepness::Gentle => "ok",
        Steepness::Undecided => "undecided",
        Steepness::Steep => "steep",
    }
}

/// `n  5.8 GB`; a question mark where the sizes do not tell the law.
fn brief(growth: &Growth) -> String {
    if growth.law == Law::Constant && growth.predicted.estimate < 0.5 && growth.steepness == Steepness::Gentle {
        return "–".to_owned();
    }
    let unsure = if growth.steepness == Steepness::Undecided && growth.measure.is_steady() { "?" } else { "" };
    let law = if growth.law == Law::Constant { "1" } else { growth.law.name() };
    format!("{law}{unsure}  {}", growth.measure.shown(growth.predicted.estimate))
}

fn conclusion(record: &ScaleRecord) -> String {
    let named = |wanted: Steepness| {
        let names = record.steps.iter().filter(|step| step.steepness == wanted).map(|step| step.step.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    match record.verdict {
        Verdict::Refuted => format!("worse than linear: {}", named(Steepness::Steep)),
        Verdict::Inconclusive => format!(
            "too few sizes to tell, or too near to each other: {}; add sizes with `--at`",
            named(Steepness::Undecided)
        ),
        Verdict::Proven | Verdict::Skipped => {
            "no step grows worse than linearly (n log n, as sorting does, counts as linear)".to_owned()
        }
    }
}

fn markdown(record: &ScaleRecord, page: &mut String) -> std::fmt::Result {
    writeln!(page, "# {}\n\n{}: {}\n", heading(record), record.verdict.name(), conclusion(record))?;
    if !record.findings.is_empty() {
        writeln!(page, "| code | key | where | what |\n| --- | --- | --- | --- |")?;
    }
    for finding in &record.findings {
        let place = match (&finding.file, finding.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            _ => String::new(),
        };
        let key = finding.key.as_deref().unwrap_or_default();
        writeln!(page, "| {} | {key} | {} | {} |", finding.code, cell(&place), cell(&finding.message))?;
    }
    let most = record.sizes.last().map(|size| thousands(size.rows)).unwrap_or_default();
    writeln!(
        page,
        "\n## What it becomes\n\nAt {} rows of `{}`, with the bounds that fit what was measured (95 %), and the most if a \
         part that grows with n² hides below what can be told apart.\n\n\
         | step | figure | law | slope | at {most} | at {} | from | to | at the very most |\n\
         | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        thousands(record.to),
        cell(&record.relation.to_string()),
        thousands(record.to)
    )?;
    for (step, growth) in record.steps.iter().flat_map(|step| step.growths.iter().map(move |growth| (step, growth))) {
        becomes(step, growth, page)?;
    }
    writeln!(page, "\n## What was measured\n\n| step | rows | ms | longest transaction ms | WAL | disk | rows read |")?;
    writeln!(page, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    for step in &record.steps {
        record.sizes.iter().try_for_each(|size| measured(step, size, page))?;
    }
    terms(record, page)
}

fn becomes(step: &StepGrowth, growth: &Growth, page: &mut String) -> std::fmt::Result {
    let shown = |value: f64| growth.measure.shown(value);
    let law = match growth.steepness {
        Steepness::Undecided => format!("{} or steeper", growth.law.name()),
        Steepness::Gentle | Steepness::Steep => growth.law.name().to_owned(),
    };
    writeln!(
        page,
        "| {} | {} | {law} | {} | {} | {} | {} | {} | {} |",
        step.step,
        growth.measure,
        growth.exponent.map(|slope| format!("{slope:.2}")).unwrap_or_default(),
        shown(growth.measured),
        shown(growth.predicted.estimate),
        shown(growth.predicted.low),
        shown(growth.predicted.high),
        shown(growth.hidden_high)
    )
}

fn measured(step: &StepGrowth, size: &SizeCost, page: &mut String) -> std::fmt::Result {
    for cost in size.costs.iter().flat_map(|cost| &cost.steps).filter(|cost| cost.step == step.step) {
        let shown = |measure: Measure| measure.of(cost).map(|value| measure.shown(value)).unwrap_or_default();
        writeln!(
            page,
            "| {} | {} | {:.1} | {:.1} | {} | {} | {} |",
            step.step,
            thousands(size.rows),
            cost.duration_ms,
            cost.longest_transaction_ms,
            shown(Measure::Wal),
            shown(Measure::Disk),
            cost.rows_read.map(thousands).unwrap_or_default()
        )?;
    }
    Ok(())
}

fn terms(record: &ScaleRecord, page: &mut String) -> std::fmt::Result {
    let Some(cost) = record.sizes.last().and_then(|size| size.costs.first()) else { return Ok(()) };
    let settings: Vec<String> = cost.settings.iter().map(|(name, value)| format!("`{name} = {value}`")).collect();
    writeln!(
        page,
        "\nMeasured with {}. Rows read are those of scans of tables that the step leaves; what a plan keeps in memory and \
         reads again, or reads of temporary tables, is seen in the time only. A plan that changes beyond the largest \
         size is not foreseen.",
        settings.join(", ")
    )
}
