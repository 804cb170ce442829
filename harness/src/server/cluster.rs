//! Initialised clusters, kept: `initdb` runs once for each server version and locale, then its result is copied.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rand::RngExt;

use super::error::ServerError;
use super::installation::Installation;
use super::launch::Account;
use super::run_directory::RunDirectory;

/// The superuser of every cluster made here.
pub(super) const SUPERUSER: &str = "postgres";
const DEFAULT_LOCALE: &str = "C.UTF-8";
/// Changes whenever clusters are made differently.
const FORMAT: u32 = 2;

/// An initialised, never started cluster in the cache.
pub(super) struct CachedCluster {
    path: PathBuf,
    password: String,
}

impl CachedCluster {
    /// The cached cluster for this version and locale; made now when there is none.
    ///
    /// Safe to call from many processes at once: one makes it, under a lock, and it appears whole.
    pub(super) fn ensure(
        cache: &Path,
        workshop: &Path,
        installation: &Installation,
        locale: Option<&str>,
    ) -> Result<Self, ServerError> {
        let locale = locale.unwrap_or(DEFAULT_LOCALE);
        let path = cache.join(format!("cluster-{}", key(installation, locale)));
        if let Some(ready) = Self::open(&path) {
            return Ok(ready);
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(cache)
            .map_err(ServerError::file("make the directory", cache))?;
        let lock_path = cache.join("clusters.lock");
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock_path);
        let lock = lock.map_err(ServerError::file("open", &lock_path))?;
        lock.lock().map_err(ServerError::file("lock", &lock_path))?;
        if let Some(ready) = Self::open(&path) {
            return Ok(ready);
        }
        tracing::info!(version = installation.version, locale, "initialising a cluster for the cache");
        // Whoever was killed here before us held this lock.
        let half = cache.join("cluster-unfinished");
        if half.exists() {
            fs::remove_dir_all(&half).map_err(ServerError::file("remove", &half))?;
        }
        let made = Self::initialise(&half, workshop, installation, locale)
            .and_then(|()| fs::rename(&half, &path).map_err(ServerError::file("rename", &half)));
        if let Err(error) = made {
            let _ = fs::remove_dir_all(&half);
            return Err(error);
        }
        Self::open(&path).ok_or_else(|| ServerError::file("read", &path)(io::ErrorKind::NotFound.into()))
    }

    /// The superuser's password in this cluster, for connections over TCP.
    pub(super) fn password(&self) -> &str {
        &self.password
    }

    /// Copies the cluster into the empty directory `to`, for `account`.
    pub(super) fn copy_to(&self, to: &Path, account: Option<&Account>) -> Result<(), ServerError> {
        copy_tree(&self.path.join("data"), to, account)
    }

    fn open(path: &Path) -> Option<Self> {
        let password = fs::read_to_string(path.join("password")).ok()?;
        path.join("data/PG_VERSION").is_file().then(|| Self { path: path.to_owned(), password })
    }

    /// Runs `initdb` in a run directory, where the server's user may write, and copies the result to `half`, where
    /// perhaps only we may.
    fn initialise(half: &Path, workshop: &Path, installation: &Installation, locale: &str) -> Result<(), ServerError> {
        let account = Account::unprivileged();
        let run = RunDirectory::create(workshop, account.as_ref())?;
        let data = run.data();
        let password = random_password();
        let password_file = run.socket().join("password");
        write_private(&password_file, password.as_bytes(), account.as_ref())
            .and_then(|()| run_initdb(installation, &data, &password_file, locale, account.as_ref()))
            .and_then(|()| {
                DirBuilder::new().mode(0o700).create(half).map_err(ServerError::file("make the directory", half))?;
                let copy = half.join("data");
                DirBuilder::new().mode(0o700).create(&copy).map_err(ServerError::file("make the directory", &copy))?;
                copy_tree(&data, &copy, None)?;
                let hba = copy.join("pg_hba.conf");
                fs::write(&hba, HBA).map_err(ServerError::file("write", &hba))?;
                write_private(&half.join("password"), password.as_bytes(), None)
            })
    }
}

/// The socket's directory is closed to others, so whoever reaches it is trusted; a loopback port is open to every
/// user of the machine, so it asks for the password.
const HBA: &str = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n\
                   local replication all trust\nhost replication all 127.0.0.1/32 scram-sha-256\n";

fn key(installation: &Installation, locale: &str) -> String {
    let plain = |text: &str| {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect::<String>()
    };
    // Two builds of one version may differ in their page layout or collations.
    let directory = installation
        .bin_dir
        .display()
        .to_string()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{FORMAT}-{}-{}-{directory:016x}", plain(&installation.version), plain(locale))
}

fn run_initdb(
    installation: &Installation,
    data: &Path,
    password_file: &Path,
    locale: &str,
    account: Option<&Account>,
) -> Result<(), ServerError> {
    let program = installation.bin_dir.join("initdb");
    let mut command = Command::new(&program);
    command
        .args(["--auth=trust", "--wal-segsize=1", "--no-sync", "--encoding=UTF8", "--username", SUPERUSER])
        .arg(format!("--locale={locale}"))
        .arg(format!("--pwfile={}", password_file.display()))
        .arg("--pgdata")
        .arg(data)
        .env("LC_ALL", "C")
        // The same answers on every machine, and no search through the time zone files.
        .env("TZ", "UTC")
        .current_dir("/")
        .stdin(Stdio::null());
    if let Some(account) = account {
        account.apply(&mut command);
    }
    let output = command.output().map_err(|source| ServerError::Program { program, source })?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    if text.contains("No space left on device") {
        return Err(ServerError::DiskFull { path: data.to_owned() });
    }
    Err(ServerError::ProgramFailed { program: "initdb".to_owned(), output: text.trim().to_owned() })
}

/// A password of 128 random bits.
pub(super) fn random_password() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

fn write_private(path: &Path, content: &[u8], account: Option<&Account>) -> Result<(), ServerError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(content)?;
        give(&file, account)
    };
    write().map_err(ServerError::file("write", path))
}

fn give(file: &File, account: Option<&Account>) -> io::Result<()> {
    account.map_or(Ok(()), |account| fchown(file, Some(account.uid.as_raw()), Some(account.gid.as_raw())))
}

/// Copies the files and directories in `from` into the existing directory `to`, readable by their owner alone.
fn copy_tree(from: &Path, to: &Path, account: Option<&Account>) -> Result<(), ServerError> {
    let mut pending = vec![(from.to_owned(), to.to_owned())];
    let mut buffer = Vec::new();
    while let Some((from, to)) = pending.pop() {
        for entry in fs::read_dir(&from).map_err(ServerError::file("read", &from))? {
            let entry = entry.map_err(ServerError::file("read", &from))?;
            let (source, target) = (entry.path(), to.join(entry.file_name()));
            let kind = entry.file_type().map_err(ServerError::file("read", &source))?;
            if kind.is_dir() {
                make_directory(&target, account).map_err(ServerError::file("make the directory", &target))?;
                pending.push((source, target));
            } else {
                copy_file(&source, &target, account, &mut buffer).map_err(ServerError::file("copy to", &target))?;
            }
        }
    }
    Ok(())
}

fn make_directory(path: &Path, account: Option<&Account>) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    match account {
        Some(account) => std::os::unix::fs::chown(path, Some(account.uid.as_raw()), Some(account.gid.as_raw())),
        None => Ok(()),
    }
}

/// Most of the thousand files are smaller than a page: one buffer and plain reads beat `fs::copy`.
fn copy_file(from: &Path, to: &Path, account: Option<&Account>, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.clear();
    File::open(from)?.read_to_end(buffer)?;
    let mut target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    target.write_all(buffer)?;
    give(&target, account)
}
