//! The content of a relation or a query in one line: how many rows, and an order-free sum of their hashes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether the scale of a `numeric` counts as content.
///
/// Only columns of type `numeric` (and domains over it) have two modes; numbers inside arrays, composites,
/// ranges and `jsonb` are always compared as they print.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumericMode {
    /// `1.0` and `1.00` differ.
    #[default]
    Strict,
    /// `1.0` and `1.00` are the same number.
    Value,
}

/// How a row becomes eight bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HashMethod {
    /// The server's own record hash, seeded, over type-aware encodings, and mixed once more.
    #[default]
    Record,
    /// The first eight bytes of md5 over the row's text, for servers whose hashes disagree.
    Md5,
}

/// What was done to get a fingerprint; two fingerprints compare only under the same method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Method {
    /// Whether the scale of a `numeric` counts.
    pub numeric: NumericMode,
    /// How a row becomes eight bytes.
    pub hash: HashMethod,
}

impl From<NumericMode> for Method {
    fn from(numeric: NumericMode) -> Self {
        Self { numeric, hash: HashMethod::default() }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.hash {
            HashMethod::Record => "record hash",
            HashMethod::Md5 => "md5 of text",
        })?;
        f.write_str(match self.numeric {
            NumericMode::Strict => ", numeric strict",
            NumericMode::Value => ", numeric by value",
        })
    }
}

/// A column that went into a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HashedColumn {
    /// The column's name, unquoted.
    pub name: String,
    /// The form it was hashed in, such as `integer64`, `text` or `ewkb`.
    pub encoding: String,
}

/// The content of a relation or of a query's answer at one snapshot, whatever the order of rows and columns.
///
/// Equal fingerprints under the same method mean equal rows (as multisets) up to a chance of about 2⁻⁶⁰.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The number of rows.
    pub rows: u64,
    /// The sum of the rows' hashes, an integer in decimal; `0` for no rows.
    pub sum: String,
    /// What was hashed, sorted by name.
    pub columns: Vec<HashedColumn>,
    /// How it was hashed.
    pub method: Method,
}

/// What one server makes of a fixed list of values: hashes and text forms.
///
/// PostgreSQL promises neither across majors or platforms; two servers are asked before they are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryVector {
    /// The server's `server_version_num`.
    pub server_version: u32,
    /// The fixed values' hashes; empty where the server has no record hash (below 14).
    pub hashes: Vec<String>,
    /// The fixed values' text forms.
    pub texts: Vec<String>,
}

impl CanaryVector {
    /// The hash under which rows of both servers may be compared, or `None` when not even their texts agree.
    pub fn shared_hash(&self, other: &Self) -> Option<HashMethod> {
        if self.texts != other.texts {
            None
        } else if self.hashes.is_empty() || self.hashes != other.hashes {
            Some(HashMethod::Md5)
        } else {
            Some(HashMethod::Record)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(hashes: &[&str], text: &str) -> CanaryVector {
        let hashes = hashes.iter().map(ToString::to_string).collect();
        CanaryVector { server_version: 150_018, hashes, texts: vec![text.to_owned()] }
    }

    #[test]
    fn servers_whose_hashes_disagree_are_compared_by_md5_and_those_whose_texts_disagree_not_at_all() {
        let here = vector(&["1", "2"], "0.1");
        assert_eq!(here.shared_hash(&here), Some(HashMethod::Record));
        assert_eq!(here.shared_hash(&vector(&["1", "3"], "0.1")), Some(HashMethod::Md5));
        assert_eq!(vector(&[], "0.1").shared_hash(&vector(&[], "0.1")), Some(HashMethod::Md5));
        assert_eq!(here.shared_hash(&vector(&["1", "2"], "0.10")), None);
    }
}
