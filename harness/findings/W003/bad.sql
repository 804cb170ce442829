-- The new expression rewrites the table: two copies of it, and of its index, at once.
-- expect: key = "010_step"
-- expect: relation = "sales"
-- expect: message = "more disk at once, its budget is 781 kB"

-- == scenario ==
-- [budget]
-- disk_bytes = 800_000
-- == baseline ==
create table sales (id integer primary key, store text not null, amount integer not null);
insert into sales select n, 'S-' || n % 50, n % 500 from generate_series(1, 20000) n;
-- == up ==
alter table sales alter column amount type integer using abs(amount);
-- == down ==
select 1;
