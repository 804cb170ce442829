-- The query reads what there is.

-- == scenario ==
-- [[query]]
-- name = "find by code"
-- before = "select count(*) from stores"
-- after = "select count(*) from shops where code is null"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select id, code from stores;
-- == down ==
drop table shops;
