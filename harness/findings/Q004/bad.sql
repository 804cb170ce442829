-- The view trims the code: the index on the code is of no use to those who ask for one.
-- expect: relation = "stores"
-- expect: key = "find by code"
-- expect: message = "no longer goes by the index `stores_by_code`: it reads 30,000 rows of `stores` where it read 1"

-- == scenario ==
-- [[query]]
-- name = "find by code"
-- before = "select id from shops where code = 'S-17'"
-- max_ratio = 1000000
-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores select n, 'S-' || n from generate_series(1, 30000) n;
create index stores_by_code on stores (code);
create view shops as select id, code from stores;
-- == up ==
create or replace view shops as select id, trim(code) as code from stores;
-- == down ==
create or replace view shops as select id, code from stores;
