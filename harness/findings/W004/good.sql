-- A default changes the catalog only: there is hardly anything to replay.

-- == scenario ==
-- [budget]
-- replica_lag_ms = 20000
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, repeat(md5(n::text), 8), n % 500 from generate_series(1, 200000) n;
-- == up ==
alter table sales add column net integer not null default 0;
-- == down ==
alter table sales drop column net;
