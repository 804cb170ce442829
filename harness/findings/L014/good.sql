-- The same in pieces, each a transaction of its own.

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
-- no-transaction
update orders set region = 'north' where id <= 1000;
update orders set region = 'north' where id > 1000 and id <= 2000;
update orders set region = 'north' where id > 2000;
-- == down 020 ==
-- no-transaction
update orders set region = null where id <= 1000;
update orders set region = null where id > 1000 and id <= 2000;
update orders set region = null where id > 2000;
