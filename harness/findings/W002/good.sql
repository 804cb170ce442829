-- The new columns are worked out when they are read.

-- == scenario ==
-- [budget]
-- wal_bytes = 1_000_000
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, 'S-' || n % 50, n % 500 from generate_series(1, 20000) n;
-- == up ==
create view sales_with_tax as select id, store, amount * 100 / 112 as net, amount - amount * 100 / 112 as tax from sales;
-- == down ==
drop view sales_with_tax;
