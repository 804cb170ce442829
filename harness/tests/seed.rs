//! Seeding a real server.

use std::error::Error;
use std::sync::Mutex;

use pgproof::database::Database;
use pgproof::scenario::seed::{Column, Literal, Scale, Seed, TableSeed};
use pgproof::seed::{Loaded, SeedError, load};
use pgproof::server::{Places, Provider, Request, Server, Source};
use pgproof::sql::RelationName;
use sqlx::{AssertSqlSafe, PgConnection};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A server and an empty database in it, with PostGIS in a schema of its own.
struct Subject {
    server: Server,
    database: Database,
    connection: PgConnection,
}

impl Subject {
    async fn start(statements: &str) -> Outcome<Self> {
        let server = Provider::new(Source::Embedded, Request::default(), Places::from_environment()).start().await?;
        let database = Database::create_empty(&server, None).await?;
        let connection = database.connect().await?;
        let mut subject = Self { server, database, connection };
        subject.tell("create schema extensions; create extension postgis schema extensions").await?;
        subject.tell(statements).await?;
        Ok(subject)
    }

    async fn tell(&mut self, statements: &str) -> Outcome {
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut self.connection).await?;
        Ok(())
    }

    /// One text from the database.
    async fn ask(&mut self, query: &str) -> Outcome<String> {
        let query = format!("select ({query})::text");
        let answer: Option<String> = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut self.connection).await?;
        Ok(answer.unwrap_or_default())
    }

    async fn seed(&self, seed: &Seed) -> Result<Loaded, SeedError> {
        load(&self.database.options(), seed, Scale::ONE, &|_, _, _| {}).await
    }

    async fn stop(self) -> Outcome {
        drop(self.connection);
        self.database.drop().await?;
        self.server.stop().await?;
        Ok(())
    }
}

/// Type, the literal an author writes, and what the server then shows.
const TYPES: &[(&str, &str, &str)] = &[
    ("bool", "true", "true"),
    ("int2", "-32768", "-32768"),
    ("int4", "2147483647", "2147483647"),
    ("int8", "-9223372036854775808", "-9223372036854775808"),
    ("oid", "4294967295", "4294967295"),
    ("float4", "0.5", "0.5"),
    ("float8", "-1.25", "-1.25"),
    ("numeric", "-12345678901234567890.0001234", "-12345678901234567890.0001234"),
    ("numeric(10,2)", "0.05", "0.05"),
    ("numeric(10,2)", "99999999.99", "99999999.99"),
    ("numeric", "0.0000", "0.0000"),
    ("numeric", "100000000", "100000000"),
    ("text", "Señor \"Ñ\"", "Señor \"Ñ\""),
    ("varchar(9)", "nine char", "nine char"),
    ("char(4)", "ab", "ab"),
    ("name", "a_name", "a_name"),
    ("date", "1999-12-31", "1999-12-31"),
    ("time", "23:59:59.25", "23:59:59.25"),
    ("timestamp", "2024-02-29 12:30:00.000001", "2024-02-29 12:30:00.000001"),
    ("timestamptz", "2024-02-29T12:30:00+08:00", "2024-02-29 04:30:00+00"),
    ("interval", "1 year 2 months 3 days 04:05:06", "1 year 2 mons 3 days 04:05:06"),
    ("uuid", "00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff"),
    ("json", "{\"b\": 1, \"a\": [null]}", "{\"b\": 1, \"a\": [null]}"),
    ("jsonb", "{\"b\": 1, \"a\": [null]}", "{\"a\": [null], \"b\": 1}"),
    ("bytea", "\\x00ff10", "\\x00ff10"),
    ("inet", "192.168.1.7/24", "192.168.1.7/24"),
    ("inet", "::1", "::1/128"),
    ("cidr", "10.0.0.0/8", "10.0.0.0/8"),
    ("mood", "so so", "so so"),
    ("positive", "7", "7"),
    (
        "extensions.geometry(Point, 4326)",
        "SRID=4326;POINT(121 14.5)",
        "0101000020E61000000000000000405E400000000000002D40",
    ),
    ("extensions.geography", "SRID=4326;POINT(121 14.5)", "0101000020E61000000000000000405E400000000000002D40"),
];

#[tokio::test]
async fn every_supported_type_arrives_as_it_was_written() -> Outcome {
    let mut subject =
        Subject::start("create type mood as enum ('sad', 'so so'); create domain positive as int check (value > 0)")
            .await?;
    subject.tell("set timezone = 'UTC'").await?;
    let columns: Vec<String> = (0..).zip(TYPES).map(|(n, (kind, ..))| format!("c{n} {kind}, n{n} {kind}")).collect();
    subject.tell(&format!("create table t ({}, a int[], w text[], e numeric(6,1)[])", columns.join(", "))).await?;
    let mut table = TableSeed::in_public("t", 2);
    for (n, (_, written, _)) in TYPES.iter().enumerate() {
        table = table.column(&format!("c{n}"), Column::constant(*written)).column(&format!("n{n}"), Column::null());
    }
    let list = |values: Vec<Literal>| Column::constant(Literal::List(values));
    table = table
        .column("a", list(vec![1.into(), Literal::Null, 3.into()]))
        .column("w", list(vec![]))
        .column("e", list(vec!["1.5".into(), 2.into(), 3.5.into()]));
    subject.seed(&Seed::new(1).table(table)).await?;
    for (n, (kind, _, shown)) in TYPES.iter().enumerate() {
        assert_eq!(subject.ask(&format!("select c{n} from t limit 1")).await?, *shown, "{kind}");
        assert_eq!(subject.ask(&format!("select count(*) from t where n{n} is null")).await?, "2", "{kind}");
    }
    assert_eq!(subject.ask("select a::text || w::text || e::text from t limit 1").await?, "{1,NULL,3}{}{1.5,2.0,3.5}");
    subject.stop().await
}

/// A parent and a child, with every sort of index and constraint.
const SHOP: &str = r#"
    create table stores (id int primary key, name text not null unique);
    create table sales (
        id bigserial primary key, store_id int not null constraint "Sales of a Store" references stores on delete cascade,
        code text not null, amount numeric(10,2) check (amount >= 0), replaces bigint references sales deferrable,
        constraint sales_code_key unique (code) with (fillfactor = 70), exclude using btree (code with =)
    );
    create index sales_amount on sales (amount desc nulls last) include (code) where amount > 10;
    create index "Odd ""index""" on sales (lower(code) text_pattern_ops);
    create index sales_told on sales (store_id); comment on index sales_told is 'kept';
    create view codes as select id, code from sales group by id;
"#;

fn shop(rows: u64) -> Seed {
    let stores =
        TableSeed::in_public("stores", 48).column("id", Column::serial(1)).column("name", Column::text("S{row}"));
    let sales = TableSeed::in_public("sales", rows)
        .column("id", Column::serial(1))
        .column("store_id", Column::reference(RelationName::new("public", "stores"), "id").zipf(1.1))
        .column("code", Column::text("TX-{row:08}"))
        .column("amount", Column::decimal("0.50", "99.99", 2).null_rate(0.1));
    Seed::new(2024).table(sales).table(stores)
}

const CATALOG: &str = "select string_agg(line, e'\\n' order by line) from ( \
    select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) || convalidated from pg_constraint \
       where conrelid in ('stores'::regclass, 'sales'::regclass) \
    union all select indexdef || coalesce(obj_description(indexname_oid), '') from (select pg_get_indexdef(indexrelid) \
       || coalesce((select reloptions::text from pg_class where oid = indexrelid), '') || indisvalid, indexrelid from pg_index \
       where indrelid in ('stores'::regclass, 'sales'::regclass)) i (indexdef, indexname_oid)) lines (line)";

#[tokio::test]
async fn a_large_table_is_loaded_fast_and_its_indexes_and_keys_come_back_as_they_were() -> Outcome {
    let mut subject = Subject::start(SHOP).await?;
    let before = subject.ask(CATALOG).await?;
    let index = subject.ask("select 'sales_amount'::regclass::oid").await?;
    let told = Mutex::new(Vec::new());
    let progress = |relation: &RelationName, done: u64, of: u64| {
        if let Ok(mut told) = told.lock() {
            told.push((relation.name().to_owned(), done, of));
        }
    };
    let loaded = load(&subject.database.options(), &shop(20_000), Scale::ONE, &progress).await?;
    assert_eq!(subject.ask(CATALOG).await?, before);
    assert_ne!(subject.ask("select 'sales_amount'::regclass::oid").await?, index, "the fast path was not taken");
    let rows: Vec<(&str, u64)> = loaded.tables.iter().map(|table| (table.relation.name(), table.rows)).collect();
    assert_eq!(rows, [("stores", 48), ("sales", 20_000)]);
    assert_eq!(subject.ask("select count(*) from sales join stores s on s.id = store_id").await?, "20000");
    assert_eq!(subject.ask("select nextval('sales_id_seq')").await?, "20001");
    assert_eq!(subject.ask("select reltuples from pg_class where relname = 'sales'").await?, "20000");
    assert_eq!(told.lock().map_err(|error| error.to_string())?.last(), Some(&("sales".to_owned(), 20_000, 20_000)));
    let refused = subject.tell("insert into sales (id, store_id, code) values (0, 999, 'x')").await;
    assert!(refused.is_err_and(|error| error.to_string().contains("Sales of a Store")));
    subject.stop().await
}

#[tokio::test]
async fn an_enabled_trigger_keeps_the_indexes_in_place_and_fires() -> Outcome {
    let mut subject = Subject::start(SHOP).await?;
    subject
        .tell(
            "create table seen (n int); \
             create function see() returns trigger language plpgsql as 'begin insert into public.seen values (1); return new; end'; \
             create trigger see before insert on sales for each row execute function see()",
        )
        .await?;
    let index = subject.ask("select 'sales_amount'::regclass::oid").await?;
    subject.seed(&shop(6_000)).await?;
    assert_eq!(subject.ask("select 'sales_amount'::regclass::oid").await?, index);
    assert_eq!(subject.ask("select count(*) from seen").await?, "6000");
    subject.stop().await
}

#[tokio::test]
async fn the_same_seed_makes_the_same_rows_in_the_same_places() -> Outcome {
    let mut subject = Subject::start(SHOP).await?;
    let sum = "select md5(string_agg(ctid || s::text, '|' order by ctid)) from sales s";
    subject.seed(&shop(20_000)).await?;
    let first = subject.ask(sum).await?;
    subject.tell("truncate sales, stores").await?;
    subject.seed(&shop(20_000)).await?;
    assert_eq!(subject.ask(sum).await?, first, "seed 2024");
    subject.stop().await
}

#[tokio::test]
async fn what_does_not_fit_the_database_is_told_at_once_before_any_row() -> Outcome {
    let mut subject = Subject::start(
        "create table t (id int primary key, must text not null, price money, twice int generated always as (id * 2) stored, \
         small int2, mood text); create view v as select 1 as x",
    )
    .await?;
    let table = TableSeed::in_public("t", 10)
        .column("id", Column::serial(1))
        .column("price", Column::constant("1"))
        .column("twice", Column::constant(2))
        .column("small", Column::constant(40_000))
        .column("moood", Column::constant("x"));
    let view = TableSeed::in_public("v", 10).column("x", Column::serial(1));
    let none = TableSeed::in_public("nowhere", 10).column("x", Column::serial(1));
    let error = subject.seed(&Seed::new(1).table(table).table(view).table(none)).await.err().ok_or("it was loaded")?;
    let text = error.to_string();
    for wanted in [
        "column `must`: is not null and has neither recipe nor default",
        "column `price`: values of type `money` can not be seeded",
        "column `twice`: is generated by the table",
        "column `small`: row 1: 40000 does not fit",
        "column `moood`: the table has no such column; did you mean `mood`?",
        "`v`: is not a table",
        "`nowhere`: there is no such table",
    ] {
        assert!(text.contains(wanted), "{text}\ndoes not say: {wanted}");
    }
    assert_eq!(subject.ask("select count(*) from t").await?, "0");
    subject.stop().await
}

#[tokio::test]
async fn a_failure_in_the_middle_leaves_the_database_as_it_was() -> Outcome {
    let mut subject = Subject::start(SHOP).await?;
    let before = subject.ask(CATALOG).await?;
    // A duplicate key in a late row, an orphan, a value that no longer fits.
    let mut duplicate = shop(20_000);
    let mut orphan = shop(20_000);
    let mut narrow = shop(20_000);
    for (seed, column, recipe) in [
        (&mut duplicate, "code", Column::text("TX-{id}-{amount}")),
        (&mut orphan, "store_id", Column::integer(1..=49)),
        (&mut narrow, "store_id", Column::serial(2_147_483_647 - 10_000)),
    ] {
        for table in seed.tables.iter_mut().filter(|table| table.name.name() == "sales") {
            table.columns.insert(column.to_owned(), recipe.clone());
            if column == "code" {
                table.columns.insert("id".to_owned(), Column::integer(1..=100_000));
            }
        }
        let error = subject.seed(seed).await.err().ok_or("it was loaded")?;
        let fits = match column {
            "code" => matches!(&error, SeedError::Load { .. } | SeedError::Rebuild { .. }),
            _ if matches!(error, SeedError::Cell { .. }) => true,
            _ => matches!(&error, SeedError::Rebuild { object, .. } if object == "Sales of a Store"),
        };
        assert!(fits, "{error:?}");
        assert_eq!(subject.ask("select (select count(*) from sales) + (select count(*) from stores)").await?, "0");
        assert_eq!(subject.ask(CATALOG).await?, before);
    }
    subject.stop().await
}

#[tokio::test]
async fn a_table_with_rows_is_refused() -> Outcome {
    let mut subject = Subject::start(SHOP).await?;
    subject.tell("insert into stores values (1, 'mine')").await?;
    let error = subject.seed(&shop(10)).await.err().ok_or("it was loaded")?;
    assert!(matches!(&error, SeedError::NotEmpty(relation) if relation.name() == "stores"), "{error:?}");
    assert!(error.hint().is_some());
    assert_eq!(subject.ask("select name from stores").await?, "mine");
    subject.stop().await
}
