//! Dirty data: what is declared is what is done, or the run says so.

use pgproof::judge::{Code, Verdict};
use pgproof::record::RunRecord;
use pgproof::scenario::Claim;
use pgproof::testing::findings_of;

use crate::support::{Outcome, about, guarded, keys, run, unguarded};

const DATA: [Claim; 2] = [Claim::Applies, Claim::Parity];
const MANIFEST: &str = "scenario.toml";
const STORES: &str = "migrations/expand/110_stores.up.sql";

/// What turns `duplicate_keys` into a variant that has to be refused.
const REPAIRED: &str = "expect = \"repairs\"\nnotes = \"The newest row of each key";
const REFUSED: &str = "expect = \"refuses\"\nrefusal = \"stands more than once\"\nnotes = \"The newest row of each key";

/// A check that refuses duplicates.
const CHECK: &str = "do $$ begin
    if exists (select from public.geography group by id having count(*) > 1) then
        raise exception 'a store stands more than once';
    end if;
end $$;
create function public.geography_to_stores()";

const CREATE: &str = "create function public.geography_to_stores()";

fn repaired<'r>(record: &'r RunRecord, rows_of: &str) -> Outcome<&'r [String]> {
    let found = record.repairs.iter().find(|repair| repair.rows_of == rows_of);
    Ok(&found.ok_or_else(|| format!("no repair of {rows_of}"))?.keys)
}

#[tokio::test]
async fn the_record_names_every_row_that_was_set_right() -> Outcome {
    let source = medallion::source()?;
    let record = run(&source, Some("duplicate_keys"), &DATA).await?;
    assert_eq!(repaired(&record, "geography")?, ["id=3", "id=7", "id=21"]);
    assert_eq!(repaired(&record, "organization")?, ["id=5", "id=12"]);
    let record = run(&source, Some("orphaned_transactions"), &DATA).await?;
    let sales = ["101", "102", "103", "104", "105", "201", "202", "203", "501", "701"].map(|id| format!("id={id}"));
    assert_eq!(repaired(&record, "transactions")?, sales);
    Ok(())
}

#[tokio::test]
async fn a_row_lost_beside_the_repaired_ones_is_still_named() -> Outcome {
    let file = "migrations/expand/200_orphans.up.sql";
    let wrong = "where s.legacy_id is null or p.legacy_id is null or t.id = 900;";
    let planted = unguarded()?.replace(file, "where s.legacy_id is null or p.legacy_id is null;", wrong)?;
    // The log names one sale too few, as a log kept by another hand would.
    let planted = planted.replace(
        file,
        "jsonb_agg(o.id order by o.id)",
        "jsonb_agg(o.id order by o.id) filter (where o.id <> 900)",
    )?;
    let record = run(&planted.source()?, Some("orphaned_transactions"), &DATA).await?;
    assert_eq!(keys(&about(&record, Code::P001, "transactions")?), ["id=900"]);
    Ok(())
}

#[tokio::test]
async fn a_repair_that_names_no_row_is_refuted() -> Outcome {
    let planted = guarded()?.replace(
        MANIFEST,
        "from migration_log where step = '110_stores'\"",
        "from migration_log where step = 'none'\"",
    )?;
    let record = run(&planted.source()?, Some("duplicate_keys"), &DATA).await?;
    let found = about(&record, Code::P007, "geography")?;
    assert!(found.iter().all(|finding| finding.message.contains("none is named")), "{found:#?}");
    Ok(())
}

#[tokio::test]
async fn a_repair_that_names_a_row_that_was_never_there_is_refuted() -> Outcome {
    let invented = "from migration_log where step = '110_stores' union all select '4711'\"";
    let planted = guarded()?.replace(MANIFEST, "from migration_log where step = '110_stores'\"", invented)?;
    let record = run(&planted.source()?, Some("duplicate_keys"), &DATA).await?;
    assert_eq!(keys(&about(&record, Code::P007, "geography")?), ["id=4711"]);
    Ok(())
}

#[tokio::test]
async fn a_repair_of_what_nobody_compares_is_refuted() -> Outcome {
    let planted = guarded()?.replace(MANIFEST, "rows_of = \"geography\"", "rows_of = \"geographie\"")?;
    let record = run(&planted.source()?, Some("duplicate_keys"), &DATA).await?;
    about(&record, Code::P007, "geographie")?;
    about(&record, Code::P005, "geography").or_else(|_| about(&record, Code::P001, "geography"))?;
    Ok(())
}

#[tokio::test]
async fn an_answer_that_nobody_excepted_is_refuted_in_a_variant_too() -> Outcome {
    let planted = guarded()?.replace(MANIFEST, "statements = [\"read_summary\"]\n", "")?;
    let record = run(&planted.source()?, Some("orphaned_transactions"), &[Claim::Compatible]).await?;
    assert_eq!(keys(&findings_of(&record, Code::C002)), ["read_summary"]);
    Ok(())
}

#[tokio::test]
async fn a_refusal_that_was_declared_proves_that_the_step_looks_first() -> Outcome {
    let planted = guarded()?.replace(MANIFEST, REPAIRED, REFUSED)?.replace(STORES, CREATE, CHECK)?;
    let record = run(&planted.source()?, Some("duplicate_keys"), &Claim::ALL).await?;
    assert_eq!(record.verdict(Claim::Applies), Some(Verdict::Proven), "{:#?}", record.findings);
    assert_eq!(record.count(Verdict::Proven), 1, "nobody looked at the other claims");
    assert_eq!(record.count(Verdict::Skipped), Claim::ALL.len() - 1);
    let applies = record.claims.get(&Claim::Applies).ok_or("nothing is said about A")?;
    assert!(applies.reason.contains("a store stands more than once"), "{}", applies.reason);
    Ok(())
}

#[tokio::test]
async fn a_refusal_that_does_not_come_is_refuted() -> Outcome {
    let planted = guarded()?.replace(MANIFEST, REPAIRED, REFUSED)?;
    let record = run(&planted.source()?, Some("duplicate_keys"), &[Claim::Applies]).await?;
    assert_eq!(findings_of(&record, Code::A003).len(), 1, "{:#?}", record.findings);
    Ok(())
}

#[tokio::test]
async fn another_failure_does_not_pass_for_the_declared_refusal() -> Outcome {
    let planted = guarded()?.replace(MANIFEST, REPAIRED, REFUSED)?.replace(
        STORES,
        CREATE,
        "create functoin public.geography_to_stores()",
    )?;
    let record = run(&planted.source()?, Some("duplicate_keys"), &[Claim::Applies]).await?;
    assert_eq!(record.verdict(Claim::Applies), Some(Verdict::Refuted));
    assert_eq!(findings_of(&record, Code::A001).len(), 1, "{:#?}", record.findings);
    Ok(())
}

#[tokio::test]
async fn a_step_that_refuses_too_late_is_refuted_for_what_it_left() -> Outcome {
    let late = format!("create table public.half_done (id integer);\n{CHECK}");
    let planted = guarded()?.replace(MANIFEST, REPAIRED, REFUSED)?.replace(STORES, CREATE, &late)?.replace(
        STORES,
        "-- Step 1.2: geography → stores.",
        "-- no-transaction\n-- Step 1.2: geography → stores.",
    )?;
    let record = run(&planted.source()?, Some("duplicate_keys"), &[Claim::Applies]).await?;
    about(&record, Code::A004, "table public.half_done")?;
    Ok(())
}
