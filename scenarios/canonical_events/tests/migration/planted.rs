//! Faults that must be refuted: the right code, about the right thing.

use std::sync::atomic::{AtomicU32, Ordering};

use pgproof::judge::{Code, Verdict};
use pgproof::scenario::{Claim, RowTransform};
use pgproof::testing::findings_of;
use rstest::rstest;

use crate::support::{Outcome, about, run, selection, source_of, unguarded};

const CANONICAL: &str = "migrations/shared/canonical.sql";
const SQL_EVENTS: &str = "migrations/sql_functions/310_events.batch.toml";
const RUST_EVENTS: &str = "migrations/rust_jobs/310_events.batch.toml";

#[rstest]
#[case::lost_at_a_batch_boundary(
    "where id > $1::bigint and id <=",
    "where id > $1::bigint + 1 and id <=",
    "validation 2"
)]
#[case::a_last_key_left_out(
    "id <= $2::bigint and canonical_event is null",
    "id < $2::bigint and canonical_event is null",
    "validation 2"
)]
#[case::normalised_twice(
    "where id > $1::bigint and id <= $2::bigint and canonical_event is null",
    "where id >= $1::bigint and id <= $2::bigint",
    "each event was normalised once"
)]
#[tokio::test]
async fn a_batch_that_takes_other_rows_is_refuted(
    #[case] right: &str,
    #[case] wrong: &str,
    #[case] noticed: &str,
) -> Outcome {
    let planted = unguarded("sql_functions")?.replace(SQL_EVENTS, right, wrong)?;
    let record = run(&source_of(&planted)?, &selection("sql_functions", None), &[Claim::Parity]).await?;
    assert_eq!(record.verdict(Claim::Parity), Some(Verdict::Refuted));
    about(&record, Code::P009, noticed)?;
    Ok(())
}

#[tokio::test]
async fn a_campaign_that_is_guessed_is_named() -> Outcome {
    let planted = unguarded("sql_functions")?.replace(
        CANONICAL,
        "when jsonb_array_length(integrations) = 1 then",
        "when jsonb_array_length(integrations) >= 1 then",
    )?;
    let record = run(&source_of(&planted)?, &selection("sql_functions", Some("odd")), &[Claim::Parity]).await?;
    let found = about(&record, Code::P009, "no campaign with several candidates was decided")?;
    assert!(found.iter().all(|finding| finding.message.contains("20000000-0000-4000-8000-000000000011")), "{found:#?}");
    assert_eq!(record.findings.len(), 1, "{:#?}", record.findings);
    Ok(())
}

#[tokio::test]
async fn an_original_that_is_only_laid_out_anew_is_named() -> Outcome {
    let planted = unguarded("sql_functions")?.replace(
        SQL_EVENTS,
        "set canonical_event = canonical.event(provider",
        "set event_data = case when id = 17 then event_data::jsonb::json else event_data end, canonical_event = canonical.event(provider",
    )?;
    let record = run(&source_of(&planted)?, &selection("sql_functions", None), &[Claim::Parity]).await?;
    for what in ["originals", "events"] {
        let found = about(&record, Code::P003, what)?;
        assert!(found.iter().any(|finding| finding.key.as_deref() == Some("id=17")), "{found:#?}");
    }
    Ok(())
}

#[rstest]
#[case::shopify("shopify")]
#[case::stripe("stripe")]
#[case::testimonials("testimonials")]
#[case::announcements("announcements")]
#[case::instant_capture("instant_capture")]
#[case::live_visitors("live_visitors")]
#[tokio::test]
async fn a_provider_that_is_sent_to_the_fallback_is_named(#[case] provider: &str) -> Outcome {
    let planted = unguarded("sql_functions")?.replace(
        CANONICAL,
        &format!("when '{provider}' then canonical.{provider}(d)"),
        &format!("when '{provider}' then canonical.generic(d)"),
    )?;
    let record = run(&source_of(&planted)?, &selection("sql_functions", None), &[Claim::Parity]).await?;
    let found = about(&record, Code::P009, "each provider has its own normaliser")?;
    let message = found.first().map(|finding| finding.message.clone()).unwrap_or_default();
    assert!(message.contains(&format!("[\"{provider}\", \"0\"]")), "{message}");
    Ok(())
}

#[tokio::test]
async fn a_moment_shifted_by_its_zone_is_named_with_its_event() -> Outcome {
    let planted = unguarded("sql_functions")?.replace(
        CANONICAL,
        "to_char(moment at time zone 'UTC',",
        "to_char(moment at time zone 'Asia/Manila',",
    )?;
    let record = run(&source_of(&planted)?, &selection("sql_functions", None), &[Claim::Parity]).await?;
    let found = about(&record, Code::P003, "moments_of_orders")?;
    assert!(found.iter().all(|finding| finding.message.contains("`at` was ")), "{found:#?}");
    Ok(())
}

#[tokio::test]
async fn one_row_on_which_the_two_implementations_differ_is_named() -> Outcome {
    let planted = unguarded("rust_jobs")?;
    let seen = AtomicU32::new(0);
    let source = source_of(&planted)?.with(|scenario| {
        let wrong = RowTransform::new(move |input| {
            let output = canonical_events::normalise::event(input)?;
            let nth = seen.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(if nth == 501 { output.replace("Z\"", "\"") } else { output })
        });
        scenario.with_transform("normalise_event", wrong)
    });
    let record = run(&source, &selection("rust_jobs", None), &[Claim::Parity]).await?;
    let found = about(&record, Code::P009, "both normalisers agree on every event")?;
    assert!(found.iter().all(|finding| finding.message.contains("[[\"501\"")), "{found:#?}");
    Ok(())
}

#[tokio::test]
async fn a_verification_notices_an_event_that_is_neither_done_nor_set_aside() -> Outcome {
    let copy = pgproof::testing::Planted::copy_of(&canonical_events::source()?)?;
    let planted = copy.replace(
        RUST_EVENTS,
        "canonical_event is null\norder by id",
        "canonical_event is null and id <> 500\norder by id",
    )?;
    let record = run(&source_of(&planted)?, &selection("rust_jobs", None), &[Claim::Applies]).await?;
    let found = findings_of(&record, Code::A002);
    assert_eq!(
        found.first().and_then(|finding| finding.file.as_deref()),
        Some("migrations/rust_jobs/310_events.verify.sql")
    );
    Ok(())
}

#[tokio::test]
async fn a_log_that_everybody_reads_is_refuted_by_role() -> Outcome {
    let planted = unguarded("sql_functions")?.replace(
        "migrations/shared/migration_log.sql",
        "create policy administrators_read on public.migration_log for select to authenticated using (public.is_admin());",
        "create policy administrators_read on public.migration_log for select to authenticated using (true);",
    )?;
    let record = run(&source_of(&planted)?, &selection("sql_functions", None), &[Claim::Compatible]).await?;
    about(&record, Code::C009, "the log is hidden from anybody else")?;
    assert_eq!(record.findings.len(), 1, "{:#?}", record.findings);
    Ok(())
}
