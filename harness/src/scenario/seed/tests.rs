//! The seed as a whole, as an author writes it.

use std::collections::BTreeMap;

use super::*;

/// A shop of three tables.
const SHOP: &str = r#"
number = 2024

[[table]]
name = "sales"
rows = 20000
[table.columns]
id = { serial = 1 }
code = { text = "TX-{row:08}" }
store_id = { reference = "stores", column = "id", distribution = "zipf", exponent = 1.1 }
store_name = { of = "store_id", column = "name" }
product_id = { reference = "products", column = "id", weights = [5, 3, 2], null_rate = 0.25 }
unit_price = { of = "product_id", column = "price" }
quantity = { integer = [1, 6], distribution = "zipf" }
total = { product = ["quantity", "unit_price"], scale = 2 }
sold_at = { timestamp = ["2024-07-01T00:00:00+08:00", "2025-07-01T00:00:00+08:00"], hours = "business", order = "rising" }
shipped_at = { after = "sold_at", by = ["1 minute", "3 days"] }
payment = { choice = ["cash", "gcash"], weights = [7, 3] }
extras = { json = { channel = { choice = ["web", "shop"] }, tags = { array = { fake = "word" }, length = [0, 2] } } }
currency = "PHP"
entered_on = { date = [2024-07-01, 2024-08-01] }

[[table]]
name = "stores"
rows = 48
fixed = true
[table.columns]
id = { serial = 100, step = 10 }
name = { fake = "company" }
place = { point_in_polygon = [[120.9, 14.4], [121.2, 14.4], [121.0, 14.8]], srid = 4326 }

[[table]]
name = "products"
[table.values]
columns = ["id", "name", "price"]
rows = [[1, "Soap", 25.5], [2, "Milk", "60.00"], [3, {}, 12.25]]
"#;

fn shop() -> Seed {
    toml::from_str(SHOP).unwrap()
}

/// Every value of a column.
fn column<'g>(generator: &'g Generator, table: &str, column: &str) -> Vec<Value<'g>> {
    let rows = generator.table(&table.parse().unwrap()).unwrap();
    let place = rows.column(column).unwrap();
    (0..rows.rows()).map(|row| rows.cell(place, row)).collect()
}

fn counts(values: &[Value<'_>]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for value in values {
        let mut text = String::new();
        value.write_text(&mut text);
        *counts.entry(text).or_default() += 1;
    }
    counts
}

/// The messages of a seed's mistakes.
fn mistakes(text: &str) -> Vec<String> {
    toml::from_str::<Seed>(text).unwrap().check().iter().map(ToString::to_string).collect()
}

#[test]
fn parents_come_before_their_children() {
    let generator = shop().generator(Scale::ONE).unwrap();
    let order: Vec<String> = generator.tables().map(|table| table.name().to_string()).collect();
    assert_eq!(order, ["stores", "products", "sales"]);
}

#[test]
fn another_column_more_or_less_changes_no_other() {
    let before = shop().generator(Scale::ONE).unwrap();
    let mut seed = shop();
    seed.tables[0].columns.remove("payment");
    seed.tables[0].columns.insert("a_first_one".to_owned(), Column::fake(Fake::Name));
    seed.tables.swap(0, 1);
    let after = seed.generator(Scale::ONE).unwrap();
    for name in ["id", "store_name", "total", "shipped_at", "extras", "product_id"] {
        assert_eq!(column(&before, "sales", name), column(&after, "sales", name), "{name}");
    }
}

#[test]
fn a_null_rate_takes_values_away_and_moves_none() {
    let mut seed = shop();
    let before = seed.generator(Scale::ONE).unwrap();
    seed.tables[0].columns.get_mut("quantity").unwrap().null_rate = 0.5;
    let after = seed.generator(Scale::ONE).unwrap();
    let (before, after) = (column(&before, "sales", "quantity"), column(&after, "sales", "quantity"));
    let nulls = after.iter().filter(|value| **value == Value::Null).count();
    assert!((9_700..10_300).contains(&nulls), "seed 2024: {nulls} of 20,000");
    assert!(before.iter().zip(&after).all(|(before, after)| *after == Value::Null || before == after));
}

#[test]
fn another_number_makes_other_rows() {
    let mut other = shop();
    other.number = 2025;
    let (one, two) = (shop().generator(Scale::ONE).unwrap(), other.generator(Scale::ONE).unwrap());
    assert_ne!(column(&one, "sales", "payment"), column(&two, "sales", "payment"));
    assert_eq!(column(&one, "sales", "code"), column(&two, "sales", "code"));
}

#[test]
fn references_are_closed_and_columns_of_the_parent_belong_to_the_same_row() {
    let generator = shop().generator(Scale::new(0.5).unwrap()).unwrap();
    let names: BTreeMap<String, Value<'_>> = column(&generator, "stores", "id")
        .into_iter()
        .map(|id| format!("{id:?}"))
        .zip(column(&generator, "stores", "name"))
        .collect();
    let ids = column(&generator, "sales", "store_id");
    assert_eq!(ids.len(), 10_000);
    for (id, name) in ids.iter().zip(column(&generator, "sales", "store_name")) {
        assert_eq!(names.get(&format!("{id:?}")), Some(&name));
    }
}

#[test]
fn a_total_is_the_price_of_its_product_times_its_quantity() {
    let generator = shop().generator(Scale::ONE).unwrap();
    let prices = ["25.5", "60.00", "12.25"].map(|price| Decimal::parse(price).unwrap());
    let products = column(&generator, "sales", "product_id");
    let quantities = column(&generator, "sales", "quantity");
    for ((product, quantity), total) in products.iter().zip(quantities).zip(column(&generator, "sales", "total")) {
        let wanted = match product {
            Value::Integer(id) => {
                let price = prices[usize::try_from(*id - 1).unwrap()];
                Value::Decimal(price.times(quantity.number().unwrap()).unwrap().rescaled(2).unwrap())
            }
            _ => Value::Null,
        };
        assert_eq!(total, wanted);
    }
}

#[test]
fn weights_skew_and_null_rates_are_kept() {
    let generator = shop().generator(Scale::ONE).unwrap();
    let payments = counts(&column(&generator, "sales", "payment"));
    assert!((13_700..14_300).contains(&payments["cash"]), "seed 2024: {payments:?}");
    let stores = counts(&column(&generator, "sales", "store_id"));
    let ratio = stores["100"] * 100 / stores["110"];
    assert!((190..240).contains(&ratio), "seed 2024: 2^1.1 is 2.14, not {ratio} %");
    let products = counts(&column(&generator, "sales", "product_id"));
    assert!((4_700..5_300).contains(&products[""]), "seed 2024: {products:?}");
    assert!((7_200..7_800).contains(&products["1"]), "seed 2024: {products:?}");
}

#[test]
fn times_rise_through_their_range_in_the_rhythm_of_the_day() {
    let generator = shop().generator(Scale::ONE).unwrap();
    let moments = column(&generator, "sales", "sold_at");
    let local: Vec<i64> = moments.iter().filter_map(|value| generator::moment(value)).map(|it| it.local_us).collect();
    assert!(local.is_sorted() && local.len() == 20_000);
    let range = [Moment::parse("2024-07-01").unwrap().local_us, Moment::parse("2025-07-01").unwrap().local_us];
    assert!(local.iter().all(|at| (range[0]..range[1]).contains(at)));
    let hours: Vec<i64> = local.iter().map(|at| at.rem_euclid(clock::DAY) / clock::SECOND / 3_600).collect();
    assert!(hours.iter().all(|hour| (6..22).contains(hour)), "no one buys at night");
    let noon = hours.iter().filter(|hour| **hour == 12).count();
    assert!((1_750..2_100).contains(&noon), "seed 2024: 10 of 104 parts of 20,000 are not {noon}");
    let shipped = column(&generator, "sales", "shipped_at");
    for (sold, shipped) in
        moments.iter().zip(&shipped).filter_map(|(a, b)| generator::moment(a).zip(generator::moment(b)))
    {
        let delay = shipped.utc_us() - sold.utc_us();
        assert!((60 * clock::SECOND..=3 * clock::DAY).contains(&delay));
    }
}

#[test]
fn scale_multiplies_and_leaves_fixed_tables_alone() {
    let rows = |factor: f64| -> Vec<u64> {
        let generator = shop().generator(Scale::new(factor).unwrap()).unwrap();
        generator.tables().map(|table| table.rows()).collect()
    };
    assert_eq!((rows(0.1), rows(0.000_001), rows(2.0)), (vec![48, 3, 2_000], vec![48, 3, 1], vec![48, 3, 40_000]));
    assert_eq!((Scale::new(0.0), Scale::new(f64::NAN), Scale::new(-1.0)), (None, None, None));
}

#[test]
fn json_is_json() {
    let generator = shop().generator(Scale::new(0.01).unwrap()).unwrap();
    for value in column(&generator, "sales", "extras") {
        let Value::Json(text) = value else { panic!("{value:?}") };
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(parsed["channel"].is_string() && parsed["tags"].is_array(), "{text}");
    }
}

#[test]
fn points_fall_inside_their_polygon_with_their_reference_system() {
    let area = Area::Polygon(vec![[120.9, 14.4], [121.2, 14.4], [121.0, 14.8]]);
    let generator = shop().generator(Scale::ONE).unwrap();
    for value in column(&generator, "stores", "place") {
        let Value::Point(point) = value else { panic!("{value:?}") };
        assert!(area.contains([point.x, point.y]) && point.srid == 4326, "seed 2024: {point:?}");
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    let told = mistakes(
        r#"
        [[table]]
        name = "a"
        rows = 10
        [table.columns]
        one = { choice = ["x", "y"], weights = [1, 2, 3] }
        two = { integer = [6, 1] }
        three = { fake = "frist_name" }
        four = { reference = "nowhere", column = "id" }
        five = { text = "{oen}" }
        six = { timestamp = ["2024-07-01", "2024-07-01"] }
        seven = { of = "one", column = "x" }
        eight = { integer = [1, 2], null_rate = 1.5 }
        nine = { product = ["ten"] }
        ten = { boolean = 0.5 }
        "#,
    );
    let wanted = [
        "`eight`: a null rate of 1.5",
        "`five`: this table has no recipe for a column `oen`; did you mean `one`?",
        "`four`: refers to `nowhere`, which is not seeded",
        "`one`: 3 weights for 2 values",
        "`seven`: `one` is not a reference",
        "`six`: the range is empty",
        "`three`: unknown fake `frist_name`; did you mean `first_name`?",
        "`two`: the range is empty: 6 is above 1",
    ];
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.contains(wanted), "{told} does not say: {wanted}");
    }
}

#[test]
fn kinds_that_do_not_go_together_are_mistakes() {
    let told = mistakes(
        "[[table]]\nname = 'a'\nrows = 1\n[table.columns]\nx = { product = ['y'] }\ny = { boolean = 0.5 }\nz = { after = 'y', by = ['1 s', '2 s'] }",
    );
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(mistakes("[[table]]\nname = 'a'\nrows = 1"), ["`a`: has rows, and no column has a recipe"]);
}

#[test]
fn circles_are_told() {
    let told =
        mistakes("[[table]]\nname = 'a'\nrows = 1\n[table.columns]\nx = { same_as = 'y' }\ny = { text = '{x}' }");
    assert_eq!(told, ["`a`, column `x`: needs itself: `a.x` → `a.y` → `a.x`"]);
    let told = mistakes(
        "[[table]]\nname = 'a'\nrows = 1\n[table.columns]\nid = { serial = 1 }\nb = { reference = 'b', column = 'id' }\n\
         [[table]]\nname = 'b'\nrows = 1\n[table.columns]\nid = { serial = 1 }\na = { reference = 'a', column = 'id' }",
    );
    assert_eq!(told, ["`a`: its references lead back to it: no table of the circle can be loaded first"]);
}

#[test]
fn a_broken_recipe_is_shown_with_its_line() {
    for (line, wanted) in [
        ("x = { serail = 1 }", "unknown field `serail`"),
        ("x = { serial = 'a' }", "invalid type: string"),
        ("x = { }", "no recipe"),
        ("x = { serial = 1, uuid = 'v4' }", "several recipes in one column: `serial`, `uuid`"),
        ("x = { serial = 1, weights = [1] }", "`weights` is not an option of `serial`"),
        ("x = { integer = [1, 2], distribution = 'zipff' }", "unknown variant `zipff`"),
        ("x = { integer = [1, 2], exponent = 2 }", "`exponent` is an option of"),
        ("x = { reference = 'b' }", "`reference` needs `column`"),
        ("x = { timestamp = ['a', 'b'], hours = [1] }", "invalid length 1"),
    ] {
        let text = format!("[[table]]\nname = 'a'\nrows = 1\n[table.columns]\n{line}\n");
        let error = toml::from_str::<Seed>(&text).unwrap_err();
        assert!(error.to_string().contains(wanted), "{line}: {error}");
        let start = error.span().map(|span| text[..span.start].lines().count());
        assert_eq!(start, Some(5), "{line}: {error}");
    }
}

#[test]
fn the_builder_says_what_the_toml_says() {
    let written: Seed = toml::from_str(
        "number = 7\n[[table]]\nname = 'a'\nrows = 5\nfixed = true\n[table.columns]\nid = { serial = 1, step = 2 }\n\
         q = { integer = [1, 6], distribution = 'zipf', exponent = 1.5, null_rate = 0.1 }\np = { choice = ['x'], weights = [2] }",
    )
    .unwrap();
    let built = Seed::new(7).table(
        TableSeed::in_public("a", 5)
            .fixed()
            .column("id", Column::serial(1).step(2))
            .column("q", Column::integer(1..=6).zipf(1.5).null_rate(0.1))
            .column("p", Column::choice(["x"]).weights([2.0])),
    );
    assert_eq!(written, built);
    let misfit = Seed::new(7).table(TableSeed::in_public("a", 5).column("id", Column::uuid().weights([1.0])));
    assert_eq!(misfit.check().len(), 1);
}
