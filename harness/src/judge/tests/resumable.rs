//! Claim F.

use super::fixture::{case, codes, judged, plan};
use crate::facts::{
    Direction, FaultKind, FaultObject, FaultOutcome, FaultPoint, FaultRows, FaultSequence, FaultSide, FaultSweep,
    FaultTrial,
};
use crate::judge::{Code, Judgement, Verdict};
use crate::scenario::Claim;
use crate::sql::RelationName;

fn trial(direction: Direction, index: usize, outcome: FaultOutcome) -> FaultTrial {
    let point = FaultPoint {
        direction,
        step: "010_a".to_owned(),
        file: "d/010.sql".to_owned(),
        line: 1,
        command: "SELECT".to_owned(),
        index,
        side: FaultSide::Before,
        kind: FaultKind::Backend,
    };
    FaultTrial { point, outcome, took_ms: 1 }
}

fn sweep(trials: Vec<FaultTrial>) -> FaultSweep {
    FaultSweep { trials, ..FaultSweep::default() }
}

fn judged_with(sweep: FaultSweep) -> Judgement {
    let plan = plan("");
    judged(&crate::judge::CaseFile { sweep: Some(sweep), ..case(&plan) })
}

fn claim(judgement: &Judgement) -> (Verdict, String) {
    let result = judgement.claims.get(&Claim::Resumable).unwrap();
    (result.verdict, result.reason.clone())
}

fn elsewhere(objects: &[&str], sequences: Vec<FaultSequence>) -> FaultOutcome {
    let object = |what: &&str| FaultObject { object: "index i".to_owned(), what: (*what).to_owned() };
    FaultOutcome::Elsewhere { objects: objects.iter().map(object).collect(), rows: Vec::<FaultRows>::new(), sequences }
}

#[test]
fn a_sweep_that_ends_as_undisturbed_says_how_often_which_way_and_what_was_not_planted() {
    let trials = vec![
        trial(Direction::Up, 0, FaultOutcome::Recovered),
        trial(Direction::Up, 1, FaultOutcome::NotMet),
        trial(Direction::Down, 0, FaultOutcome::Recovered),
    ];
    let unplanted = [(FaultKind::Disk, "no volume".to_owned())].into();
    let (verdict, reason) = claim(&judged_with(FaultSweep { unplanted, ..sweep(trials) }));
    let told = "2 interruptions of 1 steps, there and back (backend 2), each ends as undisturbed; not planted: disk";
    assert_eq!((verdict, reason.as_str()), (Verdict::Proven, told));
}

#[test]
fn a_sweep_that_was_stopped_decides_nothing_unless_something_was_found() {
    let stopped = || Some("stopped on request after 1 of 9 boundaries".to_owned());
    let good = sweep(vec![trial(Direction::Up, 0, FaultOutcome::Recovered)]);
    let (verdict, reason) = claim(&judged_with(FaultSweep { stopped: stopped(), ..good }));
    assert_eq!((verdict, Some(reason)), (Verdict::Inconclusive, stopped()));
    let bad = sweep(vec![trial(Direction::Up, 0, elsewhere(&["changed index i"], Vec::new()))]);
    assert_eq!(claim(&judged_with(FaultSweep { stopped: stopped(), ..bad })).0, Verdict::Refuted);
}

#[test]
fn a_sequence_that_gives_numbers_again_is_named_with_the_row_that_has_one() {
    let sequence = FaultSequence {
        relation: RelationName::new("public", "shops_id_seq"),
        what: "before a number that is in use".to_owned(),
        key: Some("shops.id=3".to_owned()),
    };
    let judgement = judged_with(sweep(vec![trial(Direction::Up, 0, elsewhere(&[], vec![sequence]))]));
    assert_eq!(codes(&judgement), [Code::F004]);
    let finding = judgement.findings.first().unwrap();
    assert_eq!((finding.relation.as_deref(), finding.key.as_deref()), (Some("shops_id_seq"), Some("shops.id=3")));
    assert!(finding.message.contains("leaves the sequence `shops_id_seq` before a number"), "{}", finding.message);
}

#[test]
fn one_boundary_is_counted_once_however_much_differs_and_the_way_back_is_another_matter() {
    let both = || elsewhere(&["index i is not ready", "index i is not valid"], Vec::new());
    let judgement = judged_with(sweep(vec![
        trial(Direction::Up, 0, both()),
        trial(Direction::Up, 1, both()),
        trial(Direction::Down, 0, both()),
    ]));
    let messages: Vec<&str> = judgement.findings.iter().map(|finding| finding.message.as_str()).collect();
    let [there, back] = messages[..] else { panic!("{messages:?}") };
    assert!(
        there.contains("run again, `010_a` leaves index i") && there.contains("and at 1 more boundaries"),
        "{there}"
    );
    assert!(back.contains("run again, the way back of `010_a`") && !back.contains("more boundaries"), "{back}");
}
