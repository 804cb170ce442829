//! What is refused, in which words, and that nothing is left of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pgproof::server::{Consent, Durability, Installation, Placement, Places, Provider, Request, ServerError, Source};
use rstest::rstest;

use crate::subject::{Kind, Outcome, Subject, ask, tell, test_name};

/// Places of which only the cache is shared with other tests.
fn places_in(disk: &Path) -> Places {
    Places { memory: None, disk: disk.to_owned(), ..Places::from_environment() }
}

fn open_directory() -> std::io::Result<tempfile::TempDir> {
    tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o755)).tempdir()
}

async fn refused(source: Source, request: Request, places: Places) -> Outcome<ServerError> {
    match Provider::new(source, request, places).start().await {
        Ok(server) => Err(format!("{server:?} started").into()),
        Err(error) => Ok(error),
    }
}

fn settings(name: &str, value: &str) -> BTreeMap<String, String> {
    [(name.to_owned(), value.to_owned())].into()
}

#[rstest]
#[case::an_unknown_setting("no_such_setting", "1", "no_such_setting")]
#[case::a_missing_library("shared_preload_libraries", "pg_missing", "could not access file \"pg_missing\"")]
#[case::a_reserved_setting("port", "5432", "`port`")]
#[tokio::test]
async fn a_server_that_can_not_start_says_why_and_leaves_nothing(
    #[case] name: &str,
    #[case] value: &str,
    #[case] expected: &str,
) -> Outcome {
    let disk = open_directory()?;
    let request = Request { settings: settings(name, value), ..Request::default() };
    let error = refused(Source::Embedded, request, places_in(disk.path())).await?;
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(std::fs::read_dir(disk.path())?.count(), 0);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_missing_extension_is_named(#[values(Kind::Embedded, Kind::Docker, Kind::External)] kind: Kind) -> Outcome {
    let Some(subject) = Subject::start(kind, &test_name(), Request::default()).await? else { return Ok(()) };
    let source = match kind {
        Kind::Embedded => Source::Embedded,
        Kind::Docker => crate::subject::docker_source(),
        Kind::External => subject.server.secret_url("postgres").parse()?,
    };
    let request = Request { extensions: vec!["plpgsql".to_owned(), "no_such".to_owned()], ..Request::default() };
    let error = refused(source, request, Places::from_environment()).await?;
    assert!(matches!(&error, ServerError::Extension { name, .. } if name == "no_such"), "{error}");
    assert!(error.hint().is_some());
    subject.stop().await
}

#[tokio::test]
async fn a_major_version_that_is_not_installed_is_named() -> Outcome {
    let request = Request { major: Some(99), ..Request::default() };
    let error = refused(Source::Embedded, request, Places::from_environment()).await?;
    assert!(matches!(error, ServerError::NoMajor { major: 99, .. }), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("postgresql-99")));
    assert!(!Installation::discover(&Places::from_environment()).is_empty());
    Ok(())
}

#[tokio::test]
async fn an_external_server_is_refused_for_its_password_its_rights_and_its_settings() -> Outcome {
    let Some(subject) = Subject::start(Kind::Embedded, &test_name(), Request::default()).await? else { return Ok(()) };
    let mut connection = subject.server.connect("postgres").await?;
    tell(&mut connection, "create role weak login password 'weak-secret'").await?;
    let url = subject.server.secret_url("postgres");
    let (scheme_and_user, host) = url.rsplit_once('@').ok_or("no host")?;
    let places = Places::from_environment;

    let wrong: Source = format!("postgresql://postgres:wr0ng-secret@{host}").parse()?;
    let error = refused(wrong, Request::default(), places()).await?;
    assert!(matches!(&error, ServerError::Login { user, .. } if user == "postgres"), "{error}");
    assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("wr0ng-secret"));

    let weak: Source = format!("postgresql://weak:weak-secret@{host}").parse()?;
    let error = refused(weak, Request::default(), places()).await?;
    assert!(matches!(&error, ServerError::NoCreateDatabase { user, .. } if user == "weak"), "{error}");

    let request = Request { settings: settings("wal_level", "logical"), ..Request::default() };
    let error = refused(url.parse()?, request, places()).await?;
    assert!(matches!(&error, ServerError::SettingDiffers { found, .. } if found == "replica"), "{error}");

    let request = Request { major: Some(99), ..Request::default() };
    assert!(matches!(refused(url.parse()?, request, places()).await?, ServerError::Version { wanted: 99, .. }));

    let nobody: Source = format!("{scheme_and_user}@127.0.0.1:1/postgres").parse()?;
    assert!(matches!(refused(nobody, Request::default(), places()).await?, ServerError::Unreachable { .. }));
    subject.stop().await
}

#[tokio::test]
async fn another_machine_is_refused_until_the_user_agrees() -> Outcome {
    // A name that no resolver knows (RFC 2606): the second refusal is about reaching it.
    let source: Source = "postgresql://me:s3cret@db.invalid/app".parse()?;
    let error = refused(source.clone(), Request::default(), Places::from_environment()).await?;
    assert!(matches!(error, ServerError::NotLoopback { .. }), "{error}");
    let agreed = Provider::new(source, Request::default(), Places::from_environment()).consent(Consent::Granted);
    assert!(matches!(agreed.start().await, Err(ServerError::Unreachable { .. })));
    Ok(())
}

#[tokio::test]
async fn a_run_directory_that_can_not_be_made_is_named() -> Outcome {
    let disk = open_directory()?;
    let file = disk.path().join("a file");
    std::fs::write(&file, "")?;
    let request = Request { placement: Placement::Disk(file.join("below")), ..Request::default() };
    let error = refused(Source::Embedded, request, Places::from_environment()).await?;
    assert!(matches!(&error, ServerError::File { path, .. } if path.starts_with(&file)), "{error}");
    Ok(())
}

#[rstest]
#[case::long(&"deep".repeat(40))]
#[case::hostile("it's \"50 %\" ünïcode, $HOME \\n")]
#[tokio::test]
async fn a_directory_with_an_odd_name_serves_as_well(#[case] name: &str) -> Outcome {
    let disk = open_directory()?;
    let odd = disk.path().join(name);
    std::fs::create_dir(&odd)?;
    let request = Request {
        placement: Placement::Disk(PathBuf::from(&odd)),
        durability: Durability::Real,
        settings: settings("application_name", "it's \\ odd"),
        ..Request::default()
    };
    let places = Places { cache: disk.path().join("cache"), ..places_in(disk.path()) };
    let server = Provider::new(Source::Embedded, request, places).start().await?;
    let mut connection = server.connect("postgres").await?;
    assert_eq!(ask::<String>(&mut connection, "show fsync").await?, "on");
    server.copy_by_dump("postgres", "template1").await?;
    server.stop().await?;
    assert_eq!(std::fs::read_dir(&odd)?.count(), 0);
    Ok(())
}

/// A file system of a few megabytes; nothing, with the reason on stderr, when this user may not mount one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(test: &str) -> Outcome<Option<Self>> {
        let directory = open_directory()?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=12m,mode=0755", "tmpfs"])
            .arg(directory.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            writeln!(std::io::stderr(), "skipped: {test}: not allowed to mount a small file system")?;
            return Ok(None);
        }
        Ok(Some(Self(directory)))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[tokio::test]
async fn a_full_disk_is_called_so_and_gets_its_room_back() -> Outcome {
    let Some(disk) = SmallDisk::mount(&test_name())? else { return Ok(()) };
    let path = disk.0.path();
    // Twice: while the cached cluster is copied, and while a new one is initialised.
    for cache in [Places::from_environment().cache, path.join("cache")] {
        let places = Places { cache, ..places_in(path) };
        let error = refused(Source::Embedded, Request::default(), places).await?;
        assert!(matches!(error, ServerError::DiskFull { .. }), "{error:?}");
        assert!(error.hint().is_some());
        let left: Vec<_> = std::fs::read_dir(path)?.collect::<Result<_, _>>()?;
        assert!(left.iter().all(|entry| entry.file_name() == "cache"), "{left:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_password_is_in_no_text_about_a_server() -> Outcome {
    for kind in [Kind::Embedded, Kind::Docker, Kind::External] {
        let Some(subject) = Subject::start(kind, &test_name(), Request::default()).await? else { continue };
        let server = &subject.server;
        let url = server.secret_url("postgres");
        let secret = url.split(['@', ':']).nth(2).ok_or("no password in the secret URL")?;
        assert!(secret.len() >= 16);
        let texts = format!("{server:?} {:?} {} ", server.connector(), server.address("postgres"));
        assert!(!texts.contains(secret), "{texts}");
        subject.stop().await?;
    }
    Ok(())
}
