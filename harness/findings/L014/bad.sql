-- One statement changes every order; whoever pays one waits until all of them are done.
-- expect: relation = "orders"
-- expect: message = "rows of `orders` and keeps them locked to its end"

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 50
-- clients = 2
-- rest_s = 0.2
-- [[workload.request]]
-- name = "pay"
-- sql = "update orders set paid = true where id = 7"
-- == baseline ==
create table orders (id bigint generated always as identity primary key, customer integer not null,
    paid boolean);
insert into orders (customer) select n from generate_series(1, 3000) n;
-- == up 010 ==
alter table orders add column region text;
-- == down 010 ==
alter table orders drop column region;
-- == up 020 ==
update orders set region = 'north';
-- == down 020 ==
-- no-transaction
update orders set region = null where id <= 1000;
update orders set region = null where id > 1000 and id <= 2000;
update orders set region = null where id > 2000;
