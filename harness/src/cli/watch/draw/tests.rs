use std::collections::BTreeMap;

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::facts::{BatchProgress, Refusal, StepRun, TrafficPulse};
use crate::record::{Event, ServerRecord};
use crate::sql::RelationName;

fn step(name: &str, direction: Direction) -> Event {
    Event::StepStarted { step: name.to_owned(), direction }
}

fn finished(name: &str, refusal: Option<Refusal>) -> Event {
    let run =
        StepRun { step: name.to_owned(), direction: Direction::Up, duration_ms: 12.0, statements: Vec::new(), refusal };
    Event::StepFinished(run)
}

/// What a terminal of this size shows, `seconds` after the beginning; the events come one a second.
fn shown(events: &[Event], seconds: u64, (width, height): (u16, u16)) -> String {
    let mut screen = Screen::new("canonical_events · rust_jobs".to_owned(), BTreeMap::new());
    for (second, event) in (1..).zip(events) {
        screen.on(Duration::from_secs(second), event);
    }
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, &screen, Duration::from_secs(seconds))).unwrap();
    terminal.backend().to_string()
}

fn under_way() -> Vec<Event> {
    let server = ServerRecord { kind: "embedded".to_owned(), version: "15.18".to_owned(), extensions: BTreeMap::new() };
    let progress = BatchProgress { batches: 30, rows: 2_996, set_aside: 4 };
    let pulse = TrafficPulse {
        requests: 15,
        failures: 1,
        p50_ms: 1.24,
        p99_ms: 9.0,
        longest_ms: 210.4,
        under_way: 3,
        lock_waits: 2,
    };
    vec![
        Event::ServerStarted(server),
        Event::PhaseStarted("apply"),
        step("010_migration_log", Direction::Up),
        finished("010_migration_log", None),
        step("310_events", Direction::Up),
        Event::BatchCommitted { step: "310_events".to_owned(), progress },
        Event::TrafficFelt(pulse),
        Event::TrafficFelt(pulse),
        Event::FlagTurned { share: 50 },
    ]
}

#[test]
fn a_run_under_way_shows_steps_batches_rates_failures_waits_and_latency() {
    insta::assert_snapshot!(shown(&under_way(), 15, (100, 22)));
}

#[test]
fn a_backfill_whose_rows_are_known_shows_what_remains() {
    let events = RelationName::new("public", "events");
    let walked = BTreeMap::from([("310_events".to_owned(), events.clone())]);
    let mut screen = Screen::new(String::new(), walked);
    screen.on(Duration::ZERO, &Event::BaselineObserved(BTreeMap::from([(events, 10_000)])));
    screen.on(Duration::ZERO, &step("310_events", Direction::Up));
    let progress = BatchProgress { batches: 30, rows: 3_000, set_aside: 0 };
    screen.on(Duration::from_secs(1), &Event::BatchCommitted { step: "310_events".to_owned(), progress });
    let running = screen.steps.last().unwrap();
    let line = step_line(running, Duration::from_secs(10)).to_string();
    assert_eq!(line, "▸ 310_events  10.0 s  ██████░░░░░░░░░░░░░░  3,000 rows in 30 batches, 300/s, 23.3 s left");
}

#[test]
fn a_refused_step_shows_the_servers_words_and_a_small_terminal_the_last_steps() {
    let refusal = Refusal {
        sqlstate: "42P01".to_owned(),
        message: "relation \"stores\" does not exist".to_owned(),
        file: "m/020.up.sql".to_owned(),
        line: 1,
        column: 1,
        source_line: String::new(),
        command: "ALTER TABLE".to_owned(),
    };
    let mut events: Vec<Event> = (1..9).map(|number| step(&format!("0{number}0_step"), Direction::Down)).collect();
    events.push(step("090_refused", Direction::Up));
    events.push(finished("090_refused", Some(refusal)));
    insta::assert_snapshot!(shown(&events, 75, (60, 16)));
}
