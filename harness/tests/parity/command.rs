//! `pgproof parity` as a DBA meets it.

use assert_cmd::Command;
use pgproof::facts::ServerParity;

use crate::subject::{Outcome, Two, run};

fn pgproof(directory: &std::path::Path, two: &Two, more: &[&str]) -> Outcome<std::process::Output> {
    let mut command = Command::cargo_bin("pgproof")?;
    command.current_dir(directory).env("NO_COLOR", "1").env_remove("PGPROOF_SERVER");
    Ok(command.args(["parity", "--legacy", &two.urls.0, "--target", &two.urls.1]).args(more).output()?)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The password that a server of ours has.
fn secret(url: &str) -> Option<&str> {
    url.split_once("://")?.1.rsplit_once('@')?.0.split_once(':').map(|(_, secret)| secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_is_0_a_difference_is_1_with_key_and_column_and_no_password_is_shown() -> Outcome {
    let mut two = Two::databases().await?;
    let directory = tempfile::tempdir()?;
    two.both("create table stores (id int primary key, name text); insert into stores select i, 's' || i from generate_series(1, 500) i")
        .await?;
    let same = pgproof(directory.path(), &two, &[])?;
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stderr));
    assert!(text(&same.stdout).contains("1 relation, 500 rows: the same on both servers"), "{}", text(&same.stdout));
    run(&mut two.target, "update stores set name = 'x' where id = 17; delete from stores where id = 400").await?;
    for more in [&[][..], &["--exact"]] {
        let differs = pgproof(directory.path(), &two, more)?;
        let page = text(&differs.stdout);
        assert_eq!(differs.status.code(), Some(1), "{page}");
        for words in ["refuted[P003]", "`name` was `s17` and is `x`", "id=17", "refuted[P001]", "id=400", "1 differ"] {
            assert!(page.contains(words), "{words} is not in {page}");
        }
        let secret = secret(&two.urls.0).ok_or("the server has no password")?;
        assert!(!page.contains(secret) && !text(&differs.stderr).contains(secret));
    }
    let json = pgproof(directory.path(), &two, &["--format", "json", "--out", "elsewhere"])?;
    let parity: ServerParity = serde_json::from_slice(&json.stdout)?;
    assert_eq!(parity.differing(), 1);
    assert_eq!(parity, serde_json::from_slice(&std::fs::read(directory.path().join("elsewhere/parity.json"))?)?);
    assert!(
        std::fs::read_to_string(directory.path().join("elsewhere/parity.md"))?.contains("| P003 | stores | id=17 |")
    );
    assert!(!directory.path().join("elsewhere/parity.journal").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_that_is_wrong_is_2_and_a_server_that_is_not_there_is_3() -> Outcome {
    let mut two = Two::databases().await?;
    let directory = tempfile::tempdir()?;
    std::fs::write(directory.path().join("map.toml"), "[[relation]]\nlegcy = \"t\"\n")?;
    let wrong = pgproof(directory.path(), &two, &["--map", "map.toml"])?;
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("unknown field `legcy`"), "{}", text(&wrong.stderr));
    let absent = pgproof(directory.path(), &two, &["--map", "nowhere.toml"])?;
    assert_eq!(absent.status.code(), Some(2));
    std::fs::write(directory.path().join("map.toml"), "[[relation]]\nlegacy = \"t\"\n")?;
    let nothing = pgproof(directory.path(), &two, &["--map", "map.toml"])?;
    assert_eq!(nothing.status.code(), Some(2), "{}", text(&nothing.stderr));
    assert!(text(&nothing.stderr).contains("the legacy server has no relation `t`"), "{}", text(&nothing.stderr));
    two.urls.1 = "postgres://nobody:s3cret@127.0.0.1:1/nowhere".to_owned();
    let down = pgproof(directory.path(), &two, &[])?;
    assert_eq!(down.status.code(), Some(3), "{}", text(&down.stderr));
    assert!(!text(&down.stderr).contains("s3cret"), "{}", text(&down.stderr));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_comparison_goes_on_behind_the_relations_it_had_finished() -> Outcome {
    let mut two = Two::databases().await?;
    let directory = tempfile::tempdir()?;
    two.both("create table a (id int primary key); insert into a values (1), (2); create table b (id int primary key); insert into b values (1)")
        .await?;
    run(&mut two.target, "drop table b; create view b as select 1 / (id - 1) as id from a").await?;
    let more = ["--map", "map.toml", "--jobs", "1"];
    // Reading the view fails behind the first relation.
    let map = "[[relation]]\nlegacy = \"a\"\n[[relation]]\nlegacy = \"b\"\nkey = [\"id\"]\n";
    std::fs::write(directory.path().join("map.toml"), map)?;
    let stopped = pgproof(directory.path(), &two, &more)?;
    assert_eq!(stopped.status.code(), Some(3), "{}", text(&stopped.stderr));
    run(&mut two.target, "drop view b; create table b (id int primary key); insert into b values (1); delete from a")
        .await?;
    let gone_on = pgproof(directory.path(), &two, &more)?;
    assert!(text(&gone_on.stderr).contains("going on behind 1 relations"), "{}", text(&gone_on.stderr));
    assert!(
        text(&gone_on.stdout).contains("seen by the earlier run, at another snapshot"),
        "{}",
        text(&gone_on.stdout)
    );
    assert_eq!(gone_on.status.code(), Some(0));
    let anew = pgproof(directory.path(), &two, &more)?;
    assert_eq!(anew.status.code(), Some(1), "a finished comparison leaves no journal: {}", text(&anew.stdout));
    Ok(())
}
