-- The way back takes away what the step made, and nothing else.

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 50
-- clients = 2
-- rest_s = 0.6
-- [[workload.request]]
-- name = "sell"
-- sql = """insert into sales (code) values ($1) returning code"""
-- parameters = [{ text = "N-{row}" }]
-- ledger = "select code from sales where code = any($1)"
-- == baseline ==
create table sales (id bigint generated always as identity (start with 100) primary key, code text not null, loud text);
insert into sales (id, code) overriding system value values (1, 'S-1'), (2, 'S-2'), (3, 'S-3');
-- == up ==
create table archived (like sales);
insert into archived select * from sales;
-- == down ==
drop table archived;
