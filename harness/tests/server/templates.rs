//! Templates when things go wrong, or happen at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::try_join_all;
use pgproof::database::{Checkpoint, Database, DatabaseError, Template, sweep_databases};
use pgproof::server::Request;
use rstest::rstest;

use crate::subject::{Kind, Outcome, Subject, ask, tell, test_name};

#[rstest]
#[tokio::test]
async fn many_callers_at_once_build_it_once(
    #[values(Kind::Embedded, Kind::Docker, Kind::External)] kind: Kind,
) -> Outcome {
    let Some(subject) = Subject::start(kind, &test_name(), Request::default()).await? else { return Ok(()) };
    let builds = AtomicUsize::new(0);
    let callers = (0..6).map(|_| {
        Template::ensure(&subject.server, "race", async |database: &Database| {
            builds.fetch_add(1, Ordering::SeqCst);
            drop(database.connect().await?);
            Ok::<_, DatabaseError>(())
        })
    });
    let templates = try_join_all(callers).await?;
    assert_eq!(builds.load(Ordering::SeqCst), 1);
    let clones = try_join_all(templates.iter().map(|template| template.clone_as(None))).await?;
    assert_eq!(clones.len(), 6);
    let mut templates = templates.into_iter();
    let first = templates.next().ok_or("no template")?;
    assert!(!first.discard().await?, "a template that others use was dropped");
    subject.stop().await
}

#[rstest]
#[case::killed_before_it_was_marked("create database pgproof_t_half")]
#[case::killed_while_it_was_filled(
    "create database pgproof_t_half; comment on database pgproof_t_half is
     '{\"pgproof\":1,\"state\":\"building\",\"owner\":{\"machine\":\"m\",\"boot\":\"b\",\"namespace\":1,\"pid\":1,\"started\":1}}'"
)]
#[case::marked_but_open(
    "create database pgproof_t_half; comment on database pgproof_t_half is
     '{\"pgproof\":1,\"state\":\"sealed\",\"owner\":{\"machine\":\"m\",\"boot\":\"b\",\"namespace\":1,\"pid\":1,\"started\":1}}'"
)]
#[case::closed_but_not_marked(
    "create database pgproof_t_half; alter database pgproof_t_half with allow_connections false is_template true"
)]
#[tokio::test]
async fn a_half_built_template_is_built_again(#[case] left_behind: &str) -> Outcome {
    let Some(subject) = Subject::start(Kind::External, &test_name(), Request::default()).await? else { return Ok(()) };
    let mut connection = subject.server.connect("postgres").await?;
    for statement in left_behind.split(';') {
        tell(&mut connection, statement).await?;
    }
    let mut built = 0;
    for _ in 0..2 {
        let template = Template::ensure(&subject.server, "half", async |database: &Database| {
            built += 1;
            let connected = database.connect().await?;
            drop(connected);
            Ok::<_, DatabaseError>(())
        })
        .await?;
        template.clone_as(None).await?.drop().await?;
    }
    assert_eq!(built, 1, "built again once, then found sealed");
    subject.stop().await
}

#[tokio::test]
async fn a_database_of_somebody_else_by_our_name_is_left_alone() -> Outcome {
    let Some(subject) = Subject::start(Kind::External, &test_name(), Request::default()).await? else { return Ok(()) };
    let mut connection = subject.server.connect("postgres").await?;
    tell(&mut connection, "create database pgproof_t_shop").await?;
    tell(&mut connection, "comment on database pgproof_t_shop is 'the shop'").await?;
    let refused = Template::ensure(&subject.server, "shop", async |_: &Database| Ok::<_, DatabaseError>(())).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("not made by pgproof")));
    assert_eq!(
        ask::<i64>(&mut connection, "select count(*) from pg_database where datname = 'pgproof_t_shop'").await?,
        1
    );
    assert!(Database::create_empty(&subject.server, Some("shop")).await.is_err());
    subject.stop().await
}

#[tokio::test]
async fn the_janitor_drops_what_the_dead_left_and_nothing_else() -> Outcome {
    let Some(subject) = Subject::start(Kind::External, &test_name(), Request::default()).await? else { return Ok(()) };
    let server = &subject.server;
    let mut connection = server.connect("postgres").await?;
    let mine = Database::create_empty(server, Some("pgproof_mine")).await?;
    let kept = Database::create_empty(server, Some("pgproof_kept")).await?;
    assert!(!kept.keep().await?.contains("password"));
    let comment: String = ask(
        &mut connection,
        "select shobj_description(oid, 'pg_database') from pg_database where datname = 'pgproof_mine'",
    )
    .await?;
    // The same process number, started at another time: a dead owner.
    let dead = comment.replacen("\"started\":", "\"started\":9", 1);
    let elsewhere = comment.replacen("\"machine\":\"", "\"machine\":\"other", 1);
    for (name, comment) in [
        ("pgproof_dead", dead.as_str()),
        ("pgproof_elsewhere", elsewhere.as_str()),
        ("pgproof_foreign", "the notes of somebody else"),
        ("other_dead", dead.as_str()),
    ] {
        tell(&mut connection, &format!("create database {name}")).await?;
        tell(&mut connection, &format!("comment on database {name} is '{comment}'")).await?;
    }
    tell(&mut connection, "create database pgproof_unmarked").await?;
    assert_eq!(sweep_databases(server).await?, ["pgproof_dead"]);
    let left: Vec<String> =
        sqlx::query_scalar("select datname::text from pg_database order by datname").fetch_all(&mut connection).await?;
    assert_eq!(
        left,
        [
            "other_dead",
            "pgproof_elsewhere",
            "pgproof_foreign",
            "pgproof_kept",
            "pgproof_mine",
            "pgproof_unmarked",
            "postgres",
            "template0",
            "template1"
        ]
    );
    mine.drop().await?;
    subject.stop().await
}

#[tokio::test]
async fn a_template_can_be_made_on_another_task() -> Outcome {
    let Some(subject) = Subject::start(Kind::Embedded, &test_name(), Request::default()).await? else { return Ok(()) };
    let server = std::sync::Arc::new(subject.server);
    let shared = std::sync::Arc::clone(&server);
    let count: i64 = tokio::spawn(async move {
        let template = Template::ensure(&shared, "task", async |database: &Database| {
            let mut connection = database.connect().await?;
            let made = tell(&mut connection, "create table t as select 1").await;
            made.map_err(|source| DatabaseError::Connect { name: database.name().to_owned(), source })
        })
        .await
        .map_err(|error| error.to_string())?;
        let clone = template.clone_as(None).await.map_err(|error| error.to_string())?;
        let mut connection = clone.connect().await.map_err(|error| error.to_string())?;
        ask(&mut connection, "select count(*) from t").await.map_err(|error| error.to_string())
    })
    .await??;
    assert_eq!(count, 1);
    Ok(())
}

/// What the server keeps beside the content of a database, and copies with no copy of it.
const BESIDE: &str = "select concat_ws('; ',
    (select string_agg(coalesce(r.rolname, 'all') || ' ' || array_to_string(s.setconfig, ','), ' and ' order by r.rolname)
       from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole where s.setdatabase = d.oid),
    (select string_agg(x.grantee::regrole::text || ' ' || x.privilege_type, ' and ' order by x.grantee, x.privilege_type)
       from aclexplode(d.datacl) x where x.grantee <> d.datdba))
  from pg_database d where d.datname = current_database()";

#[rstest]
#[tokio::test]
async fn a_checkpoint_keeps_the_settings_and_grants_of_the_database_itself(
    #[values(Kind::Embedded, Kind::Docker, Kind::External)] kind: Kind,
) -> Outcome {
    let Some(subject) = Subject::start(kind, &test_name(), Request::default()).await? else { return Ok(()) };
    let database = Database::create_empty(&subject.server, None).await?;
    let name = pgproof::sql::quote_identifier(database.name());
    let mut connection = database.connect().await?;
    for statement in [
        "create role clerk".to_owned(),
        format!("alter database {name} set search_path = shop, public"),
        format!("alter role clerk in database {name} set work_mem = '7MB'"),
        format!("revoke all on database {name} from public"),
        format!("grant connect on database {name} to clerk"),
    ] {
        tell(&mut connection, &statement).await?;
    }
    let said = "clerk work_mem=7MB and all search_path=shop, public; clerk CONNECT";
    assert_eq!(ask::<String>(&mut connection, BESIDE).await?, said);
    drop(connection);
    let checkpoint = Checkpoint::of(&database).await?;
    let mut connection = checkpoint.database().connect().await?;
    let copied: String = ask(&mut connection, BESIDE).await?;
    drop(connection);
    checkpoint.restore(&database).await?;
    let mut connection = database.connect().await?;
    let restored: String = ask(&mut connection, BESIDE).await?;
    assert_eq!((copied.as_str(), restored.as_str()), (said, said));
    subject.stop().await
}
