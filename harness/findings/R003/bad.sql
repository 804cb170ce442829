-- The way back writes the new spelling of phone numbers over the old one, which is lost.
-- expect: relation = "stores"
-- expect: key = "id=1"

-- == baseline ==
create table stores (id integer primary key, phone text);
insert into stores values (1, '+63 2 8123'), (2, '+63 2 8999'), (3, null);
-- == up ==
create table contacts (store_id integer primary key references stores, phone text);
insert into contacts select id, replace(phone, ' ', '') from stores;
-- == down ==
update stores s set phone = c.phone from contacts c where c.store_id = s.id;
drop table contacts;
