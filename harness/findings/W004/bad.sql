-- One statement writes every row anew, faster than a replica can be told of it.
-- expect: key = "010_step"
-- expect: message = "behind while `010_step` runs, its budget is 1 ms"

-- == scenario ==
-- [budget]
-- replica_lag_ms = 1
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, repeat(md5(n::text), 8), n % 500 from generate_series(1, 200000) n;
-- == up ==
alter table sales add column net integer;
update sales set net = amount;
-- == down ==
alter table sales drop column net;
