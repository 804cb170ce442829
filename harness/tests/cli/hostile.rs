//! Names that break whatever forgets to quote them: a whole green run.

use crate::workshop::{Outcome, Workshop};

/// 63 bytes in 32 characters, the longest name that the server does not cut.
const LONG: &str = "äääääääääääääääääääääääääääääääx";

/// What stands for the names in the files below.
fn named(text: &str) -> String {
    text.replace("LONG", LONG)
}

const SCENARIO: &str = r#"name = "mini"

[requires]
roles = ["Rôle O'Neil \"x\""]

[baseline]
files = ["legacy.sql"]

[seed]
number = 7

[[seed.table]]
name = '"Größe & ""Co"""."order"'
rows = 40
[seed.table.columns]
"Id" = { serial = 1 }
"select" = { choice = ["it's", 'a "b"', '\', "{x}", "ünï", "$1", "%s", "NULL", ""], null_rate = 0.1 }
"it's \"odd\"" = { integer = [1, 500] }
"LONG" = { text = "{{{row:03}}} of {Id}" }

[[seed.table]]
name = '"LONG"'
rows = 40
[seed.table.columns]
"user" = { serial = 1 }
"Order Id" = { reference = '"Größe & ""Co"""."order"', column = "Id" }

[[path]]
name = "expand"
directory = "migrations/expand"
volatile = [{ relation = '"T;--"', columns = ["At"], reason = "the moment it was copied" }]

[[statement]]
name = 'reads; "order"'
role = "Rôle O'Neil \"x\""
sql = '''
select "Id", "select", "LONG" from "Größe & ""Co"""."order" order by "Id";
insert into "LONG" ("user", "Order Id") values (1000, 1) returning "user"
'''

[[query]]
name = "by 'select'"
before = 'select "select", count(*) from "Größe & ""Co"""."order" group by "select"'

[[parity]]
name = "col map"
key = ["Id"]
from = '"Größe & ""Co"""."order"'
to = '"T;--"'
[parity.columns]
"Id" = '"Id"'
"LONG" = '"LONG"'
'"' = '"select"'
"#;

const LEGACY: &str = r#"do $$ begin
    if not exists (select from pg_roles where rolname = 'Rôle O''Neil "x"') then
        create role "Rôle O'Neil ""x""";
    end if;
end $$;

create schema "Größe & ""Co""";

create table "Größe & ""Co"""."order" (
    "Id" bigint primary key,
    "select" text,
    "it's ""odd""" integer not null,
    "LONG" text not null
);

create table "LONG" (
    "user" integer primary key,
    "Order Id" bigint not null references "Größe & ""Co"""."order" ("Id")
);

grant usage on schema "Größe & ""Co""" to "Rôle O'Neil ""x""";
grant select on "Größe & ""Co"""."order" to "Rôle O'Neil ""x""";
grant select, insert on "LONG" to "Rôle O'Neil ""x""";
"#;

const UP: &str = r#"create table "T;--" (
    "Id" bigint primary key,
    "LONG" text,
    """" text,
    "At" timestamptz not null
);

create view "View ""of"" LONG" as select "user" as "all", "Order Id" as "-- none" from "LONG";

create function "Größe & ""Co"""."fn'"("in" text) returns text language sql as $fn$select "in" || ';'$fn$;
"#;

const DOWN: &str = r#"drop function "Größe & ""Co"""."fn'"(text);
drop view "View ""of"" LONG";
drop table "T;--";
"#;

const BATCH: &str = r#"relation = '"Größe & ""Co"""."order"'
key = "Id"
size = 7
up = '''
insert into "T;--"
select "Id", "LONG", "select", clock_timestamp() from "Größe & ""Co"""."order"
where "Id" > $1::bigint and "Id" <= $2::bigint
'''
down = 'delete from "T;--" where "Id" > $1::bigint and "Id" <= $2::bigint'
"#;

#[test]
fn a_database_of_hostile_names_is_proven_like_any_other() -> Outcome {
    assert_eq!(LONG.len(), 63);
    let workshop = Workshop::empty()?;
    let view = "View \"\"of\"\" LONG";
    let cut = named(UP).replace(&named(view), "View \"\"of\"\" it");
    let down = DOWN.replace(view, "View \"\"of\"\" it");
    for (name, text) in [
        ("scenario.toml", named(SCENARIO)),
        ("legacy.sql", named(LEGACY)),
        ("migrations/expand/010_It's \"odd\".up.sql", cut),
        ("migrations/expand/010_It's \"odd\".down.sql", down),
        ("migrations/expand/020_bätch; step.batch.toml", named(BATCH)),
    ] {
        workshop.write(name, &text)?;
    }
    let seen = workshop.run(&["run", "mini", "--skip", "schema"])?;
    assert_eq!(seen.code, Some(0), "{seen}");
    let record = std::fs::read_to_string(workshop.path().join("target/pgproof/mini/expand/run.json"))?;
    let record: serde_json::Value = serde_json::from_str(&record)?;
    for claim in ["applies", "parity", "compatible", "reversible", "quick"] {
        assert_eq!(record["claims"][claim]["verdict"], "proven", "{claim}: {seen}");
    }
    assert_eq!(record["rows"][r#""Größe & ""Co""".order"#], 40, "{record}");
    assert_eq!(record["rows"][format!("\"{LONG}\"")], 40, "{record}");
    Ok(())
}

#[test]
fn a_loss_among_hostile_names_is_found_by_its_key() -> Outcome {
    let workshop = Workshop::mini()?;
    workshop.write("legacy.sql", "create table orders (id integer primary key, customer text, amount integer not null);\ncreate table \"Böse \"\"Namen\"\"\" (\"it's\" text primary key);\ninsert into \"Böse \"\"Namen\"\"\" values ('a''b'), ('c\"d'), ('é');\n")?;
    workshop
        .write("migrations/expand/020_index.up.sql", "delete from \"Böse \"\"Namen\"\"\" where \"it's\" = 'a''b';\n")?;
    workshop.write("migrations/expand/020_index.down.sql", "insert into \"Böse \"\"Namen\"\"\" values ('a''b');\n")?;
    let seen = workshop.run(&["run", "mini", "--only", "parity"])?;
    assert_eq!(seen.code, Some(1), "{seen}");
    assert!(seen.stdout.starts_with("refuted[P001]"), "{seen}");
    assert!(seen.stdout.contains("note: \"Böse \"\"Namen\"\"\": it's=a'b"), "{seen}");
    Ok(())
}
