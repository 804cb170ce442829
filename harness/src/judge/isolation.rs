//! Claim C, row security: nobody sees a row of another, and everybody sees what was seen before.

use std::collections::BTreeSet;

use super::{CaseFile, Code, Doubt, Finding, Ruling};
use crate::facts::{Seen, Sighting};
use crate::scenario::{Claim, Scope};

pub(super) fn isolation(case: &CaseFile<'_>, ruling: &mut Ruling) {
    for sighting in &case.sightings {
        ruling.findings.extend(leak(sighting));
        ruling.findings.extend(change(sighting));
    }
    // Where nobody sees anything, nobody sees a row of another: that proves nothing.
    let blind: BTreeSet<&str> = case.sightings.iter().map(|sighting| sighting.through.as_str()).collect();
    let seeing: BTreeSet<&str> = case
        .sightings
        .iter()
        .filter(|sighting| sighting.owners.as_ref().is_ok_and(|owners| !owners.is_empty()))
        .map(|sighting| sighting.through.as_str())
        .collect();
    for through in blind.difference(&seeing) {
        ruling.doubts.push(Doubt::new(Claim::Compatible, format!("no sampled caller sees a row through `{through}`")));
    }
}

fn leak(sighting: &Sighting) -> Option<Finding> {
    let (Scope::Own, Ok(owners)) = (sighting.caller.sees, &sighting.owners) else { return None };
    let mut foreign = owners.iter().filter(|(owner, _)| owner.is_none() || *owner != sighting.caller.user);
    let (owner, rows) = foreign.next()?;
    let owner = owner.as_deref().unwrap_or("NULL");
    let (through, key) = (&sighting.through, sighting.caller.key());
    let others = match foreign.count() {
        0 => String::new(),
        more => format!(", and of {more} others"),
    };
    Some(
        Finding::new(Code::C005, format!("through `{through}` {key} sees {rows} rows of `{owner}`{others}"))
            .about(through)
            .key(format!("{key}, owner={owner}"))
            .help(
                "a view reads with its owner's rights and a materialised view has no row security: filter, and revoke",
            ),
    )
}

fn change(sighting: &Sighting) -> Option<Finding> {
    let (before, now) = sighting.same.as_ref()?;
    if before == now || visible(before) + visible(now) == 0 {
        return None;
    }
    let (through, key) = (&sighting.through, sighting.caller.key());
    let described = |seen: &Seen| match seen {
        Seen::Rows(fingerprint) => format!("{} rows", fingerprint.rows),
        Seen::Refused(refusal) => format!("a refusal ({})", refusal.message),
    };
    let message = if visible(before) == visible(now) {
        format!("through `{through}` {key} sees other rows than before, {} of them", visible(now))
    } else {
        format!("through `{through}` {key} sees {}, before it was {}", described(now), described(before))
    };
    Some(
        Finding::new(Code::C003, message)
            .about(through)
            .key(key)
            .help("compare the grants and policies of the relation with those it had; a view needs its own"),
    )
}

/// Who is refused sees as much as who is shown no row.
fn visible(seen: &Seen) -> u64 {
    match seen {
        Seen::Rows(fingerprint) => fingerprint.rows,
        Seen::Refused(_) => 0,
    }
}
