//! Faults that must be refuted: the right code, about the right thing.

use pgproof::judge::{Code, Verdict};
use pgproof::scenario::Claim;

use crate::support::{Outcome, about, run, unguarded};

const SCHEMA: [Claim; 1] = [Claim::Schema];
const DATA: [Claim; 2] = [Claim::Parity, Claim::Compatible];

#[tokio::test]
async fn an_index_a_key_and_a_sequence_that_are_missing_change_the_documents_figures() -> Outcome {
    let index = "create index delivery_zones_boundary_idx on public.delivery_zones using gist (boundary);\n";
    let key = "alter table public.wishlist add constraint wishlist_catalog_id_fkey foreign key (catalog_id) references public.ocs_product_catalog;\n";
    let planted = unguarded()?
        .replace("migrations/parity/009_create_delivery_pricing_tables.up.sql", index, "")?
        .replace("migrations/parity/012_add_foreign_keys.up.sql", key, "")?
        .replace(
            "migrations/parity/006_create_foundation_tables.up.sql",
            "create table public.holidays (\n    id serial primary key",
            "create table public.holidays (\n    id integer primary key",
        )?;
    let record = run(&planted.source()?, &SCHEMA).await?;
    let counted = about(&record, Code::S009, "objects_after")?;
    assert!(counted.message.contains(r#"[["118", "9", "503", "139", "20", "6"]]"#), "{}", counted.message);
    about(&record, Code::S009, "spatial_columns")?;
    Ok(())
}

#[tokio::test]
async fn an_enum_with_its_labels_in_another_order_is_seen() -> Outcome {
    let (right, wrong) = ("'customer', 'staff', 'driver',", "'staff', 'customer', 'driver',");
    let planted = unguarded()?.replace("migrations/parity/002_create_custom_types.up.sql", right, wrong)?;
    let record = run(&planted.source()?, &SCHEMA).await?;
    about(&record, Code::S009, "roles_in_their_order")?;
    Ok(())
}

#[tokio::test]
async fn a_role_that_the_enum_gives_another_name_is_named_by_its_user() -> Outcome {
    let planted = unguarded()?.replace(
        "migrations/parity/003_alter_users_table.up.sql",
        "using role::public.user_role_simple",
        "using case role when 'driver' then 'staff' else role end::public.user_role_simple",
    )?;
    let record = run(&planted.source()?, &DATA).await?;
    let changed = about(&record, Code::P003, "users")?;
    assert!(changed.message.contains("`role` was `driver` and is `staff`"), "{}", changed.message);
    Ok(())
}

#[tokio::test]
async fn a_type_that_changes_without_a_reason_is_refuted() -> Outcome {
    let declared = "[[path.retype]]\nrelation = \"users\"\ncolumn = \"role\"\nreason = \"the roles become an enum with the labels that the check allowed; every value prints as it did\"\n";
    let record = run(&unguarded()?.replace("scenario.toml", declared, "")?.source()?, &[Claim::Compatible]).await?;
    let lost = about(&record, Code::C004, "users")?;
    assert!(lost.message.contains("`role character varying(32)`"), "{}", lost.message);
    Ok(())
}

#[tokio::test]
async fn a_geometry_that_moves_or_gets_another_srid_is_named_by_its_store() -> Outcome {
    let planted = unguarded()?.append(
        "migrations/parity/004_alter_stores_table.up.sql",
        "update public.stores set location = 'POINT(-79.38 43.65)' where store_code = 'ON-003';\n",
    )?;
    let record = run(&planted.source()?, &DATA).await?;
    assert_eq!(record.verdict(Claim::Parity), Some(Verdict::Refuted));
    about(&record, Code::P003, "stores")?;
    Ok(())
}

#[tokio::test]
async fn a_latitude_in_the_place_of_a_longitude_is_out_of_tolerance() -> Outcome {
    let planted = unguarded()?.replace(
        "migrations/parity/004_alter_stores_table.up.sql",
        "new.latitude := round(public.st_y(",
        "new.latitude := round(public.st_x(",
    )?;
    let record = run(&planted.source()?, &[Claim::Parity]).await?;
    let off =
        record.findings.iter().find(|finding| finding.key.as_deref() == Some("coordinates_within_half_a_microdegree"));
    let off = off.ok_or_else(|| format!("{:#?}", record.findings))?;
    assert!(off.message.contains(r#"[["12", "0", "12"]]"#), "{}", off.message);
    Ok(())
}
