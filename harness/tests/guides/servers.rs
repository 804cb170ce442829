use pgproof::database::Database;
use pgproof::server::{Places, Provider, Request, Source};

#[tokio::test]
async fn a_table_can_be_made() -> Result<(), Box<dyn std::error::Error>> {
    let request = Request { extensions: vec!["postgis".to_owned()], ..Request::default() };
    let server = Provider::new(Source::Embedded, request, Places::from_environment()).start().await?;
    let database = Database::create_empty(&server, None).await?;
    let mut connection = database.connect().await?;
    sqlx::raw_sql("create extension postgis; create table t (place geometry)").execute(&mut connection).await?;
    drop(connection);
    database.drop().await?;
    Ok(server.stop().await?)
}
