//! Looks for what the requests were told they had written.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use super::board::Board;
use super::trial::first_cells;
use crate::apply::error::{ApplyError, is_servers_trouble};
use crate::facts::{LedgerCheck, When};
use crate::scenario::text_array;

/// Keys that are looked for at once.
const AT_ONCE: usize = 1_000;

/// Keys that a check names.
const NAMED: usize = 20;

/// Asks every ledger for the keys acknowledged so far.
pub(super) async fn check(options: &PgConnectOptions, board: &Board, when: &When) -> Result<(), ApplyError> {
    let failed = |source| ApplyError::Traffic { what: "the ledgers can not be asked".to_owned(), source };
    let mut connection = PgConnection::connect_with(options).await.map_err(failed)?;
    for (place, kind) in board.workload.kinds().iter().enumerate() {
        let Some(ledger) = kind.ledger() else { continue };
        let query = if *when == When::Migrated { Some(&ledger.forward) } else { ledger.back.as_ref() };
        let Some(query) = query else { continue };
        let keys = board.book(|book| book.keys(place));
        let mut check = LedgerCheck {
            request: kind.name.clone(),
            when: when.clone(),
            acknowledged: u64::try_from(keys.len()).unwrap_or(u64::MAX),
            missing: 0,
            repeated: 0,
            missing_keys: Vec::new(),
            repeated_keys: BTreeMap::new(),
            refused: None,
        };
        for some in keys.chunks(AT_ONCE) {
            match first_cells(&mut connection, query.fill(&[text_array(some)])).await {
                Ok(found) => tally(&mut check, some, &found),
                Err(error) if is_servers_trouble(&error) => return Err(failed(error)),
                Err(error) => {
                    check.refused =
                        Some(error.as_database_error().map_or_else(|| error.to_string(), |e| e.message().to_owned()));
                    break;
                }
            }
        }
        board.book(|book| book.ledgers.push(check));
    }
    let _ = connection.close().await;
    Ok(())
}

fn tally(check: &mut LedgerCheck, keys: &[String], found: &[String]) {
    let mut times: BTreeMap<&String, u64> = keys.iter().map(|key| (key, 0)).collect();
    for key in found {
        times.entry(key).and_modify(|count| *count += 1);
    }
    for (key, count) in times {
        match count {
            0 => {
                check.missing += 1;
                if check.missing_keys.len() < NAMED {
                    check.missing_keys.push(key.clone());
                }
            }
            1 => {}
            several => {
                check.repeated += 1;
                if check.repeated_keys.len() < NAMED {
                    check.repeated_keys.insert(key.clone(), several);
                }
            }
        }
    }
}
