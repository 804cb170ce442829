-- The step takes the copy away when it is done with it.

-- == scenario ==
-- [budget]
-- disk_bytes = 100_000_000
-- [[assertion]]
-- name = "no table is kept twice"
-- claim = "affordable"
-- when = "after"
-- sql = "select to_regclass('sales_copy') is null"
-- expect = [["t"]]
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, 'S-' || n % 50, n % 500 from generate_series(1, 20000) n;
-- == up ==
create table sales_copy as select * from sales;
drop table sales_copy;
-- == down ==
select 1;
