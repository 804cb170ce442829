//! What must hold before, between and after: queries, statements, parity maps, assertions.

use serde::{Deserialize, Serialize};

use super::{Caller, Claim, Mistake};
use crate::sql::{RelationName, quote_identifier};

/// A query whose latency and plan are compared before and after.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedQuery {
    /// Its name in reports and benches.
    pub name: String,
    /// As the old application asks it.
    pub before: String,
    /// As the new application asks it; the same text where it is left out.
    pub after: Option<String>,
    /// The role that asks it; the connecting role where it is left out.
    pub role: Option<String>,
    /// The user that the token of the caller names (its `sub`).
    pub as_user: Option<String>,
    /// What was promised about it, in words, to be read beside what was measured.
    pub expected: Option<String>,
    /// The most its median may take afterwards, in milliseconds.
    pub budget_ms: Option<f64>,
    /// How many times slower its median may become; 2 where it is left out.
    #[serde(default = "default_max_ratio")]
    pub max_ratio: f64,
}

fn default_max_ratio() -> f64 {
    2.0
}

impl NamedQuery {
    /// The text that is measured on the migrated database.
    pub fn after_sql(&self) -> &str {
        self.after.as_deref().unwrap_or(&self.before)
    }

    /// Who asks it.
    pub fn caller(&self) -> Caller {
        Caller::new(self.role.as_deref(), self.as_user.as_deref(), None)
    }
}

/// Statements of the old application, run in one transaction that is rolled back; every answer is compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegacyStatement {
    /// Its name in reports.
    pub name: String,
    /// The role it runs as; the connecting role where it is left out.
    pub role: Option<String>,
    /// The user that the token of the caller names (its `sub`).
    pub as_user: Option<String>,
    /// What else the token says.
    pub claims: Option<toml::Table>,
    /// One statement or several.
    pub sql: String,
}

impl LegacyStatement {
    /// Who asks it.
    pub fn caller(&self) -> Caller {
        Caller::new(self.role.as_deref(), self.as_user.as_deref(), self.claims.as_ref())
    }
}

/// What belongs to what: rows of the baseline and where they must be afterwards.
///
/// Either a pair of queries (`legacy` on the baseline, `target` on the migrated database) or a declared map
/// (`from`, `to`, `columns`: target column → expression over the legacy row).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParityMap {
    /// Its name in reports.
    pub name: String,
    /// The columns of the result that identify a row.
    pub key: Vec<String>,
    legacy: Option<String>,
    target: Option<String>,
    from: Option<RelationName>,
    to: Option<RelationName>,
    columns: Option<std::collections::BTreeMap<String, String>>,
}

/// A parity map reduced to two queries whose results must be the same bag of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParityPair {
    /// The name of the map.
    pub name: String,
    /// The columns that identify a row.
    pub key: Vec<String>,
    /// Asked of the baseline.
    pub legacy: String,
    /// Asked of the migrated database.
    pub target: String,
}

impl ParityMap {
    /// The two queries.
    ///
    /// # Errors
    /// A [`Mistake`] where the map has both forms, half of one, or a key that is not among its columns.
    pub fn pair(&self) -> Result<ParityPair, Mistake> {
        let mistake = |message: String| {
            Mistake::new(format!("parity map `{}` {message}", self.name))
                .hint("give `legacy` and `target` queries, or `from`, `to` and `columns`")
        };
        if self.key.is_empty() {
            return Err(mistake("has an empty `key`".to_owned()));
        }
        let (legacy, target) = match (&self.legacy, &self.target, &self.from, &self.to, &self.columns) {
            (Some(legacy), Some(target), None, None, None) => (legacy.clone(), target.clone()),
            (None, None, Some(from), Some(to), Some(columns)) => {
                if let Some(key) = self.key.iter().find(|key| !columns.contains_key(*key)) {
                    return Err(mistake(format!("has the key `{key}`, which is not among its columns")));
                }
                let legacy = columns
                    .iter()
                    .map(|(column, expression)| format!("({expression}) as {}", quote_identifier(column)))
                    .collect::<Vec<_>>();
                let target = columns.keys().map(|column| quote_identifier(column)).collect::<Vec<_>>();
                (
                    format!("select {} from {}", legacy.join(", "), from.quoted()),
                    format!("select {} from {}", target.join(", "), to.quoted()),
                )
            }
            _ => return Err(mistake("is neither a pair of queries nor a column map".to_owned())),
        };
        let trim = |sql: String| sql.trim().trim_end_matches(';').to_owned();
        Ok(ParityPair { name: self.name.clone(), key: self.key.clone(), legacy: trim(legacy), target: trim(target) })
    }
}

/// When an assertion is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// Of the database about to be migrated, before the first step.
    Before,
    /// Of the migrated database.
    After,
}

/// A query and the answer it must give.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// What is asserted, a short sentence.
    pub name: String,
    /// The claim it belongs to, by name.
    pub claim: Claim,
    /// When it is asked.
    pub when: Moment,
    /// The query.
    pub sql: String,
    /// Its rows, in order, each cell as text (`null` is written `NULL`).
    pub expect: Vec<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(toml: &str) -> Result<ParityPair, Mistake> {
        toml::from_str::<ParityMap>(toml).unwrap().pair()
    }

    #[test]
    fn a_column_map_becomes_two_queries_over_the_same_columns() {
        let pair = map("name='stores'\nkey=['store_id']\nfrom='geography'\nto='stores'\n\
                        [columns]\nstore_id='id::text'\n\"Odd name\"='store_name'")
        .unwrap();
        assert_eq!(
            pair.legacy,
            r#"select (store_name) as "Odd name", (id::text) as "store_id" from "public"."geography""#
        );
        assert_eq!(pair.target, r#"select "Odd name", "store_id" from "public"."stores""#);
    }

    #[test]
    fn a_map_of_both_forms_or_with_a_foreign_key_column_is_a_mistake() {
        assert!(map("name='a'\nkey=['id']\nlegacy='select 1'\nfrom='t'").is_err());
        assert!(map("name='a'\nkey=['id']\nfrom='t'\nto='u'\n[columns]\nx='x'").is_err());
        assert!(map("name='a'\nkey=[]\nlegacy='select 1'\ntarget='select 1'").is_err());
    }
}
