-- The way back goes to the rows of before, and takes the new ones with it.
-- expect: relation = "sell"
-- expect: message = "behind the last way back it is not there"

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
delete from sales where id not in (select id from archived);
drop table archived;
