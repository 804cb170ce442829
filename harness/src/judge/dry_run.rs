//! Whether a dry run was one.

use crate::facts::Observation;
use crate::schema::diff;

/// Objects and relations that are otherwise in `after` than in `before`, for people; none where nothing changed.
/// Sequences do not roll back, so where they stand is not asked.
pub fn what_changed(before: &Observation, after: &Observation) -> Vec<String> {
    let objects = diff(&before.catalog, &after.catalog).into_iter().map(|difference| difference.to_string());
    let mut changed: Vec<String> = objects.collect();
    for (relation, fingerprint) in &after.relations {
        if before.relations.get(relation) != Some(fingerprint) {
            changed.push(format!("the rows of `{relation}`"));
        }
    }
    let gone = before.relations.keys().filter(|relation| !after.relations.contains_key(*relation));
    changed.extend(gone.map(|relation| format!("the rows of `{relation}`")));
    changed
}
