-- The view trims the code, and an index has it trimmed.

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
create index stores_by_trimmed_code on stores (trim(code));
create or replace view shops as select id, trim(code) as code from stores;
-- == down ==
create or replace view shops as select id, code from stores;
drop index stores_by_trimmed_code;
