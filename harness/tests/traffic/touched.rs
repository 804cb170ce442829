//! Each request once on the database as it is.

use std::collections::BTreeMap;

use pgproof::apply::ApplyError;
use pgproof::apply::traffic::try_requests;
use pgproof::sql::LockMode;
use pgproof::testing::{Example, Ground, Subject};

use crate::Outcome;

const BASELINE: &str = "
-- == baseline ==
do $$ begin
    if not exists (select from pg_roles where rolname = 'clerk') then
        create role clerk;
    end if;
end $$;
create table stores (id integer primary key, name text not null);
create table sales (id bigint generated always as identity primary key, store integer not null references stores);
create table audit (what text);
create view shown as select s.id, t.name from sales s join stores t on t.id = s.store;
create function note() returns trigger language plpgsql as $$ begin insert into audit values ('sale'); return null; end $$;
create trigger note after insert on sales for each row execute function note();
insert into stores values (1, 'one'), (2, 'two');
grant select on shown to clerk;
-- == up ==
select 1;
-- == down ==
select 1;
";

async fn ground(requests: &str) -> Outcome<Ground> {
    let head = "-- == scenario ==\n-- [workload]\n-- rate = 10\n-- clients = 1\n";
    let lines = requests.lines().fold(String::new(), |lines, line| lines + "-- " + line + "\n");
    let example = Example::parse(&format!("{head}{lines}{BASELINE}"))?;
    Ok(Ground::prepare(&example.source()?, &example.selection(), &Subject::any_embedded()).await?)
}

async fn tried(requests: &str) -> Outcome<Result<BTreeMap<String, LockMode>, ApplyError>> {
    let ground = ground(requests).await?;
    let workload = ground.plan().workload.as_ref().ok_or("no workload")?;
    let touched = try_requests(&ground.work().options(), workload).await;
    let changes = ground.changes().await?;
    assert!(changes.catalog.is_empty() && changes.rows.is_empty(), "the trial left something: {changes:?}");
    ground.clear().await?;
    Ok(touched.map(|touched| touched.into_iter().map(|(name, mode)| (name.to_string(), mode)).collect()))
}

#[tokio::test]
async fn what_requests_touch_is_seen_through_views_triggers_and_foreign_keys() -> Outcome {
    let touched = tried(
        "[[workload.request]]\nname = 'sell'\nsql = 'insert into sales (store) values ($1) returning id'\n\
         parameters = [{ choice = [1, 2] }]\nledger = 'select id::text from sales where id::text = any($1)'\n\
         [[workload.request]]\nname = 'look'\nrole = 'clerk'\nsql = 'select * from shown'",
    )
    .await??;
    assert_eq!(
        touched,
        BTreeMap::from([
            ("audit".to_owned(), LockMode::RowExclusive),
            ("sales".to_owned(), LockMode::RowExclusive),
            ("sales_id_seq".to_owned(), LockMode::RowExclusive),
            ("shown".to_owned(), LockMode::AccessShare),
            ("stores".to_owned(), LockMode::RowShare),
        ])
    );
    Ok(())
}

#[tokio::test]
async fn a_request_that_does_not_work_before_the_migration_is_named() -> Outcome {
    for (request, message) in [
        ("sql = 'select * from stoers'", "relation \"stoers\" does not exist"),
        ("role = 'clerk'\nsql = 'select * from stores'", "permission denied for table stores"),
        (
            "sql = \"insert into sales (store) values (1) returning 'k' || id\"\nledger = 'select id::text from sales where id::text = any($1)'",
            "its ledger finds that 0 times",
        ),
        ("sql = 'select 1 where false'\nledger = 'select unnest($1::text[])'", "it keeps a ledger and returned no key"),
    ] {
        match tried(&format!("[[workload.request]]\nname = 'odd'\n{request}")).await? {
            Err(ApplyError::Request { name, message: found }) => {
                assert!(name == "odd" && found.contains(message), "{found}");
            }
            other => return Err(format!("{request}: {other:?}").into()),
        }
    }
    Ok(())
}
