//! What a rollout says about the new way.

use crate::facts::{Gate, RolloutDifference, RolloutReply, RolloutTrace, WayFigures};
use crate::judge::{Code, Doubt, Finding, Ruling, thousands};
use crate::scenario::{Claim, Way};

/// Judges a rollout. Gates that the old way does not keep at rest say nothing about the new one.
pub(super) fn rollout(trace: &RolloutTrace, ruling: &mut Ruling) {
    let said = evidence(trace);
    ruling.evidence = if ruling.evidence.is_empty() { said } else { format!("{}; {said}", ruling.evidence) };
    let mut doubt = |reason: String| ruling.doubts.push(Doubt::new(Claim::Online, reason));
    let Some(rest) = trace.at_rest() else {
        doubt("nothing was due in the rollout: raise its `rate` or `phase_s`".to_owned());
        return;
    };
    if let Some((gate, value, limit)) = rest.old.beyond(&trace.gates) {
        doubt(format!(
            "the gate `{}` is missed at rest: {} before the flag was turned, and it must be {}{}",
            gate.name(),
            gate.figure(value),
            gate.demand(limit),
            failure(trace, Way::Old).unwrap_or_default()
        ));
        return;
    }
    if trace.breach.is_none() {
        for phase in trace.turned().iter().filter(|phase| phase.share > 0 && phase.new.requests == 0) {
            doubt(format!(
                "at {} % no request went the new way: raise `rate` or `phase_s` of the rollout",
                phase.share
            ));
        }
    }
    trace.differences.iter().for_each(|difference| ruling.findings.push(differs(trace, difference)));
    if let Some(finding) = breached(trace) {
        ruling.findings.push(finding);
    }
}

fn breached(trace: &RolloutTrace) -> Option<Finding> {
    let breach = trace.breach.as_ref().filter(|breach| breach.gate != Gate::SameAnswers)?;
    let (gate, share) = (breach.gate, breach.share);
    let value = gate.figure(breach.value);
    let way = if share == 0 { Way::Old } else { Way::New };
    let why = failure(trace, way).unwrap_or_default();
    let demand = gate.demand(breach.limit);
    let answers = thousands(breach.answers);
    let seconds = breach.at_ms / 1_000.0;
    let message = if share == 0 {
        format!(
            "behind the way back to 0 % the old way no longer keeps `{}`: {value} over {answers} answers, and it must be {demand}{why}",
            gate.name()
        )
    } else {
        format!(
            "`{}` of the new way was {value} over {answers} answers at {share} %, and it must be {demand}; {seconds:.1} s into the \
             rollout the flag went back to 0{}{why}",
            gate.name(),
            behind(trace)
        )
    };
    let help = match (share, gate) {
        (0, _) => "what the new way writes has to be understood by the old one, until nobody goes back",
        (_, Gate::ResponseMs) => {
            "look at what grows with the share: locks that the requests take in turn, a missing index"
        }
        (_, Gate::CreationSuccess) => "a creation that returns no row made nothing: look at row security and at joins",
        _ => "run the new form by hand, with the role of the request",
    };
    Some(
        Finding::new(Code::L015, message)
            .about(&breach.request)
            .key(format!("{} at {share} %", gate.name()))
            .help(help),
    )
}

fn differs(trace: &RolloutTrace, difference: &RolloutDifference) -> Finding {
    let parameters = difference.first.parameters.join(", ");
    let with = if parameters.is_empty() { String::new() } else { format!(" with {parameters}") };
    let message = format!(
        "`{}`{with}: the old way answers {}, the new one {}; {} at {} %{}",
        difference.request,
        shown(&difference.first.old),
        shown(&difference.first.new),
        if difference.count == 1 { "once".to_owned() } else { format!("{} times", thousands(difference.count)) },
        difference.share,
        went_back(trace)
    );
    Finding::new(Code::L016, message)
        .about(&difference.request)
        .key(parameters)
        .help("ask both forms in one transaction; what the new one reads has to be kept by every writer")
}

fn went_back(trace: &RolloutTrace) -> String {
    let Some(breach) = &trace.breach else { return String::new() };
    format!(", {:.1} s into the rollout the flag went back to 0{}", breach.at_ms / 1_000.0, behind(trace))
}

/// How it went on when the flag was back.
fn behind(trace: &RolloutTrace) -> String {
    let back = trace.turned().last().filter(|phase| phase.share == 0);
    back.map_or_else(String::new, |phase| {
        format!(", where {} requests went on with {} failed", thousands(phase.old.requests), phase.old.failures)
    })
}

fn failure(trace: &RolloutTrace, way: Way) -> Option<String> {
    let failure = trace.failures.iter().find(|failure| failure.way == way)?;
    Some(format!("; `{}` failed: {} ({})", failure.request, failure.message, failure.sqlstate))
}

fn shown(reply: &RolloutReply) -> String {
    match reply {
        RolloutReply::NoSuchRow => "no such row".to_owned(),
        RolloutReply::Refused(message) => format!("with an error ({message})"),
        RolloutReply::Row(row) => {
            let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect();
            format!("({})", cells.join(", "))
        }
    }
}

fn evidence(trace: &RolloutTrace) -> String {
    let shares: Vec<String> = trace.turned().iter().map(|phase| phase.share.to_string()).collect();
    let new = || trace.turned().iter().map(|phase| phase.new);
    let sum = |figure: fn(&WayFigures) -> u64| new().map(|figures| figure(&figures)).sum::<u64>();
    let slowest = new().map(|figures| figures.p95_ms).fold(0.0, f64::max);
    let compared: u64 = trace.turned().iter().map(|phase| phase.compared).sum();
    format!(
        "rolled out at {} %: {} requests the new way, {} failed, p95 {slowest:.0} ms, {} answers compared",
        shares.join(", "),
        thousands(sum(|figures| figures.requests)),
        sum(|figures| figures.failures),
        thousands(compared)
    )
}
