//! Draws the screen: a function of its value and the time.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::screen::{Screen, State, Step};
use crate::facts::Direction;
use crate::judge::thousands;

/// How wide a bar is.
const BAR: u64 = 20;

pub(super) fn draw(frame: &mut Frame<'_>, screen: &Screen, now: Duration) {
    let areas = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(4),
        Constraint::Length(4),
        Constraint::Percentage(30),
    ])
    .split(frame.area());
    let [head, steps, traffic, log] = areas.as_ref() else { return };
    frame.render_widget(Paragraph::new(heading(screen, now)), *head);
    frame.render_widget(block("steps", last(screen.steps.iter().map(|step| step_line(step, now)), *steps)), *steps);
    frame.render_widget(block("traffic", traffic_lines(screen)), *traffic);
    let entries = screen.log.iter().map(|entry| {
        let at = Duration::from_millis(entry.at_ms).as_secs_f64();
        Line::from(vec![Span::styled(format!("{at:7.1} s  "), dim()), Span::raw(entry.text.clone())])
    });
    frame.render_widget(block("log", last(entries, *log)), *log);
}

fn block<'a>(title: &'a str, lines: Vec<Line<'a>>) -> Paragraph<'a> {
    Paragraph::new(lines).block(Block::bordered().title(format!(" {title} ")))
}

/// So many of the last lines as fit into a bordered area.
fn last<'a>(lines: impl Iterator<Item = Line<'a>>, area: Rect) -> Vec<Line<'a>> {
    let lines: Vec<Line<'a>> = lines.collect();
    let over = lines.len().saturating_sub(usize::from(area.height.saturating_sub(2)));
    lines.into_iter().skip(over).collect()
}

fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

fn heading(screen: &Screen, now: Duration) -> Vec<Line<'_>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let server = if screen.server.is_empty() { String::new() } else { format!(" · {}", screen.server) };
    let seconds = now.as_secs();
    vec![
        Line::from(vec![
            Span::styled(screen.title.as_str(), bold),
            Span::raw(server),
            Span::styled(format!("  {}:{:02}", seconds / 60, seconds % 60), dim()),
        ]),
        Line::from(vec![Span::raw(screen.phase.as_str()), Span::styled("  Ctrl-C ends it and leaves nothing", dim())]),
    ]
}

fn step_line(step: &Step, now: Duration) -> Line<'_> {
    let way = match step.direction {
        Direction::Down => " back",
        Direction::Up | Direction::Verify => "",
    };
    let (sign, style) = match step.state {
        State::Running => ("▸", Style::new().fg(Color::Yellow)),
        State::Done(_) => ("✓", Style::new().fg(Color::Green)),
        State::Refused(_) => ("✗", Style::new().fg(Color::Red)),
    };
    let mut spans = vec![Span::styled(sign, style), Span::raw(format!(" {}{way}", step.name))];
    match &step.state {
        State::Done(took) => spans.push(Span::styled(format!("  {}", short(*took)), dim())),
        State::Refused(message) => spans.push(Span::styled(format!("  {message}"), style)),
        State::Running => spans.push(Span::styled(format!("  {}", short(now.saturating_sub(step.began))), dim())),
    }
    if let Some(batches) = step.batches {
        spans.push(Span::raw(bar(batches.rows + batches.set_aside, step.of)));
        spans.push(Span::raw(format!("  {} rows in {} batches", thousands(batches.rows), thousands(batches.batches))));
        if batches.set_aside > 0 {
            let set_aside = format!(", {} set aside", thousands(batches.set_aside));
            spans.push(Span::styled(set_aside, Style::new().fg(Color::Red)));
        }
        if step.state == State::Running {
            let rate = step.rate(now).map(|rate| format!(", {rate:.0}/s")).unwrap_or_default();
            let left = step.remaining(now).map(|left| format!(", {} left", short(left))).unwrap_or_default();
            spans.push(Span::raw(format!("{rate}{left}")));
        }
    }
    Line::from(spans)
}

/// Empty where it is not known how many rows there are.
fn bar(done: u64, of: Option<u64>) -> String {
    let Some(of) = of.filter(|of| *of > 0) else { return String::new() };
    let full = (done.min(of) * BAR).div_ceil(of);
    "  ".chars().chain((0..BAR).map(|place| if place < full { '█' } else { '░' })).collect()
}

fn traffic_lines(screen: &Screen) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    if let Some(pulse) = screen.pulse {
        let (requests, failures) = screen.traffic;
        lines.push(Line::raw(format!(
            "{} requests, {} failed · median {:.1} ms, 99 % {:.1} ms, longest {:.0} ms",
            thousands(requests),
            thousands(failures),
            pulse.p50_ms,
            pulse.p99_ms,
            pulse.longest_ms
        )));
        let style = if pulse.lock_waits > 0 { Style::new().fg(Color::Red) } else { Style::new() };
        let waits = format!("{} under way, {} wait for a lock of the migration", pulse.under_way, pulse.lock_waits);
        lines.push(Line::styled(waits, style));
    }
    if let Some(share) = screen.share {
        lines.push(Line::raw(format!("the flag stands at {share} %")));
    }
    if lines.is_empty() {
        lines.push(Line::styled("none", dim()));
    }
    lines
}

fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests;
