//! Reads the cells of the rows that are to be named, once it is known which they are.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::Unnamed;
use super::merge::KeyPart;
use crate::facts::difference::{CellDifference, DifferenceKind, RowDifference, shortened};
use crate::facts::fingerprint::Method;
use crate::observe::ObserveError;
use crate::observe::fingerprint::{Hashed, row_hash};
use crate::observe::relation::{ColumnShape, RowSource};
use crate::sql::quote_literal;

/// One side of a comparison.
pub(super) struct Side<'s> {
    pub(super) connection: &'s mut PgConnection,
    pub(super) source: &'s RowSource,
    pub(super) shapes: &'s [ColumnShape],
    /// The compared columns, the key's first.
    pub(super) columns: Vec<Hashed>,
    /// How many columns the key has; 0 for a bag.
    pub(super) keys: usize,
    /// The condition that the rows of interest meet, an expression over the alias `r`; all where there is none.
    pub(super) only: Option<String>,
}

/// The texts of a row, in the order of the compared columns.
type Texts = Vec<Option<String>>;

impl Side<'_> {
    /// The rows of the given keys, as texts; of a key held twice any one row.
    async fn rows(
        &mut self,
        keys: &[&[KeyPart]],
        method: Method,
    ) -> Result<HashMap<Vec<KeyPart>, Texts>, ObserveError> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let expressions =
            if self.keys == 0 { vec![row_hash(&self.columns, method)] } else { self.key_expressions(method.numeric) };
        let conditions: Vec<_> = if self.keys == 0 {
            keys.iter().map(|key| condition(&expressions, key)).collect()
        } else {
            // The bare column beside its form as text lets an index be used.
            let bare = self.key_columns().iter().map(Hashed::bare_key).collect::<Vec<_>>();
            let both = |key: &&[KeyPart]| format!("{}{}", bare_condition(&bare, key), condition(&expressions, key));
            keys.iter().map(both).collect()
        };
        let wanted = conditions.join(" or ");
        let keys_as_text = expressions.iter().map(|key| format!("({key})::pg_catalog.text"));
        let texts = self.columns.iter().map(|column| column.encoding.printed(&column.value, method.numeric));
        let list = keys_as_text.chain(texts).collect::<Vec<_>>().join(", ");
        let sql = format!("select {list} from {} where {wanted}", self.source.as_from_item(self.shapes));
        let what = || ObserveError::reading(format!("the differing rows of {}", self.source.describe()));
        let kinds = self.key_kinds();
        let mut found = HashMap::new();
        for row in sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *self.connection).await.map_err(what())? {
            let read = |place| row.try_get::<Option<String>, _>(place).map_err(what());
            let mut key = Vec::with_capacity(kinds.len());
            for (place, kind) in kinds.iter().enumerate() {
                key.push(match (read(place)?, kind) {
                    (None, _) => KeyPart::Null,
                    (Some(text), super::KeyKind::Text) => KeyPart::Text(text),
                    (Some(text), super::KeyKind::Integer) => {
                        KeyPart::Integer(text.parse().map_err(|_| ObserveError::Unexpected {
                            what: format!("the differing rows of {}", self.source.describe()),
                            found: format!("`{text}` is no integer key"),
                        })?)
                    }
                });
            }
            let texts: Texts = (kinds.len()..kinds.len() + self.columns.len()).map(read).collect::<Result<_, _>>()?;
            found.insert(key, texts);
        }
        Ok(found)
    }
}

/// The condition on the columns whose values can be written as literals of their own type, with an `and` behind it.
fn bare_condition(bare: &[Option<(String, &'static str)>], key: &[KeyPart]) -> String {
    let part = |(column, part): (&Option<(String, &'static str)>, &KeyPart)| match (column, part) {
        (Some((value, kind)), KeyPart::Integer(number)) => {
            Some(format!("{value} operator(pg_catalog.=) '{number}'::pg_catalog.{kind} and "))
        }
        (Some((value, kind)), KeyPart::Text(text)) => {
            Some(format!("{value} operator(pg_catalog.=) {}::pg_catalog.{kind} and ", quote_literal(text)))
        }
        _ => None,
    };
    bare.iter().zip(key).filter_map(part).collect()
}

/// The condition that picks one key.
fn condition(expressions: &[String], key: &[KeyPart]) -> String {
    let part = |(expression, part): (&String, &KeyPart)| match part {
        KeyPart::Null => format!("({expression}) is null"),
        KeyPart::Integer(number) => {
            format!("({expression}) operator(pg_catalog.=) '{number}'::pg_catalog.int8")
        }
        KeyPart::Text(text) => format!("({expression}) operator(pg_catalog.=) {}", quote_literal(text)),
    };
    format!("({})", expressions.iter().zip(key).map(part).collect::<Vec<_>>().join(" and "))
}

/// Gives the differences their keys' texts and, where the row changed, the cells in which it did.
pub(super) async fn name(
    before: &mut Side<'_>,
    after: &mut Side<'_>,
    unnamed: Vec<Unnamed>,
    method: Method,
) -> Result<Vec<RowDifference>, ObserveError> {
    let bag = before.keys == 0;
    let of_interest = |missing: bool| {
        let wanted = move |difference: &&Unnamed| match difference.kind {
            DifferenceKind::Changed(_) => true,
            DifferenceKind::Missing(_) => bag && missing,
            DifferenceKind::Extra(_) => bag && !missing,
            DifferenceKind::Duplicate { .. } => false,
        };
        unnamed.iter().filter(wanted).map(|difference| difference.key.key.as_slice()).collect::<Vec<_>>()
    };
    let (before_keys, after_keys) = (of_interest(true), of_interest(false));
    let (before_rows, after_rows) =
        tokio::try_join!(before.rows(&before_keys, method), after.rows(&after_keys, method))?;
    let names: Vec<&str> = before.columns.iter().map(|column| column.name.as_str()).collect();
    let row = |difference: Unnamed| {
        let (left, right) = (before_rows.get(&difference.key.key), after_rows.get(&difference.key.key));
        let key = if bag {
            let texts = left.or(right).into_iter().flatten();
            let short = |text: &Option<String>| text.as_deref().map(shortened);
            names.iter().zip(texts).map(|(name, text)| ((*name).to_owned(), short(text))).collect()
        } else {
            names.iter().zip(&difference.key.key).map(|(name, part)| ((*name).to_owned(), text(part))).collect()
        };
        let kind = match (difference.kind, left, right) {
            (DifferenceKind::Changed(_), Some(left), Some(right)) => {
                DifferenceKind::Changed(changed_cells(&names, left, right))
            }
            (kind, _, _) => kind,
        };
        RowDifference { key, kind }
    };
    Ok(unnamed.into_iter().map(row).collect())
}

fn text(part: &KeyPart) -> Option<String> {
    match part {
        KeyPart::Null => None,
        KeyPart::Integer(number) => Some(number.to_string()),
        KeyPart::Text(text) => Some(text.clone()),
    }
}

fn changed_cells(names: &[&str], before: &Texts, after: &Texts) -> Vec<CellDifference> {
    names
        .iter()
        .zip(before.iter().zip(after))
        .filter(|(_, (before, after))| before != after)
        .map(|(name, (before, after))| CellDifference::new(*name, before.as_deref(), after.as_deref()))
        .collect()
}
