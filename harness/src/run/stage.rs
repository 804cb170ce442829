//! A server with the baseline on it, and two databases: one to compare with, one to migrate.

use std::time::Duration;

use super::RunError;
use super::runner::Tee;
use crate::apply;
use crate::database::{Database, DatabaseName, Template, TemplateError, drop_given_up};
use crate::facts::Direction;
use crate::record::{Event, RunRecord, ServerRecord};
use crate::scenario::{Plan, TransactionMode};
use crate::seed;
use crate::server::{Connector, Provider, Server, ServerKind};

/// What a run plays on.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(super) server: Server,
    pub(super) template: Template,
    /// Never migrated: what there was.
    pub(crate) baseline: Database,
    /// Migrated, rolled back, migrated again.
    pub(crate) work: Database,
    /// The name of the database that a backup is restored into.
    pub(super) restored: String,
}

/// What a run calls its databases: drawn before it makes any, so that they are found when it is given up.
#[derive(Debug)]
pub(super) struct Names {
    baseline: DatabaseName,
    work: DatabaseName,
    restored: DatabaseName,
}

impl Names {
    pub(super) fn draw() -> Self {
        Self { baseline: DatabaseName::random(), work: DatabaseName::random(), restored: DatabaseName::random() }
    }

    /// Drops what a run by these names has made, when nobody holds the stage any more. On a server of ours there is
    /// nothing to do: it ends with all that is in it.
    pub(super) async fn give_up(&self, connector: &Connector, plan: &Plan) {
        if connector.kind() != ServerKind::External {
            return;
        }
        let names = [&self.baseline, &self.work, &self.restored];
        if let Err(error) = drop_given_up(connector, plan.hash(), &names).await {
            tracing::warn!(%error, "databases may be left: `pgproof clean --server` drops them");
        }
    }
}

impl Stage {
    /// A stage for who runs the steps alone; nobody listens.
    pub(crate) async fn alone(plan: &Plan, provider: &Provider) -> Result<Self, RunError> {
        let names = Names::draw();
        let (mut record, mut nobody) = (RunRecord::new(), ());
        let mut listener = Tee::new(&mut record, &mut nobody);
        let server = Self::server(plan, provider, &names, &mut listener).await?;
        Self::set(plan, server, &names, &mut listener).await
    }

    /// The address of a database with its password.
    pub(crate) fn server_url(&self, database: &str) -> String {
        self.server.secret_url(database)
    }

    /// Starts the server.
    pub(super) async fn server(
        plan: &Plan,
        provider: &Provider,
        names: &Names,
        listener: &mut Tee<'_>,
    ) -> Result<Server, RunError> {
        let phase = listener.begin("start the server");
        let provider = provider.clone().asking(|request| {
            for value in request.settings.values_mut() {
                *value = value.replace("{database}", names.work.as_str());
            }
        });
        let server = provider.start().await?;
        let outcome = Self::record(&server, plan).await;
        listener.tell(&Event::ServerStarted(outcome?));
        listener.end(&phase);
        Ok(server)
    }

    /// Builds the template if need be, and clones it twice.
    pub(super) async fn set(
        plan: &Plan,
        server: Server,
        names: &Names,
        listener: &mut Tee<'_>,
    ) -> Result<Self, RunError> {
        let phase = listener.begin("build the baseline");
        let template =
            Template::ensure(&server, plan.hash(), async |database: &Database| build(plan, database, listener).await)
                .await
                .map_err(|error| match error {
                    TemplateError::Build(error) => error,
                    TemplateError::Database(error) => RunError::Database(error),
                })?;
        listener.end(&phase);
        let baseline = template.clone_as(Some(names.baseline.as_str())).await?;
        let work = template.clone_as(Some(names.work.as_str())).await?;
        let restored = names.restored.as_str().to_owned();
        Ok(Self { server, template, baseline, work, restored })
    }

    async fn record(server: &Server, plan: &Plan) -> Result<ServerRecord, RunError> {
        let available = server.extensions_available().await?;
        let required = &plan.requires.extensions;
        let extensions =
            required.iter().filter_map(|name| Some((name.clone(), available.get(name)?.clone()))).collect();
        if let Some(least) = plan.requires.postgres
            && server.major() < least
        {
            return Err(RunError::Requirement(format!(
                "the scenario needs PostgreSQL {least} or newer, this server is {}",
                server.version()
            )));
        }
        Ok(ServerRecord { kind: server.kind().as_str().to_owned(), version: server.version().to_owned(), extensions })
    }

    /// Takes the database to migrate away and makes it anew, as it was and under the same name.
    pub(super) async fn renew(&self) -> Result<(), RunError> {
        Ok(self.template.renew(&self.work).await?)
    }

    /// Drops the databases and stops the server, if it is ours.
    pub(crate) async fn clear(self) -> Result<(), RunError> {
        self.work.drop().await?;
        self.baseline.drop().await?;
        self.template.discard().await?;
        self.server.stop().await?;
        Ok(())
    }

    /// Lets go of everything at once: the server ends, if it is ours; on another's, the databases stay.
    pub(super) async fn abandon(self) {
        let Self { server, template, .. } = self;
        // With the template's session goes the lock that says it is in use.
        drop(template);
        if let Err(error) = server.stop().await {
            tracing::warn!(%error, "a server may be left: `pgproof clean` ends it");
        }
    }

    /// Leaves the migrated database standing.
    pub(super) async fn keep(self) -> Result<String, RunError> {
        let name = self.work.name().to_owned();
        let address = self.work.keep().await?;
        self.baseline.drop().await?;
        self.template.discard().await?;
        if self.server.is_ours() { Ok(self.server.keep(&name).await?) } else { Ok(address) }
    }

    /// The error itself, or that the server is gone where that is what lies behind it.
    pub(super) async fn explain(&self, error: RunError) -> RunError {
        if matches!(error, RunError::Interrupted) || error.is_usage() {
            return error;
        }
        // A process that is killed closes its connections a moment before it is seen as gone.
        for _ in 0..20 {
            if !self.server.is_alive().await {
                return RunError::Server(self.server.died().await);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        error
    }
}

async fn build(plan: &Plan, database: &Database, listener: &mut Tee<'_>) -> Result<(), RunError> {
    let options = database.options();
    let variant = plan.variant.as_ref().map(|(_, script)| script);
    for script in &plan.baseline {
        baseline_script(database, script).await?;
    }
    let seeded = std::sync::Mutex::new(listener);
    seed::load(&options, &plan.seed, plan.scale, &|relation, done, of| {
        let mut listener = seeded.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        listener.tell(&Event::Seeded { relation: relation.clone(), done, of });
    })
    .await?;
    for script in plan.seeded.iter().chain(variant) {
        baseline_script(database, script).await?;
    }
    Ok(())
}

async fn baseline_script(database: &Database, script: &crate::sql::Script) -> Result<(), RunError> {
    let mode = TransactionMode::of(script);
    let run = apply::run_script(&database.options(), "baseline", Direction::Up, script, mode, &mut ()).await?;
    run.refusal.map_or(Ok(()), |refusal| Err(RunError::Baseline(Box::new(refusal))))
}
