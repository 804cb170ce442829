//! Remedies for what goes wrong with servers, kept out of the messages.

use std::io;
use std::path::Path;

use super::error::ServerError;

impl ServerError {
    /// What a person can do about it, if that is known.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoInstallation { .. } => format!(
                "install them without starting a server of Debian's own: {}; or use `--server docker`",
                install("postgresql-15 postgresql-15-postgis-3")
            ),
            Self::NoMajor { major, .. } => {
                format!("{}; or use `--server docker`", install(&format!("postgresql-{major}")))
            }
            Self::NoSource { .. } => {
                format!("{}, or start a container engine", install("postgresql-15 postgresql-15-postgis-3"))
            }
            Self::Extension { name, major, kind: "embedded" } => install(&extension_package(name, *major)),
            Self::Extension { name, kind: "docker", .. } => {
                format!(
                    "use an image that has `{name}`: `just image 17` builds pgproof/postgis:17-3.5, PGPROOF_IMAGE names it"
                )
            }
            Self::Extension { name, major, .. } => {
                format!(
                    "its administrator installs it, on Debian by `apt-get install {}`",
                    extension_package(name, *major)
                )
            }
            Self::Version { .. } => "name another `--pg` or another server".to_owned(),
            Self::SettingDiffers { name, wanted, .. } => {
                format!("its administrator sets it: ALTER SYSTEM SET {name} = '{wanted}', then restarts the server")
            }
            Self::SettingReserved { .. } | Self::SettingName { .. } => {
                "remove it from the scenario's settings".to_owned()
            }
            Self::File { path, source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied
                | io::ErrorKind::ReadOnlyFilesystem
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::NotFound => {
                    format!(
                        "make `{}` a directory that can be written to, or choose another with PGPROOF_RUN_DIR or PGPROOF_CACHE_DIR",
                        parent(path).display()
                    )
                }
                _ => return None,
            },
            Self::DiskFull { path } => format!(
                "free some room, run `pgproof clean`, or choose another place than `{}` with PGPROOF_RUN_DIR or PGPROOF_CACHE_DIR",
                parent(path).display()
            ),
            Self::NotStarted { log, .. } | Self::Died { log, .. } => return hint_of_log(log),
            Self::Unreachable { .. } => "is it running, and is the port right?".to_owned(),
            Self::Login { .. } => {
                "check the user and the password in the URL, or in PGPASSWORD or ~/.pgpass".to_owned()
            }
            Self::NoCreateDatabase { user, .. } => format!("an administrator runs: ALTER ROLE \"{user}\" CREATEDB"),
            Self::NotLoopback { .. } => "say so with `--yes` if this server is the one you mean".to_owned(),
            Self::NoEngine { .. } => "start Docker, or use `--server embedded`".to_owned(),
            Self::NoImage { .. } => {
                "build one from Debian's packages with `just image 17`, then set PGPROOF_IMAGE=pgproof/postgis:17-3.5"
                    .to_owned()
            }
            Self::Program { .. } | Self::ProgramFailed { .. } | Self::Container { .. } | Self::Query { .. } => {
                return None;
            }
        })
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn install(packages: &str) -> String {
    format!("apt-get install {packages}")
}

/// The Debian package that brings an extension.
fn extension_package(name: &str, major: u16) -> String {
    match name {
        "postgis"
        | "postgis_topology"
        | "postgis_raster"
        | "postgis_sfcgal"
        | "postgis_tiger_geocoder"
        | "address_standardizer"
        | "address_standardizer_data_us" => format!("postgresql-{major}-postgis-3"),
        "pg_cron" => format!("postgresql-{major}-cron"),
        "plpython3u" => format!("postgresql-plpython3-{major}"),
        "plperl" | "plperlu" => format!("postgresql-plperl-{major}"),
        "vector" => format!("postgresql-{major}-pgvector"),
        other if is_contrib(other) => format!("postgresql-{major}"),
        other => format!("postgresql-{major}-{}", other.trim_start_matches("pg_").replace('_', "-")),
    }
}

/// Extensions that come with the server's own package on Debian.
fn is_contrib(name: &str) -> bool {
    const CONTRIB: &[&str] = &[
        "btree_gin",
        "btree_gist",
        "citext",
        "cube",
        "earthdistance",
        "fuzzystrmatch",
        "hstore",
        "intarray",
        "ltree",
        "pg_buffercache",
        "pg_stat_statements",
        "pg_trgm",
        "pgcrypto",
        "pgrowlocks",
        "pgstattuple",
        "postgres_fdw",
        "tablefunc",
        "unaccent",
        "uuid-ossp",
    ];
    CONTRIB.contains(&name)
}

/// What the server's own words give away.
fn hint_of_log(log: &str) -> Option<String> {
    if log.contains("No space left on device") {
        return Some("free some room, run `pgproof clean`, or put the data elsewhere with PGPROOF_RUN_DIR".to_owned());
    }
    if let Some((_, rest)) = log.split_once("could not access file \"") {
        let library = rest.split('"').next().unwrap_or_default().trim_start_matches("$libdir/");
        return Some(format!(
            "the library `{library}` is not installed for this server; on Debian: {}",
            install(&extension_package(library, 15)).replace("-15", "-<major>")
        ));
    }
    if log.contains("could not map anonymous shared memory") || log.contains("Cannot allocate memory") {
        return Some("this machine has too little memory for the server's `shared_buffers`".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_extension_names_its_package() {
        for (name, package) in [
            ("postgis", "postgresql-17-postgis-3"),
            ("pg_cron", "postgresql-17-cron"),
            ("pgtap", "postgresql-17-pgtap"),
            ("pg_trgm", "postgresql-17"),
        ] {
            let error = ServerError::Extension { name: name.to_owned(), major: 17, kind: "embedded" };
            assert_eq!(error.hint().unwrap(), format!("apt-get install {package}"));
        }
    }

    #[test]
    fn a_full_disk_is_told_apart_from_a_forbidden_one() {
        let of = |kind: io::ErrorKind| ServerError::file("write", Path::new("/x/y"))(kind.into());
        assert!(matches!(of(io::ErrorKind::StorageFull), ServerError::DiskFull { .. }));
        assert!(of(io::ErrorKind::PermissionDenied).hint().unwrap().contains("`/x`"));
    }

    #[test]
    fn a_missing_library_is_read_from_the_log() {
        let log = "FATAL:  could not access file \"pg_cron\": No such file or directory".to_owned();
        let hint = ServerError::NotStarted { kind: "embedded", log }.hint().unwrap();
        assert!(hint.contains("postgresql-<major>-cron"), "{hint}");
    }
}
