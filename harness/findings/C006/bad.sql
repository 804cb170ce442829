-- The table came back as a view, and the clerks can no longer write to it.
-- expect: relation = "stores"
-- expect: key = "role=clerk, privilege=UPDATE"

-- == scenario ==
-- [[statement]]
-- name = "read"
-- sql = "select * from stores order by id"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
create role clerk;
grant select, update on stores to clerk;
-- == up ==
alter table stores rename to shops;
create view stores as select id, code, region from shops;
grant select on stores to clerk;
-- == down ==
drop view stores;
alter table shops rename to stores;
