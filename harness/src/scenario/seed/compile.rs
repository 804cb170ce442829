//! From recipes to a generator, or to everything that is wrong with them.

use std::collections::BTreeMap;

use super::clock::{self, DAY, Moment, SECOND};
use super::column::{Column, Hours, Operand, Order, Recipe};
use super::decimal::Decimal;
use super::distribution::{Picker, Spread};
use super::draw::key;
use super::fakes::Fake;
use super::generator::{Cell, Generator, Rule, Table, Term, Timeline, moment};
use super::literal::Literal;
use super::table::TableSeed;
use super::template::{self, Piece};
use super::{Scale, Seed, SeedMistake};
use crate::sql::RelationName;

mod graph;

/// Compiles every recipe; all mistakes come back together, in the order of the seed.
pub(super) fn compile(seed: &Seed, scale: Scale) -> Result<Generator, Vec<SeedMistake>> {
    let mut compiler = Compiler::new(seed, scale);
    let tables: Vec<Table> = (0..seed.tables.len()).filter_map(|index| compiler.table(index)).collect();
    let order = graph::order(seed, &tables, &mut compiler.mistakes);
    if compiler.mistakes.is_empty() {
        let generator = Generator { tables, order };
        compiler.kinds(&generator);
        if compiler.mistakes.is_empty() {
            return Ok(generator);
        }
    }
    Err(compiler.mistakes)
}

struct Compiler<'s> {
    seed: &'s Seed,
    /// Each table by its name: the first of that name.
    indexes: BTreeMap<&'s RelationName, usize>,
    /// Of each table, its rows after scaling and its columns' names.
    shapes: Vec<(u64, Vec<&'s str>)>,
    mistakes: Vec<SeedMistake>,
}

/// Where a recipe stands.
#[derive(Clone, Copy)]
struct Place<'s> {
    table: usize,
    rows: u64,
    name: &'s RelationName,
    column: &'s str,
}

impl<'s> Compiler<'s> {
    fn new(seed: &'s Seed, scale: Scale) -> Self {
        let mut indexes = BTreeMap::new();
        let mut shapes = Vec::new();
        for (index, table) in seed.tables.iter().enumerate() {
            indexes.entry(&table.name).or_insert(index);
            let (rows, fixed) = table.size();
            let written = table.values.iter().flat_map(|values| &values.columns);
            let names = table.columns.keys().chain(written).map(String::as_str).collect();
            shapes.push((if fixed { rows } else { scale.of(rows) }, names));
        }
        Self { seed, indexes, shapes, mistakes: Vec::new() }
    }

    fn wrong(&mut self, table: &RelationName, column: Option<&str>, message: impl Into<String>) {
        let column = column.map(str::to_owned);
        self.mistakes.push(SeedMistake { table: table.clone(), column, message: message.into() });
    }

    fn table(&mut self, index: usize) -> Option<Table> {
        let table = self.seed.tables.get(index)?;
        let rows = self.shapes.get(index)?.0;
        if self.indexes.get(&table.name) != Some(&index) {
            self.wrong(&table.name, None, "is seeded twice");
        }
        if table.rows.is_none() && table.values.is_none() {
            self.wrong(&table.name, None, "has no `rows`: how many?");
        }
        if rows > 0 && self.shapes.get(index).is_some_and(|(_, names)| names.is_empty()) {
            self.wrong(&table.name, None, "has rows, and no column has a recipe");
        }
        if i64::try_from(rows).is_err() {
            self.wrong(&table.name, None, format!("{rows} rows are too many"));
        }
        let mut columns = Vec::new();
        for (name, column) in &table.columns {
            let place = Place { table: index, rows, name: &table.name, column: name };
            columns.push(self.cell(place, &[name], column));
        }
        self.literal_rows(table, &mut columns);
        Some(Table { name: table.name.clone(), rows, columns })
    }

    fn literal_rows(&mut self, table: &TableSeed, columns: &mut Vec<Cell>) {
        let Some(values) = &table.values else { return };
        if values.rows.is_empty() {
            self.wrong(&table.name, None, "`values.rows` is empty");
        }
        for (place, name) in values.columns.iter().enumerate() {
            if table.columns.contains_key(name) || values.columns.iter().take(place).any(|other| other == name) {
                self.wrong(&table.name, Some(name), "has two recipes");
            }
            let list =
                values.rows.iter().map(|row| row.get(place).map_or(super::Value::Null, Literal::value)).collect();
            columns.push(Cell { name: name.clone(), key: 0, null: None, rule: Rule::List(list) });
        }
        for (line, row) in (1_usize..).zip(&values.rows) {
            if row.len() != values.columns.len() {
                let (found, wanted) = (row.len(), values.columns.len());
                self.wrong(
                    &table.name,
                    None,
                    format!("line {line} of `values.rows` has {found} values for {wanted} columns"),
                );
            }
        }
    }

    /// `path` is the column's name, and below it those of fields inside it.
    fn cell(&mut self, place: Place<'s>, path: &[&str], column: &Column) -> Cell {
        let rate = column.null_rate;
        if !(0.0..=1.0).contains(&rate) {
            self.wrong(place.name, Some(place.column), format!("a null rate of {rate} is not between 0 and 1"));
        }
        let mut names = vec![place.name.schema(), place.name.name()];
        names.extend(path);
        let cell_key = key(self.seed.number, &names);
        names.push("is null");
        let null = (rate > 0.0).then(|| (key(self.seed.number, &names), rate));
        let rule = self.rule(place, path, &column.recipe).unwrap_or_else(|message| {
            self.wrong(place.name, Some(place.column), message);
            Rule::Null
        });
        Cell { name: path.last().copied().unwrap_or_default().to_owned(), key: cell_key, null, rule }
    }

    fn rule(&mut self, place: Place<'s>, path: &[&str], recipe: &Recipe) -> Result<Rule, String> {
        Ok(match recipe {
            Recipe::Mistaken(message) => return Err(message.clone()),
            Recipe::Serial { start, step } => serial(*start, *step, place.rows)?,
            Recipe::Constant(Literal::Null) => Rule::Null,
            Recipe::Constant(literal) => Rule::Constant(literal.value()),
            Recipe::List(values) if values.is_empty() => return Err("the list is empty".to_owned()),
            Recipe::List(values) => Rule::List(values.iter().map(Literal::value).collect()),
            Recipe::Choice { values, weights } => choice(values, weights.as_deref())?,
            Recipe::Integer { range: [low, high], spread } => {
                Rule::Integer { low: *low, picker: between(i128::from(*low), i128::from(*high), *spread)? }
            }
            Recipe::Decimal { range, scale, spread } => decimal(range, *scale, *spread)?,
            Recipe::Float([low, high]) => float(*low, *high)?,
            Recipe::Boolean(probability) if !(0.0..=1.0).contains(probability) => {
                return Err(format!("a probability of {probability} is not between 0 and 1"));
            }
            Recipe::Boolean(probability) => Rule::Boolean(*probability),
            Recipe::Text(template) => self.text(place, template)?,
            Recipe::Fake(name) => Rule::Fake(fake(name)?),
            Recipe::Timestamp { range, hours, order } => timeline(range, *hours, *order, place.rows)?,
            Recipe::Date { range, spread } => date(range, *spread)?,
            Recipe::Uuid => Rule::Uuid,
            Recipe::Json(fields) => Rule::Json(
                fields
                    .iter()
                    .map(|(name, column)| self.cell(place, &[path, &[name.as_str()]].concat(), column))
                    .collect(),
            ),
            Recipe::Array { element, length: [low, high] } => {
                let picker = between(i128::from(*low), i128::from(*high), Spread::Uniform)?;
                if *high > 1_000 {
                    return Err(format!("an array of {high} elements is longer than 1000"));
                }
                let element = Box::new(self.cell(place, &[path, &["element"]].concat(), element));
                Rule::Array { element, low: *low, picker }
            }
            Recipe::Point { area, srid } => match area.mistake() {
                Some(mistake) => return Err(mistake.to_owned()),
                None => Rule::Point { area: area.clone(), srid: *srid },
            },
            Recipe::PointFrom { columns: [x, y], srid } => {
                Rule::PointFrom { columns: [self.sibling(place, x)?, self.sibling(place, y)?], srid: *srid }
            }
            Recipe::Reference { table, column, spread, weights } => {
                self.reference(table, column, *spread, weights.as_deref())?
            }
            Recipe::Of { reference, column } => self.of(place, reference, column)?,
            Recipe::After { column, by } => after(self.sibling(place, column)?, by)?,
            Recipe::Arithmetic { operation, operands, scale } => {
                if operands.is_empty() || scale.is_some_and(|scale| scale > 30) {
                    return Err("expected at least one column, and a scale of at most 30".to_owned());
                }
                let operands = operands.iter().map(|operand| self.term(place, operand)).collect::<Result<_, _>>()?;
                Rule::Arithmetic { operation: *operation, operands, scale: *scale }
            }
            Recipe::SameAs(column) => Rule::SameAs(self.sibling(place, column)?),
        })
    }

    fn sibling(&self, place: Place<'_>, name: &str) -> Result<usize, String> {
        self.column_of(place.table, name)
            .map_err(|nearest| format!("this table has no recipe for a column `{name}`{nearest}"))
    }

    /// The place of a column, or a hint at a name like it.
    fn column_of(&self, table: usize, name: &str) -> Result<usize, String> {
        let names = self.shapes.get(table).map(|(_, names)| names.as_slice()).unwrap_or_default();
        names.iter().position(|&other| other == name).ok_or_else(|| {
            let near = names.iter().map(|&other| (strsim::damerau_levenshtein(name, other), other)).min();
            near.filter(|(distance, _)| *distance <= 3)
                .map_or(String::new(), |(_, near)| format!("; did you mean `{near}`?"))
        })
    }

    fn term(&self, place: Place<'_>, operand: &Operand) -> Result<Term, String> {
        match operand {
            Operand::Column(name) => self.sibling(place, name).map(Term::Column),
            Operand::Number(literal) => literal.number().map(Term::Number).ok_or_else(|| "not a number".to_owned()),
        }
    }

    fn text(&self, place: Place<'_>, text: &str) -> Result<Rule, String> {
        let pieces = template::parse(text)?.into_iter().map(|piece| {
            Ok(match piece {
                Piece::Text(text) => Piece::Text(text),
                Piece::Row(width) => Piece::Row(width),
                Piece::Column(name, width) => Piece::Column(self.sibling(place, &name)?, width),
            })
        });
        pieces.collect::<Result<_, String>>().map(Rule::Text)
    }

    fn reference(
        &self,
        table: &RelationName,
        column: &str,
        spread: Spread,
        weights: Option<&[f64]>,
    ) -> Result<Rule, String> {
        let index = *self.indexes.get(table).ok_or_else(|| format!("refers to `{table}`, which is not seeded"))?;
        let rows = self.shapes.get(index).map_or(0, |(rows, _)| *rows);
        let column = self
            .column_of(index, column)
            .map_err(|near| format!("`{table}` has no recipe for a column `{column}`{near}"))?;
        if rows == 0 {
            return Err(format!("refers to `{table}`, which gets no rows"));
        }
        let picker = match weights {
            Some(weights) if weights.len() as u64 != rows => {
                return Err(format!("{} weights for the {rows} rows of `{table}`", weights.len()));
            }
            Some(weights) => weighted(weights)?,
            None => spread_over(rows, spread)?,
        };
        Ok(Rule::Reference { table: index, column, picker })
    }

    fn of(&self, place: Place<'_>, reference: &str, column: &str) -> Result<Rule, String> {
        let at = self.sibling(place, reference)?;
        let recipes = self.seed.tables.get(place.table).map(|table| &table.columns);
        let Some(Recipe::Reference { table, .. }) = recipes.and_then(|it| it.get(reference)).map(|it| &it.recipe)
        else {
            return Err(format!("`{reference}` is not a reference"));
        };
        let index = *self
            .indexes
            .get(table)
            .ok_or_else(|| format!("`{reference}` refers to `{table}`, which is not seeded"))?;
        let column = self
            .column_of(index, column)
            .map_err(|near| format!("`{table}` has no recipe for a column `{column}`{near}"))?;
        Ok(Rule::Of { reference: at, column })
    }

    /// Recipes that reckon must find numbers, those that delay must find times: seen by looking at first rows.
    fn kinds(&mut self, generator: &Generator) {
        for rows in generator.tables() {
            let Some(table) = generator.tables.get(rows.index()) else { continue };
            for cell in &table.columns {
                let (columns, wanted): (Vec<usize>, &str) = match &cell.rule {
                    Rule::Arithmetic { operands, .. } => {
                        let columns = operands.iter().filter_map(|term| match term {
                            Term::Column(column) => Some(*column),
                            Term::Number(_) => None,
                        });
                        (columns.collect(), "a number")
                    }
                    Rule::PointFrom { columns, .. } => (columns.to_vec(), "a number"),
                    Rule::After { column, .. } => (vec![*column], "a date or timestamp"),
                    _ => continue,
                };
                for column in columns {
                    let misfit = (0..rows.rows().min(64)).map(|row| rows.cell(column, row)).find(|value| match value {
                        super::Value::Null => false,
                        value if wanted == "a number" => value.number().is_none(),
                        value => moment(value).is_none(),
                    });
                    if let (Some(value), Some(name)) = (misfit, rows.columns().nth(column)) {
                        self.wrong(
                            rows.name(),
                            Some(&cell.name),
                            format!("`{name}` is {}, not {wanted}", value.kind()),
                        );
                    }
                }
            }
        }
    }
}

fn serial(start: i64, step: i64, rows: u64) -> Result<Rule, String> {
    let last = i128::from(start) + i128::from(step) * i128::from(rows);
    if step == 0 {
        return Err("a step of 0 gives every row the same number".to_owned());
    }
    i64::try_from(last).map_err(|_| "the serial runs past the largest number".to_owned())?;
    Ok(Rule::Serial { start, step })
}

fn choice(values: &[Literal], weights: Option<&[f64]>) -> Result<Rule, String> {
    if values.is_empty() {
        return Err("there is nothing to choose from".to_owned());
    }
    let picker = match weights {
        Some(weights) if weights.len() != values.len() => {
            return Err(format!("{} weights for {} values", weights.len(), values.len()));
        }
        Some(weights) => weighted(weights)?,
        None => Picker::new(values.len() as u64, Spread::Uniform),
    };
    Ok(Rule::Choice(values.iter().map(Literal::value).collect(), picker))
}

fn weighted(weights: &[f64]) -> Result<Picker, String> {
    let sound = weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0) && weights.iter().sum::<f64>() > 0.0;
    if sound { Ok(Picker::weighted(weights)) } else { Err("weights are zero or more, and not all zero".to_owned()) }
}

fn spread_over(count: u64, spread: Spread) -> Result<Picker, String> {
    match spread {
        Spread::Zipf { exponent } if !(0.0..=20.0).contains(&exponent) => {
            Err(format!("an exponent of {exponent} is not between 0 and 20"))
        }
        spread => Ok(Picker::new(count, spread)),
    }
}

/// A picker of the numbers from `low` to `high`, less `low`.
fn between(low: i128, high: i128, spread: Spread) -> Result<Picker, String> {
    if low > high {
        return Err(format!("the range is empty: {low} is above {high}"));
    }
    let count = u64::try_from(high - low + 1).map_err(|_| "the range is too wide".to_owned())?;
    spread_over(count, spread)
}

fn decimal(range: &[Literal; 2], scale: u32, spread: Spread) -> Result<Rule, String> {
    if scale > 18 {
        return Err(format!("a scale of {scale} is above 18"));
    }
    let [low, high] = range.each_ref().map(|end| end.number().and_then(|number| number.rescaled(scale)));
    let (Some(Decimal { unscaled: low, .. }), Some(Decimal { unscaled: high, .. })) = (low, high) else {
        return Err("the ends of the range are not numbers".to_owned());
    };
    Ok(Rule::Decimal { low, scale, picker: between(low, high, spread)? })
}

fn float(low: f64, high: f64) -> Result<Rule, String> {
    let sound = low.is_finite() && high.is_finite() && low < high;
    if sound { Ok(Rule::Float { low, high }) } else { Err(format!("the range is empty: {low} is not below {high}")) }
}

fn fake(name: &str) -> Result<Fake, String> {
    Fake::by_name(name).ok_or_else(|| {
        Fake::nearest(name).map_or_else(
            || {
                let all: Vec<&str> = Fake::ALL.iter().map(|fake| fake.name()).collect();
                format!("unknown fake `{name}`: expected one of `{}`", all.join("`, `"))
            },
            |near| format!("unknown fake `{name}`; did you mean `{}`?", near.name()),
        )
    })
}

fn timeline(range: &[Literal; 2], hours: Option<Hours>, order: Order, rows: u64) -> Result<Rule, String> {
    let [from, to] = range.each_ref().map(instant);
    let (from, to) = (from?, to?);
    let span_us = to.utc_us() - from.utc_us();
    if span_us < SECOND {
        return Err("the range is empty: its end is not after its start".to_owned());
    }
    if hours.is_some() && (span_us % DAY != 0 || from.local_us % DAY != 0) {
        return Err("`hours` need a range of whole days".to_owned());
    }
    let passed = match hours {
        Some(Hours(weights)) => {
            weighted(&weights)?;
            let total: f64 = weights.iter().sum();
            let begun = weights.iter().scan(0.0, |sum, weight| {
                let before = *sum;
                *sum += weight;
                Some(before / total)
            });
            Some(begun.collect())
        }
        None => None,
    };
    Ok(Rule::Timestamp(Timeline { from, span_us, passed, rising: (order == Order::Rising).then_some(rows) }))
}

fn instant(literal: &Literal) -> Result<Moment, String> {
    match literal {
        Literal::Text(text) => Moment::parse(text).ok_or_else(|| format!("`{text}` is not a date or timestamp")),
        _ => Err("expected a date or timestamp such as `2024-07-01`".to_owned()),
    }
}

fn date(range: &[Literal; 2], spread: Spread) -> Result<Rule, String> {
    let day = |literal: &Literal| match literal {
        Literal::Text(text) => clock::parse_date(text).ok_or_else(|| format!("`{text}` is not a date")),
        _ => Err("expected a date such as `2024-07-01`".to_owned()),
    };
    let [low, high] = range.each_ref().map(day);
    let (low, high) = (low?, high?);
    if low >= high {
        return Err("the range is empty: its end is not after its start".to_owned());
    }
    Ok(Rule::Date { low, picker: between(i128::from(low), i128::from(high) - 1, spread)? })
}

fn after(column: usize, by: &[String; 2]) -> Result<Rule, String> {
    let read = |text: &String| {
        clock::parse_duration(text)
            .ok_or_else(|| format!("`{text}` is not a duration such as `90 minutes` or `3 days`"))
    };
    let [low, high] = by.each_ref().map(read);
    let (low, high) = (low?, high?);
    if low > high {
        return Err("the range of delays is empty".to_owned());
    }
    Ok(Rule::After { column, low, picker: between(0, i128::from((high - low) / SECOND), Spread::Uniform)? })
}
