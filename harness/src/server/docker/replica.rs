//! A replica in the very container that its server runs in: a second server beside it, on another port, that ends when
//! the container does.

use std::collections::BTreeMap;

use testcontainers::core::ExecCommand;

use super::{Docker, SOCKETS, explain, first_answer};
use crate::server::cluster::SUPERUSER;
use crate::server::connector::{Connector, ServerKind};
use crate::server::error::ServerError;

/// The port in the name of its socket; it listens on no other.
const PORT: u16 = 5433;

/// Copies the cluster and starts the copy, as the user that the image runs the server as. `su` may change the path.
const SCRIPT: &str = r#"set -e
bin=$(dirname "$(command -v postgres)")
copy=/var/lib/pgproof/replica
mkdir -p "$copy"
chown postgres "$copy"
chmod 700 "$copy"
export bin copy
exec su postgres -s /bin/sh -c '
  set -e
  "$bin/pg_basebackup" --pgdata="$copy" --write-recovery-conf --checkpoint=fast --wal-method=stream --no-sync \
    --no-password --create-slot --slot=pgproof_replica
  printf "\n%s" "$CONFIGURATION" >>"$copy/postgresql.conf"
  "$bin/pg_ctl" start --silent --wait --timeout=60 --pgdata="$copy" --log="$copy/server.log" >/dev/null 2>&1 || {
    cat "$copy/server.log" >&2
    exit 1
  }'
"#;

impl Docker {
    /// Starts it with these lines of configuration, and waits until it answers over its socket.
    pub(in crate::server) async fn replica(
        &self,
        primary: &Connector,
        configuration: &str,
    ) -> Result<Connector, ServerError> {
        let no_socket = || {
            let reason = "the engine does not share its files with this machine, so its socket is out of reach";
            self.failed("start a replica in", reason.to_owned())
        };
        let (sockets, _) = primary.socket().ok_or_else(no_socket)?;
        let Some(container) = &self.container else { return Err(no_socket()) };
        let own =
            format!("{configuration}port = {PORT}\nunix_socket_directories = '{SOCKETS}'\nlisten_addresses = ''\n");
        let environment = BTreeMap::from([
            ("CONFIGURATION", own.as_str()),
            ("PGUSER", SUPERUSER),
            ("PGPASSWORD", self.password.as_str()),
            ("PGAPPNAME", "pgproof_replica"),
            ("LC_ALL", "C"),
        ]);
        let failed = |error| explain(&self.image, "start a replica in", error);
        let command = ExecCommand::new(["sh", "-c", SCRIPT]).with_env_vars(environment);
        let mut run = container.exec(command).await.map_err(failed)?;
        let output = run.stderr_to_vec().await.map_err(failed)?;
        if run.exit_code().await.map_err(failed)? != Some(0) {
            let output = String::from_utf8_lossy(&output).trim().to_owned();
            return Err(ServerError::ProgramFailed { program: "pg_basebackup".to_owned(), output });
        }
        let options = primary.options(primary.maintenance()).socket(sockets).port(PORT);
        first_answer(&options).await?;
        let password = Some(self.password.clone());
        Ok(Connector::new(ServerKind::Docker, options, password, primary.maintenance(), primary.major()))
    }
}
