//! Which column of one side stands for which of the other.

use crate::observe::ObserveError;
use crate::observe::fingerprint::Hashed;
use crate::observe::relation::{ColumnShape, Keyed};

/// Which column stands for which, and in what form both are compared: the key first, then the others by name.
pub(super) struct Pairing {
    pairs: Vec<(Hashed, Hashed)>,
    pub(super) keys: usize,
    pub(super) only_before: Vec<String>,
    pub(super) only_after: Vec<String>,
}

impl Pairing {
    pub(super) fn new(
        before: &Keyed,
        before_shapes: &[ColumnShape],
        after: &Keyed,
        after_shapes: &[ColumnShape],
    ) -> Result<Self, ObserveError> {
        let keys = before.key.len().min(after.key.len());
        if keys > 0 && before.key.len() != after.key.len() {
            return Err(ObserveError::Unexpected {
                what: format!("{} beside {}", before.source.describe(), after.source.describe()),
                found: format!("a key of {} columns against one of {}", before.key.len(), after.key.len()),
            });
        }
        let mut left: Vec<&ColumnShape> = before_shapes.iter().collect();
        let mut right: Vec<&ColumnShape> = after_shapes.iter().collect();
        let mut pairs = Vec::new();
        for (before_name, after_name) in before.key.iter().zip(&after.key).take(keys) {
            let pair = (take(&mut left, before_name, before)?, take(&mut right, after_name, after)?);
            pairs.push(paired(pair));
        }
        let mut only_before = Vec::new();
        for shape in left {
            match right.iter().position(|other| other.name == shape.name) {
                Some(place) => pairs.push(paired((shape, right.remove(place)))),
                None => only_before.push(shape.name.clone()),
            }
        }
        let only_after = right.into_iter().map(|shape| shape.name.clone()).collect();
        Ok(Self { pairs, keys, only_before, only_after })
    }

    pub(super) fn before(&self) -> Vec<Hashed> {
        self.pairs.iter().map(|(before, _)| before.clone()).collect()
    }

    pub(super) fn after(&self) -> Vec<Hashed> {
        self.pairs.iter().map(|(_, after)| after.clone()).collect()
    }
}

fn take<'s>(shapes: &mut Vec<&'s ColumnShape>, name: &str, side: &Keyed) -> Result<&'s ColumnShape, ObserveError> {
    let place = shapes.iter().position(|shape| shape.name == name).ok_or_else(|| ObserveError::Unexpected {
        what: format!("the key of {}", side.source.describe()),
        found: format!("it has no column `{name}`"),
    })?;
    Ok(shapes.remove(place))
}

fn paired((before, after): (&ColumnShape, &ColumnShape)) -> (Hashed, Hashed) {
    let encoding = before.encoding.common(after.encoding);
    (Hashed { encoding, ..Hashed::from(before) }, Hashed { encoding, ..Hashed::from(after) })
}
