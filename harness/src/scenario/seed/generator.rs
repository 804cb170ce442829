//! The function from table, column and row to value.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "numbers of rows and of microseconds in a range stay far below 2⁵³, and the compiler of recipes checked the ranges"
)]

use super::clock::{DAY, Moment, SECOND};
use super::column::Arithmetic;
use super::decimal::Decimal;
use super::distribution::Picker;
use super::draw::Draw;
use super::fakes::Fake;
use super::geo::{Area, Point};
use super::template::Piece;
use super::value::{Value, write_json_string};
use crate::sql::RelationName;

/// A checked seed at some scale: what is in every cell.
///
/// Shared between threads as it is; it holds the recipes, never the rows.
#[derive(Debug)]
pub struct Generator {
    /// In the order of the seed.
    pub(super) tables: Vec<Table>,
    /// Parents before children.
    pub(super) order: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: RelationName,
    pub(super) rows: u64,
    pub(super) columns: Vec<Cell>,
}

/// A column's recipe, ready to run.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) name: String,
    pub(super) key: u64,
    /// The key of the stream that decides on null, so that the rate moves no value, and the rate.
    pub(super) null: Option<(u64, f64)>,
    pub(super) rule: Rule,
}

#[derive(Debug)]
pub(super) enum Rule {
    Null,
    Serial { start: i64, step: i64 },
    Constant(Value<'static>),
    List(Vec<Value<'static>>),
    Choice(Vec<Value<'static>>, Picker),
    Integer { low: i64, picker: Picker },
    Decimal { low: i128, scale: u32, picker: Picker },
    Float { low: f64, high: f64 },
    Boolean(f64),
    Text(Vec<Piece<usize>>),
    Fake(Fake),
    Timestamp(Timeline),
    Date { low: i32, picker: Picker },
    Uuid,
    Json(Vec<Cell>),
    Array { element: Box<Cell>, low: u64, picker: Picker },
    Point { area: Area, srid: i32 },
    PointFrom { columns: [usize; 2], srid: i32 },
    Reference { table: usize, column: usize, picker: Picker },
    Of { reference: usize, column: usize },
    After { column: usize, low: i64, picker: Picker },
    Arithmetic { operation: Arithmetic, operands: Vec<Term>, scale: Option<u32> },
    SameAs(usize),
}

#[derive(Debug)]
pub(super) enum Term {
    Column(usize),
    Number(Decimal),
}

/// A range of time with the rhythm of its days.
#[derive(Debug)]
pub(super) struct Timeline {
    pub(super) from: Moment,
    pub(super) span_us: i64,
    /// The share of a day that has passed when each hour begins.
    pub(super) passed: Option<Vec<f64>>,
    /// The number of rows, when they rise.
    pub(super) rising: Option<u64>,
}

impl Timeline {
    fn pick(&self, draw: &mut Draw, row: u64) -> Moment {
        let fraction = draw.fraction();
        let place = self.rising.map_or(fraction, |rows| (row as f64 + fraction) / rows as f64).min(1.0);
        let elapsed = match &self.passed {
            None => (place * self.span_us as f64) as i64,
            Some(passed) => {
                let days = place * (self.span_us / DAY) as f64;
                days as i64 * DAY + time_of_day(passed, days.fract())
            }
        };
        // Whole seconds, as a system that writes receipts has them; never the end itself.
        let elapsed = elapsed.min(self.span_us - SECOND).max(0);
        Moment { local_us: self.from.local_us + elapsed / SECOND * SECOND, ..self.from }
    }
}

/// When so much of a day's business is done.
fn time_of_day(passed: &[f64], share: f64) -> i64 {
    let hour = passed.partition_point(|&begun| begun <= share).saturating_sub(1);
    let begun = passed.get(hour).copied().unwrap_or(0.0);
    let over = passed.get(hour + 1).copied().unwrap_or(1.0);
    let within = if over > begun { (share - begun) / (over - begun) } else { 0.0 };
    ((hour as f64 + within) * 3_600.0 * SECOND as f64) as i64
}

/// The rows of one table, by number.
#[derive(Debug, Clone, Copy)]
pub struct TableRows<'g> {
    generator: &'g Generator,
    table: &'g Table,
    index: usize,
}

impl Generator {
    /// The tables, each after those it refers to, otherwise as the seed lists them.
    pub fn tables(&self) -> impl Iterator<Item = TableRows<'_>> {
        self.order.iter().filter_map(|&index| self.at(index))
    }

    /// A table by its name.
    pub fn table(&self, name: &RelationName) -> Option<TableRows<'_>> {
        self.at(self.tables.iter().position(|table| table.name == *name)?)
    }

    /// A table by its place in the seed.
    pub(crate) fn at(&self, index: usize) -> Option<TableRows<'_>> {
        self.tables.get(index).map(|table| TableRows { generator: self, table, index })
    }
}

impl<'g> TableRows<'g> {
    /// The table's name.
    pub fn name(&self) -> &'g RelationName {
        &self.table.name
    }

    /// How many rows it has, scaled.
    pub fn rows(&self) -> u64 {
        self.table.rows
    }

    /// Its place in the seed.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// The columns that have recipes, in a fixed order.
    pub fn columns(&self) -> impl Iterator<Item = &'g str> {
        self.table.columns.iter().map(|cell| cell.name.as_str())
    }

    /// The place of a column in [`columns`](Self::columns).
    pub fn column(&self, name: &str) -> Option<usize> {
        self.table.columns.iter().position(|cell| cell.name == name)
    }

    /// What is in the column at place `column` in row `row`, counted from 0; null where there is no such column.
    ///
    /// A pure function of the seed's number, the names of the table and the column, and `row`.
    #[inline]
    pub fn cell(&self, column: usize, row: u64) -> Value<'g> {
        self.table.columns.get(column).map_or(Value::Null, |cell| self.value(cell, row))
    }

    fn value(&self, cell: &'g Cell, row: u64) -> Value<'g> {
        if cell.is_null(row) {
            return Value::Null;
        }
        let mut draw = Draw::of_cell(cell.key, row);
        match &cell.rule {
            Rule::Null => Value::Null,
            Rule::Serial { start, step } => Value::Integer(start.wrapping_add(step.wrapping_mul(row as i64))),
            Rule::Constant(value) => value.borrowed(),
            Rule::List(values) => nth(values, row % (values.len() as u64).max(1)),
            Rule::Choice(values, picker) => nth(values, picker.pick(&mut draw, row)),
            Rule::Integer { low, picker } => Value::Integer(low.wrapping_add_unsigned(picker.pick(&mut draw, row))),
            Rule::Decimal { low, scale, picker } => {
                Value::Decimal(Decimal { unscaled: low + i128::from(picker.pick(&mut draw, row)), scale: *scale })
            }
            Rule::Float { low, high } => Value::Float((high - low).mul_add(draw.fraction(), *low)),
            Rule::Boolean(probability) => Value::Boolean(draw.fraction() < *probability),
            Rule::Text(pieces) => Value::Text(self.fill(pieces, row).into()),
            Rule::Fake(fake) => Value::Text(fake.invent(&mut draw).into()),
            Rule::Timestamp(timeline) => Value::Timestamp(timeline.pick(&mut draw, row)),
            Rule::Date { low, picker } => Value::Date(low.wrapping_add(picker.pick(&mut draw, row) as i32)),
            Rule::Uuid => Value::Uuid(random_uuid(&mut draw)),
            Rule::Json(fields) => Value::Json(self.object(fields, row)),
            Rule::Array { element, low, picker } => {
                let length = low + picker.pick(&mut draw, row);
                // Each element is a row of its own in the element's column.
                let first = draw.bits();
                Value::List((0..length).map(|place| self.value(element, first.wrapping_add(place))).collect())
            }
            Rule::Point { area, srid } => {
                area.pick(&mut draw).map_or(Value::Null, |[x, y]| Value::Point(Point { x, y, srid: *srid }))
            }
            Rule::PointFrom { columns: [x, y], srid } => self.point_from(*x, *y, *srid, row),
            Rule::Reference { table, column, picker } => {
                let parent = picker.pick(&mut draw, row);
                self.generator.at(*table).map_or(Value::Null, |table| table.cell(*column, parent))
            }
            Rule::Of { reference, column } => {
                self.parent(*reference, row).map_or(Value::Null, |(t, r)| t.cell(*column, r))
            }
            Rule::After { column, low, picker } => {
                let delay = low + picker.pick(&mut draw, row) as i64 * SECOND;
                moment(&self.cell(*column, row)).map_or(Value::Null, |moment| {
                    Value::Timestamp(Moment { local_us: moment.local_us + delay, ..moment })
                })
            }
            Rule::Arithmetic { operation, operands, scale } => {
                self.reckon(*operation, operands, *scale, row).map_or(Value::Null, Value::Decimal)
            }
            Rule::SameAs(column) => self.cell(*column, row),
        }
    }

    /// The table and the row that the reference in `column` refers to in row `row`; `None` when it is null.
    fn parent(&self, column: usize, row: u64) -> Option<(TableRows<'g>, u64)> {
        let cell = self.table.columns.get(column)?;
        match &cell.rule {
            Rule::Reference { table, picker, .. } if !cell.is_null(row) => {
                Some((self.generator.at(*table)?, picker.pick(&mut Draw::of_cell(cell.key, row), row)))
            }
            _ => None,
        }
    }

    fn fill(&self, pieces: &[Piece<usize>], row: u64) -> String {
        let mut out = String::with_capacity(24);
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Row(width) => pad(&mut out, *width, |out| Value::Integer(row as i64 + 1).write_text(out)),
                Piece::Column(column, width) => pad(&mut out, *width, |out| self.cell(*column, row).write_text(out)),
            }
        }
        out
    }

    fn object(&self, fields: &'g [Cell], row: u64) -> String {
        let mut out = String::with_capacity(64);
        out.push('{');
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            write_json_string(&field.name, &mut out);
            out.push(':');
            self.value(field, row).write_json(&mut out);
        }
        out.push('}');
        out
    }

    fn point_from(&self, x: usize, y: usize, srid: i32, row: u64) -> Value<'g> {
        let coordinate = |column| match self.cell(column, row) {
            Value::Float(value) => Some(value),
            other => other.number().map(Decimal::to_f64),
        };
        match (coordinate(x), coordinate(y)) {
            (Some(x), Some(y)) => Value::Point(Point { x, y, srid }),
            _ => Value::Null,
        }
    }

    fn reckon(&self, operation: Arithmetic, operands: &[Term], scale: Option<u32>, row: u64) -> Option<Decimal> {
        let mut terms = operands.iter().map(|term| match term {
            Term::Number(number) => Some(*number),
            Term::Column(column) => self.cell(*column, row).number(),
        });
        let mut result = terms.next()??;
        for term in terms {
            result = match operation {
                Arithmetic::Product => result.times(term?)?,
                Arithmetic::Sum => result.plus(term?)?,
                Arithmetic::Difference => result.plus(term?.negated())?,
            };
        }
        scale.map_or(Some(result), |scale| result.rescaled(scale))
    }
}

impl Cell {
    #[inline]
    fn is_null(&self, row: u64) -> bool {
        self.null.is_some_and(|(key, rate)| Draw::of_cell(key, row).fraction() < rate)
    }
}

/// The moment a value is or spells.
pub(super) fn moment(value: &Value<'_>) -> Option<Moment> {
    match value {
        Value::Timestamp(moment) => Some(*moment),
        Value::Date(days) => Some(Moment { local_us: i64::from(*days) * DAY, offset_s: 0 }),
        Value::Text(text) => Moment::parse(text),
        _ => None,
    }
}

fn nth<'g>(values: &'g [Value<'static>], place: u64) -> Value<'g> {
    values.get(place as usize).map_or(Value::Null, Value::borrowed)
}

fn pad(out: &mut String, width: usize, write: impl FnOnce(&mut String)) {
    let start = out.len();
    write(out);
    for _ in out.len() - start..width {
        out.insert(start, '0');
    }
}

fn random_uuid(draw: &mut Draw) -> [u8; 16] {
    let bits = (u128::from(draw.bits()) << 64) | u128::from(draw.bits());
    // Version 4, variant 10 (RFC 9562, 5.4).
    ((bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62)).to_be_bytes()
}
