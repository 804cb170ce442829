//! What every kind of server does alike.

use pgproof::database::{Database, Template, TemplateError};
use pgproof::server::{Request, ServerKind};
use rstest::rstest;
use sqlx::Connection;

use crate::subject::{Kind, Outcome, Subject, ask, tell, test_name};

fn with_setting(name: &str, value: &str) -> Request {
    Request { settings: [(name.to_owned(), value.to_owned())].into(), ..Request::default() }
}

#[rstest]
#[tokio::test]
async fn it_answers_and_says_truly_what_it_is(
    #[values(Kind::Embedded, Kind::Docker, Kind::External)] kind: Kind,
) -> Outcome {
    let Some(subject) = Subject::start(kind, &test_name(), with_setting("work_mem", "7MB")).await? else {
        return Ok(());
    };
    let server = &subject.server;
    let expected = match kind {
        Kind::Embedded => ServerKind::Embedded,
        Kind::Docker => ServerKind::Docker,
        Kind::External => ServerKind::External,
    };
    assert_eq!(server.kind(), expected);
    let mut connection = server.connect("postgres").await?;
    let version: String = ask(&mut connection, "show server_version").await?;
    assert!(version.starts_with(server.version()), "{version} is not {}", server.version());
    assert!(server.version().starts_with(&server.major().to_string()));
    assert_eq!(ask::<String>(&mut connection, "show work_mem").await?, "7MB");
    assert_eq!(server.setting("work_mem").await?.as_deref(), Some("7MB"));
    assert_eq!(server.setting("no_such.setting").await?, None);
    assert_eq!(ask::<String>(&mut connection, "show server_encoding").await?, "UTF8");
    connection.close().await?;
    assert!(server.extensions_available().await?.contains_key("plpgsql"));
    assert!(server.is_alive().await);
    subject.stop().await
}

#[rstest]
#[tokio::test]
async fn a_clone_has_the_templates_content_and_leaves_no_trace(
    #[values(Kind::Embedded, Kind::Docker, Kind::External)] kind: Kind,
) -> Outcome {
    let Some(subject) = Subject::start(kind, &test_name(), Request::default()).await? else { return Ok(()) };
    let server = &subject.server;
    let template = Template::ensure(server, "clone", async |database: &Database| {
        let mut connection = database.connect().await?;
        let sql = "create table stores as select generate_series(1, 48) as id;
                   alter database pgproof_t_clone set search_path = legacy, public;
                   revoke connect on database pgproof_t_clone from public";
        tell(&mut connection, sql)
            .await
            .map_err(|source| pgproof::database::DatabaseError::Connect { name: String::new(), source })
    })
    .await?;
    let clone = template.clone_as(None).await?;
    assert!(clone.name().starts_with("pgproof_"));
    let mut connection = clone.connect().await?;
    assert_eq!(ask::<i64>(&mut connection, "select count(*) from public.stores").await?, 48);
    assert_eq!(ask::<String>(&mut connection, "show search_path").await?, "legacy, public");
    let public: bool = ask(&mut connection, "select datacl::text like '%=T/%' and datacl::text not like '%{=Tc%' from pg_database where datname = current_database()").await?;
    assert!(public, "the privileges of the template are not those of the clone");
    // The open connection does not stop the drop.
    clone.drop().await?;
    let named = template.clone_as(Some("pgproof_It's \"odd\"")).await?;
    named.drop().await?;
    assert!(template.discard().await?);
    let mut connection = server.connect("postgres").await?;
    assert_eq!(ask::<i64>(&mut connection, "select count(*) from pg_database where datname like 'pgproof%'").await?, 0);
    drop(connection);
    subject.stop().await
}

#[rstest]
#[tokio::test]
async fn a_sealed_template_lets_nobody_in(
    #[values(Kind::Embedded, Kind::Docker, Kind::External)] kind: Kind,
) -> Outcome {
    let Some(subject) = Subject::start(kind, &test_name(), Request::default()).await? else { return Ok(()) };
    let mut left_open = None;
    let template = Template::ensure(&subject.server, "sealed", async |database: &Database| {
        left_open = Some(database.connect().await?);
        Ok::<_, pgproof::database::DatabaseError>(())
    })
    .await?;
    let refused = subject.server.connector().connect(template.name()).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("not currently accepting connections")));
    let mut left_open = left_open.ok_or("the template was not built")?;
    assert!(ask::<i32>(&mut left_open, "select 1").await.is_err(), "a session of the builder is still inside");
    template.clone_as(None).await?.drop().await?;
    subject.stop().await
}

#[rstest]
#[tokio::test]
async fn a_failed_build_leaves_nothing_and_returns_its_own_error(
    #[values(Kind::Embedded, Kind::Docker, Kind::External)] kind: Kind,
) -> Outcome {
    #[derive(Debug, thiserror::Error)]
    #[error("the seed is broken")]
    struct Broken;
    let Some(subject) = Subject::start(kind, &test_name(), Request::default()).await? else { return Ok(()) };
    let failed = Template::ensure(&subject.server, "broken", async |_: &Database| Err(Broken)).await;
    assert!(matches!(failed, Err(TemplateError::Build(Broken))));
    let mut connection = subject.server.connect("postgres").await?;
    assert_eq!(ask::<i64>(&mut connection, "select count(*) from pg_database where datname like 'pgproof%'").await?, 0);
    drop(connection);
    subject.stop().await
}

#[rstest]
#[tokio::test]
async fn a_dump_carries_hostile_content_over(
    #[values(Kind::Embedded, Kind::Docker, Kind::External)] kind: Kind,
) -> Outcome {
    let Some(subject) = Subject::start(kind, &test_name(), Request::default()).await? else { return Ok(()) };
    let from = Database::create_empty(&subject.server, Some("pgproof_from = 'x' \"é\"")).await?;
    let to = Database::create_empty(&subject.server, None).await?;
    let mut connection = from.connect().await?;
    let sql = "create schema \"Odd; schema\";
               create table \"Odd; schema\".\"My \"\"Table\" (\"select\" text primary key, \"n\u{e4}me\" int[]);
               insert into \"Odd; schema\".\"My \"\"Table\" values (E'it''s\\n\\\\.\\t\\\\', '{1,null}'), ('\\copy', null);
               create function \"Odd; schema\".f() returns text language sql as $x$ select '$$' $x$";
    tell(&mut connection, sql).await?;
    subject.server.copy_by_dump(from.name(), to.name()).await?;
    let digest = "select md5(string_agg(t::text, '|' order by t::text)) || \"Odd; schema\".f()
                  from \"Odd; schema\".\"My \"\"Table\" t group by ()";
    let original: String = ask(&mut connection, digest).await?;
    let copy: String = ask(&mut to.connect().await?, digest).await?;
    assert_eq!(original, copy);
    let again = subject.server.copy_by_dump(from.name(), to.name()).await;
    assert!(again.is_err_and(|error| error.to_string().contains("already exists")), "a full database was filled again");
    let missing = subject.server.copy_by_dump("pgproof_missing", to.name()).await;
    assert!(missing.is_err_and(|error| error.to_string().contains("pgproof_missing")));
    from.drop().await?;
    to.drop().await?;
    subject.stop().await
}
