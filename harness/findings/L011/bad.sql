-- A default that is another for every row has to be written into each of them, and nobody may look meanwhile.
-- expect: relation = "orders"
-- expect: message = "rows of `orders` under ACCESS EXCLUSIVE"

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
alter table orders add column ticket bigserial;
-- == down ==
alter table orders drop column ticket;
