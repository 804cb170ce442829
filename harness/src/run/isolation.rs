//! Looks at the migrated database as each sampled caller.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::RunError;
use super::look::{close, pinned};
use super::stage::Stage;
use crate::database::Database;
use crate::facts::{NumericMode, Sighting};
use crate::observe::{self, ObserveError, RowSource};
use crate::scenario::{Isolation, Plan, Sampled};
use crate::server::in_words;
use crate::sql::quote_identifier;

/// How many owners of one sighting are named.
const NAMED_OWNERS: usize = 20;

/// The callers that the scenario declares, users being asked of the baseline.
pub(super) async fn sample(baseline: &Database, plan: &Plan) -> Result<Vec<Sampled>, RunError> {
    if plan.identities.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = pinned(baseline).await?;
    let mut sampled = Vec::new();
    for identity in &plan.identities {
        let Some(users) = &identity.users else {
            sampled.push(identity.sampled(None));
            continue;
        };
        let unasked = |message: String| RunError::Query { name: format!("users of {}", identity.role), message };
        let rows = observe::text_rows(&mut connection, users).await.map_err(|error| unasked(in_words(&error)))?;
        if rows.is_empty() {
            return Err(unasked("no user is found".to_owned()));
        }
        sampled.extend(
            rows.into_iter()
                .filter_map(|row| row.into_iter().next().flatten())
                .map(|user| identity.sampled(Some(user))),
        );
    }
    close(connection).await;
    Ok(sampled)
}

/// What each caller sees through each isolated relation or function.
pub(super) async fn look(stage: &Stage, plan: &Plan) -> Result<Vec<Sighting>, RunError> {
    let mut sightings = Vec::new();
    if plan.isolations.is_empty() {
        return Ok(sightings);
    }
    let callers = sample(&stage.baseline, plan).await?;
    let users: Vec<String> = callers.iter().filter_map(|caller| caller.user.clone()).collect();
    let (mut before, mut now) = tokio::try_join!(pinned(&stage.baseline), pinned(&stage.work))?;
    for isolation in &plan.isolations {
        for caller in &callers {
            let sql = isolation.asked_by(caller, &users);
            let owners = owners(&mut now, isolation, caller, &sql).await?;
            let same = match isolation.same_as_by(caller, &users) {
                Some(legacy) => Some((
                    observe::seen_as(&mut before, &caller.caller, &RowSource::Query(legacy), NumericMode::Strict)
                        .await?,
                    observe::seen_as(&mut now, &caller.caller, &RowSource::Query(sql), NumericMode::Strict).await?,
                )),
                None => None,
            };
            sightings.push(Sighting { through: isolation.through.clone(), caller: caller.clone(), owners, same });
        }
    }
    observe::flush_statistics(&mut now).await;
    close(before).await;
    close(now).await;
    Ok(sightings)
}

async fn owners(
    connection: &mut PgConnection,
    isolation: &Isolation,
    caller: &Sampled,
    sql: &str,
) -> Result<Result<Vec<(Option<String>, u64)>, crate::facts::answer::Refusal>, RunError> {
    let reading = || ObserveError::reading(format!("what {} sees through `{}`", caller.key(), isolation.through));
    // The caller's own rows come last, so that none of another is cut off; the line break ends a closing comment.
    let own = caller.user.as_deref().map_or_else(|| "null".to_owned(), crate::sql::quote_literal);
    let grouped = format!(
        "select o.owner, pg_catalog.count(*)::pg_catalog.text
         from (select s.{}::pg_catalog.text as owner from ({sql}\n) as s) as o
         group by o.owner order by o.owner is not distinct from {own}, o.owner limit {NAMED_OWNERS}",
        quote_identifier(&isolation.owner)
    );
    connection.execute("begin").await.map_err(reading())?;
    if let Some(become_caller) = caller.caller.for_transaction() {
        connection.execute(AssertSqlSafe(become_caller)).await.map_err(reading())?;
    }
    let answered = observe::text_rows(connection, &grouped).await;
    connection.execute("rollback").await.map_err(reading())?;
    match answered {
        Ok(rows) => Ok(Ok(rows.into_iter().filter_map(owner_and_rows).collect())),
        Err(error) => Ok(Err(observe::refusal(error).map_err(reading())?)),
    }
}

fn owner_and_rows(row: Vec<Option<String>>) -> Option<(Option<String>, u64)> {
    let mut cells = row.into_iter();
    let owner = cells.next()?;
    let rows = cells.next()??.parse().ok()?;
    Some((owner, rows))
}
