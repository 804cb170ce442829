//! Faults that must be refuted: the right code, about the right relation, with the right key.

use pgproof::judge::{Code, Verdict};
use pgproof::scenario::Claim;
use pgproof::testing::findings_of;

use crate::support::{Outcome, about, guarded, keys, of_key, run, unguarded};

const STORES: &str = "migrations/expand/110_stores.up.sql";
const PRODUCTS: &str = "migrations/expand/120_products.up.sql";

/// The end of the list of columns that are copied from `geography`, and the FROM behind it.
const COPIED: &str = "g.opened_on, g.created_at, g.updated_at\nfrom public.geography as g\n";

const DATA: [Claim; 2] = [Claim::Applies, Claim::Parity];

#[tokio::test]
async fn a_row_lost_in_a_copy_is_named_by_its_key() -> Outcome {
    let planted = unguarded()?.replace(STORES, COPIED, &format!("{COPIED}where g.id <> 17\n"))?;
    let record = run(&planted.source()?, None, &DATA).await?;
    assert_eq!(record.verdict(Claim::Parity), Some(Verdict::Refuted));
    assert_eq!(keys(&about(&record, Code::P001, "stores")?), ["store_id=17"]);
    Ok(())
}

#[tokio::test]
async fn two_columns_swapped_show_both_values() -> Outcome {
    let (right, wrong) = (
        "g.region, g.province, g.city_municipality, g.barangay,\n    g.latitude",
        "g.region, g.city_municipality, g.province, g.barangay,\n    g.latitude",
    );
    let record = run(&unguarded()?.replace(STORES, right, wrong)?.source()?, None, &DATA).await?;
    let found = about(&record, Code::P003, "stores")?;
    let first = of_key(&found, "store_id=1")?;
    assert!(first.message.contains("`province` was `Metro Manila` and is `Quezon City`"), "{}", first.message);
    assert!(first.message.contains("`city_municipality` was `Quezon City` and is `Metro Manila`"), "{}", first.message);
    assert!(findings_of(&record, Code::P001).is_empty(), "{:#?}", record.findings);
    Ok(())
}

#[tokio::test]
async fn a_text_truncated_shows_where_it_ends() -> Outcome {
    let (right, wrong) =
        ("o.id, o.sku, o.barcode, o.product_name,", "o.id, o.sku, o.barcode, left(o.product_name, 15),");
    let record = run(&unguarded()?.replace(PRODUCTS, right, wrong)?.source()?, None, &DATA).await?;
    let found = about(&record, Code::P003, "products")?;
    let first = of_key(&found, "product_id=1")?;
    assert!(
        first.message.contains("`product_name` was `Kape Mayon 3-in-1` and is `Kape Mayon 3-in`"),
        "{}",
        first.message
    );
    assert!(!keys(&found).contains(&"product_id=9".to_owned()), "`Bukal Water 500 ml` is cut, `Egg` is not");
    Ok(())
}

#[tokio::test]
async fn a_timestamp_shifted_by_its_zone_is_named() -> Outcome {
    let shifted = COPIED.replace("g.created_at", "g.created_at at time zone 'Asia/Manila' at time zone 'UTC'");
    let record = run(&unguarded()?.replace(STORES, COPIED, &shifted)?.source()?, None, &DATA).await?;
    let found = about(&record, Code::P003, "stores")?;
    let first = of_key(&found, "store_id=1")?;
    assert!(first.message.contains("`created_at` was "), "{}", first.message);
    assert!(!first.message.contains("`updated_at`"), "{}", first.message);
    assert!(first.message.contains("(48 in all)"), "every store is shifted: {}", first.message);
    Ok(())
}

#[tokio::test]
async fn a_sequence_left_behind_is_named_with_its_column() -> Outcome {
    let own = "create sequence public.stores_legacy_id_seq;\ngrant usage on sequence public.stores_legacy_id_seq to authenticated;\n";
    let file = "migrations/expand/100_new_tables.up.sql";
    let planted = unguarded()?
        .replace(file, "create table public.stores (", &format!("{own}create table public.stores ("))?
        .replace(
            file,
            "default nextval('public.geography_id_seq')",
            "default nextval('public.stores_legacy_id_seq')",
        )?;
    let record = run(&planted.source()?, None, &DATA).await?;
    assert_eq!(keys(&about(&record, Code::P004, "stores_legacy_id_seq")?), ["stores.legacy_id=48"]);
    assert_eq!(record.findings.len(), 1, "{:#?}", record.findings);
    Ok(())
}

#[tokio::test]
async fn a_down_script_that_forgets_an_index_leaves_it_by_name() -> Outcome {
    let file = "migrations/expand/230_supporting_indexes.down.sql";
    let forgotten = "drop index concurrently if exists public.transactions_cashier_code_idx;\n";
    let record = run(&guarded()?.replace(file, forgotten, "")?.source()?, None, &[Claim::Reversible]).await?;
    let index = "index transactions_cashier_code_idx on table public.transactions";
    let found = about(&record, Code::R002, index)?;
    let first = found.first().ok_or("nothing is left")?;
    assert!(first.message.contains("`230_supporting_indexes`"), "{}", first.message);
    assert!(found.iter().any(|finding| finding.message.contains("the whole chain")), "{found:#?}");
    assert!(record.findings.iter().all(|finding| finding.relation.as_deref() == Some(index)), "{:#?}", record.findings);
    Ok(())
}

#[tokio::test]
async fn a_view_that_loses_a_column_breaks_the_old_application() -> Outcome {
    let file = "migrations/expand/130_compatibility_views.up.sql";
    let (right, wrong) = (
        "location, is_active, opened_on, created_at, updated_at\nfrom public.stores;",
        "location, is_active, created_at, updated_at\nfrom public.stores;",
    );
    let record = run(&unguarded()?.replace(file, right, wrong)?.source()?, None, &[Claim::Compatible]).await?;
    let lost = about(&record, Code::C004, "geography")?;
    assert!(lost.iter().any(|finding| finding.message.contains("`opened_on date`")), "{lost:#?}");
    let other = findings_of(&record, Code::C002);
    let answer = of_key(&other, "read_stores")?;
    assert!(answer.message.contains("behind step `130_compatibility_views`"), "{}", answer.message);
    of_key(&findings_of(&record, Code::C001), "open_store")?;
    Ok(())
}

#[tokio::test]
async fn a_foreign_key_left_not_valid_is_named() -> Outcome {
    let file = "migrations/expand/250_validate_foreign_keys.up.sql";
    let forgotten = "alter table public.transactions validate constraint fk_transactions_store;\n";
    let record = run(&unguarded()?.replace(file, forgotten, "")?.source()?, None, &[Claim::Schema]).await?;
    about(&record, Code::S002, "constraint fk_transactions_store on table public.transactions")?;
    assert_eq!(findings_of(&record, Code::S002).len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_schema_that_drifted_shows_the_line() -> Outcome {
    let planted = guarded()?
        .append("migrations/expand/340_etl_jobs.up.sql", "create index drift_idx on public.stores (opened_on);\n")?;
    let record = run(&planted.source()?, None, &[Claim::Schema]).await?;
    let found = about(&record, Code::S001, "medallion/expand/schema")?;
    let first = found.first().ok_or("no drift")?;
    assert!(first.message.contains("`+ index drift_idx USING btree (opened_on)`"), "{}", first.message);
    assert_eq!(record.findings.len(), 1, "{:#?}", record.findings);
    Ok(())
}

#[tokio::test]
async fn a_step_that_fails_is_shown_with_its_place() -> Outcome {
    let file = "migrations/expand/100_new_tables.up.sql";
    let planted =
        guarded()?.replace(file, "on public.stores (region, store_id);", "on public.stores (regoin, store_id);")?;
    let source = planted.source()?;
    let record = run(&source, None, &DATA).await?;
    let found = findings_of(&record, Code::A001);
    let failed = found.first().ok_or("nothing failed")?;
    assert!(failed.message.contains("\"regoin\"") && failed.message.contains("42703"), "{}", failed.message);
    let text = std::fs::read_to_string(source.directory().join(file))?;
    let line = text.lines().position(|line| line.contains("regoin")).ok_or("the fault is gone")? + 1;
    assert_eq!((failed.file.as_deref(), failed.line), (Some(file), u32::try_from(line).ok()));
    assert_eq!(failed.column, Some(1), "the server gives no position, so the statement's own is shown");
    assert_eq!(record.verdict(Claim::Parity), Some(Verdict::Inconclusive), "nobody looked");
    Ok(())
}

#[tokio::test]
async fn a_verification_that_fails_is_told_beside_what_it_noticed() -> Outcome {
    let planted = guarded()?.replace(STORES, COPIED, &format!("{COPIED}where g.id <> 17\n"))?;
    let record = run(&planted.source()?, None, &DATA).await?;
    let found = findings_of(&record, Code::A002);
    let failed = found.first().ok_or("no verification failed")?;
    assert!(failed.message.contains("a row of geography has no store"), "{}", failed.message);
    assert_eq!(failed.file.as_deref(), Some("migrations/expand/110_stores.verify.sql"));
    assert_eq!(keys(&about(&record, Code::P001, "stores")?), ["store_id=17"]);
    Ok(())
}
