//! The statements that one side of a comparison is asked.

use super::cells::Side;
use super::stream::{KeyKind, Rest};
use crate::facts::fingerprint::{Method, NumericMode};
use crate::observe::encoding::Encoding;
use crate::observe::fingerprint::{Hashed, row_hash};

impl Side<'_> {
    /// How each key column is sent; a bag's key is the row's hash.
    pub(super) fn key_kinds(&self) -> Vec<KeyKind> {
        if self.keys == 0 {
            return vec![KeyKind::Integer];
        }
        self.key_columns().iter().map(|key| key_kind(key.encoding)).collect()
    }

    /// The query that streams keys and hashes, or keys and all fields, sorted by key.
    pub(super) fn stream_select(&self, method: Method, rest: Rest) -> String {
        let from = self.rows_clause();
        if self.keys == 0 {
            let hash = row_hash(&self.columns, method);
            return format!(
                "select h, pg_catalog.count(*) from (select {hash} as h from {from} offset 0) as hashed group by h order by h"
            );
        }
        let keys = self.key_expressions(method.numeric);
        let named: Vec<_> = keys.iter().enumerate().map(|(place, key)| format!("{key} as k{place}")).collect();
        // An integer is sorted as it stands, so that an index can give the order; a text by its bytes.
        let order = self.key_columns().iter().enumerate().map(|(place, key)| match key_kind(key.encoding) {
            KeyKind::Integer => key.value.clone(),
            KeyKind::Text => format!("k{place}"),
        });
        let order: Vec<_> = order.collect();
        let content = match rest {
            Rest::Hash => row_hash(&self.columns, method),
            Rest::Fields(_) => self.fields(method.numeric).join(", "),
        };
        format!("select {}, {content} from {from} order by {}", named.join(", "), order.join(", "))
    }

    /// Every column in the form that is compared byte by byte; the binary form of each is the same on every server.
    fn fields(&self, mode: NumericMode) -> Vec<String> {
        self.columns.iter().map(|column| column.encoding.hashed(&column.value, mode)).collect()
    }

    /// The source, and what its rows must meet.
    pub(super) fn rows_clause(&self) -> String {
        let from = self.source.as_from_item(self.shapes);
        match &self.only {
            Some(only) => format!("{from} where {only}"),
            None => from,
        }
    }

    /// The key's columns as they are sent, sorted and compared on both sides.
    pub(super) fn key_expressions(&self, mode: NumericMode) -> Vec<String> {
        let expression = |key: &Hashed| match key_kind(key.encoding) {
            KeyKind::Integer => format!("{}::pg_catalog.int8", key.value),
            KeyKind::Text => key.encoding.printed(&key.value, mode),
        };
        self.key_columns().iter().map(expression).collect()
    }

    pub(super) fn key_columns(&self) -> &[Hashed] {
        self.columns.get(..self.keys).unwrap_or_default()
    }
}

fn key_kind(encoding: Encoding) -> KeyKind {
    match encoding {
        Encoding::Integer32 | Encoding::Integer64 => KeyKind::Integer,
        _ => KeyKind::Text,
    }
}
