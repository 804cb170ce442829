//! What a comparison of two servers found to be bad.

use super::parity::finding_of;
use super::{Code, Finding};
use crate::facts::ServerParity;

/// A finding for each row that was named, and for each column of the legacy side that the target lacks.
pub fn server_findings(parity: &ServerParity) -> Vec<Finding> {
    let of_relation = |relation: &crate::facts::RelationParity| {
        let what = &relation.target;
        let lost = relation.differences.columns_only_before.iter().map(|column| {
            Finding::new(
                Code::P006,
                format!("column `{column}` of `{}` has no counterpart in `{what}`", relation.legacy),
            )
            .about(what)
            .help("say in the map which column of the target it becomes, or list it under `ignore`")
        });
        let rows = relation.differences.named.iter().map(|row| finding_of(what, row, &relation.differences));
        lost.chain(rows).collect::<Vec<_>>()
    };
    parity.relations.iter().flat_map(of_relation).collect()
}
