//! Claim F: killed anywhere, a re-run finishes or leaves nothing behind.

use std::collections::{BTreeMap, BTreeSet};

use super::{CaseFile, Code, Doubt, Finding, Ruling, thousands};
use crate::facts::{FaultKind, FaultOutcome, FaultPoint, FaultSweep, FaultTrial};
use crate::scenario::Claim;

/// What is wrong in one way, and where it was seen first.
struct Wrong<'a> {
    code: Code,
    about: Option<String>,
    key: Option<String>,
    message: String,
    first: &'a FaultPoint,
    seen: usize,
}

pub(super) fn resumable(case: &CaseFile<'_>) -> Ruling {
    let Some(sweep) = &case.sweep else {
        return Ruling::skipped("no fault was planted: ask with `--faults statements`, `batches` or `all`");
    };
    let tried = sweep.trials.iter().filter(|trial| trial.outcome != FaultOutcome::NotMet).count();
    let mut ruling = Ruling { evidence: evidence(sweep, tried), ..Ruling::default() };
    if tried == 0 {
        ruling.doubts.push(Doubt::new(Claim::Resumable, "no fault came about at any boundary"));
    }
    let mut wrongs: BTreeMap<(&str, Code, Option<String>), Wrong<'_>> = BTreeMap::new();
    for trial in &sweep.trials {
        for wrong in wrongs_of(&trial.point, &trial.outcome) {
            let same = (trial.point.step.as_str(), wrong.code, wrong.about.clone());
            wrongs.entry(same).and_modify(|known| known.seen += 1).or_insert(wrong);
        }
    }
    ruling.findings = wrongs.into_values().map(finding).collect();
    ruling.findings.sort_by(|one, other| (one.code, &one.file, one.line).cmp(&(other.code, &other.file, other.line)));
    ruling
}

/// `412 interruptions of 19 steps: backend 251, server 19, answer 142; every re-run ends as undisturbed`.
fn evidence(sweep: &FaultSweep, tried: usize) -> String {
    let steps: BTreeSet<&str> = sweep.trials.iter().map(|trial| trial.point.step.as_str()).collect();
    let kinds = FaultKind::ALL.into_iter().filter_map(|kind| {
        let of_kind = |trial: &&FaultTrial| trial.point.kind == kind && trial.outcome != FaultOutcome::NotMet;
        let count = sweep.trials.iter().filter(of_kind).count();
        (count > 0).then(|| format!("{kind} {count}"))
    });
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let count = thousands(u64::try_from(tried).unwrap_or(u64::MAX));
    format!("{count} interruptions of {} steps ({kinds}), each ends as undisturbed", steps.len())
}

fn wrongs_of<'a>(point: &'a FaultPoint, outcome: &FaultOutcome) -> Vec<Wrong<'a>> {
    let new = |code, about: Option<String>, key: Option<String>, message| Wrong {
        code,
        about,
        key,
        message,
        first: point,
        seen: 1,
    };
    match outcome {
        FaultOutcome::Recovered | FaultOutcome::NotMet => Vec::new(),
        FaultOutcome::Refused { message, place } => {
            vec![new(Code::F001, None, None, format!("run again, `{}` fails at {place}: {message}", point.step))]
        }
        FaultOutcome::Elsewhere { objects, rows } => {
            let objects = objects.iter().map(|object| {
                let message = format!("run again, `{}` leaves {}", point.step, object.what);
                new(Code::F002, Some(object.object.clone()), None, message)
            });
            let rows = rows.iter().map(|rows| {
                let message =
                    format!("run again, `{}` leaves other rows in `{}`, {}", point.step, rows.relation, rows.what);
                new(Code::F003, Some(rows.relation.to_string()), rows.keys.first().cloned(), message)
            });
            objects.chain(rows).collect()
        }
    }
}

fn finding(wrong: Wrong<'_>) -> Finding {
    let Wrong { code, about, key, message, first, seen } = wrong;
    let more = if seen > 1 { format!("; and at {} more boundaries", seen - 1) } else { String::new() };
    let message = format!("{message} (when {} {first}{more})", first.kind.words());
    let help = match code {
        Code::F001 => {
            "let the step begin with what an interrupted one left: `if not exists`, `drop … if exists`, `on conflict`"
        }
        Code::F002 => {
            "an invalid index is dropped before it is built again; what a file without a transaction makes, it must expect to find"
        }
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
