-- The new table gets its key.

-- == scenario ==
-- [[assertion]]
-- name = "every table has a primary key"
-- claim = "schema"
-- when = "after"
-- sql = "select c.relname from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')"
-- expect = []
-- == schema ==
-- schema public
--
-- table public.shops
--     column id integer not null
--     column code text
--     constraint shops_pkey PRIMARY KEY (id)
--
-- table public.stores
--     column id integer not null
--     column code text not null
--     column region text
--     constraint stores_pkey PRIMARY KEY (id)
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select id, code from stores;
alter table shops add primary key (id);
-- == down ==
drop table shops;
