//! Faults that must be refuted: the right code, about the right relation, with the right key.

use pgproof::judge::Code;
use pgproof::scenario::Claim;

use crate::support::{Outcome, STEPS, about, keys, run, unguarded};

const DATA: [Claim; 2] = [Claim::Applies, Claim::Parity];

fn file(name: &str) -> String {
    format!("{STEPS}/{name}.sql")
}

#[tokio::test]
async fn an_event_that_is_lost_is_named_by_its_reading() -> Outcome {
    let finish = file("042_finish_data_migration.up");
    let lost = "delete from public.token_events where reading_id = 17 and is_voided = false;\n\nanalyze public.token_events;\n";
    let planted = unguarded()?.replace(&finish, "analyze public.token_events;\n", lost)?;
    let record = run(&planted.source()?, &DATA).await?;
    assert_eq!(keys(&about(&record, Code::P001, "readings_in_the_view")?), ["id=17"]);
    assert_eq!(keys(&about(&record, Code::P001, "positions_by_the_function")?), ["id=17"]);
    Ok(())
}

/// The dual write was not told of the correction; taken for the event, it moves every position behind it.
#[tokio::test]
async fn a_position_that_is_off_behind_a_correction_is_named() -> Outcome {
    let planted = unguarded()?.replace(
        &file("040_prepare_data_migration.up"),
        "and t.reading = r.reading and t.token_units = r.token_units and t.token_cost = r.token_cost\n            and t.event_type",
        "and t.reading is not null and t.token_units = r.token_units and t.token_cost = r.token_cost\n            and t.event_type",
    )?;
    let record = run(&planted.source()?, &DATA).await?;
    let found = about(&record, Code::P003, "positions_in_the_view")?;
    assert!(found.iter().any(|finding| finding.message.contains("`position` was")), "{found:#?}");
    let values = about(&record, Code::P003, "readings_in_the_view")?;
    assert!(values.iter().all(|finding| finding.key.as_deref().is_some_and(is_corrected)), "{values:#?}");
    let corrected = keys(&values);
    let behind = keys(&found).into_iter().filter(|key| !corrected.contains(key)).count();
    assert!(behind > 0, "the positions behind the correction are off, too: {found:#?}");
    Ok(())
}

/// Every 97th reading was corrected.
fn is_corrected(key: &str) -> bool {
    key.strip_prefix("id=").and_then(|id| id.parse::<u32>().ok()).is_some_and(|id| id % 97 == 0)
}

#[tokio::test]
async fn a_voided_event_that_is_counted_is_named() -> Outcome {
    let planted = unguarded()?.replace(
        &file("030_create_materialized_view.up"),
        "where t.is_voided = false\n",
        "where t.is_voided is not null and t.reading is not null and t.void_reason is distinct from 'no reading'\n",
    )?;
    let record = run(&planted.source()?, &DATA).await?;
    assert!(!about(&record, Code::P005, "readings_in_the_view")?.is_empty());
    assert!(about(&record, Code::P005, "positions_by_the_function").is_err(), "the function is right");
    Ok(())
}

#[tokio::test]
async fn a_duplicate_that_is_accepted_is_named() -> Outcome {
    let index = "create unique index concurrently token_events_content_key
    on public.token_events (user_id, event_date, reading, token_units, token_cost) where is_voided = false;
";
    let planted = unguarded()?.replace(&file("011_index_events.up"), index, "")?;
    let record = run(&planted.source()?, &DATA).await?;
    let invented = keys(&about(&record, Code::P002, "readings_in_the_view")?);
    assert_eq!(invented, ["id=1001", "id=1002", "id=1003", "id=1004"]);
    assert_eq!(keys(&about(&record, Code::P001, "duplicates_are_kept_and_do_not_count")?), invented);
    Ok(())
}

#[tokio::test]
async fn a_rollback_that_deletes_the_applications_own_events_is_named() -> Outcome {
    let batches = format!("{STEPS}/041_migrate_data.batch.toml");
    let planted = unguarded()?
        .replace(
            &batches,
            "and metadata ?| array['migrated_from', 'captured_from']\n), accounted",
            "and metadata ?| array['migrated_from', 'captured_from', 'adopted']\n), accounted",
        )?
        .replace(
            &batches,
            "and not metadata ?| array['migrated_from', 'captured_from']",
            "and not metadata ?| array['migrated_from', 'captured_from', 'adopted']",
        )?;
    let record = run(&planted.source()?, &[Claim::Reversible]).await?;
    let found = about(&record, Code::R003, "token_events")?;
    assert!(found.iter().any(|finding| finding.message.contains("`041_migrate_data`")), "{found:#?}");
    assert!(keys(&found).iter().any(|key| key.starts_with("id=")), "{found:#?}");
    Ok(())
}

const USER: &str = "role=authenticated, user=00000000-0000-4000-8000-000000000001";

#[tokio::test]
async fn a_policy_that_is_dropped_hides_every_users_rows() -> Outcome {
    let dropped = "drop policy token_events_select_own on public.token_events;\n";
    let planted = unguarded()?.append(&file("042_finish_data_migration.up"), dropped)?;
    let record = run(&planted.source()?, &[Claim::Compatible]).await?;
    for through in ["token_events", "calculate_user_positions"] {
        let found = about(&record, Code::C003, through)?;
        assert!(keys(&found).contains(&USER.to_owned()), "{found:#?}");
    }
    assert!(about(&record, Code::C003, "electricity_readings_v").is_err(), "the stored rows are still shown");
    Ok(())
}

#[tokio::test]
async fn row_security_that_is_switched_off_shows_everybodys_rows() -> Outcome {
    let off = "alter table public.token_events disable row level security;\n";
    let planted = unguarded()?.append(&file("042_finish_data_migration.up"), off)?;
    let record = run(&planted.source()?, &[Claim::Compatible]).await?;
    for through in ["token_events", "calculate_user_positions", "electricity_readings_v"] {
        let found = about(&record, Code::C005, through)?;
        assert!(keys(&found).contains(&format!("{USER}, owner=00000000-0000-4000-8000-000000000002")), "{found:#?}");
    }
    Ok(())
}

/// As documented: the view as an alias of the materialised one.
#[tokio::test]
async fn a_view_that_does_not_filter_leaks() -> Outcome {
    let filter =
        "where m.user_id = (select auth.uid()) and (select row_security_active('public.token_events'))\n    and ";
    let planted = unguarded()?.replace(&file("042_finish_data_migration.up"), filter, "where ")?;
    let record = run(&planted.source()?, &[Claim::Compatible]).await?;
    let found = about(&record, Code::C005, "electricity_readings_v")?;
    assert!(keys(&found).contains(&format!("{USER}, owner=00000000-0000-4000-8000-000000000002")), "{found:#?}");
    let stranger =
        "role=authenticated, user=00000000-0000-4000-8000-000000000404, owner=00000000-0000-4000-8000-000000000001";
    assert!(keys(&found).contains(&stranger.to_owned()), "who has no reading sees another's: {found:#?}");
    assert!(keys(&found).iter().all(|key| !key.starts_with("role=service_role")), "the service may: {found:#?}");
    Ok(())
}

#[tokio::test]
async fn a_right_that_the_migration_takes_or_gives_is_named() -> Outcome {
    let grants = "revoke insert on public.electricity_readings from authenticated;\n";
    let planted = unguarded()?.append(&file("042_finish_data_migration.up"), grants)?;
    let record = run(&planted.source()?, &[Claim::Compatible]).await?;
    let found = about(&record, Code::C006, "electricity_readings")?;
    assert_eq!(keys(&found), ["role=authenticated, privilege=INSERT"]);
    Ok(())
}
