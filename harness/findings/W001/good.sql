-- The step does its work and nothing else.

-- == scenario ==
-- [budget]
-- duration_s = 300.0
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, 'S-' || n % 50, n % 500 from generate_series(1, 20000) n;
-- == up ==
create table totals as select store, sum(amount) as amount from sales group by store;
-- == down ==
drop table totals;
