//! What is in a column.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::Deserialize;

use super::distribution::Spread;
use super::fakes::Fake;
use super::geo::Area;
use super::literal::Literal;
use crate::sql::RelationName;

/// The recipe of a column, and how often it is null instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// How a value is made.
    pub recipe: Recipe,
    /// The share of rows that are null, from 0 to 1.
    pub null_rate: f64,
}

/// How a value is made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Recipe {
    /// Row i (from 0) takes `start + i × step`.
    Serial {
        /// The first row's number.
        start: i64,
        /// From one row to the next; not 0.
        step: i64,
    },
    /// The same in every row.
    Constant(Literal),
    /// Row i takes element i modulo their number.
    List(Vec<Literal>),
    /// One of these.
    Choice {
        /// What there is to choose from.
        values: Vec<Literal>,
        /// How often each; equally often when absent.
        weights: Option<Vec<f64>>,
    },
    /// A whole number, both ends included.
    Integer {
        /// Lowest and highest.
        range: [i64; 2],
        /// How it is spread.
        spread: Spread,
    },
    /// An exact number, both ends included.
    Decimal {
        /// Lowest and highest, numbers or texts.
        range: [Literal; 2],
        /// Digits behind the point.
        scale: u32,
        /// How it is spread.
        spread: Spread,
    },
    /// An inexact number from the first (included) to the second.
    Float([f64; 2]),
    /// True with this probability.
    Boolean(f64),
    /// A text with `{row}` (1 in the first row) and `{column}` filled in; `{row:08}` pads with zeros, `{{` is a brace.
    Text(String),
    /// Something invented: a [`Fake`]'s name.
    Fake(String),
    /// A date and time from the first (included) to the second (excluded), in whole seconds.
    Timestamp {
        /// `2024-07-01`, or with a time, or with an offset from UTC, which then all of them have.
        range: [Literal; 2],
        /// What share falls into each hour of the day.
        hours: Option<Hours>,
        /// Whether it rises with the row's number.
        order: Order,
    },
    /// A date from the first (included) to the second (excluded).
    Date {
        /// `2024-07-01`, twice.
        range: [Literal; 2],
        /// How it is spread.
        spread: Spread,
    },
    /// A random UUID (version 4).
    Uuid,
    /// A JSON object whose values are recipes.
    Json(BTreeMap<String, Column>),
    /// An array of one dimension.
    Array {
        /// What is in it.
        element: Box<Column>,
        /// Shortest and longest.
        length: [u64; 2],
    },
    /// A point inside an area.
    Point {
        /// Where.
        area: Area,
        /// The reference system.
        srid: i32,
    },
    /// A point whose x and y stand in two columns of the same row.
    PointFrom {
        /// The columns' names.
        columns: [String; 2],
        /// The reference system.
        srid: i32,
    },
    /// A column of some row of another table (or of this one): a foreign key.
    Reference {
        /// The table referred to.
        table: RelationName,
        /// Its column.
        column: String,
        /// Which of its rows.
        spread: Spread,
        /// How often each of its rows, in their order; instead of the spread.
        weights: Option<Vec<f64>>,
    },
    /// Another column of the row that a reference of this row refers to.
    Of {
        /// This table's column with the reference.
        reference: String,
        /// The other table's column.
        column: String,
    },
    /// Some time after (or before) another column of the same row.
    After {
        /// The other column: a date or timestamp.
        column: String,
        /// Shortest and longest delay, such as `1 minute`, `3 days`.
        by: [String; 2],
    },
    /// Arithmetic over columns of the same row; null when one of them is.
    Arithmetic {
        /// What is done.
        operation: Arithmetic,
        /// With what.
        operands: Vec<Operand>,
        /// Digits behind the point to round to; exact when absent.
        scale: Option<u32>,
    },
    /// What another column of the same row has.
    SameAs(String),
    /// Not a recipe; says why. [`super::Seed::check`] tells it.
    Mistaken(String),
}

/// An operation over columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// The product of all.
    Product,
    /// The sum of all.
    Sum,
    /// The first less all others.
    Difference,
}

/// What is reckoned with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A column of the same row.
    Column(String),
    /// A number.
    Number(Literal),
}

/// In which order values come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// None.
    #[default]
    Any,
    /// A later row never has an earlier value, as where rows are written when things happen.
    Rising,
}

/// What share of a day falls into each of its 24 hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hours(pub [f64; 24]);

impl Hours {
    /// A shop or an office: from eight to nine in the evening, most at noon and after work.
    pub const BUSINESS: Self =
        Self([0., 0., 0., 0., 0., 0., 1., 2., 5., 7., 8., 9., 10., 9., 7., 7., 8., 10., 9., 6., 4., 2., 0., 0.]);
    /// People online: never none, most in the evening.
    pub const EVENING: Self =
        Self([4., 2., 1., 1., 1., 1., 2., 3., 4., 5., 5., 6., 7., 6., 5., 5., 6., 7., 9., 11., 12., 12., 10., 7.]);
}

impl Column {
    fn new(recipe: Recipe) -> Self {
        Self { recipe, null_rate: 0.0 }
    }

    /// `start`, `start + 1`, …
    pub fn serial(start: i64) -> Self {
        Self::new(Recipe::Serial { start, step: 1 })
    }

    /// The same in every row.
    pub fn constant(value: impl Into<Literal>) -> Self {
        Self::new(Recipe::Constant(value.into()))
    }

    /// Null in every row.
    pub fn null() -> Self {
        Self::new(Recipe::Constant(Literal::Null))
    }

    /// Row i takes element i modulo their number.
    pub fn list<L: Into<Literal>>(values: impl IntoIterator<Item = L>) -> Self {
        Self::new(Recipe::List(values.into_iter().map(Into::into).collect()))
    }

    /// One of these, equally often unless there are [`weights`](Self::weights). Also the labels of an enum.
    pub fn choice<L: Into<Literal>>(values: impl IntoIterator<Item = L>) -> Self {
        Self::new(Recipe::Choice { values: values.into_iter().map(Into::into).collect(), weights: None })
    }

    /// A whole number.
    pub fn integer(range: RangeInclusive<i64>) -> Self {
        Self::new(Recipe::Integer { range: [*range.start(), *range.end()], spread: Spread::Uniform })
    }

    /// An exact number between two, both included, with `scale` digits behind the point.
    pub fn decimal(low: &str, high: &str, scale: u32) -> Self {
        Self::new(Recipe::Decimal { range: [low.into(), high.into()], scale, spread: Spread::Uniform })
    }

    /// An inexact number from `low` (included) to `high`.
    pub fn float(low: f64, high: f64) -> Self {
        Self::new(Recipe::Float([low, high]))
    }

    /// True with this probability.
    pub fn boolean(probability: f64) -> Self {
        Self::new(Recipe::Boolean(probability))
    }

    /// A text with `{row}` and `{column}` filled in: see [`Recipe::Text`].
    pub fn text(template: &str) -> Self {
        Self::new(Recipe::Text(template.to_owned()))
    }

    /// Something invented.
    pub fn fake(fake: Fake) -> Self {
        Self::new(Recipe::Fake(fake.name().to_owned()))
    }

    /// A date and time from `from` (included) to `to` (excluded).
    pub fn timestamp(from: &str, to: &str) -> Self {
        Self::new(Recipe::Timestamp { range: [from.into(), to.into()], hours: None, order: Order::Any })
    }

    /// A date from `from` (included) to `to` (excluded).
    pub fn date(from: &str, to: &str) -> Self {
        Self::new(Recipe::Date { range: [from.into(), to.into()], spread: Spread::Uniform })
    }

    /// A random UUID.
    pub fn uuid() -> Self {
        Self::new(Recipe::Uuid)
    }

    /// A JSON object.
    pub fn json<'a>(fields: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::new(Recipe::Json(fields.into_iter().map(|(name, column)| (name.to_owned(), column)).collect()))
    }

    /// An array.
    pub fn array(element: Self, length: RangeInclusive<u64>) -> Self {
        Self::new(Recipe::Array { element: Box::new(element), length: [*length.start(), *length.end()] })
    }

    /// A point of the area.
    pub fn point(area: Area, srid: i32) -> Self {
        Self::new(Recipe::Point { area, srid })
    }

    /// A point from the columns with its x and y.
    pub fn point_from(x: &str, y: &str, srid: i32) -> Self {
        Self::new(Recipe::PointFrom { columns: [x.to_owned(), y.to_owned()], srid })
    }

    /// A foreign key.
    pub fn reference(table: RelationName, column: &str) -> Self {
        let (column, spread) = (column.to_owned(), Spread::Uniform);
        Self::new(Recipe::Reference { table, column, spread, weights: None })
    }

    /// Another column of the row that `reference` refers to.
    pub fn of(reference: &str, column: &str) -> Self {
        Self::new(Recipe::Of { reference: reference.to_owned(), column: column.to_owned() })
    }

    /// Some time after another column.
    pub fn after(column: &str, shortest: &str, longest: &str) -> Self {
        Self::new(Recipe::After { column: column.to_owned(), by: [shortest.to_owned(), longest.to_owned()] })
    }

    /// The product of columns, rounded to `scale` digits behind the point.
    pub fn product(columns: &[&str], scale: u32) -> Self {
        Self::arithmetic(Arithmetic::Product, columns, scale)
    }

    /// The sum of columns, rounded to `scale` digits behind the point.
    pub fn sum(columns: &[&str], scale: u32) -> Self {
        Self::arithmetic(Arithmetic::Sum, columns, scale)
    }

    /// The first column less the others, rounded to `scale` digits behind the point.
    pub fn difference(columns: &[&str], scale: u32) -> Self {
        Self::arithmetic(Arithmetic::Difference, columns, scale)
    }

    fn arithmetic(operation: Arithmetic, columns: &[&str], scale: u32) -> Self {
        let operands = columns.iter().map(|&column| Operand::Column(column.to_owned())).collect();
        Self::new(Recipe::Arithmetic { operation, operands, scale: Some(scale) })
    }

    /// What another column of the same row has.
    pub fn same_as(column: &str) -> Self {
        Self::new(Recipe::SameAs(column.to_owned()))
    }

    /// The share of rows that are null instead, from 0 to 1.
    #[must_use]
    pub fn null_rate(mut self, rate: f64) -> Self {
        self.null_rate = rate;
        self
    }

    /// The step of a serial.
    #[must_use]
    pub fn step(mut self, by: i64) -> Self {
        match &mut self.recipe {
            Recipe::Serial { step, .. } => *step = by,
            _ => self.recipe = Recipe::Mistaken("`step` is for a serial".to_owned()),
        }
        self
    }

    /// The weights of a choice, or of a reference's rows.
    #[must_use]
    pub fn weights(mut self, each: impl IntoIterator<Item = f64>) -> Self {
        match &mut self.recipe {
            Recipe::Choice { weights, .. } | Recipe::Reference { weights, .. } => {
                *weights = Some(each.into_iter().collect());
            }
            _ => self.recipe = Recipe::Mistaken("`weights` are for a choice or a reference".to_owned()),
        }
        self
    }

    /// How a range or a reference is drawn from.
    #[must_use]
    pub fn spread(mut self, how: Spread) -> Self {
        match &mut self.recipe {
            Recipe::Integer { spread, .. }
            | Recipe::Decimal { spread, .. }
            | Recipe::Date { spread, .. }
            | Recipe::Reference { spread, .. } => *spread = how,
            _ => self.recipe = Recipe::Mistaken("a distribution is for a range or a reference".to_owned()),
        }
        self
    }

    /// Low numbers, or a parent's first rows, more often than others: as `1 / k^exponent`.
    #[must_use]
    pub fn zipf(self, exponent: f64) -> Self {
        self.spread(Spread::Zipf { exponent })
    }

    /// The rhythm of a day, for a timestamp.
    #[must_use]
    pub fn hours(mut self, of_the_day: Hours) -> Self {
        match &mut self.recipe {
            Recipe::Timestamp { hours, .. } => *hours = Some(of_the_day),
            _ => self.recipe = Recipe::Mistaken("`hours` are for a timestamp".to_owned()),
        }
        self
    }

    /// Never earlier than the row before, for a timestamp.
    #[must_use]
    pub fn rising(mut self) -> Self {
        match &mut self.recipe {
            Recipe::Timestamp { order, .. } => *order = Order::Rising,
            _ => self.recipe = Recipe::Mistaken("`order` is for a timestamp".to_owned()),
        }
        self
    }
}
