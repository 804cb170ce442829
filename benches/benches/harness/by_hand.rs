//! A server started by hand: the cached cluster copied, `postgres` spawned, its line on stderr awaited.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, chown, fchown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};
use pgproof::server::{Installation, Places};
use pgproof_benches::Failure;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;

/// The settings that the harness gives a server for throw-away data.
const SETTINGS: &str = "max_wal_size = '1GB'\nmin_wal_size = '80MB'\nshared_buffers = '128MB'\nlc_messages = 'C'\n\
     fsync = off\nfull_page_writes = off\nsynchronous_commit = off\nautovacuum = off\ncheckpoint_timeout = '30min'\n\
     wal_init_zero = off\nwal_recycle = off\n";

/// Where a cluster is copied from and the server spawned from.
pub(crate) struct ByHand {
    cluster: PathBuf,
    postgres: PathBuf,
    /// PostgreSQL refuses to run as root.
    user: Option<(u32, u32)>,
}

/// A server that answers; dropped, it is gone.
pub(crate) struct Spawned {
    process: Child,
    pub(crate) options: PgConnectOptions,
    _directory: TempDir,
}

impl ByHand {
    /// With the cluster that the harness cached for this installation.
    pub(crate) fn new(places: &Places, installation: &Installation) -> Result<Self, Failure> {
        let mut clusters = Vec::new();
        for entry in fs::read_dir(&places.cache)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with("cluster-")
                && name.contains(&format!("-{}-", installation.version))
                && path.join("data/PG_VERSION").is_file()
            {
                clusters.push((fs::metadata(&path)?.modified()?, path));
            }
        }
        clusters.sort();
        let (_, cluster) = clusters.pop().ok_or("the harness has cached no cluster")?;
        let postgres = User::from_name("postgres")?.map(|user| (user.uid.as_raw(), user.gid.as_raw()));
        let user = if Uid::effective().is_root() { postgres } else { None };
        Ok(Self { cluster: cluster.join("data"), postgres: installation.bin_dir.join("postgres"), user })
    }

    /// Copies the cluster to a new directory below `base` and starts it; returns when it accepts connections.
    pub(crate) fn start(&self, base: &Path) -> Result<Spawned, Failure> {
        let directory = tempfile::Builder::new().prefix("by-hand-").tempdir_in(base)?;
        if let Some((user, group)) = self.user {
            chown(directory.path(), Some(user), Some(group))?;
        }
        let data = directory.path().join("data");
        self.make_directory(&data)?;
        self.copy(&self.cluster, &data)?;
        OpenOptions::new().append(true).open(data.join("postgresql.conf"))?.write_all(SETTINGS.as_bytes())?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(&self.postgres);
        command.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        command.arg("-c").arg(format!("unix_socket_directories={}", directory.path().display()));
        command.args(["-c", "listen_addresses=127.0.0.1"]).env("LC_ALL", "C").current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        let mut process = command.spawn()?;
        let mut lines = BufReader::new(process.stderr.take().ok_or("no stderr")?).lines();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains("ready to accept connections"));
        let options = PgConnectOptions::new_without_pgpass()
            .socket(directory.path())
            .port(port)
            .username("postgres")
            .database("postgres");
        let spawned = Spawned { process, options, _directory: directory };
        std::thread::spawn(move || lines.for_each(drop));
        if ready { Ok(spawned) } else { Err("the server started by hand ended".into()) }
    }

    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let (source, target) = (entry.path(), to.join(entry.file_name()));
            if entry.file_type()?.is_dir() {
                self.make_directory(&target)?;
                self.copy(&source, &target)?;
            } else {
                let content = fs::read(&source)?;
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&target)?;
                file.write_all(&content)?;
                self.give(&file)?;
            }
        }
        Ok(())
    }

    fn make_directory(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)?;
        self.user.map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))
    }

    fn give(&self, file: &File) -> io::Result<()> {
        self.user.map_or(Ok(()), |(user, group)| fchown(file, Some(user), Some(group)))
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        let process = i32::try_from(self.process.id()).map(Pid::from_raw);
        let _ = process.map(|process| kill(process, Signal::SIGQUIT));
        let _ = self.process.wait();
    }
}
