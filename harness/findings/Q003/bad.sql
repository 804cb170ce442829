-- The new application's query reads a column that the step does not make.
-- expect: key = "find by code"
-- expect: message = "city"

-- == scenario ==
-- [[query]]
-- name = "find by code"
-- before = "select count(*) from stores"
-- after = "select count(*) from shops where city is null"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select id, code from stores;
-- == down ==
drop table shops;
