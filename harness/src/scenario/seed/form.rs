//! A column's recipe in TOML: a table with one key that names the recipe, and its options beside it.
//!
//! ```toml
//! id = { serial = 1 }
//! quantity = { integer = [1, 6], distribution = "zipf" }
//! currency = "PHP"                                    # a bare value is a constant
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::column::{Arithmetic, Column, Hours, Operand, Order, Recipe};
use super::distribution::{Spread, SpreadName};
use super::geo::Area;
use super::literal::Literal;
use crate::sql::RelationName;

/// Longitude and latitude.
const WGS_84: i32 = 4326;

macro_rules! form {
    (kinds { $($kind:ident: $kind_type:ty,)+ } options { $($option:ident: $option_type:ty,)+ }) => {
        /// Every key that a recipe may have.
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct ColumnForm {
            $(#[serde(default)] $kind: Option<$kind_type>,)+
            $(#[serde(default)] $option: Option<$option_type>,)+
        }

        impl ColumnForm {
            const KINDS: &[&str] = &[$(stringify!($kind),)+];

            /// The recipe's keys that are there.
            fn kinds(&self) -> Vec<&'static str> {
                [$(self.$kind.is_some().then_some(stringify!($kind)),)+].into_iter().flatten().collect()
            }

            /// The options' keys that are there and have not been taken.
            fn options(&self) -> Vec<&'static str> {
                [$(self.$option.is_some().then_some(stringify!($option)),)+].into_iter().flatten().collect()
            }
        }
    };
}

form! {
    kinds {
        serial: i64,
        constant: Literal,
        null: bool,
        list: Vec<Literal>,
        choice: Vec<Literal>,
        integer: [i64; 2],
        decimal: [Literal; 2],
        float: [f64; 2],
        boolean: f64,
        text: String,
        fake: String,
        timestamp: [Literal; 2],
        date: [Literal; 2],
        uuid: UuidVersion,
        json: BTreeMap<String, Column>,
        array: Box<Column>,
        point_in_box: [f64; 4],
        point_in_polygon: Vec<[f64; 2]>,
        point_from: [String; 2],
        reference: RelationName,
        of: String,
        after: String,
        product: Vec<Operand>,
        sum: Vec<Operand>,
        difference: Vec<Operand>,
        same_as: String,
    }
    options {
        step: i64,
        weights: Vec<f64>,
        distribution: SpreadName,
        exponent: f64,
        scale: u32,
        hours: Hours,
        order: Order,
        length: [u64; 2],
        srid: i32,
        column: String,
        by: [String; 2],
        null_rate: f64,
    }
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
enum UuidVersion {
    #[serde(rename = "v4")]
    V4,
}

impl ColumnForm {
    /// Takes the options that belong to the recipe; what is left over is a mistake.
    fn into_column(mut self) -> Result<Column, String> {
        let kinds = self.kinds();
        let [kind] = *kinds.as_slice() else {
            let one_of = Self::KINDS.join("`, `");
            return Err(match kinds.as_slice() {
                [] => format!("no recipe: expected one of `{one_of}`"),
                several => format!("several recipes in one column: `{}`", several.join("`, `")),
            });
        };
        let null_rate = self.null_rate.take().unwrap_or(0.0);
        let recipe = self.recipe()?.ok_or_else(|| format!("`{kind}` is no recipe"))?;
        match self.options().first() {
            Some(option) => Err(format!("`{option}` is not an option of `{kind}`")),
            None => Ok(Column { recipe, null_rate }),
        }
    }

    fn recipe(&mut self) -> Result<Option<Recipe>, String> {
        Ok(match self.plain() {
            Some(recipe) => Some(recipe),
            None => self.with_spread()?.or_else(|| self.shaped()).map_or_else(|| self.related(), |it| Ok(Some(it)))?,
        })
    }

    /// The recipes that need little.
    fn plain(&mut self) -> Option<Recipe> {
        if let Some(start) = self.serial {
            return Some(Recipe::Serial { start, step: self.step.take().unwrap_or(1) });
        }
        if let Some(written) = self.null {
            let mistake = || Recipe::Mistaken("`null = false` says nothing: leave it out".to_owned());
            return Some(if written { Recipe::Constant(Literal::Null) } else { mistake() });
        }
        if let Some(values) = self.choice.take() {
            return Some(Recipe::Choice { values, weights: self.weights.take() });
        }
        if let Some(version) = self.uuid {
            return Some(match version {
                UuidVersion::V4 => Recipe::Uuid,
            });
        }
        let constant = self.constant.take().map(Recipe::Constant);
        constant
            .or_else(|| self.list.take().map(Recipe::List))
            .or_else(|| self.float.take().map(Recipe::Float))
            .or_else(|| self.boolean.take().map(Recipe::Boolean))
            .or_else(|| self.text.take().map(Recipe::Text))
            .or_else(|| self.fake.take().map(Recipe::Fake))
            .or_else(|| self.json.take().map(Recipe::Json))
            .or_else(|| self.same_as.take().map(Recipe::SameAs))
    }

    /// The recipes over a range.
    fn with_spread(&mut self) -> Result<Option<Recipe>, String> {
        if let Some(range) = self.integer.take() {
            return Ok(Some(Recipe::Integer { range, spread: self.spread()? }));
        }
        if let Some(range) = self.decimal.take() {
            let scale = self.scale.take().unwrap_or(2);
            return Ok(Some(Recipe::Decimal { range, scale, spread: self.spread()? }));
        }
        if let Some(range) = self.date.take() {
            return Ok(Some(Recipe::Date { range, spread: self.spread()? }));
        }
        if let Some(range) = self.timestamp.take() {
            let order = self.order.take().unwrap_or_default();
            return Ok(Some(Recipe::Timestamp { range, hours: self.hours.take(), order }));
        }
        Ok(None)
    }

    /// Arrays and points.
    fn shaped(&mut self) -> Option<Recipe> {
        if let Some(element) = self.array.take() {
            return Some(Recipe::Array { element, length: self.length.take().unwrap_or([0, 3]) });
        }
        let area = match (self.point_in_box.take(), self.point_in_polygon.take()) {
            (Some([left, bottom, right, top]), _) => Area::Box { low: [left, bottom], high: [right, top] },
            (None, Some(ring)) => Area::Polygon(ring),
            (None, None) => {
                let columns = self.point_from.take()?;
                return Some(Recipe::PointFrom { columns, srid: self.srid.take().unwrap_or(WGS_84) });
            }
        };
        Some(Recipe::Point { area, srid: self.srid.take().unwrap_or(WGS_84) })
    }

    /// The recipes over other columns.
    fn related(&mut self) -> Result<Option<Recipe>, String> {
        if let Some(table) = self.reference.take() {
            let column = self.column.take().ok_or("`reference` needs `column`: which of that table's columns?")?;
            let weights = self.weights.take();
            if weights.is_some() && self.distribution.is_some() {
                return Err("`weights` and `distribution` exclude each other".to_owned());
            }
            return Ok(Some(Recipe::Reference { table, column, spread: self.spread()?, weights }));
        }
        if let Some(reference) = self.of.take() {
            let column = self.column.take().ok_or("`of` needs `column`: which column of the row referred to?")?;
            return Ok(Some(Recipe::Of { reference, column }));
        }
        if let Some(column) = self.after.take() {
            let by = self.by.take().ok_or("`after` needs `by`, such as `by = [\"1 minute\", \"3 days\"]`")?;
            return Ok(Some(Recipe::After { column, by }));
        }
        let operations = [
            (Arithmetic::Product, self.product.take()),
            (Arithmetic::Sum, self.sum.take()),
            (Arithmetic::Difference, self.difference.take()),
        ];
        let scale = self.scale;
        let found = operations.into_iter().find_map(|(operation, operands)| {
            operands.map(|operands| Recipe::Arithmetic { operation, operands, scale })
        });
        if found.is_some() {
            self.scale = None;
        }
        Ok(found)
    }

    fn spread(&mut self) -> Result<Spread, String> {
        let exponent = self.exponent.take();
        match (self.distribution.take(), exponent) {
            (Some(SpreadName::Zipf), exponent) => Ok(Spread::Zipf { exponent: exponent.unwrap_or(1.0) }),
            (_, Some(_)) => Err("`exponent` is an option of `distribution = \"zipf\"`".to_owned()),
            (Some(SpreadName::Normal), None) => Ok(Spread::Normal),
            (Some(SpreadName::RoundRobin), None) => Ok(Spread::RoundRobin),
            (Some(SpreadName::Uniform) | None, None) => Ok(Spread::Uniform),
        }
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnVisitor)
    }
}

struct ColumnVisitor;

impl ColumnVisitor {
    fn constant(value: impl Into<Literal>) -> Column {
        Column { recipe: Recipe::Constant(value.into()), null_rate: 0.0 }
    }
}

impl<'de> Visitor<'de> for ColumnVisitor {
    type Value = Column;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a recipe such as `{ serial = 1 }`, or a constant")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Column, E> {
        Ok(Self::constant(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Column, E> {
        Ok(Self::constant(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Column, E> {
        Ok(Self::constant(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Column, E> {
        Ok(Self::constant(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Column, A::Error> {
        ColumnForm::deserialize(MapAccessDeserializer::new(map))?.into_column().map_err(A::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Operand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Literal::deserialize(deserializer)? {
            Literal::Text(column) => Ok(Self::Column(column)),
            number @ (Literal::Integer(_) | Literal::Float(_)) => Ok(Self::Number(number)),
            _ => Err(D::Error::custom("expected a column's name or a number")),
        }
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HoursVisitor)
    }
}

struct HoursVisitor;

impl<'de> Visitor<'de> for HoursVisitor {
    type Value = Hours;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`business`, `evening` or the weights of the 24 hours")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Hours, E> {
        match name {
            "business" => Ok(Hours::BUSINESS),
            "evening" => Ok(Hours::EVENING),
            other => Err(E::unknown_variant(other, &["business", "evening"])),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Hours, A::Error> {
        let mut weights = Vec::new();
        while let Some(weight) = elements.next_element::<f64>()? {
            weights.push(weight);
        }
        let count = weights.len();
        weights.try_into().map(Hours).map_err(|_| A::Error::invalid_length(count, &self))
    }
}
