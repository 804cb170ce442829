//! The ways back by hand: failed ids only, from the two scripts.

use rstest::rstest;
use sqlx::Connection;

use crate::support::{EVENTS, Outcome, before_events, selection, succeeded};

#[rstest]
#[case::campaigns("rollback/campaigns.sql", "('300_campaigns', '20000000-0000-4000-8000-000000000002', 'found wrong')", (1, 0))]
#[case::events("rollback/events.sql", "('310_events', '7', 'found wrong'), ('310_events', '42', 'found wrong')", (0, 2))]
#[tokio::test]
async fn only_what_failed_goes_back(#[case] script: &str, #[case] failed: &str, #[case] gone: (i64, i64)) -> Outcome {
    let source = canonical_events::source()?;
    let ground = before_events(&source, &selection("rust_jobs", None)).await?;
    succeeded(&ground.take_step(EVENTS, &mut ()).await?)?;
    let sql = format!("insert into migration_failures (migration, record_id, reason) values {failed};");
    assert!(ground.run_sql("found", &sql).await?.succeeded());
    let script = std::fs::read_to_string(source.directory().join(script))?;
    assert!(ground.run_sql("rollback", &script).await?.succeeded());
    let mut connection = ground.work().connect().await?;
    let missing: (i64, i64) = sqlx::query_as(
        "select (select count(*) from campaigns where data_sources is null),
                (select count(*) from events where canonical_event is null)",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    ground.clear().await?;
    assert_eq!(missing, gone);
    Ok(())
}
