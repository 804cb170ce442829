-- The column alone: its lock is gone at once.

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- lock_wait_ms = 1000
-- [workload]
-- rate = 20
-- clients = 2
-- rest_s = 0.2
-- [[workload.request]]
-- name = "order"
-- sql = "insert into orders (customer) values (1)"
-- == baseline ==
create table orders (id bigint generated always as identity primary key, customer integer not null);
insert into orders (customer) select n from generate_series(1, 3000) n;
-- == up ==
alter table orders add column note text;
-- == down ==
alter table orders drop column note;
