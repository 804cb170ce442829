-- CREATE TABLE AS copies rows and no key.
-- expect: key = "every table has a primary key"

-- == scenario ==
-- [[assertion]]
-- name = "every table has a primary key"
-- claim = "schema"
-- when = "after"
-- sql = "select c.relname from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')"
-- expect = []
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select id, code from stores;
-- == down ==
drop table shops;
