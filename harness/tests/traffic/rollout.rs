//! Requests turned over to the new way, from a scenario's files to a verdict.

use pgproof::facts::{Gate, RolloutTrace};
use pgproof::judge::{Code, Finding, Verdict};
use pgproof::record::RunRecord;
use pgproof::run::RunSettings;
use pgproof::scenario::{Claim, Way};
use pgproof::testing::{Example, Subject, all_proven, findings_of, prove};

use crate::Outcome;

/// Thirty requests a phase; the latency counts only where a test says so.
const HEAD: &str = "-- == scenario ==\n-- [rollout]\n-- rate = 60\n-- clients = 4\n-- phase_s = 0.5\n-- window = 10\n\
                    -- gates.response_ms = 60000\n";

const TABLES: &str = "-- == baseline ==\ncreate table notes (id int generated always as identity (start with 10) primary key, text text not null);\n\
                      insert into notes overriding system value select n, 'note ' || n from generate_series(1, 5) as n;\n\
                      -- == up ==\nalter table notes add column remark text;\nupdate notes set remark = text;\ncreate sequence calls;\n\
                      -- == down ==\ndrop sequence calls;\nalter table notes drop column remark;\n";

/// One question about one of five notes.
fn ask(old: &str, new: &str) -> String {
    format!(
        "-- [[rollout.request]]\n-- name = \"look\"\n-- old = \"{old}\"\n-- new = \"{new}\"\n-- parameters = [{{ list = [1, 2, 3, 4, 5] }}]\n"
    )
}

const OLD: &str = "select text from notes where id = $1";

const NEW: &str = "select remark from notes where id = $1";

async fn run(head: &str, requests: &str) -> Outcome<RunRecord> {
    let example = Example::parse(&format!("{head}{requests}{TABLES}"))?;
    let settings = RunSettings { claims: vec![Claim::Applies, Claim::Online], ..RunSettings::default() };
    Ok(prove(&example.source()?, &example.selection(), &Subject::any_embedded(), &settings).await?)
}

fn trace(record: &RunRecord) -> Outcome<&RolloutTrace> {
    Ok(record.rollout.as_ref().ok_or("nothing was rolled out")?)
}

fn reason(record: &RunRecord) -> Outcome<(Verdict, String)> {
    let result = record.claims.get(&Claim::Online).ok_or("nothing is said about L")?;
    Ok((result.verdict, result.reason.clone()))
}

/// The only finding, of this code.
fn only(record: &RunRecord, code: Code) -> Outcome<&Finding> {
    match findings_of(record, code).as_slice() {
        [finding] if record.findings.len() == 1 => Ok(finding),
        _ => Err(format!("{:#?}", record.findings).into()),
    }
}

/// The flag went back by itself, and behind it every request went the old way.
fn went_back(trace: &RolloutTrace) -> Outcome {
    let last = trace.phases.last().ok_or("no phase")?;
    assert_eq!((last.share, last.new.requests, last.old.requests), (0, 0, 30), "{trace:#?}");
    assert_eq!(last.old.failures, 0);
    Ok(())
}

#[tokio::test]
async fn a_new_way_that_is_right_gets_all_requests_and_gives_them_back() -> Outcome {
    let create = "-- [[rollout.request]]\n-- name = \"note\"\n-- does = \"create\"\n\
                  -- old = \"insert into notes (text) values ($1) returning text\"\n\
                  -- new = \"insert into notes (text, remark) values ($1, $1) returning text\"\n\
                  -- parameters = [{ text = 'note {row}' }]\n";
    let record = run(HEAD, &format!("{}{create}", ask(OLD, NEW))).await?;
    all_proven(&record)?;
    let trace = trace(&record)?;
    assert_eq!(trace.breach, None);
    assert_eq!(trace.phases.iter().map(|phase| phase.share).collect::<Vec<_>>(), [0, 10, 50, 100, 0]);
    for phase in &trace.phases {
        assert_eq!(phase.old.requests + phase.new.requests, 30, "{phase:?}");
        assert_eq!((phase.compared, phase.different), (phase.new.requests, 0), "{phase:?}");
        match phase.share {
            0 => assert_eq!(phase.new.requests, 0),
            100 => assert_eq!((phase.old.requests, phase.new.created), (0, phase.new.creations)),
            _ => assert!(phase.new.requests > 0 && phase.old.requests > 0, "{phase:?}"),
        }
    }
    let (_, reason) = reason(&record)?;
    assert!(reason.contains("rolled out at 10, 50, 100, 0 %"), "{reason}");
    Ok(())
}

#[tokio::test]
async fn an_answer_that_differs_for_one_row_is_named_with_it_and_the_flag_goes_back() -> Outcome {
    let new = "select case id when 4 then 'other' else remark end from notes where id = $1";
    let record = run(HEAD, &ask(OLD, new)).await?;
    let finding = only(&record, Code::L016)?;
    assert_eq!((finding.relation.as_deref(), finding.key.as_deref()), (Some("look"), Some("'4'")));
    assert!(finding.message.contains("the old way answers (note 4), the new one (other)"), "{}", finding.message);
    let trace = trace(&record)?;
    assert_eq!(trace.breach.as_ref().map(|breach| breach.gate), Some(Gate::SameAnswers));
    went_back(trace)
}

#[tokio::test]
async fn a_new_way_that_is_slow_from_some_load_on_is_caught_at_that_share() -> Outcome {
    // At 10 % it is asked a handful of times, at 50 % more often than ten times.
    let new = "select remark from notes, lateral (select pg_sleep(case when nextval('calls') > 10 then 0.9 else 0 end)) as s where id = $1";
    let record = run(&HEAD.replace("60000", "600").replace("window = 10", "window = 6"), &ask(OLD, new)).await?;
    let finding = only(&record, Code::L015)?;
    assert_eq!(finding.key.as_deref(), Some("response_ms at 50 %"), "{finding:#?}");
    assert!(
        finding.message.contains("the flag went back to 0, where 30 requests went on with 0 failed"),
        "{finding:#?}"
    );
    let trace = trace(&record)?;
    let breach = trace.breach.as_ref().ok_or("no breach")?;
    assert_eq!((breach.gate, breach.share, breach.answers), (Gate::ResponseMs, 50, 6));
    assert_eq!(trace.phases.iter().map(|phase| phase.share).collect::<Vec<_>>(), [0, 10, 50, 0]);
    went_back(trace)
}

#[tokio::test]
async fn a_new_way_that_fails_is_told_in_the_servers_words() -> Outcome {
    let record = run(HEAD, &ask(OLD, "select remark from notes where id = $1 / 0")).await?;
    let finding = only(&record, Code::L015)?;
    assert_eq!(finding.key.as_deref(), Some("error_rate at 10 %"), "{finding:#?}");
    assert!(finding.message.contains("`look` failed: division by zero (22012)"), "{finding:#?}");
    let failure = trace(&record)?.failures.first().ok_or("no failure")?;
    assert_eq!((failure.way, failure.sqlstate.as_str()), (Way::New, "22012"));
    went_back(trace(&record)?)
}

#[tokio::test]
async fn an_old_way_that_no_longer_works_behind_the_way_back_is_found() -> Outcome {
    // What the new way writes, the old one can not read: a text that is no number.
    let create = "-- [[rollout.request]]\n-- name = \"note\"\n-- does = \"create\"\n\
                  -- old = \"select sum(length(text) / (text <> 'v2')::int)::text <> '' from notes\"\n\
                  -- new = \"insert into notes (text) values ('v2') returning true\"\n";
    let record = run(&HEAD.replace("phase_s = 0.5", "phase_s = 0.5\n-- phases = [100, 0]"), create).await?;
    let found = findings_of(&record, Code::L016);
    assert!(
        found.iter().any(|finding| finding.message.contains("answers with an error (division by zero)")),
        "{found:#?}"
    );
    let last = trace(&record)?.phases.last().ok_or("no phase")?;
    assert_eq!((last.share, last.old.failures), (0, 30));
    Ok(())
}

#[tokio::test]
async fn gates_that_the_old_way_misses_at_rest_leave_the_claim_undecided() -> Outcome {
    let slow = "select text from notes, pg_sleep(0.2) where id = $1";
    for (head, old, said) in [
        (HEAD.replace("60000", "50"), slow, "the gate `response_ms` is missed at rest"),
        (
            HEAD.to_owned(),
            "select text from notes where id = $1 / 0",
            "the gate `error_rate` is missed at rest: 100.0 %",
        ),
    ] {
        let record = run(&head, &ask(old, NEW)).await?;
        let (verdict, reason) = reason(&record)?;
        assert_eq!((verdict, record.findings.len()), (Verdict::Inconclusive, 0), "{reason}");
        assert!(reason.contains(said), "{reason}");
        assert_eq!(trace(&record)?.phases.len(), 1, "the flag was never turned");
    }
    Ok(())
}

#[tokio::test]
async fn a_rollout_beside_a_workload_is_judged_with_it() -> Outcome {
    let workload = "-- [budget]\n-- stall_ms = 60000\n-- [workload]\n-- rate = 20\n-- clients = 2\n-- rest_s = 0.5\n\
                    -- [[workload.request]]\n-- name = 'one'\n-- sql = 'select 1'\n";
    let record = run(HEAD, &format!("{}{workload}", ask(OLD, NEW))).await?;
    all_proven(&record)?;
    let (_, reason) = reason(&record)?;
    assert!(reason.contains("requests at 20/s") && reason.contains("rolled out at"), "{reason}");
    Ok(())
}
