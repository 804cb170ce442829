//! The log of a run's events, for people and for other programs.

use std::fmt::Write;

use super::markdown::cell;
use crate::record::LogEntry;

/// One JSON object a line.
pub fn log_json(entries: &[LogEntry]) -> String {
    // An entry is texts and numbers: it can always be written.
    entries
        .iter()
        .filter_map(|entry| serde_json::to_string(entry).ok())
        .fold(String::new(), |text, line| text + &line + "\n")
}

/// Comma-separated values with a line of names, as RFC 4180 has them, with line feeds.
pub fn log_csv(entries: &[LogEntry]) -> String {
    let mut text = "at_ms,kind,step,rows,failures,took_ms,text\n".to_owned();
    for entry in entries {
        let LogEntry { at_ms, kind, step, rows, failures, took_ms, text: words } = entry;
        let number = |value: &Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        let took = took_ms.map(|took| format!("{took:.3}")).unwrap_or_default();
        let step = quoted(step.as_deref().unwrap_or_default());
        // Writing to a String can not fail.
        let _ = writeln!(text, "{at_ms},{kind},{step},{},{},{took},{}", number(rows), number(failures), quoted(words));
    }
    text
}

/// A table.
pub fn log_markdown(entries: &[LogEntry]) -> String {
    let mut text = "| s | kind | what | rows | failures | ms |\n| ---: | --- | --- | ---: | ---: | ---: |\n".to_owned();
    for entry in entries {
        let LogEntry { at_ms, kind, rows, failures, took_ms, text: words, .. } = entry;
        let number = |value: &Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        let took = took_ms.map(|took| format!("{took:.1}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {}.{:03} | {kind} | {} | {} | {} | {took} |",
            at_ms / 1_000,
            at_ms % 1_000,
            cell(words),
            number(rows),
            number(failures)
        );
    }
    text
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::facts::BatchProgress;
    use crate::record::Event;

    fn entries() -> Vec<LogEntry> {
        let progress = BatchProgress { batches: 3, rows: 1_300, set_aside: 2 };
        let events = [
            Event::PhaseStarted("apply"),
            Event::BatchCommitted { step: "310_a|b, \"c\"".to_owned(), progress },
            Event::FlagTurned { share: 50 },
            Event::BaselineObserved(std::collections::BTreeMap::new()),
        ];
        (0..)
            .zip(&events)
            .filter_map(|(second, event)| LogEntry::of(Duration::from_millis(second * 1_500), event))
            .collect()
    }

    #[test]
    fn every_form_of_the_log_says_the_same() {
        insta::assert_snapshot!(log_json(&entries()), @r#"
        {"at_ms":0,"kind":"phase","step":null,"rows":null,"failures":null,"took_ms":null,"text":"apply …"}
        {"at_ms":1500,"kind":"batch","step":"310_a|b, \"c\"","rows":1300,"failures":2,"took_ms":null,"text":"310_a|b, \"c\": batch 3, 1,300 rows, 2 set aside"}
        {"at_ms":3000,"kind":"flag","step":null,"rows":null,"failures":null,"took_ms":null,"text":"the flag stands at 50 %"}
        "#);
        insta::assert_snapshot!(log_csv(&entries()), @r#"
        at_ms,kind,step,rows,failures,took_ms,text
        0,phase,,,,,apply …
        1500,batch,"310_a|b, ""c""",1300,2,,"310_a|b, ""c"": batch 3, 1,300 rows, 2 set aside"
        3000,flag,,,,,the flag stands at 50 %
        "#);
        insta::assert_snapshot!(log_markdown(&entries()), @r#"
        | s | kind | what | rows | failures | ms |
        | ---: | --- | --- | ---: | ---: | ---: |
        | 0.000 | phase | apply … |  |  |  |
        | 1.500 | batch | 310_a\|b, "c": batch 3, 1,300 rows, 2 set aside | 1300 | 2 |  |
        | 3.000 | flag | the flag stands at 50 % |  |  |  |
        "#);
    }

    #[test]
    fn a_line_of_json_is_read_as_what_was_written() {
        let read: Vec<LogEntry> =
            log_json(&entries()).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        assert_eq!(read, entries());
        assert_eq!(read.len(), 3, "what only carries the record's own is no entry");
    }
}
