-- A table of its own beside the old one: nobody reads it yet.

-- == scenario ==
-- [budget]
-- replica_cancelled_reads = 0
-- == baseline ==
create table sales (id integer primary key, amount integer not null);
insert into sales select n, n % 500 from generate_series(1, 1000) n;
-- == up ==
create table sales_net (id integer primary key, net integer not null);
insert into sales_net select id, amount from sales;
-- == down ==
drop table sales_net;
