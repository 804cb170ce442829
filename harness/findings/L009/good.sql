-- The index is there once, as the scenario says.

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 50
-- clients = 2
-- rest_s = 0.6
-- [[workload.request]]
-- name = "sell"
-- sql = """insert into sales (code) values ($1)"""
-- parameters = [{ text = "N-{row}" }]
-- [[assertion]]
-- name = "the index that the traffic needs is there"
-- claim = "online"
-- when = "after"
-- sql = "select count(*) from pg_class where relname = 'sales_by_code'"
-- expect = [["1"]]
-- == baseline ==
create table sales (id bigint generated always as identity (start with 100) primary key, code text not null, loud text);
insert into sales (id, code) overriding system value values (1, 'S-1'), (2, 'S-2'), (3, 'S-3');
-- == up ==
-- no-transaction
create index concurrently sales_by_code on sales (code);
-- == down ==
-- no-transaction
drop index concurrently sales_by_code;
