//! One look at the lock table from outside.

use std::collections::BTreeSet;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::sql::LockMode;

/// How much of a statement is shown.
const SHOWN: usize = 120;

/// What one look saw.
#[derive(Debug, Default)]
pub(super) struct Sample {
    /// Relations that the session has locked, and how.
    pub(super) locks: Vec<(i64, LockMode)>,
    /// Every session of a client that waits for a lock, on the whole server.
    pub(super) waits: Vec<Wait>,
}

/// A session that waits.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    pub(super) pid: i32,
    /// The relation that it waits for, or whose row.
    pub(super) relation: Option<i64>,
    /// The mode that it wants of the relation.
    pub(super) mode: Option<LockMode>,
    /// When it began to wait: microseconds of the server's clock.
    pub(super) since_us: i64,
    pub(super) waited_ms: f64,
    pub(super) blockers: Vec<i32>,
    /// What it runs.
    pub(super) statement: String,
    /// What its blockers run or ran last; only of the session that is looked at.
    pub(super) blocked_by: Vec<String>,
}

/// Locks of the session and whether anybody waits: what nearly every look comes to.
const QUIET: &str = "select relation::bigint, mode, granted from pg_locks
     where (pid = $1 and locktype = 'relation' and relation >= 16384) or not granted";

/// Looks at the session `pid` and, if somebody waits, at who waits for whom.
pub(super) async fn look(connection: &mut PgConnection, pid: i32, version: i32) -> Result<Sample, sqlx::Error> {
    let rows = sqlx::query(QUIET).bind(pid).fetch_all(&mut *connection).await?;
    let mut sample = Sample::default();
    let mut somebody_waits = false;
    for row in rows {
        let mode: String = row.try_get(1)?;
        if !row.try_get::<bool, _>(2)? {
            somebody_waits = true;
        } else if let (Some(oid), Some(mode)) = (row.try_get(0)?, LockMode::from_catalog(&mode)) {
            sample.locks.push((oid, mode));
        }
    }
    if somebody_waits {
        let rows = sqlx::query(AssertSqlSafe(waiting(version))).bind(pid).fetch_all(&mut *connection).await?;
        sample.waits = rows.iter().map(wait).collect::<Result<_, _>>()?;
    }
    Ok(sample)
}

fn waiting(version: i32) -> String {
    // Servers before 14 do not say since when a session waits; its statement's start is the latest that is known.
    let since = if version >= 140_000 { "coalesce(l.waitstart, clock_timestamp())" } else { "a.query_start" };
    format!(
        "select l.pid,
                coalesce(l.relation, (select t.relation from pg_locks t
                                       where t.pid = l.pid and t.locktype = 'tuple' limit 1))::bigint,
                case l.locktype when 'relation' then l.mode end,
                (extract(epoch from {since}) * 1000000)::bigint,
                greatest(extract(epoch from clock_timestamp() - {since}) * 1000, 0)::float8,
                pg_blocking_pids(l.pid),
                coalesce(nullif(a.query, ''), a.backend_type, ''),
                case when l.pid = $1 then (
                    select array_agg(coalesce(nullif(b.query, ''), b.backend_type, '') order by b.pid)
                      from pg_stat_activity b where b.pid = any (pg_blocking_pids(l.pid))) end
           from pg_locks l left join pg_stat_activity a on a.pid = l.pid
          where not l.granted and l.pid is not null and (l.pid = $1 or a.backend_type = 'client backend')"
    )
}

fn wait(row: &PgRow) -> Result<Wait, sqlx::Error> {
    let mode: Option<String> = row.try_get(2)?;
    let blocked_by: Option<Vec<String>> = row.try_get(7)?;
    Ok(Wait {
        pid: row.try_get(0)?,
        relation: row.try_get(1)?,
        mode: mode.as_deref().and_then(LockMode::from_catalog),
        since_us: row.try_get(3)?,
        waited_ms: row.try_get(4)?,
        blockers: row.try_get(5)?,
        statement: first_line(&row.try_get::<String, _>(6)?),
        blocked_by: blocked_by.unwrap_or_default().iter().map(|text| first_line(text)).collect(),
    })
}

/// The first line that says something, cut where it is long.
fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// The waits that would end with the session `pid`: those that it blocks, and those that these block.
pub(super) fn because_of(pid: i32, waits: &[Wait]) -> Vec<&Wait> {
    let mut blocked = BTreeSet::from([pid]);
    loop {
        let more: Vec<i32> = waits
            .iter()
            .filter(|wait| !blocked.contains(&wait.pid) && wait.blockers.iter().any(|pid| blocked.contains(pid)))
            .map(|wait| wait.pid)
            .collect();
        if more.is_empty() {
            break;
        }
        blocked.extend(more);
    }
    waits.iter().filter(|wait| wait.pid != pid && blocked.contains(&wait.pid)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(pid: i32, blockers: &[i32]) -> Wait {
        Wait {
            pid,
            relation: None,
            mode: None,
            since_us: 0,
            waited_ms: 1.0,
            blockers: blockers.to_vec(),
            statement: String::new(),
            blocked_by: Vec::new(),
        }
    }

    #[test]
    fn whoever_waits_for_one_that_waits_for_the_step_waits_for_the_step() {
        let all = [waits(4, &[3]), waits(3, &[2]), waits(2, &[1]), waits(1, &[9]), waits(6, &[5]), waits(7, &[7])];
        let pids: Vec<i32> = because_of(1, &all).into_iter().map(|wait| wait.pid).collect();
        assert_eq!(pids, [4, 3, 2]);
    }

    #[test]
    fn a_statement_is_shown_by_its_first_line_that_says_something() {
        assert_eq!(first_line("\n\n  select 1\n from t"), "select 1");
        assert_eq!(first_line(&"é".repeat(300)).chars().count(), SHOWN + 1);
        assert_eq!(first_line(""), "");
    }
}
