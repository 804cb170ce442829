-- An order is created whether or not its customer has an address.

-- == scenario ==
-- [rollout]
-- rate = 40
-- clients = 4
-- phase_s = 0.75
-- gates.response_ms = 60000
-- window = 10
-- phases = [50, 100, 0]
-- [[rollout.request]]
-- name = "order"
-- does = "create"
-- old = "insert into orders (customer) values ($1::int) returning 'taken'"
-- new = """
-- insert into orders (customer, address)
-- select $1::int, (select a.id from addresses as a where a.customer = $1::int) returning 'taken'
-- """
-- parameters = [{ list = [1, 2, 3] }]
-- == baseline ==
create table orders (id bigint generated always as identity primary key, customer int not null);
create table addresses (id int primary key, customer int not null);
insert into addresses values (1, 1);
-- == up ==
alter table orders add column address int references addresses;
-- == down ==
alter table orders drop column address;
