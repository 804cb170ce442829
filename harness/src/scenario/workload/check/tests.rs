use super::*;
use crate::scenario::{Rollback, StepWork, Stretch, TransactionMode};

fn step(name: &str) -> PlannedStep {
    let script = Script::parse_alone(name, "select 1").unwrap();
    let work = StepWork::Sql { script, transaction: TransactionMode::PerFile };
    PlannedStep { name: name.to_owned(), work, down: None, verify: None, rollback: Rollback::Required }
}

fn planned(toml: &str) -> Result<PlannedWorkload, Vec<String>> {
    let workload: Workload = toml::from_str(toml).unwrap();
    let seed: Seed =
        toml::from_str("number = 7\n[[table]]\nname = 't'\nrows = 50\n[table.columns]\nid = { serial = 10 }").unwrap();
    let steps = [step("010_one"), step("020_two"), step("030_three")];
    let found = workload.plan(&steps, &seed, Scale::ONE);
    found.map_err(|mistakes| mistakes.into_iter().map(|mistake| mistake.message).collect())
}

const HEAD: &str = "rate = 100\nclients = 2\n[[request]]\nname = 'read'\nsql = 'select 1'\n";

/// The mistakes of a workload that ends like this.
fn mistakes(rest: &str) -> Vec<String> {
    planned(&format!("{HEAD}{rest}")).err().unwrap_or_default()
}

#[test]
fn rates_clients_weights_and_times_that_can_not_be_are_mistakes() {
    for (wrong, message) in [
        (HEAD.replace("100", "0"), "`[workload]` has a rate of 0"),
        (HEAD.replace("clients = 2", "clients = 0"), "`[workload]` has 0 clients"),
        (format!("rest_s = 0\n{HEAD}"), "`[workload]` has `rest_s = 0`"),
        (format!("{HEAD}weight = 0"), "request `read` has a weight of 0"),
        ("rate = 1\nclients = 1".to_owned(), "`[workload]` has no request of the old application"),
    ] {
        assert_eq!(planned(&wrong).err().unwrap_or_default(), [message], "{wrong}");
    }
}

#[test]
fn steps_are_known_and_in_order() {
    assert!(mistakes("until = '020_two'").is_empty());
    assert!(mistakes("application = 'new'\nfrom = '010_one'\nuntil = '030_three'\n[[shadow]]\nname = 's'\nold = 'select 1'\nnew = 'select 1'\nfrom = '010_one'").is_empty());
    for (wrong, message) in [
        ("until = '020_too'", "request `read` has a `until` that is no step: `020_too`"),
        ("from = '020_two'", "request `read` of the old application has a `from`"),
        (
            "[[request]]\nname = 'n'\nsql = 'select 1'\napplication = 'new'",
            "request `n` of the new application does not say `from` which step on it works",
        ),
        (
            "[[request]]\nname = 'n'\nsql = 'select 1'\napplication = 'new'\nfrom = '020_two'\nuntil = '020_two'",
            "request `n` works from behind a step that is not before its `until`",
        ),
        ("[[request]]\nname = 'read'\nsql = 'select 2'", "two requests are called `read`"),
    ] {
        assert_eq!(mistakes(wrong), [message], "{wrong}");
    }
}

#[test]
fn statements_parameters_and_ledgers_fit_each_other() {
    for (wrong, message) in [
        ("[[request]]\nname = 'w'\nsql = 'select $1'", "request `w` uses `$1` and has 0 parameters"),
        ("[[request]]\nname = 'w'\nsql = ''", "request `w` asks nothing"),
        ("[[request]]\nname = 'w'\nsql = 'select 1; commit'", "request `w` has a `COMMIT`, which is no traffic"),
        (
            "[[request]]\nname = 'w'\nsql = 'select $1'\nparameters = [{ reference = 'u', column = 'id' }]",
            "request `w`, parameter `$1`: refers to `u`, which is not seeded",
        ),
        ("ledger = 'select id from t'", "the `ledger` of request `read` does not ask for `$1` alone"),
        ("ledger_back = 'select $1'", "request `read` has a `ledger_back` and no `ledger`"),
        (
            "[[shadow]]\nname = 's'\nold = 'select 1'\nnew = 'select 1'\nfrom = '010_one'\nshare = [0.5, 0.1]",
            "shadow `s` has a share of [0.5, 0.1]",
        ),
        (
            "[[shadow]]\nname = 's'\nold = 'select 1; select 2'\nnew = 'select 1'\nfrom = '010_one'",
            "shadow `s` asks 2 statements at once",
        ),
    ] {
        assert_eq!(mistakes(wrong), [message], "{wrong}");
    }
}

#[test]
fn a_request_comes_only_where_it_works_and_with_the_values_of_its_recipes() {
    let workload = planned(&format!(
        "{HEAD}until = '030_three'\n[[request]]\nname = 'new'\nsql = 'select $1, $2'\napplication = 'new'\nfrom = '010_one'\n\
         parameters = [{{ reference = 't', column = 'id' }}, {{ list = [\"it's\", {{}}] }}]"
    ))
    .unwrap();
    let kinds = |stretch| -> BTreeSet<usize> {
        (0..200).filter_map(|index| workload.pick(index, stretch)).map(|(place, _)| place).collect()
    };
    assert_eq!(kinds(Stretch::at(0)), BTreeSet::from([0]));
    assert_eq!(kinds(Stretch { low: 0, high: 1 }), BTreeSet::from([0]), "while the step runs it may not work yet");
    assert_eq!(kinds(Stretch::at(1)), BTreeSet::from([0, 1]));
    assert_eq!(kinds(Stretch { low: 2, high: 3 }), BTreeSet::from([1]), "the old one may end with the step");
    assert_eq!(workload.literals(1, 0).get(1).map(String::as_str), Some("'it''s'"));
    assert_eq!(workload.literals(1, 1).get(1).map(String::as_str), Some("null"));
    let id: i64 = workload.literals(1, 5)[0].trim_matches('\'').parse().unwrap();
    assert!((10..60).contains(&id), "{id}");
    assert_eq!(workload.literals(1, 5), workload.literals(1, 5));
}

#[test]
fn the_share_of_a_shadow_rises_over_the_steps_behind_it() {
    let workload = planned(&format!(
        "{HEAD}[[shadow]]\nname = 's'\nold = 'select 1'\nnew = 'select 1'\nfrom = '010_one'\nshare = [0.0, 0.5, 1.0]\nweight = 9"
    ))
    .unwrap();
    let share = |steps| {
        let picked: Vec<bool> = (0..400)
            .filter_map(|index| workload.pick(index, Stretch::at(steps)))
            .filter(|(place, _)| *place == 1)
            .map(|(_, both)| both)
            .collect();
        (picked.iter().filter(|both| **both).count() * 10 + picked.len() / 2) / picked.len()
    };
    assert_eq!([share(0), share(1), share(2), share(3)], [0, 0, 5, 10]);
}
