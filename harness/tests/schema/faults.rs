//! One fault for each kind of object: made missing, changed or extra, it is named, and nothing else is.

use crate::workbench::{Outcome, RICH, catalog_after, embedded, template, told};

/// A change to the rich schema, and all that must be told about it.
const FAULTS: &[(&str, &[&str])] = &[
    ("create schema extra", &["added schema extra"]),
    ("comment on schema legacy is null", &["changed schema legacy: comment"]),
    ("alter schema legacy owner to anon", &["changed schema legacy: owner"]),
    ("create extension pgtap", &["added extension pgtap"]),
    ("create table legacy.extra (a int)", &["added table legacy.extra"]),
    ("drop table legacy.excl", &["removed table legacy.excl"]),
    ("alter table legacy.log owner to anon", &["changed table legacy.log: owner"]),
    ("alter table legacy.base set unlogged", &["changed table legacy.base: persistence"]),
    ("alter table legacy.geography set (fillfactor = 90)", &["changed table legacy.geography: options"]),
    ("alter table legacy.geography disable row level security", &["changed table legacy.geography: row_security"]),
    ("alter table legacy.geography force row level security", &["changed table legacy.geography: row_security"]),
    ("alter table legacy.geography replica identity default", &["changed table legacy.geography: replica_identity"]),
    (
        "alter table legacy.log detach partition legacy.log_2024",
        &[
            "changed column legacy.log_2024.at: inherited",
            "changed column legacy.log_2024.body: inherited",
            "changed index log_2024_at_idx on table legacy.log_2024: partition_of",
            "changed table legacy.log_2024: partition_bound",
            "changed table legacy.log_2024: partition_of",
        ],
    ),
    ("alter table legacy.geography add column extra text", &["added column legacy.geography.extra"]),
    ("alter table legacy.geography alter region drop not null", &["changed column legacy.geography.region: not_null"]),
    ("alter table legacy.geography alter name drop default", &["changed column legacy.geography.name: default"]),
    (
        "alter table legacy.geography alter opened set default now()",
        &["changed column legacy.geography.opened: default"],
    ),
    (
        "alter table legacy.base alter a type bigint",
        &["changed column legacy.base.a: type", "changed column legacy.kid.a: type"],
    ),
    ("alter table legacy.excl alter r set statistics 7", &["changed column legacy.excl.r: statistics"]),
    ("alter table legacy.geography alter name set storage main", &["changed column legacy.geography.name: storage"]),
    ("alter table legacy.geography alter total drop expression", &["changed column legacy.geography.total: generated"]),
    (
        "alter table legacy.excl add column g geometry(Point, 4326);
         alter table legacy.excl alter g type geometry(Point, 3857) using st_transform(g, 3857)",
        &["added column legacy.excl.g"],
    ),
    (
        "alter table \"Odd \"\"Schema\"\"\".\"Select\" alter id set generated always",
        &["changed column \"Odd \"\"Schema\"\"\".\"Select\".id: identity"],
    ),
    (
        "alter table \"Odd \"\"Schema\"\"\".\"Select\" alter id set increment 7",
        &["changed sequence \"Odd \"\"Schema\"\"\".\"Select_id_seq\": increment"],
    ),
    ("comment on column legacy.geography.region is 'other'", &["changed column legacy.geography.region: comment"]),
    (
        "alter table legacy.geography drop constraint geography_amount_check",
        &["removed constraint geography_amount_check on table legacy.geography"],
    ),
    (
        "alter table legacy.geography validate constraint late",
        &["changed constraint late on table legacy.geography: definition"],
    ),
    (
        "alter table \"Odd \"\"Schema\"\"\".\"Select\" alter constraint \"Weird, name\" not deferrable",
        &["changed constraint \"Weird, name\" on table \"Odd \"\"Schema\"\"\".\"Select\": definition"],
    ),
    (
        "alter table \"Odd \"\"Schema\"\"\".\"Select\" disable trigger all",
        &["changed constraint \"Weird, name\" on table \"Odd \"\"Schema\"\"\".\"Select\": enforcement"],
    ),
    (
        "alter table legacy.geography drop constraint geography_region_name_key",
        &["removed constraint geography_region_name_key on table legacy.geography"],
    ),
    (
        "comment on index legacy.geography_pkey is null",
        &["changed constraint geography_pkey on table legacy.geography: comment_on_its_index"],
    ),
    (
        "alter domain legacy.positive drop constraint is_positive",
        &["removed constraint is_positive on domain legacy.positive"],
    ),
    ("alter domain legacy.positive drop not null", &["changed domain legacy.positive: not_null"]),
    ("drop index legacy.\"By Region\"", &["removed index \"By Region\" on table legacy.geography"]),
    (
        "drop index legacy.\"By Region\";
         create index \"By Region\" on legacy.geography (lower(region) nulls last) include (name) where amount > 1",
        &["changed index \"By Region\" on table legacy.geography: definition"],
    ),
    (
        "update pg_index set indisvalid = false where indexrelid = 'legacy.\"By Region\"'::regclass",
        &["changed index \"By Region\" on table legacy.geography: valid"],
    ),
    (
        "alter table legacy.geography cluster on geography_pkey",
        &["changed constraint geography_pkey on table legacy.geography: clustered"],
    ),
    ("drop sequence legacy.odd", &["removed sequence legacy.odd"]),
    ("alter sequence legacy.odd no cycle", &["changed sequence legacy.odd: cycle"]),
    ("alter sequence legacy.odd owned by none", &["changed sequence legacy.odd: owned_by"]),
    ("select setval('legacy.geography_store_id_seq', 99)", &[]),
    ("drop view legacy.u", &["removed view legacy.u"]),
    (
        "create or replace view legacy.u as select region from legacy.geography union select name from legacy.geography",
        &["changed view legacy.u: definition"],
    ),
    (
        "drop view legacy.j; create view legacy.j as select g.store_id from legacy.geography g
         join \"Odd \"\"Schema\"\"\".\"Select\" s on s.\"group\" = g.store_id;
         create rule r as on insert to legacy.j do instead nothing",
        // The grant comes from the default privileges of the schema.
        &[
            "added grant to authenticated on view legacy.j",
            "changed view legacy.j: definition",
            "removed column legacy.j.id",
        ],
    ),
    ("alter view legacy.w reset (security_barrier)", &["changed view legacy.w: options"]),
    ("refresh materialized view legacy.mv", &["changed materialized view legacy.mv: populated"]),
    ("drop materialized view legacy.mv", &["removed materialized view legacy.mv"]),
    ("drop procedure legacy.p", &["removed procedure legacy.p(integer)"]),
    ("alter function legacy.f stable strict", &["changed function legacy.f(integer, text): strict"]),
    ("alter function legacy.f reset all", &["changed function legacy.f(integer, text): settings"]),
    ("alter function legacy.f security invoker", &["changed function legacy.f(integer, text): security"]),
    (
        "create or replace function legacy.touch() returns trigger language plpgsql as 'begin return old; end'",
        &["changed function legacy.touch(): body"],
    ),
    ("create function legacy.f(integer) returns int language sql return 1", &["added function legacy.f(integer)"]),
    ("drop aggregate legacy.mul(numeric)", &["removed aggregate legacy.mul(numeric)"]),
    (
        "create or replace aggregate legacy.mul(numeric) (sfunc = numeric_mul, stype = numeric, initcond = '2')",
        &["changed aggregate legacy.mul(numeric): initial"],
    ),
    (
        "alter table legacy.geography enable trigger touch",
        &["changed trigger touch on table legacy.geography: enabled"],
    ),
    ("drop trigger touch on legacy.geography", &["removed trigger touch on table legacy.geography"]),
    ("drop rule r on legacy.j", &["removed rule r on view legacy.j"]),
    ("alter event trigger et disable", &["changed event trigger et: enabled"]),
    ("drop event trigger et", &["removed event trigger et"]),
    ("alter type legacy.mood add value 'new' before 'sad'", &["changed enum legacy.mood: labels"]),
    (
        "alter type legacy.mood rename value 'sad' to 'x'; alter type legacy.mood rename value 'Happy' to 'sad';
         alter type legacy.mood rename value 'x' to 'Happy'",
        &["changed enum legacy.mood: labels"],
    ),
    ("alter type legacy.pair add attribute c date", &["added column legacy.pair.c"]),
    ("create type legacy.extra as range (subtype = date)", &["added range type legacy.extra"]),
    ("drop type legacy.span", &["removed range type legacy.span"]),
    ("alter policy pol on legacy.geography to anon", &["changed policy pol on table legacy.geography: roles"]),
    ("alter policy pol on legacy.geography using (true)", &["changed policy pol on table legacy.geography: using"]),
    ("drop policy pol on legacy.geography", &["removed policy pol on table legacy.geography"]),
    (
        "revoke insert on legacy.geography from authenticated",
        &["changed grant to authenticated on table legacy.geography: privileges"],
    ),
    (
        "revoke all on legacy.geography from authenticated",
        &["removed grant to authenticated on table legacy.geography"],
    ),
    ("grant all on legacy.base to postgres", &[]),
    ("revoke grant option for all on legacy.log from anon", &["changed grant to anon on table legacy.log: grantable"]),
    (
        "revoke update (region) on legacy.geography from anon",
        &["removed grant to anon on column legacy.geography.region"],
    ),
    ("revoke usage on schema legacy from authenticated", &["removed grant to authenticated on schema legacy"]),
    ("grant execute on function legacy.touch() to public", &["removed grant to PUBLIC on function legacy.touch()"]),
    ("grant create on schema public to anon", &["added grant to anon on schema public"]),
    ("grant usage on type legacy.mood to anon", &["added grant to anon on enum legacy.mood"]),
    (
        "revoke select on spatial_ref_sys from \"Odd Role\"",
        &["removed grant to \"Odd Role\" on table public.spatial_ref_sys"],
    ),
    (
        "alter default privileges in schema legacy revoke select on tables from authenticated",
        &["removed default privileges of (superuser) on tables to authenticated in schema legacy"],
    ),
    (
        "alter default privileges grant execute on functions to public",
        &["removed default privileges of (superuser) on functions to PUBLIC"],
    ),
    ("alter publication pub set (publish = 'insert, delete')", &["changed publication pub: publish"]),
    ("alter publication pub add table legacy.base", &["changed publication pub: tables"]),
    ("drop publication pub", &["removed publication pub"]),
    ("drop statistics legacy.st", &["removed statistics st on table legacy.geography"]),
    ("alter statistics legacy.st set statistics 9", &["changed statistics st on table legacy.geography: target"]),
    ("alter server srv options (set host 'other')", &["changed foreign server srv: options"]),
    ("drop user mapping for \"Odd Role\" server srv", &["removed user mapping \"Odd Role\" on foreign server srv"]),
    ("drop foreign table legacy.ft", &["removed foreign table legacy.ft"]),
    ("alter foreign table legacy.ft alter a options (set x 'z')", &["changed column legacy.ft.a: foreign_options"]),
    ("create foreign data wrapper other options (a 'b')", &["added foreign data wrapper other"]),
    ("drop operator legacy.=== (integer, integer)", &["removed operator legacy.===(integer, integer)"]),
    ("drop cast (legacy.pair as text)", &["removed cast (legacy.pair AS text)"]),
    ("drop collation legacy.german", &["removed collation legacy.german"]),
    ("drop text search dictionary legacy.dict", &["removed text search dictionary legacy.dict"]),
    (
        "alter text search configuration legacy.ts drop mapping for email",
        &["changed text search configuration legacy.ts: mappings"],
    ),
    ("drop text search configuration legacy.ts", &["removed text search configuration legacy.ts"]),
    ("create temporary table passing (a int)", &[]),
    ("insert into legacy.base values (1); analyze", &[]),
];

#[tokio::test]
async fn every_planted_fault_is_named_and_nothing_else_is() -> Outcome {
    let server = embedded().await?;
    let template = template(&server, "schema_faults", RICH).await?;
    let before = catalog_after(&template, "").await?;
    let mut wrong = Vec::new();
    for (script, expected) in FAULTS {
        match catalog_after(&template, script).await {
            Ok(after) => {
                let (mut told, mut expected) = (told(&before, &after), expected.to_vec());
                told.sort_unstable();
                expected.sort_unstable();
                if told != expected {
                    wrong.push(format!("{script}\n  expected {expected:#?}\n  told {told:#?}"));
                }
            }
            Err(error) => wrong.push(format!("{script}\n  {error}")),
        }
    }
    server.stop().await?;
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), FAULTS.len(), wrong.join("\n"));
    Ok(())
}
