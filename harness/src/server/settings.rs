//! Server settings: ours for throw-away data, the scenario's over them, and those nobody may touch.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::error::ServerError;
use super::request::{Durability, Request};

/// Settings that say where the server is and how it talks to us.
const RESERVED: &[&str] = &[
    "port",
    "listen_addresses",
    "unix_socket_directories",
    "data_directory",
    "hba_file",
    "ident_file",
    "config_file",
    "external_pid_file",
    "logging_collector",
    "log_destination",
];

/// The settings for a server of ours, the scenario's own last word included.
///
/// Autovacuum is off on throw-away servers: a worker inside a template makes a clone wait (100 ms at a time, while
/// the server asks it to leave), and statistics that change at a moment of their own make two runs of one plan
/// differ. The harness analyses when it means to; wrap-around needs billions of transactions. `wal_level` and
/// everything else that decides how much WAL a statement writes stay as production has them.
pub(super) fn effective(request: &Request) -> Result<BTreeMap<String, String>, ServerError> {
    let mut settings: BTreeMap<String, String> = BTreeMap::new();
    let mut set = |pairs: &[(&str, &str)]| {
        settings.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    };
    // initdb derives these from the small WAL segments that make a cluster quick to copy.
    set(&[("max_wal_size", "1GB"), ("min_wal_size", "80MB"), ("shared_buffers", "128MB"), ("lc_messages", "C")]);
    if request.durability == Durability::ThrowAway {
        set(&[
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("synchronous_commit", "off"),
            ("autovacuum", "off"),
            ("checkpoint_timeout", "30min"),
            ("wal_init_zero", "off"),
            ("wal_recycle", "off"),
        ]);
    }
    for (name, value) in &request.settings {
        let name = name.to_ascii_lowercase();
        check_name(&name)?;
        settings.insert(name, value.clone());
    }
    Ok(settings)
}

/// Whether it is one that nobody may set.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

fn check_name(name: &str) -> Result<(), ServerError> {
    let word = |part: &str| {
        let mut bytes = part.bytes();
        bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$')
    };
    if !name.split('.').all(word) {
        return Err(ServerError::SettingName { name: name.to_owned() });
    }
    if is_reserved(name) {
        return Err(ServerError::SettingReserved { name: name.to_owned() });
    }
    Ok(())
}

/// Writes settings behind those of a `postgresql.conf`, where the last one counts.
pub(super) fn append<'a>(path: &Path, settings: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), ServerError> {
    let mut file = OpenOptions::new().append(true).open(path).map_err(ServerError::file("open", path))?;
    write!(file, "\n{}", as_configuration(settings)).map_err(ServerError::file("write", path))
}

/// The settings as lines of a `postgresql.conf`: a file, not arguments, so that `ALTER SYSTEM` works as in production.
pub(super) fn as_configuration<'a>(settings: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    settings.flat_map(|(name, value)| [name, " = ", &quote_value(value), "\n"].map(str::to_owned)).collect()
}

/// Quoted for a configuration file (PostgreSQL manual, 20.1.2).
fn quote_value(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''").replace('\n', "\\n").replace('\r', "\\r"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str, value: &str) -> Request {
        Request { settings: [(name.to_owned(), value.to_owned())].into(), ..Request::default() }
    }

    #[test]
    fn the_scenario_has_the_last_word() {
        assert_eq!(effective(&request("Autovacuum", "on")).unwrap().get("autovacuum").unwrap(), "on");
    }

    #[test]
    fn a_setting_cannot_move_the_server_or_break_out_of_its_line() {
        assert!(matches!(effective(&request("port", "1")), Err(ServerError::SettingReserved { .. })));
        for name in ["a b", "", "a=b", "x\ny", "a..b"] {
            assert!(matches!(effective(&request(name, "1")), Err(ServerError::SettingName { .. })), "{name}");
        }
        assert_eq!(as_configuration([("a.b", "it's\\\nx")].into_iter()), "a.b = 'it''s\\\\\\nx'\n");
    }

    #[test]
    fn a_durable_server_keeps_its_fsync() {
        let durable = Request { durability: Durability::Real, ..Request::default() };
        assert!(!effective(&durable).unwrap().contains_key("fsync"));
    }
}
