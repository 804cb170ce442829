//! Plans that were made for another number of rows than came.

use crate::facts::{Completion, NodeRows, QueryPlan};
use crate::judge::{Code, Finding, QueryRun, thousands};

/// From this factor on, rows that were expected and rows that came are not the same order of work.
const FAR_OFF: f64 = 100.0;

/// Fewer rows than these cost nobody anything, however wrongly they were foreseen.
const ROWS_THAT_MATTER: f64 = 1_000.0;

/// The node of the migrated database's plan where the estimate goes wrong; none where the baseline's did so already.
pub(super) fn misjudged(run: &QueryRun<'_>) -> Option<Finding> {
    if worst(&run.plan_before).is_some() {
        return None;
    }
    let node = worst(&run.plan_after)?;
    let message = format!(
        "the plan of `{}` expects {} rows of `{}` where {} came, off by {} times",
        run.query.name,
        whole(node.expected),
        node.what,
        whole(node.seen),
        whole(node.misjudged())
    );
    let finding = Finding::new(Code::Q005, message)
        .key(&run.query.name)
        .help("`analyze` at the end of the step; extended statistics for columns that depend on each other; `rows` of a function");
    Some(match &node.relation {
        Some(relation) => finding.about(relation),
        None => finding,
    })
}

/// The first node that is far off: those that feed it stand before it and are not, so the error begins there.
fn worst(plan: &QueryPlan) -> Option<&NodeRows> {
    plan.nodes.iter().find(|node| {
        // What is not read to its end gives fewer rows than it could, and what is gone back in counts some twice.
        let comparable = match node.completion {
            Completion::Full => true,
            Completion::Early => node.seen >= node.expected,
            Completion::Again => false,
        };
        comparable && node.seen * node.loops >= ROWS_THAT_MATTER && node.misjudged() >= FAR_OFF
    })
}

fn whole(rows: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows, shown whole")]
    thousands(rows.round().max(0.0) as u64)
}
