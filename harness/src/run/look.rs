//! Looks at a database: everything, or what the old application sees.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::RunError;
use super::back::changed;
use crate::apply::OWN_SCHEMA;
use crate::database::Database;
use crate::facts::{
    ChangeCounter, Fingerprint, LegacySight, NumericMode, Observation, RelationInfo, RelationKind, Reply, Seen,
};
use crate::judge::Again;
use crate::observe::{self, ObserveError, RowSource};
use crate::scenario::{Caller, Plan};
use crate::schema::diff;
use crate::sql::{RelationName, Script};

/// Observes one database again and again, and reads anew only relations that were written to since.
#[derive(Debug, Default)]
pub(super) struct Eye {
    known: BTreeMap<RelationName, (ChangeCounter, Fingerprint)>,
}

impl Eye {
    /// Everything, seen now.
    pub(super) async fn observe(&mut self, database: &Database) -> Result<Observation, RunError> {
        let nothing = async { Ok(()) };
        Ok(self.observe_beside(database, nothing).await?.0)
    }

    /// Everything, seen now, while something else goes on that leaves no row different: what the old application sees.
    ///
    /// It begins when catalog and sequences have been read, since sequences do not roll back and a lock on the catalog's
    /// objects might meet one of its own; rows are read meanwhile, one relation a statement.
    pub(super) async fn observe_beside<T>(
        &mut self,
        database: &Database,
        other: impl Future<Output = Result<T, RunError>>,
    ) -> Result<(Observation, T), RunError> {
        let catalog = async {
            let mut connection = database.connect().await?;
            let catalog = observe::read_catalog(&mut connection, &[OWN_SCHEMA]).await?;
            let sequences = observe::read_sequences(&mut connection).await?;
            close(connection).await;
            Ok::<_, RunError>((catalog, sequences, other.await?))
        };
        let relations = self.fingerprints(database);
        let ((catalog, sequences, other), relations) = tokio::try_join!(catalog, relations)?;
        Ok((Observation { catalog, relations, sequences }, other))
    }

    /// Takes what is known of another moment for what is there now: a clone of what was seen, or a database in which
    /// everything since was rolled back. Writes that were rolled back count as writes, so without this every relation
    /// that the old application's statements touch would be read anew.
    pub(super) async fn adopt(&mut self, database: &Database, seen: &Observation) -> Result<(), RunError> {
        let mut connection = pinned(database).await?;
        for info in own_relations(&mut connection).await? {
            if let (Some(counter), Some(fingerprint)) = (info.change_counter, seen.relations.get(&info.name)) {
                self.known.insert(info.name, (counter, fingerprint.clone()));
            }
        }
        close(connection).await;
        Ok(())
    }

    async fn fingerprints(&mut self, database: &Database) -> Result<BTreeMap<RelationName, Fingerprint>, RunError> {
        let mut connection = pinned(database).await?;
        let mut fingerprints = BTreeMap::new();
        for info in own_relations(&mut connection).await? {
            if !holds_rows(info.kind) {
                continue;
            }
            let known = match (&info.change_counter, self.known.get(&info.name)) {
                (Some(now), Some((then, fingerprint))) if now == then => Some(fingerprint.clone()),
                _ => None,
            };
            let fingerprint = match known {
                Some(fingerprint) => fingerprint,
                None => fingerprint(&mut connection, &info.name, None).await?,
            };
            if let Some(counter) = info.change_counter {
                self.known.insert(info.name.clone(), (counter, fingerprint.clone()));
            }
            fingerprints.insert(info.name, fingerprint);
        }
        close(connection).await;
        Ok(fingerprints)
    }
}

/// What is different in `now` from what there was in `before`.
pub(crate) async fn changes(before: &Database, now: &Database) -> Result<Again, RunError> {
    let (mut one, mut other) = (Eye::default(), Eye::default());
    let (before, now) = (one.observe(before).await?, other.observe(now).await?);
    Ok(Again { catalog: diff(&before.catalog, &now.catalog), rows: changed(&before.relations, &now.relations) })
}

/// The relations that belong to the application: neither to the harness nor to an extension.
pub(super) async fn own_relations(connection: &mut PgConnection) -> Result<Vec<RelationInfo>, ObserveError> {
    let foreign: Vec<(String, String)> = sqlx::query_as(
        "select n.nspname::text, c.relname::text
           from pg_catalog.pg_depend d
           join pg_catalog.pg_class c on c.oid = d.objid
           join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          where d.classid = 'pg_catalog.pg_class'::regclass and d.deptype = 'e'",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(ObserveError::reading("the relations of extensions"))?;
    let relations = observe::read_relations(connection, &[OWN_SCHEMA.to_owned()]).await?;
    let foreign: BTreeSet<RelationName> =
        foreign.into_iter().map(|(schema, name)| RelationName::new(schema, name)).collect();
    Ok(relations.into_iter().filter(|info| !foreign.contains(&info.name)).collect())
}

/// Whether a relation has rows of its own; a view only shows those of others.
pub(super) fn holds_rows(kind: RelationKind) -> bool {
    matches!(kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::MaterializedView)
}

pub(super) async fn fingerprint(
    connection: &mut PgConnection,
    relation: &RelationName,
    columns: Option<Vec<String>>,
) -> Result<Fingerprint, ObserveError> {
    observe::fingerprint(connection, &RowSource::Relation(relation.clone(), columns), NumericMode::Strict).await
}

/// A connection whose settings do not change what values look like.
pub(super) async fn pinned(database: &Database) -> Result<PgConnection, RunError> {
    let mut connection = database.connect().await?;
    observe::pin(&mut connection).await?;
    Ok(connection)
}

/// Ends a connection politely; a server that is gone by then is noticed by whoever needs it next.
pub(super) async fn close(connection: PgConnection) {
    let _ = connection.close().await;
}

/// How closely the old application's sight is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Only the answers to its statements.
    Answers,
    /// And what each role sees of each relation.
    Full,
}

/// What the old application knows: the baseline's relations, and its statements.
#[derive(Debug)]
pub(super) struct Legacy {
    /// Every relation of the baseline that can be read, views included.
    pub(super) relations: Vec<RelationInfo>,
    statements: Vec<Asked>,
    callers: Vec<(String, Caller)>,
    policies: Policies,
}

/// How many rows of an answer are kept for people; all of them are compared.
const SHOWN_ROWS: usize = 50;

#[derive(Debug)]
struct Asked {
    name: String,
    caller: Caller,
    statements: Vec<String>,
}

/// Whether roles may see different rows of one relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policies {
    /// Row security is in use: contents are compared for each role.
    Present,
    /// A role sees all rows of a relation or is refused: counting tells which.
    Absent,
}

impl Legacy {
    pub(super) async fn read(baseline: &Database, plan: &Plan) -> Result<Self, RunError> {
        let mut connection = pinned(baseline).await?;
        let relations = own_relations(&mut connection).await?;
        let protected: bool = sqlx::query_scalar("select exists (select from pg_catalog.pg_policy)")
            .fetch_one(&mut connection)
            .await
            .map_err(ObserveError::reading("the policies"))?;
        close(connection).await;
        let policies = if protected { Policies::Present } else { Policies::Absent };
        let statements = plan.statements.iter().map(asked).collect::<Result<_, _>>()?;
        let roles = plan.requires.roles.iter().map(|role| (role.clone(), Caller::new(Some(role), None, None)));
        let users = super::isolation::sample(baseline, plan).await?;
        // A role alone is among the roles.
        let users = users.into_iter().filter_map(|sampled| {
            Some((format!("{}, user={}", sampled.role, sampled.user.as_ref()?), sampled.caller.clone()))
        });
        Ok(Self { relations, statements, callers: roles.chain(users).collect(), policies })
    }

    /// What the old application sees in `database` now. Nothing it writes stays.
    pub(super) async fn sight(&self, database: &Database, depth: Depth) -> Result<LegacySight, RunError> {
        let mut sight = LegacySight::default();
        let mut connection = pinned(database).await?;
        let sequences = observe::read_sequences(&mut connection).await?;
        for asked in &self.statements {
            let answers = ask(&mut connection, asked).await?;
            sight.answers.insert(asked.name.clone(), answers);
        }
        // Sequences do not roll back: what the statements took is given back, so that every sight starts alike.
        observe::restore_sequences(&mut connection, &sequences).await?;
        if depth == Depth::Full {
            for (label, caller) in &self.callers {
                for relation in &self.relations {
                    let seen = self.seen(&mut connection, caller, relation).await?;
                    sight.seen.insert((label.clone(), relation.name.clone()), seen);
                }
            }
        }
        observe::flush_statistics(&mut connection).await;
        close(connection).await;
        Ok(sight)
    }

    async fn seen(
        &self,
        connection: &mut PgConnection,
        caller: &Caller,
        relation: &RelationInfo,
    ) -> Result<Seen, RunError> {
        let source = match self.policies {
            Policies::Present => RowSource::Relation(relation.name.clone(), Some(relation.columns.clone())),
            Policies::Absent => RowSource::Query(format!("select count(*) from {}", relation.name.quoted())),
        };
        Ok(observe::seen_as(connection, caller, &source, NumericMode::Strict).await?)
    }
}

fn asked(statement: &crate::scenario::LegacyStatement) -> Result<Asked, RunError> {
    let unreadable = |message: String| RunError::Statement { name: statement.name.clone(), message };
    let script = Script::parse_alone(&statement.name, &statement.sql)
        .map_err(|errors| unreadable(errors.first().map_or_else(String::new, |error| error.message.clone())))?;
    let statements = script.statements().map(|statement| statement.text.clone()).collect();
    Ok(Asked { name: statement.name.clone(), caller: statement.caller(), statements })
}

async fn ask(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Reply>, RunError> {
    let failed = |source| RunError::Observe(ObserveError::reading(format!("the statement `{}`", asked.name))(source));
    connection.execute("begin").await.map_err(failed)?;
    let mut answers = Vec::new();
    if let Some(become_caller) = asked.caller.for_transaction() {
        connection.execute(AssertSqlSafe(become_caller)).await.map_err(failed)?;
    }
    for statement in &asked.statements {
        let reply = observe::answer_inside(connection, statement, SHOWN_ROWS).await?;
        let refused = matches!(reply, Reply::Refused(_));
        answers.push(reply);
        if refused {
            break;
        }
    }
    connection.execute("rollback").await.map_err(failed)?;
    Ok(answers)
}
