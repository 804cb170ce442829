-- The sums are made once, and nobody keeps them.
-- expect: relation = "sold"
-- expect: message = "the old path answers ("

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
-- parameters = [{ choice = ["S-1", "S-2"] }]
-- [[workload.shadow]]
-- name = "sold"
-- from = "010_step"
-- old = "select count(*) from sales where code = $1"
-- new = "select sold from totals where code = $1"
-- parameters = [{ choice = ["S-1", "S-2"] }]
-- == baseline ==
create table sales (id bigint generated always as identity (start with 100) primary key, code text not null, loud text);
insert into sales (id, code) overriding system value values (1, 'S-1'), (2, 'S-2'), (3, 'S-3');
-- == up ==
create table totals as select code, count(*) as sold from sales group by code;
-- == down ==
drop table totals;
