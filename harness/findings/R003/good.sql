-- The old table was never written to; the way back leaves it alone.

-- == baseline ==
create table stores (id integer primary key, phone text);
insert into stores values (1, '+63 2 8123'), (2, '+63 2 8999'), (3, null);
-- == up ==
create table contacts (store_id integer primary key references stores, phone text);
insert into contacts select id, replace(phone, ' ', '') from stores;
-- == down ==
drop table contacts;
