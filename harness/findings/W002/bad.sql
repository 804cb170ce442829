-- Three updates of every row where one would do, and an index that each of them has to maintain.
-- expect: key = "010_step"
-- expect: message = "of WAL, its budget is 977 kB"

-- == scenario ==
-- [budget]
-- wal_bytes = 1_000_000
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, 'S-' || n % 50, n % 500 from generate_series(1, 20000) n;
-- == up ==
alter table sales add column net integer, add column tax integer, add column checked boolean;
create index sales_by_net on sales (net);
update sales set net = amount * 100 / 112;
update sales set tax = amount - net;
update sales set checked = true;
-- == down ==
alter table sales drop column net, drop column tax, drop column checked;
