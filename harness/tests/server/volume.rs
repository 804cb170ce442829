//! A volume that a server alone sees, and that can be full.

use std::path::Path;

use pgproof::database::{Database, create_tablespace};
use pgproof::server::{Request, can_bound_a_volume};

use crate::subject::{Kind, Outcome, Subject, ask, tell, test_name};

const BYTES: u64 = 48 << 20;

#[tokio::test]
async fn a_statement_finds_no_room_on_a_volume_that_is_full_and_finds_it_again_and_nobody_else_sees_it() -> Outcome {
    let request = Request { volume: Some(BYTES), ..Request::default() };
    if let Err(why) = can_bound_a_volume() {
        // The server then is one without a volume, or none.
        assert!(why.contains("the right to mount"), "{why}");
        return Ok(());
    }
    let mounts = std::fs::read_to_string("/proc/self/mountinfo")?;
    let Some(subject) = Subject::start(Kind::Embedded, &test_name(), request).await? else { return Ok(()) };
    let server = &subject.server;
    let place = server.volume().ok_or("no volume")?;
    create_tablespace(server.connector(), "narrow", &place).await?;
    let database = Database::create_empty(server, None).await?;
    database.move_to("narrow").await?;
    let mut connection = database.connect().await?;
    tell(&mut connection, "create table rows (id integer)").await?;
    server.fill()?;
    let insert = "insert into rows select generate_series(1, 10000)";
    let refused = tell(&mut connection, insert).await.err().ok_or("there was room")?;
    assert_eq!(
        refused.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(),
        Some("53100"),
        "{refused}"
    );
    server.make_room()?;
    tell(&mut connection, insert).await?;
    assert_eq!(ask::<i64>(&mut connection, "select count(*) from rows").await?, 10_000);
    let process = server.process().ok_or("no process")?;
    assert_ne!(std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(format!("/proc/{process}"))?), 0, "runs as root");
    assert_eq!(std::fs::read_dir(&place)?.count(), 0, "what lies on the volume is seen outside of the server");
    assert_eq!(std::fs::read_to_string("/proc/self/mountinfo")?, mounts, "a mount is seen outside of the server");
    subject.stop().await?;
    assert!(!place.exists() && !Path::new(&format!("/proc/{process}")).exists(), "something is left");
    Ok(())
}
