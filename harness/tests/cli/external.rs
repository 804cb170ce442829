//! Somebody else's server: its password is never told, its databases are never touched.

use pgproof::server::{Places, Provider, Request, Server, Source};
use sqlx::Connection;

use crate::assert_seen;
use crate::workshop::{Outcome, Workshop};

/// A server that stands for another's: embedded, reached by its URL.
pub(crate) async fn host() -> Outcome<Server> {
    Ok(Provider::new(Source::Embedded, Request::default(), Places::from_environment()).start().await?)
}

/// The password in a URL.
fn password(url: &str) -> Outcome<&str> {
    let (_, rest) = url.split_once("://postgres:").ok_or("no user")?;
    Ok(rest.split_once('@').ok_or("no password")?.0)
}

/// The databases of a server and what is in the one of somebody else's.
pub(crate) async fn databases(server: &Server) -> Outcome<Vec<String>> {
    let mut connection = server.connect("postgres").await?;
    let names =
        sqlx::query_scalar("select datname::text from pg_database order by 1").fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok(names)
}

async fn tell(server: &Server, statements: &[&'static str]) -> Outcome {
    let mut connection = server.connect("postgres").await?;
    for statement in statements {
        sqlx::raw_sql(*statement).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_run_on_another_s_server_touches_no_other_database() -> Outcome {
    let (host, workshop) = (host().await?, Workshop::mini()?);
    // One has a name like ours, and is not ours.
    tell(&host, &["create database shop", "create database pgproof_of_somebody"]).await?;
    let before = databases(&host).await?;
    let url = host.secret_url("postgres");
    let seen = workshop.run(&["run", "mini", "--skip", "schema", "--server", &url])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(!seen.to_string().contains(password(&url)?), "{seen}");
    let record = std::fs::read_to_string(workshop.path().join("target/pgproof/mini/expand/run.json"))?;
    assert!(record.contains("external") && !record.contains(password(&url)?), "{record}");
    assert_eq!(databases(&host).await?, before);
    Ok(host.stop().await?)
}

#[tokio::test]
async fn traffic_on_another_s_server_leaves_no_database_and_no_session() -> Outcome {
    let (host, workshop) = (host().await?, Workshop::mini()?);
    let workload = "[budget]\nstall_ms = 60000\n\n[workload]\nrate = 50\nclients = 4\nrest_s = 0.3\n\n[[workload.request]]\n\
                    name = \"order\"\nsql = \"insert into orders values ($1, 'Ana', 5) returning id\"\n\
                    parameters = [{ serial = 1000 }]\nledger = \"select id::text from orders where id = any($1::integer[])\"\n";
    workshop.replace("scenario.toml", "[[query]]", &format!("{workload}\n[[query]]"))?;
    let (before, url) = (databases(&host).await?, host.secret_url("postgres"));
    let seen = workshop.run(&["run", "mini", "--only", "applies,online", "--server", &url])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    assert!(seen.stdout.contains("online      proven"), "{seen}");
    assert_eq!(databases(&host).await?, before);
    let mut connection = host.connect("postgres").await?;
    let sessions: Vec<String> =
        sqlx::query_scalar("select application_name from pg_stat_activity where application_name like 'pgproof %'")
            .fetch_all(&mut connection)
            .await?;
    connection.close().await?;
    assert!(sessions.is_empty(), "{sessions:?}");
    Ok(host.stop().await?)
}

#[tokio::test]
async fn a_refuted_run_on_another_s_server_leaves_only_what_is_kept() -> Outcome {
    let (host, workshop) = (host().await?, Workshop::mini()?);
    workshop.write("migrations/expand/020_index.up.sql", "select missing;\n")?;
    let (before, url) = (databases(&host).await?, host.secret_url("postgres"));
    let seen = workshop.run(&["run", "mini", "--only", "applies", "--server", &url])?;
    assert_eq!(seen.code, Some(1), "{seen}");
    assert_eq!(databases(&host).await?, before);
    let seen = workshop.run(&["run", "mini", "--only", "applies", "--keep", "--server", &url])?;
    assert!(!seen.to_string().contains(password(&url)?), "{seen}");
    let last = seen.stderr.lines().last().unwrap_or_default().to_owned();
    let kept: Vec<String> = databases(&host).await?.into_iter().filter(|name| !before.contains(name)).collect();
    assert!(kept.len() == 1 && kept.iter().all(|name| last.ends_with(&format!("/{name}"))), "{kept:?} in {last}");
    Ok(host.stop().await?)
}

#[tokio::test]
async fn a_baseline_that_fails_leaves_nothing_on_another_s_server() -> Outcome {
    let (host, workshop) = (host().await?, Workshop::mini()?);
    workshop.write("legacy.sql", "create table orders (id integr);\n")?;
    let (before, url) = (databases(&host).await?, host.secret_url("postgres"));
    let seen = workshop.run(&["run", "mini", "--server", &url])?;
    assert_eq!(seen.code, Some(2), "{seen}");
    assert_eq!(databases(&host).await?, before);
    Ok(host.stop().await?)
}

#[tokio::test]
async fn a_wrong_password_is_not_told() -> Outcome {
    let (host, workshop) = (host().await?, Workshop::mini()?);
    let url = host.secret_url("postgres");
    let wrong = url.replace(password(&url)?, "hunter2");
    let seen = workshop.run(&["run", "mini", "--server", &wrong])?;
    assert!(!seen.to_string().contains("hunter2"), "{seen}");
    assert_seen!(&seen);
    let mut from_environment = workshop.command(&["run", "mini"]);
    from_environment.env("PGPROOF_SERVER", &wrong);
    assert_eq!(workshop.run_command(from_environment)?.to_string(), seen.to_string());
    Ok(host.stop().await?)
}

#[tokio::test]
async fn a_user_that_may_not_create_databases_is_told_what_to_ask_for() -> Outcome {
    let (host, workshop) = (host().await?, Workshop::mini()?);
    tell(&host, &["create role \"Mallory O'Neil\" login password 'hunter2'"]).await?;
    let url = host.secret_url("postgres");
    let url = url.replace(&format!("postgres:{}", password(&url)?), "Mallory%20O%27Neil:hunter2");
    let seen = workshop.run(&["run", "mini", "--server", &url])?;
    assert!(!seen.to_string().contains("hunter2"), "{seen}");
    assert_seen!(seen);
    Ok(host.stop().await?)
}

#[tokio::test]
async fn a_server_that_is_down_is_told_with_its_address_and_without_its_password() -> Outcome {
    let (host, workshop) = (host().await?, Workshop::mini()?);
    let url = host.secret_url("postgres");
    host.stop().await?;
    let seen = workshop.run(&["run", "mini", "--server", &url])?;
    assert!(!seen.to_string().contains(password(&url)?), "{seen}");
    assert_seen!(seen);
    Ok(())
}

#[test]
fn a_server_on_another_machine_is_not_even_tried_without_consent() -> Outcome {
    // A name that can not be resolved: trying it would be told.
    let url = "postgresql://me:hunter2@db.invalid/shop";
    let seen = Workshop::mini()?.run(&["run", "mini", "--server", url])?;
    assert!(!seen.to_string().contains("hunter2"), "{seen}");
    assert_seen!(seen);
    Ok(())
}

#[test]
fn a_clean_of_a_server_on_another_machine_needs_consent_too() -> Outcome {
    let url = "postgresql://me:hunter2@db.invalid/shop";
    let seen = Workshop::mini()?.run(&["clean", "--server", url])?;
    assert!(!seen.to_string().contains("hunter2"), "{seen}");
    assert_seen!(seen);
    Ok(())
}
