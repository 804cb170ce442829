-- The index is built beside the traffic.

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 50
-- clients = 2
-- rest_s = 0.2
-- [[workload.request]]
-- name = "order"
-- sql = "insert into orders (customer) values (1)"
-- == baseline ==
create table orders (id bigint generated always as identity primary key, customer integer not null);
insert into orders (customer) select n from generate_series(1, 3000) n;
-- == up ==
-- no-transaction
create index concurrently orders_by_customer on orders (customer);
-- == down ==
-- no-transaction
drop index concurrently orders_by_customer;
