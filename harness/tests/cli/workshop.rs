//! A throw-away directory to run the command in, and what it may leave there.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::seen::Seen;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The scenario that every test starts from.
const MINI: &[(&str, &str)] = &[
    (
        "scenario.toml",
        r#"name = "mini"
description = "Customers out of orders"

[baseline]
files = ["legacy.sql"]

[seed]
number = 7

[[seed.table]]
name = "orders"
rows = 40
[seed.table.columns]
id = { serial = 1 }
customer = { choice = ["Ana", "Ben", "Cora"] }
amount = { integer = [1, 500] }

[[path]]
name = "expand"
description = "customers beside orders"
directory = "migrations/expand"

[[variant]]
name = "nameless"
description = "an order without a customer"
file = "nameless.sql"
expect = "refuses"
refusal = "violates not-null constraint"

[[statement]]
name = "orders_of_a_customer"
sql = "select id, amount from orders where customer = 'Ana' order by id"

[[query]]
name = "orders_by_customer"
before = "select customer, count(*) from orders group by customer"

[[parity]]
name = "customers"
key = ["name"]
legacy = "select distinct customer as name from orders"
target = "select name from customers"
"#,
    ),
    ("legacy.sql", "create table orders (id integer primary key, customer text, amount integer not null);\n"),
    ("nameless.sql", "insert into orders values (1000, null, 1);\n"),
    (
        "migrations/expand/010_customers.up.sql",
        "create table customers (name text primary key);\n\ninsert into customers\nselect distinct customer from orders;\n",
    ),
    ("migrations/expand/010_customers.down.sql", "drop table customers;\n"),
    ("migrations/expand/020_index.up.sql", "create index orders_by_customer on orders (customer);\n"),
    ("migrations/expand/020_index.down.sql", "drop index orders_by_customer;\n"),
];

/// A private working directory with a scenario in it, and a private place for servers.
pub(crate) struct Workshop {
    directory: TempDir,
    run: TempDir,
}

impl Workshop {
    /// A directory without any scenario.
    pub(crate) fn empty() -> Outcome<Self> {
        // The server's user has to pass through.
        let place = |below: &Path| {
            tempfile::Builder::new().prefix("pgproof-cli-").permissions(Permissions::from_mode(0o755)).tempdir_in(below)
        };
        let memory = Path::new("/dev/shm");
        let temporary = std::env::temp_dir();
        let run = place(if memory.is_dir() { memory } else { &temporary })?;
        Ok(Self { directory: place(&temporary)?, run })
    }

    /// A directory with the scenario `mini`, which is green as it is once claim S is left out.
    pub(crate) fn mini() -> Outcome<Self> {
        let workshop = Self::empty()?;
        for (name, text) in MINI {
            workshop.write(name, text)?;
        }
        Ok(workshop)
    }

    /// Writes a file of the scenario.
    pub(crate) fn write(&self, name: &str, text: &str) -> Outcome {
        let path = self.scenario().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        Ok(std::fs::write(path, text)?)
    }

    /// Removes a file of the scenario.
    pub(crate) fn remove(&self, name: &str) -> Outcome {
        Ok(std::fs::remove_file(self.scenario().join(name))?)
    }

    /// Replaces a text that stands exactly once in a file of the scenario.
    pub(crate) fn replace(&self, name: &str, text: &str, by: &str) -> Outcome {
        let before = std::fs::read_to_string(self.scenario().join(name))?;
        if before.matches(text).count() != 1 {
            return Err(format!("`{text}` does not stand once in {name}").into());
        }
        self.write(name, &before.replacen(text, by, 1))
    }

    pub(crate) fn scenario(&self) -> PathBuf {
        self.path().join("scenarios/mini")
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Where servers put their data.
    pub(crate) fn run_dir(&self) -> &Path {
        self.run.path()
    }

    /// The command, not started yet: nothing of this process's environment but the path, and no container engine.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgproof"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("COLUMNS", "110")
            .env("PGPROOF_RUN_DIR", self.run_dir())
            .env("PGPROOF_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("pgproof-cache"))
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
        command
    }

    /// Runs the command to its end, and sees that it left nothing but the files that are named.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome<Seen> {
        self.run_command(self.command(arguments))
    }

    pub(crate) fn run_command(&self, command: Command) -> Outcome<Seen> {
        let seen = self.run_that_keeps(command)?;
        self.nothing_left(Duration::from_secs(10))?;
        Ok(seen)
    }

    /// Runs the command to its end.
    pub(crate) fn run_that_keeps(&self, command: Command) -> Outcome<Seen> {
        let before = self.files()?;
        let output = assert_cmd::Command::from_std(command).timeout(Duration::from_mins(2)).output()?;
        let files = self.files()?.difference(&before).cloned().collect();
        let plain = |bytes: &[u8]| self.plain(&String::from_utf8_lossy(bytes));
        Ok(Seen { code: output.status.code(), stdout: plain(&output.stdout), stderr: plain(&output.stderr), files })
    }

    /// A text without this machine's paths.
    pub(crate) fn plain(&self, text: &str) -> String {
        text.replace(&*self.path().to_string_lossy(), "[work]").replace(&*self.run_dir().to_string_lossy(), "[run]")
    }

    /// Waits until no process works in the private place and nothing lies there.
    pub(crate) fn nothing_left(&self, limit: Duration) -> Outcome {
        until(limit, || {
            let left: Vec<String> = self.servers()?.iter().map(|pid| format!("process {pid}")).collect();
            let entries = std::fs::read_dir(self.run_dir())?.map(|entry| Ok(entry?.path().display().to_string()));
            let left = left.into_iter().map(Ok).chain(entries).collect::<Outcome<Vec<String>>>()?;
            Ok(if left.is_empty() { Ok(()) } else { Err(format!("left behind: {left:?}")) })
        })
    }

    /// The processes that work in the private place.
    pub(crate) fn servers(&self) -> Outcome<Vec<i32>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc")? {
            let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // What ends while we look is no longer there.
            let Ok(directory) = std::fs::read_link(format!("/proc/{pid}/cwd")) else { continue };
            if directory.starts_with(self.run_dir()) {
                found.push(pid);
            }
        }
        Ok(found)
    }

    /// Every file and every empty directory below the working directory.
    fn files(&self) -> Outcome<BTreeSet<String>> {
        let mut files = BTreeSet::new();
        let mut pending = vec![self.path().to_owned()];
        while let Some(directory) = pending.pop() {
            let entries = std::fs::read_dir(&directory)?.collect::<Result<Vec<_>, _>>()?;
            if entries.is_empty() {
                files.insert(self.plain(&format!("{}/", directory.display())));
            }
            for path in entries.into_iter().map(|entry| entry.path()) {
                if path.is_dir() {
                    pending.push(path);
                } else {
                    files.insert(self.plain(&path.display().to_string()));
                }
            }
        }
        Ok(files)
    }
}

/// Waits for something another process does; the limit is there so that a failure ends, with what was seen last.
pub(crate) fn until<T>(limit: Duration, mut look: impl FnMut() -> Outcome<Result<T, String>>) -> Outcome<T> {
    let deadline = Instant::now() + limit;
    loop {
        match look()? {
            Ok(seen) => return Ok(seen),
            Err(problem) if Instant::now() > deadline => return Err(problem.into()),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}
