-- The index has the agreed name.

-- == scenario ==
-- [[assertion]]
-- name = "the dashboard has its index"
-- claim = "quick"
-- when = "after"
-- sql = "select count(*) from pg_indexes where indexname = 'stores_by_region'"
-- expect = [["1"]]
-- [[query]]
-- name = "find by code"
-- before = "select count(*) from stores"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create index stores_by_region on stores (region);
-- == down ==
drop index stores_by_region;
