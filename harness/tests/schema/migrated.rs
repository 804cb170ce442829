//! The way from one schema to another arrives, and the way back does; each can be taken twice.

use pgproof::run::schema::{SchemaSource, SchemaStep, Workshop};
use pgproof::schema::{Migration, MigrationError, Stage, migration};
use pgproof::server::{Places, Provider, Request, Source};
use pgproof::sql::Script;

use crate::workbench::Outcome;

fn workshop() -> Workshop {
    let request = Request { extensions: vec!["postgis".to_owned()], ..Request::default() };
    let provider = Provider::new(Source::Embedded, request, Places::from_environment());
    Workshop::new(provider, ["anon", "authenticated", "Odd Role"].map(str::to_owned).into())
}

fn sql(text: &str) -> Outcome<SchemaSource> {
    let script = Script::parse_alone("given.sql", text).map_err(|errors| format!("{errors:?}"))?;
    Ok(SchemaSource::Scripts(vec![script]))
}

fn steps(plan: &Migration) -> Outcome<Vec<SchemaStep>> {
    let parsed = |name: &str, text: &str| Script::parse_alone(name, text).map_err(|errors| format!("{errors:?}"));
    let mut steps = Vec::new();
    for stage in plan.stages() {
        let up = parsed(&format!("{stage}.up.sql"), &plan.up(&[stage]))?;
        let down = parsed(&format!("{stage}.down.sql"), &plan.down(&[stage]))?;
        steps.push(SchemaStep { name: stage.word().to_owned(), up, down });
    }
    Ok(steps)
}

/// Plans the way, proves it, and returns it.
async fn arrives(workshop: &mut Workshop, before: &str, after: &str, allowed: &[&str]) -> Outcome<Migration> {
    let (old, old_graph) = workshop.read(&sql(before)?).await?;
    let (new, new_graph) = workshop.read(&sql(after)?).await?;
    let allowed: Vec<String> = allowed.iter().map(|&name| name.to_owned()).collect();
    let plan = migration((&old, &old_graph), (&new, &new_graph), &allowed)?;
    let all: Vec<Stage> = plan.stages().into_iter().collect();
    let shown = || format!("up:\n{}\ndown:\n{}", plan.up(&all), plan.down(&all));
    let proof = workshop
        .prove((&old, &old_graph), &new, &steps(&plan)?)
        .await
        .map_err(|error| format!("{error}\n{}", shown()))?;
    if !proof.holds() {
        return Err(format!("{proof:#?}\n{}", shown()).into());
    }
    Ok(plan)
}

const SHOP: &str = "create type mood as enum ('sad', 'happy');
create table shops (id serial primary key, name varchar(40) not null, mood mood default 'sad', amount numeric(10,2),
  opened date, constraint amount_is_right check (amount > 0));
create table sales (id bigint generated always as identity primary key, shop integer references shops, at timestamptz);
create index sales_at on sales (at);
create view open_shops as select id, name from shops where opened < current_date;
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touch before update on shops for each row execute function touch();
comment on table shops is 'where things are sold';
grant select on shops to anon;";

#[tokio::test]
async fn from_nothing_to_everything_and_back() -> Outcome {
    let mut workshop = workshop();
    let plan = arrives(&mut workshop, "", SHOP, &[]).await?;
    assert_eq!(plan.notes.len(), 0, "{:?}", plan.notes);
    // Back in the other direction, the rows are what would be lost.
    let (old, old_graph) = workshop.read(&sql(SHOP)?).await?;
    let (new, new_graph) = workshop.read(&sql("")?).await?;
    let refused = migration((&old, &old_graph), (&new, &new_graph), &[]);
    let Err(MigrationError::Loss(lost)) = refused else { return Err("a table was dropped without a word".into()) };
    assert_eq!(
        lost,
        ["table public.sales would be dropped, with its rows", "table public.shops would be dropped, with its rows"]
    );
    arrives(&mut workshop, SHOP, "", &["table public.shops", "table public.sales"]).await?;
    workshop.close().await?;
    Ok(())
}

/// A change to the shop, in words of SQL, and what must be allowed for it and for its way back.
const CHANGES: &[(&str, &[&str])] = &[
    ("alter table shops add column note text not null default 'none'", &[]),
    ("alter table shops drop column opened cascade", &["column public.shops.opened"]),
    (
        "drop view open_shops; alter table shops alter name type text; create view open_shops as select id, name from shops where opened < current_date",
        &["column public.shops.name"],
    ),
    (
        "alter table shops alter amount type numeric(14,2); create view dear as select id from shops where amount > 99",
        &["column public.shops.amount"],
    ),
    ("alter table shops alter amount type numeric(12,2)", &["column public.shops.amount"]),
    ("alter table shops alter name drop not null, alter amount set default 7, alter amount set not null", &[]),
    ("alter table shops alter name set statistics 300, alter name set storage external, set (fillfactor = 70)", &[]),
    ("alter type mood add value 'furious' before 'happy'", &["enum public.mood"]),
    ("create or replace view open_shops as select id, name from shops where opened < now()", &[]),
    (
        "drop view open_shops; create view open_shops as select id, name, amount from shops; create view rich as select * from open_shops where amount > 9",
        &[],
    ),
    (
        "create or replace function touch() returns trigger language plpgsql security definer as 'begin new.amount = 1; return new; end'",
        &[],
    ),
    (
        "drop trigger touch on shops; create trigger touch after insert on shops for each row execute function touch()",
        &[],
    ),
    ("alter table shops disable trigger touch", &[]),
    ("create unique index shops_name on shops (name); create index on sales (shop)", &[]),
    ("drop index sales_at", &[]),
    (
        "alter table shops drop constraint amount_is_right; alter table shops add constraint amount_is_right check (amount > 1)",
        &[],
    ),
    (
        "alter table sales drop constraint sales_shop_fkey; alter table sales add foreign key (shop) references shops on delete cascade",
        &[],
    ),
    ("alter table shops add constraint one_name unique (name)", &[]),
    ("alter table shops enable row level security; create policy mine on shops using (name = current_user)", &[]),
    (
        "grant insert on shops to authenticated; revoke select on shops from anon; revoke execute on function touch() from public",
        &[],
    ),
    ("comment on table shops is 'other'; comment on column shops.name is 'said'; alter table shops owner to anon", &[]),
    ("create sequence more start 5; alter sequence shops_id_seq increment 3 cache 2", &[]),
    ("create domain positive as integer check (value > 0); alter table sales add column number positive", &[]),
    (
        "create schema other; create table other.things (id integer primary key, shop integer references public.shops)",
        &["table other.things"],
    ),
    (
        "create function price(integer) returns integer language sql immutable begin atomic select $1 * 2; end; alter table sales add column price integer default price(2); create view priced as select price(id::integer) from sales",
        &[],
    ),
    ("alter table sales alter id set generated by default", &[]),
    (
        "create statistics of_shops (dependencies) on name, mood from shops; create rule quiet as on delete to sales do instead nothing",
        &[],
    ),
    (
        "create materialized view totals as select shop, count(*) from sales group by shop; create unique index on totals (shop)",
        &[],
    ),
    (
        "create publication pub for table shops; create extension pg_trgm; alter default privileges grant select on tables to anon",
        &[],
    ),
];

#[tokio::test]
async fn a_change_of_every_sort_arrives_there_and_back_and_in_the_other_direction() -> Outcome {
    let mut workshop = workshop();
    let mut failed = Vec::new();
    for (change, allowed) in CHANGES {
        let after = format!("{SHOP}\n{change};");
        let mut allowed = allowed.to_vec();
        allowed.extend(["column public.shops.note", "column public.sales.number", "column public.sales.price"]);
        if let Err(error) = arrives(&mut workshop, SHOP, &after, &allowed).await {
            failed.push(format!("== {change}\n{error}"));
        }
        if let Err(error) = arrives(&mut workshop, &after, SHOP, &allowed).await {
            failed.push(format!("== the other way about: {change}\n{error}"));
        }
    }
    workshop.close().await?;
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n\n").replace("\\n", "\n").into()) }
}

#[tokio::test]
async fn what_loses_data_is_stopped_with_a_word_until_it_is_allowed() -> Outcome {
    let mut workshop = workshop();
    let cases = [
        ("alter table shops drop column amount", "column public.shops.amount would be dropped, with its values"),
        (
            "alter table shops alter amount type numeric(4,2)",
            "column public.shops.amount would change from `numeric(10,2)` to `numeric(4,2)`, which may not hold every value",
        ),
        ("drop table sales", "table public.sales would be dropped, with its rows"),
    ];
    let (old, old_graph) = workshop.read(&sql(SHOP)?).await?;
    for (change, word) in cases {
        let (new, new_graph) = workshop.read(&sql(&format!("{SHOP}\n{change};"))?).await?;
        match migration((&old, &old_graph), (&new, &new_graph), &[]) {
            Err(MigrationError::Loss(lost)) => assert_eq!(lost, [word]),
            other => return Err(format!("{change}: {other:?}").into()),
        }
    }
    workshop.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_way_that_forgets_a_statement_is_not_proven() -> Outcome {
    let mut workshop = workshop();
    let after = format!("{SHOP}\ncreate index on sales (shop); comment on table sales is 'sold';");
    let (old, old_graph) = workshop.read(&sql(SHOP)?).await?;
    let (new, new_graph) = workshop.read(&sql(&after)?).await?;
    let mut plan = migration((&old, &old_graph), (&new, &new_graph), &[])?;
    plan.steps.retain(|step| step.stage != Stage::Indexes);
    let proof = workshop.prove((&old, &old_graph), &new, &steps(&plan)?).await?;
    let left: Vec<String> = proof.forward.iter().map(ToString::to_string).collect();
    assert_eq!(left, ["added index sales_shop_idx on table public.sales"]);
    assert!(proof.back.is_empty() && !proof.holds());
    workshop.close().await?;
    Ok(())
}

#[tokio::test]
async fn every_kind_of_object_comes_and_goes() -> Outcome {
    let mut workshop = workshop();
    let mut failed = Vec::new();
    for (name, script) in [("rich", crate::workbench::RICH), ("varied", VARIED), ("scarce", SCARCE)] {
        if let Err(error) = arrives(&mut workshop, "", script, &[]).await {
            failed.push(format!("== {name}: {error}"));
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n\n").into()) }
}

const VARIED: &str = include_str!("varied.sql");
const SCARCE: &str = include_str!("scarce.sql");
