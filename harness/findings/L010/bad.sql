-- The new column takes no time, but its lock is kept while something else is done.
-- expect: relation = "orders"
-- expect: message = "queued behind ACCESS EXCLUSIVE on `orders` while `ALTER TABLE` had it"

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
select pg_sleep(2);
-- == down ==
alter table orders drop column note;
