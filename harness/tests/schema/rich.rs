//! Reading a schema with one object of every kind, under hostile names.

use std::collections::BTreeSet;

use pgproof::observe::schema::read_catalog;
use pgproof::schema::{Kind, ObjectId};
use sqlx::Connection;

use crate::workbench::{Outcome, RICH, catalog_after, embedded, run, template, told};

#[tokio::test]
async fn reading_twice_and_reading_a_clone_give_the_same_text() -> Outcome {
    let server = embedded().await?;
    let template = template(&server, "schema_twice", RICH).await?;
    let clone = template.clone_as(None).await?;
    let mut connection = clone.connect().await?;
    // A session with odd settings must read the same.
    run(
        &mut connection,
        "set datestyle = 'German'; set timezone = 'Asia/Manila'; set search_path = legacy, public;
        set quote_all_identifiers = on; set extra_float_digits = -3; set intervalstyle = iso_8601",
    )
    .await?;
    let first = read_catalog(&mut connection, &[]).await?;
    let search_path: String = sqlx::query_scalar("show search_path").fetch_one(&mut connection).await?;
    assert_eq!(search_path, "legacy, public", "the session's settings were not put back");
    let second = read_catalog(&mut connection, &[]).await?;
    connection.close().await?;
    assert_eq!(first.to_text(), second.to_text());
    assert_eq!(first, second);
    assert_eq!(catalog_after(&template, "").await?.digest(), first.digest());
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn every_kind_is_seen_and_nothing_of_postgis_is() -> Outcome {
    let server = embedded().await?;
    let template = template(&server, "schema_kinds", RICH).await?;
    let catalog = catalog_after(&template, "").await?;
    let seen: BTreeSet<Kind> = catalog.objects().map(|object| object.id.kind).collect();
    let missing: Vec<_> = Kind::ALL.iter().filter(|kind| !seen.contains(kind)).collect();
    assert_eq!(missing, [&Kind::BaseType, &Kind::TextSearchParser, &Kind::TextSearchTemplate, &Kind::Subscription]);
    assert!(!catalog.to_text().contains("st_area"), "a function of PostGIS is listed");
    assert_eq!(catalog.unknown(), []);
    let text = catalog.to_text();
    assert!(!text.contains("secret"), "a password is shown");
    assert!(text.contains("column geom public.geometry(Point,4326)"), "{text}");
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn names_that_look_like_sql_are_kept_apart() -> Outcome {
    let server = embedded().await?;
    let template = template(&server, "schema_names", "").await?;
    let long = "é".repeat(31);
    let names = ["select", "My Table", "a\"b", "a.b", "line\nbreak", "x'; drop table y; --", "{a,b}", " USING ", &long];
    let mut script = Vec::new();
    for raw in names {
        let name = pgproof::sql::quote_identifier(raw);
        let index = pgproof::sql::quote_identifier(&format!("i{}", raw.chars().take(30).collect::<String>()));
        script.push(format!(
            "create schema {name}; create table {name}.{name} ({name} integer, other text);
             create index {index} on {name}.{name} (other);
             comment on column {name}.{name}.{name} is 'x';
             create view public.{name} as select {name} from {name}.{name};"
        ));
    }
    let before = catalog_after(&template, "").await?;
    let after = catalog_after(&template, &script.concat()).await?;
    for name in names {
        let table = ObjectId::new(Kind::Table, Some(name), name);
        let column = after.get(&table.child(Kind::Column, name)).ok_or(format!("`{name}` was not read"))?;
        assert_eq!((column.attribute("type"), column.attribute("comment")), (Some("integer"), Some("x")));
        assert!(after.get(&ObjectId::new(Kind::View, Some("public"), name)).is_some());
    }
    assert_eq!(told(&before, &after).len(), names.len() * 3);
    assert_eq!(told(&after, &after), [""; 0]);
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn an_excluded_schema_is_not_read_and_what_an_extension_granted_is_not_listed() -> Outcome {
    let server = embedded().await?;
    let template = template(&server, "schema_excluded", RICH).await?;
    let clone = template.clone_as(None).await?;
    let mut connection = clone.connect().await?;
    let whole = read_catalog(&mut connection, &[]).await?;
    let partial = read_catalog(&mut connection, &["legacy", "it's \\ odd"]).await?;
    assert!(!partial.objects().any(|object| object.id.root().schema.as_deref() == Some("legacy")));
    assert_eq!(told(&whole.without_schemas(&["legacy"]), &partial), [""; 0]);
    let grants: Vec<String> = whole
        .objects()
        .filter(|object| object.id.kind == Kind::Grant && object.id.root().schema.as_deref() == Some("public"))
        .map(|object| object.id.to_string())
        .collect();
    assert_eq!(grants, ["grant to \"Odd Role\" on table public.spatial_ref_sys"]);
    connection.close().await?;
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_failed_reading_says_what_it_read_and_frees_the_connection() -> Outcome {
    let server = embedded().await?;
    let (mut holder, mut reader) = (server.connect("postgres").await?, server.connect("postgres").await?);
    run(&mut holder, "create table t (a int); create view v as select a from t").await?;
    run(&mut holder, "begin; lock table t").await?;
    run(&mut reader, "set lock_timeout = '20ms'").await?;
    let error = read_catalog(&mut reader, &[]).await.err().ok_or("a locked table was read")?;
    assert_eq!(error.to_string(), "could not read the tables and views");
    run(&mut holder, "rollback").await?;
    read_catalog(&mut reader, &[]).await?;
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_reader_without_rights_reads_the_same() -> Outcome {
    let server = embedded().await?;
    let template = template(&server, "schema_rights", &format!("{RICH}; alter role anon login")).await?;
    let clone = template.clone_as(None).await?;
    let mut connection = clone.connect().await?;
    let as_superuser = read_catalog(&mut connection, &[]).await?;
    run(&mut connection, "set role anon").await?;
    let as_anon = read_catalog(&mut connection, &[]).await?;
    // The server shows a mapping's options to those they concern.
    let hidden = "changed user mapping \"Odd Role\" on foreign server srv: options";
    assert_eq!(told(&as_superuser, &as_anon), [hidden]);
    run(&mut connection, "reset role").await?;
    connection.close().await?;
    server.stop().await?;
    Ok(())
}
