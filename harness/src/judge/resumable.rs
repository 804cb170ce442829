//! Claim F: killed anywhere, a re-run finishes or leaves nothing behind.

use std::collections::{BTreeMap, BTreeSet};

use super::{CaseFile, Code, Doubt, Finding, Ruling, thousands};
use crate::facts::{Direction, FaultKind, FaultOutcome, FaultPoint, FaultSweep, way};
use crate::scenario::Claim;

/// What is wrong in one way, and where it was seen first.
struct Wrong<'a> {
    code: Code,
    about: Option<String>,
    key: Option<String>,
    message: String,
    first: &'a FaultPoint,
    /// Where it was seen last, and at how many boundaries.
    last: &'a FaultPoint,
    seen: usize,
}

impl<'a> Wrong<'a> {
    /// The same at another boundary; twice at one is once.
    fn again_at(&mut self, point: &'a FaultPoint) {
        self.seen += usize::from(self.last != point);
        self.last = point;
    }
}

pub(super) fn resumable(case: &CaseFile<'_>) -> Ruling {
    let Some(sweep) = &case.sweep else {
        return Ruling::skipped("no fault was planted: ask with `--faults statements`, `batches` or `all`");
    };
    let tried = sweep.trials.iter().filter(|trial| trial.outcome != FaultOutcome::NotMet).count();
    let mut ruling = Ruling { evidence: evidence(sweep, tried), ..Ruling::default() };
    if let Some(reason) = &sweep.stopped {
        ruling.doubts.push(Doubt::new(Claim::Resumable, reason.clone()));
    } else if tried == 0 {
        ruling.doubts.push(Doubt::new(Claim::Resumable, "no fault came about at any boundary"));
    }
    let mut wrongs: BTreeMap<(Direction, &str, Code, Option<String>), Wrong<'_>> = BTreeMap::new();
    for trial in &sweep.trials {
        for wrong in wrongs_of(&trial.point, &trial.outcome) {
            let same = (trial.point.direction, trial.point.step.as_str(), wrong.code, wrong.about.clone());
            wrongs.entry(same).and_modify(|known| known.again_at(&trial.point)).or_insert(wrong);
        }
    }
    ruling.findings = wrongs.into_values().map(finding).collect();
    ruling.findings.sort_by(|one, other| (one.code, &one.file, one.line).cmp(&(other.code, &other.file, other.line)));
    ruling
}

/// `412 interruptions of 19 steps, there and back (backend 251, server 19, answer 142), each ends as undisturbed`.
fn evidence(sweep: &FaultSweep, tried: usize) -> String {
    let steps: BTreeSet<&str> = sweep.trials.iter().map(|trial| trial.point.step.as_str()).collect();
    let back = sweep.trials.iter().any(|trial| trial.point.direction == Direction::Down);
    let kinds = FaultKind::ALL.into_iter().filter_map(|kind| {
        let (_, met) = sweep.planted(kind);
        (met > 0).then(|| format!("{kind} {met}"))
    });
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let count = thousands(u64::try_from(tried).unwrap_or(u64::MAX));
    let ways = if back { ", there and back" } else { "" };
    let unplanted: Vec<&str> = sweep.unplanted.keys().map(|kind| kind.name()).collect();
    let unplanted =
        if unplanted.is_empty() { String::new() } else { format!("; not planted: {}", unplanted.join(", ")) };
    format!("{count} interruptions of {} steps{ways} ({kinds}), each ends as undisturbed{unplanted}", steps.len())
}

fn wrongs_of<'a>(point: &'a FaultPoint, outcome: &FaultOutcome) -> Vec<Wrong<'a>> {
    let new = |code, about: Option<String>, key: Option<String>, message| Wrong {
        code,
        about,
        key,
        message,
        first: point,
        last: point,
        seen: 1,
    };
    let way = way(point.direction, &point.step);
    match outcome {
        FaultOutcome::Recovered | FaultOutcome::NotMet => Vec::new(),
        FaultOutcome::Refused { message, place } => {
            vec![new(Code::F001, None, None, format!("run again, {way} fails at {place}: {message}"))]
        }
        FaultOutcome::Elsewhere { objects, rows, sequences } => {
            let objects = objects.iter().map(|object| {
                let message = format!("run again, {way} leaves {}", object.what);
                new(Code::F002, Some(object.object.clone()), None, message)
            });
            let rows = rows.iter().map(|rows| {
                let message = format!("run again, {way} leaves other rows in `{}`, {}", rows.relation, rows.what);
                new(Code::F003, Some(rows.relation.to_string()), rows.keys.first().cloned(), message)
            });
            let sequences = sequences.iter().map(|sequence| {
                let message = format!("run again, {way} leaves the sequence `{}` {}", sequence.relation, sequence.what);
                new(Code::F004, Some(sequence.relation.to_string()), sequence.key.clone(), message)
            });
            objects.chain(rows).chain(sequences).collect()
        }
    }
}

fn finding(wrong: Wrong<'_>) -> Finding {
    let Wrong { code, about, key, message, first, seen, last: _ } = wrong;
    let more = if seen > 1 { format!("; and at {} more boundaries", seen - 1) } else { String::new() };
    let message = format!("{message} (when {} {first}{more})", first.kind.words());
    let help = match code {
        Code::F001 => {
            "let the step begin with what an interrupted one left: `if not exists`, `drop … if exists`, `on conflict`"
        }
        Code::F002 => {
            "an invalid index is dropped before it is built again; what a file without a transaction makes, it must expect to find"
        }
        Code::F004 => "set the sequence last, from the rows that are there: `select setval(…, (select max(…) from …))`",
        _ => "keep the work and the note of it in one transaction; insert what is not there yet",
    };
    let mut finding = Finding::new(code, message).in_file(&first.file, first.line).help(help);
    if let Some(about) = about {
        finding = finding.about(&about);
    }
    match key {
        Some(key) => finding.key(key),
        None => finding,
    }
}
