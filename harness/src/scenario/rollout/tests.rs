use super::{PlannedRollout, Rollout, Way};
use crate::scenario::seed::{Scale, Seed};

const GOOD: &str = "rate = 40\nclients = 2\n[[request]]\nname = 'ask'\nold = 'select $1'\nnew = 'select $1 + 0'\n\
                    parameters = [{ list = [1, 2] }]\n";

fn planned(text: &str) -> Result<PlannedRollout, String> {
    let rollout: Rollout = toml::from_str(text).map_err(|error| error.to_string())?;
    rollout
        .plan(&[], &Seed::default(), Scale::default())
        .map_err(|mistakes| mistakes.iter().map(|mistake| mistake.message.clone()).collect::<Vec<_>>().join("\n"))
}

#[test]
fn what_goes_the_new_way_at_a_share_goes_it_at_every_greater_one() -> Result<(), String> {
    let rollout = planned(GOOD)?;
    for index in 0..2_000 {
        let ways: Vec<Way> = [0, 10, 50, 100].iter().map(|share| rollout.way(index, *share)).collect();
        assert!(ways.is_sorted(), "{index}: {ways:?}");
        assert_eq!((ways.first(), ways.last()), (Some(&Way::Old), Some(&Way::New)));
    }
    for first in 0..2_000 {
        let new = |share| (first..first + 40).filter(|index| rollout.way(*index, share) == Way::New).count();
        let (at_ten, at_fifty) = (new(10), new(50));
        assert!((3..=5).contains(&at_ten) && (18..=22).contains(&at_fifty), "{first}: {at_ten} and {at_fifty} of 40");
    }
    Ok(())
}

#[test]
fn a_phase_has_the_requests_of_its_time_and_the_documents_gates() -> Result<(), String> {
    let rollout = planned(GOOD)?;
    assert_eq!(rollout.requests_of_a_phase(), 80);
    assert_eq!(rollout.declared.phases, [10, 50, 100, 0]);
    let gates = rollout.declared.gates;
    assert_eq!((gates.error_rate, gates.response_ms, gates.creation_success), (0.01, 500.0, 0.98));
    Ok(())
}

#[test]
fn every_mistake_is_told() {
    let told = |from: &str, to: &str| planned(&GOOD.replace(from, to)).err().unwrap_or_default();
    for (from, to, expected) in [
        ("rate = 40", "rate = 0", "`[rollout]` has a rate of 0"),
        ("clients = 2", "clients = 65", "`[rollout]` has 65 clients"),
        ("clients = 2", "clients = 2\nphase_s = 0.0", "`[rollout]` has `phase_s = 0`"),
        ("clients = 2", "clients = 2\nwindow = 0", "`[rollout]` has `window = 0`"),
        ("clients = 2", "clients = 2\nphases = [10, 50]", "`[rollout]` has `phases = [10, 50]`"),
        ("clients = 2", "clients = 2\nphases = [50, 10, 0]", "`[rollout]` has `phases = [50, 10, 0]`"),
        ("clients = 2", "clients = 2\nphases = [0]", "`[rollout]` has `phases = [0]`"),
        ("clients = 2", "clients = 2\ngates.error_rate = 1.5", "the gate `error_rate` is 1.5"),
        ("clients = 2", "clients = 2\ngates.response_ms = 0.0", "the gate `response_ms` is 0"),
        ("$1 + 0", "$2", "request `ask (new)` uses `$2` and has 1 parameters"),
        ("select $1'", "select $3'", "request `ask` uses `$3` and has 1 parameters"),
        ("select $1 + 0", "commit", "request `ask (new)` has a `COMMIT`, which is no traffic"),
        ("name = 'ask'", "name = 'ask'\nweight = -1", "request `ask` has a weight of -1"),
    ] {
        assert!(told(from, to).contains(expected), "{to}: {}", told(from, to));
    }
    assert_eq!(planned("rate = 1\nclients = 1\n").err().as_deref(), Some("`[rollout]` has no request"));
}
