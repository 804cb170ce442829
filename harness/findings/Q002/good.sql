-- The index stays.

-- == scenario ==
-- [[query]]
-- name = "find by code"
-- before = "select id from stores where md5(code) = 'x'"
-- max_ratio = 2.0
-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores select n, 'S-' || n from generate_series(1, 30000) n;
create index stores_by_code on stores (md5(code));
-- == up ==
create index stores_by_length on stores (length(code));
-- == down ==
drop index stores_by_length;
