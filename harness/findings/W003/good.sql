-- A constraint keeps new amounts in bounds, and the table is left as it is.

-- == scenario ==
-- [budget]
-- disk_bytes = 800_000
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, 'S-' || n % 50, n % 500 from generate_series(1, 20000) n;
-- == up ==
alter table sales add constraint amount_is_small check (amount < 1000000);
-- == down ==
alter table sales drop constraint amount_is_small;
