//! Believable rows, by number.
//!
//! A [`Seed`] holds a recipe for every column of every table it fills. Its [`Generator`] answers one question: what is
//! in row `i` of column `c` of table `t`? The answer depends on nothing but the seed's number, the names of the table
//! and the column, and `i`. So the rows are the same whatever the order or the number of threads they are made in, and
//! a column more or less changes no other.
//!
//! It refuses to guess: a recipe that can not work is a [`SeedMistake`], and all of them are told at once. It does not
//! know the database; whether a column exists and takes such a value is for [`crate::seed`] to say.

mod clock;
mod column;
mod compile;
mod decimal;
mod distribution;
mod draw;
mod fakes;
mod form;
mod generator;
mod geo;
mod literal;
mod table;
mod template;
mod value;

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

pub use clock::{Moment, parse_date, parse_duration, parse_time};
pub use column::{Arithmetic, Column, Hours, Operand, Order, Recipe};
pub use decimal::Decimal;
pub use distribution::Spread;
pub use draw::Draw;
pub use fakes::Fake;
pub use generator::{Generator, TableRows};
pub use geo::{Area, Point};
pub use literal::Literal;
pub use table::{LiteralRows, TableSeed};
pub use value::Value;

use crate::sql::RelationName;

/// The rows to fill a database with: a number that chance starts from, and the tables.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Where chance starts: another number, other rows.
    #[serde(default)]
    pub number: u64,
    /// The tables, in any order; they are loaded in the order of their references.
    #[serde(default, rename = "table")]
    pub tables: Vec<TableSeed>,
}

impl Seed {
    /// A seed without tables.
    pub fn new(number: u64) -> Self {
        Self { number, tables: Vec::new() }
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: TableSeed) -> Self {
        self.tables.push(table);
        self
    }

    /// Everything that is wrong with the recipes, as far as can be said without the database; empty when nothing is.
    pub fn check(&self) -> Vec<SeedMistake> {
        self.generator(Scale::ONE).err().unwrap_or_default()
    }

    /// The function from table, column and row number to value, at this scale; or everything that is wrong.
    pub fn generator(&self, scale: Scale) -> Result<Generator, Vec<SeedMistake>> {
        compile::compile(self, scale)
    }
}

/// By how much the number of rows of every table is multiplied, except where it is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Scale(f64);

impl Scale {
    /// The numbers of rows as they are written.
    pub const ONE: Self = Self(1.0);

    /// A factor above zero; `None` for anything else.
    pub fn new(factor: f64) -> Option<Self> {
        (factor.is_finite() && factor > 0.0).then_some(Self(factor))
    }

    /// The factor.
    pub fn factor(self) -> f64 {
        self.0
    }

    /// `rows` scaled and rounded: at least 1, unless it is 0.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "numbers of rows stay far below 2⁵³, and the cast saturates"
    )]
    pub fn of(self, rows: u64) -> u64 {
        if rows == 0 || self == Self::ONE { rows } else { ((rows as f64 * self.0).round() as u64).max(1) }
    }
}

/// What is said of a number that is no scale.
const NO_SCALE: &str = "expected a number above 0, such as 0.1";

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().ok().and_then(Self::new).ok_or_else(|| NO_SCALE.to_owned())
    }
}

impl TryFrom<f64> for Scale {
    type Error = String;

    fn try_from(factor: f64) -> Result<Self, Self::Error> {
        Self::new(factor).ok_or_else(|| NO_SCALE.to_owned())
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self::ONE
    }
}

/// Something in a seed that can not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedMistake {
    /// The table it is in.
    pub table: RelationName,
    /// The column it is in, unless it concerns the whole table.
    pub column: Option<String>,
    /// What is wrong, a lower-case fragment.
    pub message: String,
}

impl fmt::Display for SeedMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "`{}`, column `{column}`: {}", self.table, self.message),
            None => write!(f, "`{}`: {}", self.table, self.message),
        }
    }
}

#[cfg(test)]
mod tests;
