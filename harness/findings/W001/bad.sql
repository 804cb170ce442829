-- The step takes more than a second, whatever the machine; it may take a tenth of one.
-- expect: key = "010_step"
-- expect: message = "its budget is 0.1 s"

-- == scenario ==
-- [budget]
-- duration_s = 0.1
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, 'S-' || n % 50, n % 500 from generate_series(1, 20000) n;
-- == up ==
create table totals as select store, sum(amount) as amount from sales group by store;
select pg_sleep(1.2);
-- == down ==
drop table totals;
